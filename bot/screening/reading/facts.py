"""What a message tells without being asked: every attribute that it clearly states.

Told facts are taken more strictly than answers: only what stands by itself, is said of the person
whom the screening is about, and is neither denied in a way that leaves it open, nor doubted, nor
only planned.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.criteria.operators import NEVER, Partly, Value
from bot.screening.attributes import AnswerType, Attribute
from bot.screening.reading.lexicon import Lexicon, Means, Told
from bot.screening.reading.numbers import Number
from bot.screening.reading.patterns import Found, untangled
from bot.screening.reading.staging import stage_of_tnm
from bot.screening.reading.stance import Stance
from bot.screening.reading.values import Message, ValueReader
from bot.screening.readings import SELF

_MEASUREMENT = "measurement"
_YOUNGEST, _OLDEST = 16, 99
"""Between these a bare number beside an illness is an age."""
_AGE, _SEX, _CONDITION, _STAGE = "age", "sex", "condition", "cancer_stage"
_COUNT_REACH = 5
"""How many small words may stand between a number and the place it counts: "two small spots in the right lung"."""
_MOST_COUNTED = 30
"""Places at one place of the body at most; a larger number counts something else."""
_KINDS_WITH_NUMBERS = ("value", "number", "time")
"""What words can mean in which a number belongs to them, and counts nothing else."""
_OTHER, _NONE = "other_cancer", "none"
_SOMEONE = "someone"
_TOLD_OUTRIGHT = frozenset({"treatment", "health", "family"})
"""Groups of attributes that are told in a statement, and never in passing in a question."""


@dataclass(frozen=True)
class TellTale:
    """One thing told: of whom (`owner`: SELF, a person's key, or None where nobody is named), and where."""

    attribute: str
    value: Value
    owner: str | None
    start: int


@dataclass(frozen=True)
class Tales:
    """What a message tells: one value for each attribute and person, and the attributes of which two are told, so that neither is clear."""

    clear: tuple[TellTale, ...]
    torn: frozenset[str]


class FactReader:
    """Finds facts with the words of one language."""

    def __init__(self, lexicon: Lexicon, values: ValueReader) -> None:
        self._lexicon = lexicon
        self._values = values
        self._anybody = lexicon.anybody

    def tales(self, message: Message) -> Tales:
        """Everything told, of whomever."""
        found = self._found(message)
        values = _by_key(found)
        clear = (tale for index, tale in enumerate(found) if len(values[_key(tale)]) == 1 and not _seen(found, index))
        return Tales(tuple(clear), frozenset(name for (name, _), told in values.items() if len(told) > 1))

    def _found(self, message: Message) -> list[TellTale]:
        found = [*self._conditions(message), *self._patterns(message), *self._measurements(message)]
        found += self._alone(message, {tale.attribute for tale in found})
        found += self._listed_alone(message, {tale.attribute for tale in found})
        found = self._with_counts(found, message)
        # What is only asked about is not told: "what are the odds of getting the radiation". Who somebody is may stand in a question.
        found = [tale for tale in found if not self._asked(tale, message)]
        kept = _by_key(found)
        for (name, _), values in kept.items():
            outranks = self._lexicon.words_of(name).outranks
            for value in tuple(values):
                values -= set(outranks.get(str(value), ()))
        return [tale for tale in found if tale.value in kept[_key(tale)]]

    def patient(self, message: Message, told: tuple[TellTale, ...], about: str | None) -> str | None:
        """Whose illness the message is about: SELF or a person's key; None where it does not say."""
        clauses = message.clauses
        owners = {tale.owner for tale in told if tale.attribute not in (_AGE, _SEX)} - clauses.gone
        people = [person.key for _, _, person in clauses.relations if person.key not in clauses.gone]
        # "For me", but not "for me nan".
        named = {start for start, _, _ in clauses.relations}
        mine = [match for match in self._lexicon.cues("about_me").find(message.said.words) if match.end not in named]
        if any(not clauses.denied(match.start, match.end, deny_after=False) for match in mine):
            return SELF
        if clauses.searched_for and clauses.searched_for not in clauses.gone:
            return clauses.searched_for
        if SELF in owners:
            return SELF
        if clauses.pronoun_first:
            return about if about not in (None, SELF) else _SOMEONE
        if clauses.speaks_of_self and not any(owner in people for owner in owners) and about in (None, SELF):
            # "My mother and both aunts had it, I never": of whom it is said is the writer.
            return SELF if len(people) == 0 or not any(tale.owner in people for tale in told) else people[0]
        ill = [key for key in people if key in clauses.ill or key in owners]
        if ill:
            return about if about in ill else ill[0]
        others = [key for key in people if any(tale.owner == key for tale in told)]
        if others:
            return about if about in others else others[0]
        if any(tale.owner == SELF for tale in told):
            return SELF
        return None

    def of_patient(self, message: Message, told: tuple[TellTale, ...], patient: str | None) -> dict[str, TellTale]:
        """What is told of the patient, by attribute; his or her sex where the word for the person says it."""
        facts: dict[str, TellTale] = {}
        for tale in told:
            mine = tale.owner in (None, patient) or (patient not in (None, SELF) and tale.owner in self._anybody) or (patient == _SOMEONE)
            # "I'm looking for a breast cancer trial for my mum": what is looked for is hers.
            mine = mine or (tale.attribute == _CONDITION and tale.owner == SELF and patient == message.clauses.searched_for)
            if mine and tale.attribute not in facts:
                facts[tale.attribute] = tale
        if _SEX not in facts and patient not in (None, SELF):
            person = next((p for _, _, p in message.clauses.relations if p.key == patient), None)
            sex = person.sex if person is not None and person.sex else message.clauses.sex_of_pronouns
            if sex:
                facts[_SEX] = TellTale(_SEX, sex, patient, 0)
        return facts

    def asked(self, tale: TellTale, message: Message) -> bool:
        """Whether the fact stands in a sentence that is a question."""
        return any(tale.start in sentence for sentence in message.questions)

    def _asked(self, tale: TellTale, message: Message) -> bool:
        return self._lexicon.attributes[tale.attribute].group in _TOLD_OUTRIGHT and self.asked(tale, message)

    # -- kinds of facts

    def _owner(self, message: Message, start: int, end: int) -> str | None:
        owners = message.clauses.owners
        # A word for a person inside the phrase itself decides ("my mum is 71"), else who was spoken of before it.
        return owners[min(max(start, end - 1), len(owners) - 1)] if owners else None

    def _patterns(self, message: Message) -> Iterator[TellTale]:
        by_attribute: dict[str, list[Found[Told]]] = {}
        for match in message.told:
            by_attribute.setdefault(match.label.attribute, []).append(match)
        for name, matches in by_attribute.items():
            attribute = self._lexicon.attributes[name]
            matches = self._in_clear_sentences(untangled(matches), message)
            if name == _OTHER and not self._of_another_illness(message):
                matches = [match for match in matches if match.label.means.value == _NONE]
            yield from self._of(attribute, matches, message)
        if _STAGE in self._lexicon.attributes:
            stage = stage_of_tnm(message.said.lowered, asked=False)
            if stage is not None:
                yield TellTale(_STAGE, stage, None, 0)

    @staticmethod
    def _in_clear_sentences(matches: list[Found[Told]], message: Message) -> list[Found[Told]]:
        """Those that do not share their sentence with words which leave the attribute open."""
        doubtful = [
            sentence
            for sentence in message.said.sentences
            if any(match.label.means.kind == "unclear" and match.start in sentence for match in matches)
        ]
        return [match for match in matches if not any(match.start in sentence for sentence in doubtful)]

    def _of(self, attribute: Attribute, matches: list[Found[Told]], message: Message) -> Iterator[TellTale]:
        words = self._lexicon.words_of(attribute.name)
        if attribute.answer_type is AnswerType.CHOICES and self._values.trails_off(attribute, message.found(attribute.name), message):
            return
        chosen: dict[str | None, list[str]] = {}
        denied_owner: list[str | None] = []
        denied_until = -1
        for position, match in enumerate(matches):
            following = matches[position + 1].start if position + 1 < len(matches) else None
            following = self._next_thing(attribute, match, following, message)
            stance = message.clauses.stance(match.start, match.end, words.deny_after, following, behind=attribute.name not in (_AGE, _SEX))
            if stance is Stance.PLANNED and attribute.name in (_AGE, _SEX):
                stance = Stance.SAID  # "Scan booked for Monday, 51 years old": nobody plans an age.
            owner = self._owner(message, match.start, match.end)
            listed = (
                denied_until >= 0
                and self._lexicon.joins.issuperset(message.said.words[denied_until : match.start])
                and match.start not in message.said.stops
            )
            if listed and stance is Stance.SAID:
                stance = Stance.DENIED
            denied_until = match.end if stance is Stance.DENIED else -1
            value = self._value(attribute, match, message)
            if value is None or (attribute.name == _AGE and self._is_of_another(match, message)):
                continue
            if attribute.answer_type is AnswerType.CHOICES and isinstance(value, tuple):
                if stance is Stance.SAID:
                    chosen.setdefault(owner, []).extend((*value, *self._listed(attribute, match, message)))
                elif stance is Stance.DENIED:
                    denied_owner.append(owner)
            elif stance is Stance.SAID:
                yield TellTale(attribute.name, value, owner, match.start)
            elif stance is Stance.DENIED:
                other = self._contrary(attribute, value, words.denied)
                if other is not None:
                    yield TellTale(attribute.name, other, owner, match.start)
        named_owners = [owner for owner in chosen if owner is not None]
        if None in chosen and len(named_owners) == 1:
            # "It went to some nodes and to my hip": of one person.
            chosen[named_owners[0]] = [*chosen.pop(None), *chosen[named_owners[0]]]
        for owner in dict.fromkeys([*chosen, *denied_owner]):
            named = set(chosen.get(owner, ()))
            if not named and words.all_denied:
                named = {words.all_denied}
            ordered = tuple(item for item in attribute.values if item in named)
            if attribute.accepts(ordered):
                yield TellTale(attribute.name, ordered, owner, matches[0].start)

    @staticmethod
    def _next_thing(attribute: Attribute, match: Found[Told], following: int | None, message: Message) -> int | None:
        """Where behind a comma something else is told: what is said there is not of this one: "stage IV, ALK negative"."""
        others = [
            told.start
            for told in message.told
            if told.label.attribute != attribute.name and told.label.means.kind == "value" and told.start >= match.end
        ]
        behind = min((start for start in others if start in message.said.pauses), default=None)
        return min((start for start in (following, behind) if start is not None), default=None)

    def _listed(self, attribute: Attribute, told: Found[Told], message: Message) -> Iterator[str]:
        """The other values of a list of which one part is told: the rest of "spread to the liver, a rib and one node"."""
        words, fillers = message.said.words, self._lexicon.single("list_fillers")
        named = [found for found in message.found(attribute.name) if found.label.own and isinstance(found.label.value, tuple)]

        def joined(start: int, end: int) -> bool:
            if message.said.crosses(start - 1, end + 1, message.said.stops):
                return False
            between = words[start:end]
            listed = any(word in self._lexicon.joins for word in between) or message.said.crosses(start - 1, end + 1, message.said.pauses)
            return listed and all(word in self._lexicon.joins or word in fillers or word.isdecimal() for word in between)

        start, end = told.start, told.end
        for found in named:
            if found.start >= end and joined(end, found.start) and message.clauses.stance(found.start, found.end) is Stance.SAID:
                end = found.end
                yield from found.label.value if isinstance(found.label.value, tuple) else ()
        for found in reversed(named):
            if found.end <= start and joined(found.end, start) and message.clauses.stance(found.start, found.end) is Stance.SAID:
                start = found.start
                yield from found.label.value if isinstance(found.label.value, tuple) else ()

    @staticmethod
    def _is_of_another(match: Found[Told], message: Message) -> bool:
        """Whether the number of an age stands in what tells of something else: "my uncle's performance status is 2"."""
        numbers = [number for number in message.numbers.find(message.said.words) if match.start <= number.start < match.end]
        return any(
            told.start <= number.start < told.end
            for told in message.told
            for number in numbers
            if told.label.attribute not in (_AGE, _SEX) and told.label.means.kind in ("value", "number")
        )

    def _value(self, attribute: Attribute, match: Found[Told], message: Message) -> Value | None:
        means = match.label.means
        if means.kind == "value":
            return means.value
        if means.kind not in ("number", "time") or len(match.numbers) != 1:
            return None
        if means.kind == "time":
            time = next(
                (t for t in self._values.times.find(message.said, message.today) if match.start <= t.start and t.end <= match.end), None
            )
            return None if time is None else time.days
        return self._values.number_in(attribute, match.start, match.end, message)

    @staticmethod
    def _contrary(attribute: Attribute, value: Value, denied: object) -> Value | None:
        """What the denial of a value means."""
        if attribute.answer_type is AnswerType.YES_NO:
            return False if value is True else None
        if isinstance(denied, dict) and value in denied:
            other = str(denied[value])
            return NEVER if other == NEVER else other
        return None

    def _conditions(self, message: Message) -> Iterator[TellTale]:
        if _CONDITION not in self._lexicon.attributes:
            return
        by_owner: dict[str | None, list[str]] = {}
        starts: dict[str | None, int] = {}
        for named in message.conditions:
            owner = self._owner(message, named.start, named.end)
            # "Lung cancer, ALK negative": what is negative behind the comma is something else.
            until = min((pause for pause in message.said.pauses if pause >= named.end), default=None)
            stance = message.clauses.stance(named.start, named.end, until=until)
            told = stance is Stance.SAID or (stance is not Stance.DENIED and not message.clauses.doubted_before(named.start))
            if told and not self._elsewhere(message, named.start, named.end):
                by_owner.setdefault(owner, []).append(named.name)
                starts.setdefault(owner, named.start)
        for owner, names in by_owner.items():
            yield TellTale(_CONDITION, self._lexicon.conditions.narrowest(names), owner, starts[owner])

    def illnesses(self, message: Message) -> Partly:
        """Every illness that a message says the patient has, or does not have; of a relative's, nothing."""
        patient = self.patient(message, self.tales(message).clear, None)
        has: list[str] = []
        lacks: list[str] = []
        for named in message.conditions:
            if self._owner(message, named.start, named.end) not in (None, SELF, patient) or message.clauses.doubted_before(named.start):
                continue
            until = min((pause for pause in message.said.pauses if pause >= named.end), default=None)
            stance = message.clauses.stance(named.start, named.end, until=until)
            if stance in (Stance.SAID, Stance.DENIED):
                (has if stance is Stance.SAID else lacks).append(named.name)
        conditions = self._lexicon.conditions
        # Who denies a kind does not mean it by a wider name either.
        without = {other for name in lacks for other in (name, *conditions.below(name), *conditions.above(name))}
        return Partly(conditions.without_wider(has), tuple(sorted(without - set(has))))

    def _of_another_illness(self, message: Message) -> bool:
        """Whether an illness is named besides the one that is told as another."""
        return any(not self._elsewhere(message, named.start, named.end) for named in message.conditions)

    def _elsewhere(self, message: Message, start: int, end: int) -> bool:
        """Whether the illness is told as another one than that of the search: one of long ago."""
        return any(
            match.label.attribute == _OTHER and match.start < end and start < match.end and match.label.means.value != _NONE
            for match in message.told
        )

    def _alone(self, message: Message, told: set[str]) -> Iterator[TellTale]:
        """Age and sex as people put them beside an illness, with nothing else between the commas: "lung cancer, 59, female"."""
        if not message.conditions:
            return
        clauses = _clauses(message)
        starts, ends = {start for start, _ in clauses}, {end for _, end in clauses}
        behind, before = {named.end for named in message.conditions}, {named.start for named in message.conditions}
        ages = [
            number
            for number in message.numbers.find(message.said.words)
            if (number.start, number.end) in clauses
            or (number.start in behind and number.end in ends)
            or (number.start in starts and number.end in before)
        ]
        plausible = [number for number in ages if _YOUNGEST <= number.value <= _OLDEST and number.value == int(number.value)]
        if _AGE in self._lexicon.attributes and _AGE not in told and len(plausible) == 1 == len(ages):
            yield TellTale(_AGE, int(plausible[0].value), self._owner(message, plausible[0].start, plausible[0].end), plausible[0].start)
        if _SEX in self._lexicon.attributes and _SEX not in told:
            known = self._lexicon.whole(_SEX)
            meant = [(known.get(" ".join(message.said.words[start:end])), start, end) for start, end in clauses]
            values = [(means.value, start, end) for means, start, end in meant if means and means.own and means.value]
            if len(values) == 1:
                value, start, end = values[0]
                yield TellTale(_SEX, value, self._owner(message, start, end), start)

    def _listed_alone(self, message: Message, told: set[str]) -> Iterator[TellTale]:
        """Places that stand alone between commas, beside their number or its name: "5 mets in total, bones and liver"."""
        fillers = self._lexicon.single("list_fillers") | self._lexicon.joins
        for name, by in (self._lexicon.reading["numbers"].get("counted_by") or {}).items():
            if by in told or name not in self._lexicon.attributes or by not in self._lexicon.attributes:
                continue
            spoken_of = name in told or any(match.label == name for match in self._lexicon.attribute_names.find(message.said.words))
            places = self._places(str(by), message)
            if not spoken_of or not places:
                continue
            named = {position for place in places for position in range(place.start, place.end)}
            small = {p for number in message.numbers.find(message.said.words) for p in range(number.start, number.end)}
            alone: list[Found[Means]] = []
            listed = -1
            for start, end in reversed(_clauses(message)):
                inside = [place for place in places if start <= place.start and place.end <= end]
                if inside and all(p in named or p in small or message.said.words[p] in fillers for p in range(start, end)):
                    alone, listed = [*inside, *alone], start
                elif inside and inside[-1].end == end == listed and end not in message.said.stops:
                    alone = [inside[-1], *alone]  # "The scan showed the liver, a rib and one node."
            chosen = {item for place in alone if isinstance(place.label.value, tuple) for item in place.label.value}
            ordered = tuple(item for item in self._lexicon.attributes[by].values if item in chosen)
            if ordered and self._lexicon.attributes[by].accepts(ordered):
                yield TellTale(str(by), ordered, self._owner(message, alone[0].start, alone[0].end), alone[0].start)

    def _places(self, by: str, message: Message) -> list[Found[Means]]:
        """Where the values of a list are named, and neither denied nor doubted."""
        named = [found for found in message.found(by) if found.label.own and isinstance(found.label.value, tuple)]
        return [place for place in named if message.clauses.stance(place.start, place.end) is Stance.SAID]

    def _with_counts(self, found: list[TellTale], message: Message) -> list[TellTale]:
        """With the count of places that is told by its parts: "two in the liver and one in the hip", where every part has its number.

        A part alone is not the count: of "liver mets x 2, adrenal x 1" the 2.
        """
        for name, by in (self._lexicon.reading["numbers"].get("counted_by") or {}).items():
            # Only parts of something that is told here anyhow: "mets in the brain", not "a pain in the hip".
            if name not in self._lexicon.attributes or all(tale.attribute != by for tale in found):
                continue
            places = self._places(str(by), message)
            parts = self._parts(str(name), str(by), places, message)
            whole = {tale.value for tale in found if tale.attribute == name}
            if not parts or (whole and (len(parts) == 1 or not whole <= {part.value for part in parts})):
                continue
            value = self._values.sum_of(self._lexicon.attributes[name], parts, message)
            if value is not None:
                found = [tale for tale in found if tale.attribute != name]
                found.append(TellTale(name, value, self._owner(message, places[0].start, places[0].end), places[0].start))
        return found

    def _parts(self, name: str, by: str, places: Sequence[Found[Means]], message: Message) -> list[Number]:
        """The number of each place; none at all where one has none."""
        own = self._lexicon.words_of(name).units
        of_others = [match for match in message.told if match.label.attribute not in (name, by)]
        elsewhere = {p for m in of_others if m.label.means.kind in _KINDS_WITH_NUMBERS for p in range(m.start, m.end)}
        elsewhere |= {found.start for found in self._values.quantities.find(message.said) if found.unit and found.unit not in own}
        numbers = [n for n in message.numbers.find(message.said.words) if n.start not in elsewhere and n.value <= _MOST_COUNTED]
        parts = [number for place in places if (number := self._number_of(place.start, place.end, numbers, message))]
        return parts if len({part.start for part in parts}) == len(places) else []

    def _number_of(self, start: int, end: int, numbers: Sequence[Number], message: Message) -> Number | None:
        """The number that counts what stands at these words: shortly before it in its clause, or right behind it."""
        fillers, words = self._lexicon.single("list_fillers"), message.said.words
        inside = [number for number in numbers if start <= number.start and number.end <= end]
        before = [
            number
            for number in numbers
            if 0 <= start - number.end <= _COUNT_REACH
            and not message.said.crosses(number.end - 1, start + 1, message.said.pauses)
            and fillers.issuperset(words[number.end : start])
        ]
        behind = [
            number
            for number in numbers
            if 0 <= number.start - end <= 1
            and (fillers - self._lexicon.joins).issuperset(words[end : number.start])
            and number.start not in message.said.pauses
        ]
        return next(iter([*inside, *reversed(before), *behind]), None)

    def _measurements(self, message: Message) -> Iterator[TellTale]:
        if not message.numbers.find(message.said.words):
            return
        for name, attribute in self._lexicon.attributes.items():
            if attribute.group != _MEASUREMENT or attribute.answer_type is not AnswerType.NUMBER:
                continue
            for value, start, end in self._values.quantities.facts(attribute, message.said):
                if attribute.plausible and not attribute.plausible[0] <= value <= attribute.plausible[1]:
                    continue
                if message.clauses.stance(start, end) is Stance.SAID:
                    yield TellTale(name, value, self._owner(message, start, end), start)


def _key(tale: TellTale) -> tuple[str, str | None]:
    """What two tales have to agree in: said of the writer or of nobody in particular, they are of the same person."""
    return tale.attribute, None if tale.owner == SELF else tale.owner


def _clauses(message: Message) -> list[tuple[int, int]]:
    """What stands between commas, stops and the like."""
    marks = sorted({0, *message.said.pauses, len(message.said)})
    return [(start, end) for start, end in itertools.pairwise(marks) if end > start]


def _by_key(found: Sequence[TellTale]) -> dict[tuple[str, str | None], set[Value]]:
    values: dict[tuple[str, str | None], set[Value]] = {}
    for tale in found:
        values.setdefault(_key(tale), set()).add(tale.value)
    return values


def _seen(found: list[TellTale], index: int) -> bool:
    tale = found[index]
    return any((other.attribute, other.owner, other.value) == (tale.attribute, tale.owner, tale.value) for other in found[:index])
