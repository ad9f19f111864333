"""What a criterion states of medicines that people take and of operations that they had.

A name alone states nothing: "aspirin" may be tested, allowed, or be what somebody is allergic to. So it counts only where the words around
it say that somebody takes it, or has had it, and nothing in its sentence turns that round.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.criteria.criterion import Section
from bot.criteria.extraction.signs import Sign
from bot.criteria.extraction.statements import Denial, Statement, StatementWords, parts_of
from bot.criteria.extraction.treatment_words import Tense, TreatmentWords
from bot.criteria.extraction.words import Kind, Tree


class _Name(NamedTuple):
    """A name at `parts[start:end]`."""

    key: str
    start: int
    end: int


class _Said(NamedTuple):
    """A list of names of one attribute, with the words that say that they are taken, or were had: `parts[start:end]`."""

    names: list[_Name]
    start: int
    names_start: int
    """Where the words of use end, and those of the first name begin."""
    names_end: int
    """Where the words of use behind the last name end."""
    end: int
    open: bool
    partly: bool
    ever: bool = False
    """Whether all who ever took it are meant."""
    none: bool = False
    """Whether those are meant who did not."""
    outcome: bool = False
    """Whether it is about what came of it."""
    denied: bool = False
    """Whether it only counts where a "no" reaches it."""


def treatments(
    signs: Sequence[Sign],
    section: Section,
    words: TreatmentWords,
    around: StatementWords,
    others: Sequence[Statement],
    taken: Sequence[range],
) -> list[Statement]:
    """Every statement about medicines and operations, from left to right; `others` are those that were found of all else."""
    first = words.names.first
    if not any(part in first for sign in signs for part in sign.parts):
        return []
    found = _Reader(signs, section, words, around, others, taken)
    return found.statements() if found.names else []


class _Reader:
    def __init__(
        self,
        signs: Sequence[Sign],
        section: Section,
        words: TreatmentWords,
        around: StatementWords,
        others: Sequence[Statement],
        taken: Sequence[range],
    ) -> None:
        self._signs, self._section, self._words, self._around = signs, section, words, around
        self._others = others
        self._parts, self._owner = parts_of(signs)
        held = {index for block in taken for index in block}
        held.update(index for statement in others for index in range(statement.first, statement.last + 1))
        self._held = held
        self.names = self._names()

    def _names(self) -> list[_Name]:
        first, parts = self._words.names.first, self._parts
        names: list[_Name] = []
        behind = 0
        for position, part in enumerate(parts):
            if position < behind or part not in first:
                continue
            match = self._words.names.longest(parts, position)
            if match is None or not self._held.isdisjoint(self._owner[position : match[1]]):
                continue
            behind = match[1]
            before = [part for part in parts[max(0, position - 2) : position] if part != "-"]
            if before and before[-1] in self._around.apart:
                continue  # "A non-biologic medicine".
            if not (names and names[-1].key == match[0].value and self._is_in_brackets(position, behind)):
                names.append(_Name(match[0].value, position, behind))
        return names

    def _is_in_brackets(self, start: int, end: int) -> bool:
        """Whether brackets hold just these parts: a short name behind the long one."""
        if not 0 < start <= end < len(self._parts):
            return False
        before, behind = (self._signs[self._owner[position]] for position in (start - 1, end))
        return before.is_a(Kind.OPEN) and behind.is_a(Kind.CLOSE)

    def statements(self) -> list[Statement]:
        denial = Denial(self._signs, self._around)
        found: list[Statement] = []
        for said in self._said():
            if self._is_beyond_brackets(denial, said):
                continue
            # Each name with the words before it; the first has those of use as well, and the last what stands behind.
            starts = [said.start, *(name.start for name in said.names[1:])]
            ends = [*(name.end for name in said.names[:-1]), said.end]
            for name, start, end in zip(said.names, starts, ends, strict=True):
                stated = self._words.stated[name.key]
                first, last = self._owner[start], self._owner[end - 1]
                denied = denial.reaches(first, stated) is not said.none
                denial.passes(last, stated)
                if said.denied and not denied:
                    continue
                before_name = self._parts[max(start, said.names_start) : name.start]
                partly = said.partly or not self._words.narrowing.isdisjoint(before_name)
                found.append(Statement(stated, first, last, denied, partly, said.open, said.ever))
        return found

    # -- lists, and what is said of them

    def _said(self) -> list[_Said]:
        made: list[_Said] = []
        for chain in self._chains():
            said = self._of_medicines(chain) if self._attribute(chain[0]) == self._words.medicines else self._of_operations(chain)
            if said is not None and not self._is_turned(said) and self._begins_plainly(said) and self._ends_plainly(said):
                made.append(said)
        return made

    def _attribute(self, name: _Name) -> str:
        return self._words.stated[name.key].attribute

    def _chains(self) -> list[list[_Name]]:
        """Names of one attribute with nothing between them but what joins them."""
        chains: list[list[_Name]] = []
        for name in self.names:
            before = chains[-1][-1] if chains else None
            if before is not None and self._attribute(before) == self._attribute(name) and self._joined(before.end, name.start):
                chains[-1].append(name)
            else:
                chains.append([name])
        return chains

    def _joined(self, start: int, end: int) -> bool:
        links = {
            index
            for statement in self._others
            if statement.stated.attribute in self._words.linked
            for index in range(statement.first, statement.last + 1)
        }
        joins = False
        behind = start
        for position in range(start, end):
            sign = self._signs[self._owner[position]]
            if position < behind:
                continue
            if sign.is_a(Kind.OPEN) and position + 2 < end and self._is_in_brackets(position + 1, position + 2):
                behind = position + 3  # "Non-steroidal drugs (NSAIDs) or aspirin".
                continue
            if self._owner[position] in links or sign.text in self._words.between or self._parts[position] in self._words.narrowing:
                continue
            if _JOINING.isdisjoint(sign.kinds) and sign.text != "/":
                return False
            joins = True
        return joins

    def _of_medicines(self, chain: list[_Name]) -> _Said | None:
        start = end = chain[0].start
        if (naive := self._naive(chain)) is not None:
            return naive
        before = self._before(self._words.taken, start)
        behind = self._behind(chain[-1].end)
        if before is not None:
            start, end, tense = before
        elif behind is not None and self._section is Section.EXCLUSION:
            tense = Tense(behind[0])
        elif self._section is Section.INCLUSION and self._is_denied_before(start):
            # "No antidepressant medication for a month": who takes one now does not come in, and since when, the study team asks.
            last = chain[-1].end if behind is None else behind[1]
            return _Said(chain, start, start, last, last, open=False, partly=True, denied=True)
        elif (treated := self._treated_for_a_time(start)) is not None:
            last = chain[-1].end if behind is None else behind[1]
            return _Said(chain, treated, start, last, last, open=True, partly=True, ever=True, outcome=True)
        else:
            return None
        last = chain[-1].end if behind is None else behind[1]
        if tense is Tense.EXPERIENCED:
            return _Said(chain, start, end, last, last, open=True, partly=True, ever=True, outcome=True)
        if tense is Tense.FREE:
            # Since when, only the study team can say.
            return _Said(chain, start, end, last, last, open=False, partly=True, none=True) if len(chain) == 1 else None
        past = not self._around.past.isdisjoint(self._plain_words(start))
        counted = not self._words.counting.isdisjoint(self._parts[end : chain[0].start])
        partly = tense is Tense.OFTEN or counted or self._counts_more(last)
        said_behind = {self._parts[position] for position in self._rest_of_sentence(last)}
        if self._has_another_way(last) and (partly or not self._words.purpose.isdisjoint(said_behind)):
            return None
        if self._section is Section.INCLUSION and tense is not Tense.OPEN and not past and not self._is_denied_before(start):
            return _Said(chain, start, end, last, last, open=False, partly=partly)
        # Who took it within a month need not take it now.
        window = self._window(last)
        dated = past or window is not None or self._tells_a_time(last)
        if dated and tense is Tense.OFTEN:
            return None  # Neither who takes it now nor who does not is certain to be meant.
        open_ = tense is Tense.OPEN or dated
        ever = (
            not self._words.before_now.isdisjoint(self._parts[start : chain[0].start]) and window is None and not self._tells_a_time(last)
        )
        return _Said(chain, start, end, last, window or last, open=open_, partly=partly, ever=open_ and ever)

    def _of_operations(self, chain: list[_Name]) -> _Said | None:
        before = self._before(self._words.had, chain[0].start)
        last = chain[-1].end
        dated = self._tells_a_time(last) or self._counts_more(last)
        if before is not None:
            # When it was, only the study team can say.
            return _Said(chain, before[0], before[1], last, last, open=before[2] is Tense.OPEN, partly=dated)
        dated = self._window(last) is not None
        return _Said(chain, chain[0].start, chain[0].start, last, last, open=False, partly=True) if dated else None

    def _treated_for_a_time(self, end: int) -> int | None:
        """Where "treated for at least 3 months with" begins, right before a name."""
        start = end
        while start and end - start < _MOST_BETWEEN and self._is_between(start - 1) and self._parts[start - 1] not in self._words.by:
            start -= 1
        if not start or self._parts[start - 1] not in self._words.by:
            return None
        place = start - 2
        while (
            place >= 0
            and start - place < _LONGEST_TIME
            and (
                self._is_time(place)
                or self._signs[self._owner[place]].is_a(Kind.NUMBER)
                or self._parts[place] in self._words.lasting
                or self._is_between(place)
                or self._parts[place] in self._words.within
            )
        ):
            place -= 1
        counted = start - 2 - place > 1
        return place if counted and place >= 0 and self._parts[place] in self._words.treated else None

    def _naive(self, chain: list[_Name]) -> _Said | None:
        """ "Methotrexate-naive": nobody who ever took it."""
        last = chain[-1].end
        reach = range(last, min(last + _NAIVE_REACH, len(self._parts)))
        place = next((at for at in reach if self._parts[at] != "-" and self._parts[at] not in self._words.behind), None)
        if place is None or self._parts[place] not in self._words.naive or len(chain) > 1 or self._section is Section.EXCLUSION:
            return None
        return _Said(
            chain, chain[0].start, chain[0].start, place + 1, place + 1, open=True, partly=True, ever=True, none=True, outcome=True
        )

    def _behind(self, end: int) -> tuple[str, int] | None:
        """The words of use right behind a name, also behind a hyphen: "aspirin-treated"."""
        for start in (end, end + 1):
            if start >= len(self._parts) or (start > end and self._parts[end] != "-"):
                break
            match = self._words.use.longest(self._parts, start)
            if match is not None:
                return match[0].value, match[1]
        return None

    def _before(self, tree: Tree, end: int) -> tuple[int, int, Tense] | None:
        """The words of use right before a name, the longest that there are: where they begin and end, and their tense."""
        start = end
        while start and end - start < _MOST_BETWEEN and self._is_between(start - 1):
            start -= 1
        best: tuple[int, int, Tense] | None = None
        for last in range(start, end + 1):
            for first in range(max(0, last - _LONGEST_USE), last):
                if self._parts[first] not in tree.first:
                    continue
                match = tree.longest(self._parts, first)
                if match is not None and match[1] == last and (best is None or first < best[0]):
                    best = first, last, Tense(match[0].value)
        if best is not None and not self._held.isdisjoint(self._owner[best[0] : end]):
            return None
        return best

    def _is_between(self, position: int) -> bool:
        part = self._parts[position]
        if Kind.OR in self._signs[self._owner[position]].kinds:
            return self._parts[position + 1 : position + 2] == ["more"]  # "One or more biologics".
        return part in self._words.between or part in self._words.narrowing or part == "-"

    def _window(self, start: int) -> int | None:
        """Behind a time that follows and reaches back from today: "within 30 days"."""
        reach = range(start, min(start + _WINDOW_REACH, len(self._parts)))
        for position in reach:
            sign = self._signs[self._owner[position]]
            if (
                not _ENDS_WINDOW.isdisjoint(sign.kinds)
                or self._owner[position] in self._held
                or self._parts[position] in self._words.lasting
            ):
                return None
            if self._is_time(position):
                return position + 1 if self._reaches_back(position, start) else None
        return None

    def _tells_a_time(self, start: int) -> bool:
        """Whether a time that reaches back from today, or a "before", stands anywhere behind, in the same sentence."""
        return any(
            self._parts[position] in self._words.ago or (self._is_time(position) and self._reaches_back(position, position - _WINDOW_REACH))
            for position in self._rest_of_sentence(start)
        )

    def _counts_more(self, start: int) -> bool:
        """Whether a number of something else than such a time stands behind: a dose, or how long."""
        for position in self._rest_of_sentence(start):
            index = self._owner[position]
            if index in self._held or not self._signs[index].is_a(Kind.NUMBER):
                continue
            times = [place for place in range(position + 1, min(position + 4, len(self._parts))) if self._is_time(place)]
            if not any(self._reaches_back(place, max(start, position - _WINDOW_REACH)) for place in times[:1]):
                return True
        return False

    def _has_another_way(self, start: int) -> bool:
        """Whether brackets with an "or" stand behind, which may be another way to be meant: "(1.5 mg or an equal dose of others)"."""
        signs = [self._signs[self._owner[position]] for position in self._rest_of_sentence(start)]
        depth = 0
        for sign in signs:
            depth += sign.is_a(Kind.OPEN) - sign.is_a(Kind.CLOSE)
            if depth > 0 and Kind.OR in sign.kinds:
                return True
        return False

    def _rest_of_sentence(self, start: int) -> range:
        end = start
        while end < len(self._parts) and Kind.STOP not in self._signs[self._owner[end]].kinds:
            end += 1
        return range(start, end)

    def _is_time(self, position: int) -> bool:
        part = self._parts[position]
        return part in self._words.times or (self._signs[self._owner[position]].is_a(Kind.UNIT) and part.strip("s") in self._words.times)

    def _reaches_back(self, position: int, start: int) -> bool:
        around = (*self._parts[max(0, start) : position], *self._parts[position + 1 : position + 3])
        return not self._words.within.isdisjoint(around) or not self._words.ago.isdisjoint(self._parts[position + 1 : position + 3])

    # -- what makes it something else

    def _is_denied_before(self, start: int) -> bool:
        return any(Kind.NOT in self._signs[index].kinds for index in self._plain_signs(start))

    def _is_beyond_brackets(self, denial: Denial, said: _Said) -> bool:
        """Whether it is denied where an exclusion says so, or where a bracket stands between: those turn out to mean something else."""
        first = self._owner[said.start]
        probe = self._words.stated[said.names[0].key]
        if not denial.would_reach(first, probe):
            return False
        denied_by = max(index for index in range(first) if Kind.NOT in self._signs[index].kinds)
        between = self._signs[denied_by:first]
        return self._section is Section.EXCLUSION or any(sign.is_a(Kind.OPEN, Kind.CLOSE) for sign in between)

    def _plain_signs(self, start: int) -> list[int]:
        """The signs before a place, back to where its part of the sentence begins."""
        index = self._owner[start] - 1
        found: list[int] = []
        while index >= 0:
            sign = self._signs[index]
            if not _PARTING.isdisjoint(sign.kinds) or sign.text in _MARKS:
                break
            found.append(index)
            index -= 1
        return found

    def _plain_words(self, start: int) -> set[str]:
        return {part for index in self._plain_signs(start) for part in self._signs[index].parts}

    def _is_turned(self, said: _Said) -> bool:
        """Whether a word of the sentence turns round what is said: "agrees to stop the use of aspirin"."""
        first, last = self._owner[said.start], self._owner[said.end - 1]
        while first and Kind.STOP not in self._signs[first - 1].kinds:
            first -= 1
        while last + 1 < len(self._signs) and Kind.STOP not in self._signs[last + 1].kinds:
            last += 1
        turning, demanding = self._words.turning, self._words.demanding
        for position, owner in enumerate(self._owner):
            if not first <= owner <= last or said.start <= position < said.names_start:
                continue  # "Prior or planned": what is planned stands in the words of use themselves.
            if self._parts[position] in turning.first and (match := turning.longest(self._parts, position)) is not None:
                phrase = " ".join(self._parts[position : match[1]])
                told = self._words.of_responses if said.outcome else self._words.outcomes if self._section is Section.INCLUSION else ()
                if phrase not in told:
                    return True
            # "Patients on insulin must have a stable dose" asks for no insulin.
            if position >= said.end and self._parts[position] in demanding.first and demanding.longest(self._parts, position) is not None:
                return True
        return False

    def _begins_plainly(self, said: _Said) -> bool:
        """Whether before the words of use nothing stands in their part of the sentence that says more."""
        for index in self._plain_signs(said.start):
            sign = self._signs[index]
            known = index in self._held or Kind.NOT in sign.kinds
            if not known and not all(part in self._words.before for part in sign.parts if part[0].isalnum()):
                return False
        return True

    def _ends_plainly(self, said: _Said) -> bool:
        """Whether no word behind a name makes it the name of something else: "aspirin allergy"."""
        if said.none:
            return True
        ends = [name.end for name in said.names[:-1]] + [said.names_end]
        return all(end >= len(self._parts) or self._may_follow(end) for end in ends)

    def _may_follow(self, position: int) -> bool:
        sign = self._signs[self._owner[position]]
        if self._parts[position] == "-":
            return position + 1 >= len(self._parts) or not self._adjoins(position)
        if sign.kind is not Kind.WORD or not self._parts[position][0].isalnum():
            return True
        return self._parts[position] in self._words.behind

    def _adjoins(self, position: int) -> bool:
        """Whether a hyphen joins what stands on both sides: "aspirin-induced"."""
        signs, index = self._signs, self._owner[position]
        return 0 < index < len(signs) - 1 and signs[index - 1].end == signs[index].start and signs[index].end == signs[index + 1].start


_MOST_BETWEEN = 6
_LONGEST_USE = 7
_LONGEST_TIME = 12
_NAIVE_REACH = 3
_WINDOW_REACH = 8
_JOINING = frozenset((Kind.COMMA, Kind.AND, Kind.OR, Kind.AND_TO))
_ENDS_WINDOW = frozenset((Kind.STOP, Kind.OR, Kind.CONDITION))
_MARKS = frozenset("/:-*•")
_PARTING = frozenset((Kind.COMMA, Kind.STOP, Kind.AND, Kind.OR, Kind.OPEN, Kind.CLOSE, Kind.CONDITION))
