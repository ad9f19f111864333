"""From a trial's eligibility text to its criteria: what each says, and as much of it as a rule as can be read for certain.

Every criterion keeps its words and its place. A rule is made only of what was read; whatever else the criterion says stands in the rule
as a judgement of the study team, joined so that it can never be decided without them:

    inclusion "BMI below 40, stable for three months"   all: [bmi below 40, judgement]
    inclusion "BMI below 40, unless muscular"           any: [bmi below 40, judgement]
    exclusion "HIV, unless treated"                     excluded when all: [HIV, judgement]
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.criteria.criterion import Section
from bot.criteria.extraction.bounds import Limit, limits
from bot.criteria.extraction.combining import Atom, Reach, all_of, any_of, both_or_unsure, combined, contradicts_itself
from bot.criteria.extraction.measures import Measures, comparison
from bot.criteria.extraction.outline import Point, Span, outline
from bot.criteria.extraction.signs import Sign, lowered_alike, signs
from bot.criteria.extraction.statements import Statement, StatementWords, statements
from bot.criteria.extraction.subjects import Subjects, conditions_apart, for_whom
from bot.criteria.extraction.words import Kind, RegistryWords
from bot.criteria.reading import Reading
from bot.criteria.rules import Comparison, Judgement, Not, Rule, can_come_to


class WrittenBound(NamedTuple):
    """A bound as the text writes it, turned round where it stands among the exclusions: what a person must have to be let in.

    `inclusive` says whether the comparison as it is written takes in the number.
    """

    attribute: str
    side: str
    value: float
    inclusive: bool
    unit: str


class ReadCriterion(NamedTuple):
    """One criterion of a text. `text` is its own words; `span` is its place with the headings and the bullet that lead to it."""

    id: str
    section: Section
    text: str
    span: Span
    own: Span
    reading: Reading
    bounds: tuple[WrittenBound, ...] = ()
    requires: Rule | None = None
    """What must hold to be let in, whatever the section."""
    parent: str | None = None
    headings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Language:
    """All that reading a text needs of a language."""

    words: RegistryWords
    statements: StatementWords
    measures: Measures
    silent: frozenset[str]
    """Words that say nothing about who may take part: "patients must have a documented history of"."""
    subjects: Subjects
    within: frozenset[str]
    """Words before a time that reaches back from today: "within 30 days", "in the last year"."""

    def tells(self, sign: Sign) -> bool:
        """Whether a sign that nothing was made of says something about who may take part."""
        silent = self.silent
        return bool([part for part in sign.parts if part not in silent and part[0].isalnum()])


@dataclass
class _Read:
    """What was read of one point."""

    bounds: tuple[WrittenBound, ...] = ()
    rule: Rule | None = None
    whole: bool = False


def read_criteria(text: str, language: Language, section: Section = Section.INCLUSION) -> list[ReadCriterion]:
    """The criteria of an eligibility text, in its order; every letter and figure of it lies in the span of exactly one.

    `section` is the one that a text begins in which does not say so.
    """
    points = outline(text, language.words.headings, section)
    numbered = _ids(points)
    lowered = lowered_alike(text)
    read = [_point(text, lowered, point, language) for point in points]
    around = _Around.of(text, points, language)
    made: list[ReadCriterion] = []
    for number, point in enumerate(points):
        start, end = point.own
        own = text[start:end].rstrip()
        reading, requires = _rule_of(number, points, read, around, text)
        criterion = ReadCriterion(
            numbered[number],
            point.section,
            own,
            point.span,
            (start, start + len(own)),
            reading,
            read[number].bounds,
            requires,
            parent=None if point.parent is None else numbered[point.parent],
            headings=tuple([text[begin:finish].strip() for begin, finish in point.headings]),
        )
        made.append(criterion)
    return made


def _ids(points: Sequence[Point]) -> list[str]:
    counts = {Section.INCLUSION: 0, Section.EXCLUSION: 0}
    ids = []
    for point in points:
        counts[point.section] += 1
        ids.append(f"{'I' if point.section is Section.INCLUSION else 'E'}{counts[point.section]}")
    return ids


# -- one point


def _point(text: str, lowered: str, point: Point, language: Language) -> _Read:
    found = signs(text, lowered, *point.own, language.words)
    context = _named_by_heading(text, lowered, point, language) if point.headings else None
    said = [language.measures.as_meant(limit) for limit in limits(found, language.words, context)]
    read = _Read(_written(said, point.section, language)) if said else _Read()
    taken = _taken(found, said) if said else []
    stated = statements(found, language.statements, [block for _, block in taken])
    if not taken and not stated:
        return read
    reach = Reach(point.section, Judgement(judgement=" ".join(text[slice(*point.own)].split())))
    atoms = sorted([*_of_limits(found, taken, reach, language), *_of_statements(found, stated, language)], key=lambda atom: atom.first)
    atoms, exempt = conditions_apart(text, point.own, point.section, atoms, language.subjects)
    made = combined(found, atoms, reach, language.tells)
    if made is None and exempt:
        made = reach.judgement, False
    if made is not None:
        rule, whole = made
        read.rule, sure = for_whom(text, point.own, point.section, rule, exempt, reach.judgement, language.subjects)
        read.whole = whole and sure
    return read


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
        side = {"lower": "upper", "upper": "lower"}[limit.side] if turned else limit.side
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


def _own_joint(sign: Sign) -> str:
    return sign.value if sign.kinds & {Kind.OR_MORE, Kind.OR_LESS} else ""


def _of_limits(found: Sequence[Sign], taken: Sequence[tuple[list[Limit], range]], reach: Reach, language: Language) -> list[Atom]:
    atoms: list[Atom] = []
    for group, block in taken:
        if not block:
            continue
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
            atoms[-1] = Atom(any_of([before.rule, rule]), before.first, block.stop - 1, grades_of=exact)
            continue
        atoms.append(Atom(rule, block.start, block.stop - 1, group[0].denied, exact, _own_joint(found[block.start])))
    return atoms


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
        atoms.append(Atom(rule, first, last, statement.denied, partly=statement.partly))
    return atoms


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


# -- points together


@dataclass(frozen=True)
class _Around:
    """What stands around each point: those inside of it, what it makes of them, and for whom it counts."""

    inside: Mapping[int, list[int]]
    kinds: Sequence[str]
    """What a point makes of those inside of it: "any" is enough, "all" are needed together, or "" for each by itself."""
    scopes: Sequence[str]
    """The heading, or the point above, that makes one count for some people only: "Arm B:", "For women:"."""

    @classmethod
    def of(cls, text: str, points: Sequence[Point], language: Language) -> _Around:
        inside: dict[int, list[int]] = {}
        for number, point in enumerate(points):
            if point.parent is not None:
                inside.setdefault(point.parent, []).append(number)
        headings = language.words.headings
        named: dict[Span, str] = {}
        for span in {span for point in points for span in point.headings}:
            named[span] = " ".join(text[slice(*span)].split()) if headings.scope.search(text, *span) else ""
        scopes: list[str] = []
        for point in points:
            scope = next((named[span] for span in point.headings if named[span]), "")
            if not scope and point.parent is not None:
                above = points[point.parent]
                only = _only_leads(above, text) and headings.scope.search(text, *above.own) and not headings.all_of.search(text, *above.own)
                # Points come behind those that they stand inside of.
                scope = " ".join(text[slice(*above.own)].split()) if only else scopes[point.parent]
            scopes.append(scope)
        return cls(inside, [_made_of_those_inside(text, point, language) for point in points], scopes)


def _made_of_those_inside(text: str, point: Point, language: Language) -> str:
    if not point.leads:
        return ""
    if language.words.headings.any_of.search(text, *point.own):
        return "any" if point.section is Section.INCLUSION else ""
    if language.words.headings.all_of.search(text, *point.own):
        return "all" if point.section is Section.EXCLUSION else ""
    return ""


def _rule_of(number: int, points: Sequence[Point], read: Sequence[_Read], around: _Around, text: str) -> tuple[Reading, Rule | None]:
    """How much of a point was read, and its rule, turned round among the exclusions; those of a group have theirs where it is led to."""
    point, kind = points[number], around.kinds[number]
    if point.parent is not None and around.kinds[point.parent]:
        return Reading.INSIDE, None
    if kind:
        children = around.inside.get(number, [])
        rules = [_of_child(child, points, read, around, text) for child in children]
        if not any(not isinstance(rule, Judgement) for rule in rules):
            return Reading.LEAD, None
        rule: Rule | None = any_of(rules) if kind == "any" else all_of(rules)
        whole = all(read[child].whole for child in children)
    elif _only_leads(point, text):
        # "Women of childbearing potential must:" asks nothing by itself.
        return Reading.LEAD, None
    else:
        rule, whole = read[number].rule, read[number].whole
    if rule is None:
        return Reading.NONE, None
    if around.scopes[number]:
        judgement = Judgement(judgement=around.scopes[number])
        whole = False
        rule = any_of([rule, judgement]) if point.section is Section.INCLUSION else all_of([rule, judgement])
    if not (can_come_to(rule, True) or can_come_to(rule, False)) or contradicts_itself(rule):
        # Whatever is answered, it stays with the study team, or nobody could have it: a rule would only look like one.
        return Reading.NONE, None
    requires = Not.model_construct(negated=rule) if point.section is Section.EXCLUSION else rule
    return Reading.WHOLE if whole else Reading.PART, requires


def _only_leads(point: Point, text: str) -> bool:
    return point.leads and text[slice(*point.own)].rstrip().endswith((":", "："))


def _of_child(child: int, points: Sequence[Point], read: Sequence[_Read], around: _Around, text: str) -> Rule:
    rule = read[child].rule
    if rule is None or child in around.inside:
        return Judgement(judgement=" ".join(text[slice(*points[child].own)].split()))
    return rule
