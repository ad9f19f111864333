"""Whether what a message names is so: said, denied, doubted, or only planned; and of whom it is said."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from bot.screening.reading.lexicon import Lexicon, Person
from bot.screening.reading.text import Phrases, Utterance
from bot.screening.readings import SELF

_WITHIN_A_NAME = ("", "-")
_REACH = 6
"""How many words a "not" reaches over within its clause."""
_FAR = 9
"""How many words a doubt or a plan reaches over within its sentence."""
_AFTER = 4
_DESCRIBED = 4
"""How many words may stand between "I'm a" and what the writer is."""
SOMEONE = "someone"
"""The key of a person of whom nothing is known but that it is not the writer."""
_CUES = ("negators", "negative_results", "doubts", "plans", "contrasts")


class Stance(Enum):
    """What a message says of something that it names."""

    SAID = "said"
    DENIED = "denied"
    DOUBTED = "doubted"
    PLANNED = "planned"


@dataclass(frozen=True)
class Clauses:
    """One message seen as clauses: what reaches how far, and who is spoken of."""

    lexicon: Lexicon
    said: Utterance

    @cached_property
    def barriers(self) -> frozenset[int]:
        """Positions that no hole of a pattern may swallow."""
        return frozenset(p for match in self.lexicon.barriers.find(self.said.words) for p in range(match.start, match.end))

    @cached_property
    def _cues(self) -> dict[str, list[tuple[int, int]]]:
        return {
            key: _spans(self.lexicon.cues(key), self.said.words) for key in ("negators", "negative_results", "doubts", "plans", "contrasts")
        }

    def stance(self, start: int, end: int, deny_after: bool = True, until: int | None = None, behind: bool = True) -> Stance:
        """What is said of the words from `start` to `end`.

        `deny_after`: whether a "was clear" behind them denies them, up to `until`, where the next thing is named. `behind`: whether
        anything behind them counts; "I'm 79 and would like to hear more" plans nothing about the 79.
        """
        if self.denied(start, end, deny_after and behind, until):
            return Stance.DENIED
        floor, ceiling = self._sentence(start, end)
        ceiling = ceiling if behind else end
        if self._near("plans", start, end, floor, ceiling):
            return Stance.PLANNED
        if self._near("doubts", start, end, floor, ceiling):
            return Stance.DOUBTED
        return Stance.SAID

    def denied(self, start: int, end: int, deny_after: bool = True, until: int | None = None) -> bool:
        """Whether a "not" before, or a "was negative" behind, denies the words."""
        floor = self._clause_start(start)
        # A negator may run into what it denies: the "nothing in" of "nothing in the brain".
        if any(floor <= first < start and last <= end for first, last in self._cues["negators"] if start - last <= _REACH):
            return True
        if not deny_after:
            return False
        limit = min(len(self.said), end + _AFTER, len(self.said) if until is None else until)
        contrasts = {first for first, _ in self._cues["contrasts"]}
        for first, _ in self._cues["negative_results"]:
            if any(end <= begins and ends <= first for begins, ends in self._cues["negators"]):
                continue  # "Cannot be excluded" excludes nothing.
            if end <= first < limit and not any(mark in self.said.stops or mark in contrasts for mark in range(end, first + 1)):
                between = self.said.words[end:first]
                # Only what is still about the same thing may stand between: "the EGFR thing came back clear".
                if len(between) <= 1 or self.lexicon.joins.intersection(between) or not self._starts_clause(end, first):
                    return True
        return False

    def _starts_clause(self, start: int, end: int) -> bool:
        starters = self.lexicon.single("clause_starts")
        return any(self.said.words[position] in starters or position in self.said.pauses for position in range(start, end))

    def _clause_start(self, start: int) -> int:
        """Where the clause of a word begins: behind the nearest stop, comma, "but", or subject of its own."""
        starters = self.lexicon.single("clause_starts")
        negated = {position for first, last in self._cues["negators"] for position in range(first, last)}
        contrasts = {position for first, last in self._cues["contrasts"] for position in range(first, last)}
        position = start
        while position > 0:
            if position in self.said.pauses:
                return position
            before = self.said.words[position - 1]
            if position - 1 not in negated and (before in starters or position - 1 in contrasts):
                return position
            position -= 1
        return 0

    def _sentence(self, start: int, end: int) -> tuple[int, int]:
        floor = max((stop for stop in self.said.stops if stop <= start), default=0)
        ceiling = min((stop for stop in self.said.stops if stop >= end), default=len(self.said))
        for first, last in self._cues["contrasts"]:
            if floor < last <= start:
                floor = last
            if end <= first < ceiling:
                ceiling = first
        return floor, ceiling

    def _near(self, key: str, start: int, end: int, floor: int, ceiling: int) -> bool:
        return any(
            (floor <= first and last <= start and start - last <= _FAR and not self._finished(last, start))
            or (end <= first < ceiling and first - end <= _AFTER and not self.said.crosses(end - 1, first + 1, self.said.pauses))
            for first, last in self._cues[key]
        )

    def _finished(self, start: int, end: int) -> bool:
        """Whether a comma with a new subject lies between: what was planned ends there."""
        starters = self.lexicon.single("clause_starts")
        return any(position in self.said.pauses and self.said.words[position] in starters for position in range(start, end))

    # -- who is spoken of

    @cached_property
    def owners(self) -> tuple[str | None, ...]:
        """For each word the key of who is spoken of there: `SELF`, a person's key, or None where nobody is named."""
        owners: list[str | None] = []
        current: str | None = None
        last_other: str | None = None
        relations = {start: (end, person) for start, end, person in self.relations}
        first, third = self.lexicon.single("first_person"), self.third_persons
        doctors, owning = self.lexicon.single("doctors"), self.lexicon.single("owning")
        heard_doctor = False
        covered_until = 0
        outside: list[str | None] = []
        for position, word in enumerate(self.said.words):
            if position in self.said.stops:
                # A new sentence without a subject goes on about whom the last one named, yet no "she" is a doctor any more.
                heard_doctor = False
                if current == SELF and self.searched_for and last_other == self.searched_for:
                    current = last_other  # "For my dad. He's 78 and I'm 42. Stage 4."
            # What is put in brackets is said beside; after them it goes on about whom it was about.
            if "(" in self.said.between[position]:
                outside.append(current)
            if ")" in self.said.between[position] and outside:
                current = outside.pop()
            if position in relations:
                covered_until, person = relations[position]
                current = last_other = person.key
                heard_doctor = False
            elif position < covered_until:
                pass
            elif word in doctors:
                heard_doctor = True
            elif position in self._asides:
                pass
            elif word in first:
                ahead = relations.keys() & {position + 1, position + 2, position + 3}
                owns_person = word in owning and bool(ahead)
                # "My wife is 34, we have it in the house now": who is ill stays who it was.
                together = last_other is not None and word in self.lexicon.single("together")
                if not owns_person and not together:
                    current = SELF
            elif position in third and not heard_doctor:
                current = last_other or current if (last_other or current) != SELF else "someone"
                current = current or "someone"
            owners.append(current)
        return tuple(owners)

    @cached_property
    def _asides(self) -> frozenset[int]:
        """Where the writer is named and is not the subject: "I'd have to ask", "she asked me"."""
        words = self.said.words
        asides = {position for start, end in _spans(self.lexicon.cues("asides"), words) for position in range(start, end)}
        return frozenset(asides | {end for _, end in _spans(self.lexicon.cues("spoken_to"), words)})

    def _is_person(self, position: int, person: Person) -> bool:
        """Whether the word names a person here: "my wife", "for a friend"; not the "child" of "having a child"."""
        if self.said.words[position] in person.called:
            return True
        behind = position + 1
        if any(match.start == behind for match in self.lexicon.cues("kin_after").find(self.said.words)):
            return True
        before_it = self.said.words[max(0, position - 2) : position]
        if any(word in self.lexicon.single("first_subject") for word in before_it):
            return False  # "I'm a grandmother."
        described = [end for _, end in _spans(self.lexicon.cues("i_am_a"), self.said.words) if 0 <= position - end <= _DESCRIBED]
        if described and not self.said.crosses(described[-1] - 1, position + 1, self.said.pauses):
            return False  # "I'm a 69 year old fella."
        if person.key == SOMEONE:
            # "For a woman of 60", but not "I am a woman".
            return any(match.end == position for match in self.lexicon.cues("on_behalf").find(self.said.words))
        owning = self.lexicon.single("owning")
        before = self.said.words[max(0, position - 3) : position]
        if any(word in owning for word in before[-1:]):
            return True
        if any(word in owning for word in before) and not self.said.crosses(position - len(before), position + 1, self.said.pauses):
            return True
        # "Mum is 71", "dad had it out": without an owner only at the beginning of a clause.
        return position == 0 or position in self.said.pauses or self.said.words[position - 1] in self.lexicon.single("list_separators")

    @cached_property
    def relations(self) -> tuple[tuple[int, int, Person], ...]:
        """The people named, with where; of "my sister's boy" the boy."""
        named = self.lexicon.relations.find(self.said.words)
        owners = {match.start for match, following in itertools.pairwise(named) if following.start == match.end}
        owned = {match.end for match in named if match.start in owners}
        speaking = {match.start for match in self.lexicon.cues("speaking").find(self.said.words)}
        nobody = {position for start, end in _spans(self.lexicon.cues("no_people"), self.said.words) for position in range(start, end)}
        return tuple(
            (match.start, match.end, match.label)
            for match in named
            # Who says, drives or helps is not the one who is ill.
            if match.start not in owners
            and match.end not in speaking
            and match.start not in nobody
            and (self._is_person(match.start, match.label) or match.start in owned)
        )

    @cached_property
    def gone(self) -> frozenset[str]:
        """The keys of people of whom is said that they died."""
        gone = _spans(self.lexicon.cues("gone"), self.said.words)
        found = set()
        for start, end, person in self.relations:
            floor, ceiling = self._sentence(start, end)
            if any(floor <= first < ceiling and (first - end <= _REACH and start - last <= 1) for first, last in gone):
                found.add(person.key)
        subjects = {self.owners[first - 1] for first, _ in gone if first and self.owners[first - 1] not in (None, SELF)}
        return frozenset(found | {key for key in subjects if key})

    @cached_property
    def searched_for(self) -> str | None:
        """The person whom the message says the search is for: "for my wife"."""
        behalf = _spans(self.lexicon.cues("on_behalf"), self.said.words)
        owning = self.lexicon.single("owning")
        for start, _, person in self.relations:
            for _, last in behalf:
                near = 0 <= start - last <= 3 and not self.said.crosses(last, start + 1, self.said.pauses)
                if near and (start == last or self.said.words[last] in owning):
                    return person.key
        return None

    @cached_property
    def third_persons(self) -> frozenset[int]:
        """Where somebody is spoken of as "he" or "her"."""
        third = self.lexicon.single("third_person")
        return frozenset(position for position, word in enumerate(self.said.words) if word in third and not self._begins_a_name(position))

    @cached_property
    def sex_of_pronouns(self) -> str | None:
        """The sex that the pronouns say, where all of them say the same."""
        words = {self.said.words[position] for position in self.third_persons}
        said = [str(sex) for sex, pronouns in (self.lexicon.reading.get("pronouns") or {}).items() if words.intersection(pronouns)]
        return said[0] if len(said) == 1 else None

    def _begins_a_name(self, position: int) -> bool:
        """Whether figures are written onto a word: the "her" of "HER2" is nobody."""
        following = position + 1
        if following >= len(self.said) or not self.said.words[following][:1].isdecimal():
            return False
        return self.said.between[following] in _WITHIN_A_NAME

    def doubted_before(self, start: int) -> bool:
        """Whether a doubt stands right before the word: "might be lung cancer"."""
        return any(0 <= start - last <= _AFTER and not self._finished(last, start) for _, last in self._cues["doubts"])

    @cached_property
    def pronoun_first(self) -> bool:
        """Whether somebody is spoken of as "he" or "she" before any person is named: of them it is, not of whom comes later."""
        first = min(self.third_persons, default=None)
        return first is not None and all(first < start for start, _, _ in self.relations)

    @cached_property
    def speaks_of_self(self) -> bool:
        """Whether the writer is the subject somewhere: "I never", "I'm fine"."""
        subjects = self.lexicon.single("first_subject")
        return any(word in subjects for word in self.said.words)

    @cached_property
    def ill(self) -> frozenset[str]:
        """The keys of people of whom is said that they are ill."""
        ill = _spans(self.lexicon.cues("is_ill"), self.said.words)
        found = set()
        for start, end, person in self.relations:
            _, ceiling = self._sentence(start, end)
            if any(end <= first < ceiling and first - end <= _REACH for first, _ in ill):
                found.add(person.key)
        return frozenset(found)


def _spans(phrases: Phrases[bool], words: Sequence[str]) -> list[tuple[int, int]]:
    return [(match.start, match.end) for match in phrases.find(words)]
