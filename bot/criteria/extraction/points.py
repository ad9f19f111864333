"""What one point of a text says by itself: its bounds, and as much of it as a rule as can be read for certain."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from bot.criteria.criterion import Section
from bot.criteria.extraction.bounds import Limit, limits
from bot.criteria.extraction.combining import Atom, Reach, all_of, any_of, both_or_unsure, combined
from bot.criteria.extraction.measures import TURNED, Measures, comparison
from bot.criteria.extraction.outline import Point
from bot.criteria.extraction.signs import Sign, signs
from bot.criteria.extraction.statements import Statement, StatementWords, statements
from bot.criteria.extraction.subjects import Absurd, Moods, Subjects, conditions_apart, demanding, for_whom
from bot.criteria.extraction.treatment_words import TreatmentWords
from bot.criteria.extraction.treatments import treatments
from bot.criteria.extraction.words import Kind, RegistryWords
from bot.criteria.rules import Comparison, Judgement, Rule


class WrittenBound(NamedTuple):
    """A bound as the text writes it, turned round where it stands among the exclusions: what a person must have to be let in.

    `inclusive` says whether the comparison as it is written takes in the number.
    """

    attribute: str
    side: str
    value: float
    inclusive: bool
    unit: str


@dataclass(frozen=True)
class Language:
    """All that reading a text needs of a language."""

    words: RegistryWords
    statements: StatementWords
    treatments: TreatmentWords
    measures: Measures
    silent: frozenset[str]
    """Words that say nothing about who may take part: "patients must have a documented history of"."""
    silent_beside: Mapping[str, frozenset[str]]
    """Further silent words, by the attribute that they stand beside."""
    subjects: Subjects
    moods: Moods
    absurd: Absurd
    whole: Mapping[tuple[Section, str], Rule]
    """Criteria by all their words: "male or female", "none"."""
    within: frozenset[str]
    """Words before a time that reaches back from today: "within 30 days", "in the last year"."""

    def tells(self, sign: Sign) -> bool:
        """Whether a sign that nothing was made of says something about who may take part."""
        return _tells(sign, self.silent)

    def telling(self, attributes: Collection[str]) -> Callable[[Sign], bool]:
        """The same beside what was read: the words around a consent say nothing more than the consent."""
        more = [self.silent_beside[name] for name in attributes if name in self.silent_beside]
        return partial(_tells, silent=self.silent.union(*more))


def _tells(sign: Sign, silent: frozenset[str]) -> bool:
    return bool([part for part in sign.parts if part not in silent and part[0].isalnum()])


@dataclass
class ReadPoint:
    """What was read of one point."""

    bounds: tuple[WrittenBound, ...] = ()
    rule: Rule | None = None
    whole: bool = False


def read_point(text: str, lowered: str, point: Point, language: Language) -> ReadPoint:
    """What a point says by itself; `lowered` is the text in small letters."""
    alone = language.whole.get((point.section, _plain(lowered, point))) if point.own[1] - point.own[0] <= _LONGEST_ALONE else None
    if alone is not None:
        return ReadPoint((), alone, True)
    found = signs(text, lowered, *point.own, language.words)
    context = _named_by_heading(text, lowered, point, language) if point.headings else None
    said = language.measures.demanded([language.measures.as_meant(limit) for limit in limits(found, language.words, context)])
    read = ReadPoint(_written(said, point.section, language)) if said else ReadPoint()
    if len(said) > 1 and _tells_people_apart(found, language):
        said = language.measures.for_all(said)
    taken = _taken(found, said) if said else []
    blocks = [block for _, block in taken]
    stated = statements(found, language.statements, blocks)
    stated = _in_order(
        stated,
        treatments(found, point.section, language.treatments, language.statements, stated, blocks),
        found,
        language.treatments.purpose,
    )
    if not taken and not stated:
        return read
    judgement = Judgement(judgement=" ".join(text[slice(*point.own)].split()))
    around = language.statements
    times = _times(found, language)
    reach = Reach(point.section, judgement, around.examples, around.qualifiers, around.dates, times, around.everybody)
    atoms = sorted([*_of_limits(found, taken, reach, language), *_of_statements(found, stated, language)], key=lambda atom: atom.first)
    atoms = demanding(text, point.own, point.section, found, atoms, language.moods)
    atoms, exempt = conditions_apart(text, point.own, point.section, atoms, language.subjects)
    made = combined(found, atoms, reach, language.telling({atom.attribute for atom in atoms}))
    if made is None and exempt:
        made = reach.judgement, False
    if made is not None:
        rule, whole = made
        read.rule, sure = for_whom(text, point.own, point.section, rule, exempt, reach.judgement, language.subjects, language.moods)
        read.whole = whole and sure
    return read


_LONGEST_ALONE = 40


def _tells_people_apart(found: Sequence[Sign], language: Language) -> bool:
    """Whether kinds of people are named, "102 cm (men), 88 cm (women)", and nothing else says that what follows is for some only."""
    if any(Kind.CONDITION in sign.kinds for sign in found):
        return False
    return any(not language.words.apart.isdisjoint(sign.parts) for sign in found)


def _plain(lowered: str, point: Point) -> str:
    return " ".join(lowered[slice(*point.own)].split()).strip(" .;:,-*•")


def _named_by_heading(text: str, lowered: str, point: Point, language: Language) -> str | None:
    """The one measured attribute that the heading above names: "Age:" over "18 and over"."""
    named = {
        sign.value for start, end in point.headings for sign in signs(text, lowered, start, end, language.words) if sign.is_a(Kind.NAME)
    }
    return named.pop() if len(named) == 1 else None


def _written(said: Sequence[Limit], section: Section, language: Language) -> tuple[WrittenBound, ...]:
    """The limits as bounds for being let in.

    A limit of what is normal that has no number is none, and so is a range that is excluded: whoever lies on either side may come.
    Several single grades, "0, 1 or 2", are bounds by the lowest and the highest of them.
    """
    bounds: list[WrittenBound] = []
    exact: dict[str, list[Limit]] = {}
    ends = Counter((limit.joint, limit.attribute) for limit in said)
    for limit in said:
        quantity = limit.quantity
        if quantity.limit and not quantity.written:
            continue
        if limit.side == "exact":
            exact.setdefault(limit.attribute, []).append(limit)
            continue
        turned = (section is Section.EXCLUSION) != limit.denied
        whole_scale = limit.attribute in language.words.grades and limit.quantity.value != _ends(limit.attribute, language)[1]
        if turned and ends[limit.joint, limit.attribute] > 1 and not whole_scale:
            continue
        side = TURNED[limit.side] if turned else limit.side
        unit = {"upper": "×ULN", "lower": "×LLN"}.get(quantity.limit, quantity.unit)
        bounds.append(WrittenBound(limit.attribute, side, quantity.value, limit.inclusive, unit))
    for attribute, limits_of in exact.items():
        values = [limit.quantity.value for limit in limits_of]
        low, high = min(values), max(values)
        first, last = _ends(attribute, language)
        if (section is Section.EXCLUSION) != limits_of[0].denied:
            if high == last:
                bounds.append(WrittenBound(attribute, "upper", low, False, ""))
            elif low == first:
                bounds.append(WrittenBound(attribute, "lower", high, False, ""))
            continue
        bounds.append(WrittenBound(attribute, "lower", low, True, ""))
        bounds.append(WrittenBound(attribute, "upper", high, True, ""))
    return tuple(bounds)


def _ends(attribute: str, language: Language) -> tuple[float, float]:
    """The lowest and the highest grade of an attribute."""
    grades = language.measures.known[attribute].values
    first = 0.0 if grades[:1] == ("0",) else 1.0
    return first, first + len(grades) - 1


def _taken(found: Sequence[Sign], said: Sequence[Limit]) -> list[tuple[list[Limit], range]]:
    """The limits that were said in one breath, with the signs they take."""
    by_joint: dict[int, list[Limit]] = {}
    for limit in said:
        by_joint.setdefault(limit.joint, []).append(limit)
    taken = []
    starts = [sign.start for sign in found]
    for group in by_joint.values():
        start, end = min(limit.place[0] for limit in group), max(limit.place[1] for limit in group)
        taken.append((group, range(bisect_left(starts, start), bisect_left(starts, end))))
    return taken


def _in_order(stated: list[Statement], more: list[Statement], found: Sequence[Sign], purpose: frozenset[str]) -> list[Statement]:
    """All statements as they stand, but for what a medicine is for: "no chemotherapy for breast cancer" denies no breast cancer."""
    if not more:
        return stated
    first = more[0].last

    def is_what_for(statement: Statement) -> bool:
        before = [found[index].text for index in range(max(first + 1, statement.first - _FOR_REACH), statement.first)]
        return not purpose.isdisjoint(before)

    return sorted([*(one for one in stated if not is_what_for(one)), *more], key=lambda statement: statement.first)


_FOR_REACH = 3
"""How many words may stand between a "for" and what a medicine is for: "for their current lung cancer"."""


def _own_joint(sign: Sign) -> str:
    return sign.value if sign.kinds & {Kind.OR_MORE, Kind.OR_LESS} else ""


def _of_limits(found: Sequence[Sign], taken: Sequence[tuple[list[Limit], range]], reach: Reach, language: Language) -> list[Atom]:
    atoms: list[Atom] = []
    for group, block in taken:
        block = range(_beginning(found, block.start, group[0].attribute), block.stop)
        rules: dict[str, list[Rule]] = {}
        for limit in group:
            rules.setdefault(limit.attribute, []).append(comparison(limit, language.measures))
        each = [all_of(of_one) for of_one in rules.values()]
        # Pressures "above 140/90", and "AST and ALT above" among the exclusions: both of them, or one?
        above = any(limit.paired and limit.side == "lower" for limit in group)
        unsure = reach.section is Section.EXCLUSION or above
        rule = both_or_unsure(each, reach.judgement) if unsure else all_of(each)
        exact = group[0].attribute if all(limit.side == "exact" for limit in group) else ""
        before = atoms[-1] if atoms else None
        if exact and before is not None and before.grades_of == exact and not group[0].denied:
            # "Class III or IV": one of several grades.
            atoms[-1] = Atom(any_of([before.rule, rule]), before.first, block.stop - 1, grades_of=exact, attribute=exact)
            continue
        own_joint, attribute = _own_joint(found[block.start]), group[0].attribute
        atoms.append(Atom(rule, block.start, block.stop - 1, group[0].denied, exact, own_joint, attribute=attribute))
    return atoms


def _beginning(found: Sequence[Sign], start: int, attribute: str) -> int:
    """Where a measured value begins whose name stands before its short form: "body mass index (BMI) of 30"."""
    if start >= 2 and found[start - 1].is_a(Kind.OPEN) and found[start - 2].is_a(Kind.NAME) and found[start - 2].value == attribute:
        return start - 2
    return start


def _of_statements(found: Sequence[Sign], stated: Sequence[Statement], language: Language) -> list[Atom]:
    atoms: list[Atom] = []
    for statement in stated:
        first, last = statement.first, statement.last
        rule = statement.stated.rule
        if rule is None:
            window = _window(found, last, language)
            if window is None:
                continue
            days, last = window
            rule = Comparison(attribute=statement.stated.attribute, operator="within_days", operand=days)
        before = atoms[-1] if atoms else None
        if before is not None and before.attribute == statement.stated.attribute and isinstance(statement.stated.value, bool):
            between = found[before.last + 1 : first]
            if not any(sign.kinds & _PARTING for sign in between) and len(between) <= _SAID_TWICE:
                # "Refusal to sign an informed consent form": said once, in two phrases.
                atoms[-1] = before._replace(last=last)
                continue
        atoms.append(
            Atom(
                rule,
                first,
                last,
                statement.denied,
                partly=statement.partly,
                illness=statement.stated.illness,
                open=statement.stated.open or statement.open,
                attribute=statement.stated.attribute,
                name=_name_of(statement, language),
                also=language.statements.also.get(statement.stated.value[0], ()) if isinstance(statement.stated.value, tuple) else (),
                ever=statement.ever,
                treatment=f"{statement.stated.attribute}:{statement.stated.value[0]}" in language.treatments.stated
                if isinstance(statement.stated.value, tuple)
                else False,
            )
        )
    return atoms


def _name_of(statement: Statement, language: Language) -> str:
    """The illness or medicine that a statement is about."""
    stated = statement.stated
    if stated.illness and isinstance(stated.value, tuple):
        return stated.kind or stated.value[0]
    return language.statements.dates.named.get(stated.attribute, "")


def _times(found: Sequence[Sign], language: Language) -> list[tuple[range, float]]:
    """Every time that reaches back from today, and its days: "within the last 5 years"."""
    times: list[tuple[range, float]] = []
    for index, sign in enumerate(found[:-1]):
        if not sign.is_a(Kind.NUMBER) or sign.number is None or not found[index + 1].is_a(Kind.UNIT):
            continue
        days = language.measures.days(found[index + 1].text)
        first = next((place for place in range(max(0, index - _TIME_REACH), index) if _begins_time(found[place], language)), None)
        if days and first is not None:
            end = index + 2
            while end < len(found) and language.statements.dates.back.issuperset(found[end].parts):
                end += 1
            times.append((range(first, end), sign.number * days))
    return times


def _begins_time(sign: Sign, language: Language) -> bool:
    return not language.within.isdisjoint(sign.parts)


_TIME_REACH = 4
_SAID_TWICE = 4
_PARTING = frozenset((Kind.COMMA, Kind.STOP, Kind.AND, Kind.OR, Kind.NOT))
_WINDOW_REACH = 12


def _window(found: Sequence[Sign], start: int, language: Language) -> tuple[float, int] | None:
    """A time that reaches back from today, behind a statement: its days, and where it ends."""
    for index in range(start + 1, min(start + 1 + _WINDOW_REACH, len(found))):
        sign = found[index]
        if sign.is_a(Kind.STOP):
            return None
        if sign.is_a(Kind.NUMBER) and index + 1 < len(found) and found[index + 1].is_a(Kind.UNIT):
            days = language.measures.days(found[index + 1].text)
            before = [part for other in found[max(start, index - 4) : index] for part in other.parts]
            if days and sign.number is not None and language.within.intersection(before):
                return round(sign.number * days), index + 1
    return None
