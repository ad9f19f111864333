"""From a trial's eligibility text to its criteria: what each says, and as much of it as a rule as can be read for certain.

Every criterion keeps its words and its place. A rule is made only of what was read; whatever else the criterion says stands in the rule
as a judgement of the study team, joined so that it can never be decided without them:

    inclusion "BMI below 40, stable for three months"   all: [bmi below 40, judgement]
    inclusion "BMI below 40, unless muscular"           any: [bmi below 40, judgement]
    exclusion "HIV, unless treated"                     excluded when all: [HIV, judgement]
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from bot.criteria.criterion import Section
from bot.criteria.extraction.asked import can_be_settled
from bot.criteria.extraction.combining import all_of, any_of, contradicts_itself
from bot.criteria.extraction.groups import of_different_groups
from bot.criteria.extraction.outline import Headings, Point, Span, outline
from bot.criteria.extraction.points import Language, ReadPoint, WrittenBound, read_point
from bot.criteria.extraction.signs import lowered_alike
from bot.criteria.extraction.subjects import Absurd
from bot.criteria.reading import Reading
from bot.criteria.rules import Judgement, Not, Rule


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


def read_criteria(text: str, language: Language, section: Section = Section.INCLUSION) -> list[ReadCriterion]:
    """The criteria of an eligibility text, in its order; every sign of it lies in the span of exactly one.

    `section` is the one that a text begins in which does not say so.
    """
    points = outline(text, language.words.headings, section)
    numbered = _ids(points)
    lowered = lowered_alike(text)
    read = [read_point(text, lowered, point, language) for point in points]
    around = _Around.of(text, points, language)
    made: list[ReadCriterion] = []
    for number, point in enumerate(points):
        start, end = point.own
        own = text[start:end].rstrip()
        reading, requires = _rule_of(number, points, read, around, text, language.absurd)
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
    apart = of_different_groups({number: one.requires for number, one in enumerate(made) if _lets_in(one) and one.requires is not None})
    return [one._replace(reading=Reading.NONE, requires=None) if number in apart else one for number, one in enumerate(made)]


def _lets_in(criterion: ReadCriterion) -> bool:
    return criterion.section is Section.INCLUSION


def _ids(points: Sequence[Point]) -> list[str]:
    counts = {Section.INCLUSION: 0, Section.EXCLUSION: 0}
    ids = []
    for point in points:
        counts[point.section] += 1
        ids.append(f"{'I' if point.section is Section.INCLUSION else 'E'}{counts[point.section]}")
    return ids


# -- points together


@dataclass(frozen=True)
class _Around:
    """What stands around each point: those inside of it, what it makes of them, and for whom it counts."""

    inside: Mapping[int, list[int]]
    kinds: Sequence[str]
    """What a point makes of those inside of it: "any" is enough, "some" or "all" are needed together, or "" for each by itself."""
    scopes: Sequence[str]
    """The heading, or the point above, that makes one count for some people only: "Arm B:", "For women:"."""
    led: frozenset[int]
    """Points of a list of which only some are needed, though nothing shows where it ends."""
    leaders: frozenset[int]
    """What leads to them, or only names some of the people."""

    @classmethod
    def of(cls, text: str, points: Sequence[Point], language: Language) -> _Around:
        inside: dict[int, list[int]] = {}
        for number, point in enumerate(points):
            if point.parent is not None:
                inside.setdefault(point.parent, []).append(number)
        headings = language.words.headings
        named: dict[Span, str] = {}
        for span in {span for point in points for span in point.headings}:
            named[span] = _words(text, span) if headings.scope.search(text, *span) else ""
        heads = _heads_for_some(text, points, headings)
        scopes: list[str] = []
        for point in points:
            scope = next((named[span] for span in point.headings if named[span]), "") or heads.get(point.head, "")
            if not scope and point.parent is not None:
                above = points[point.parent]
                only = _only_leads(above, text) and headings.scope.search(text, *above.own) and not headings.all_of.search(text, *above.own)
                # Points come behind those that they stand inside of.
                scope = _words(text, above.own) if only else scopes[point.parent]
            scopes.append(scope)
        kinds = [_made_of_those_inside(text, point, language) for point in points]
        led, leaders = _behind_flat_leads(text, points, inside, headings, scopes)
        return cls(inside, kinds, scopes, led, leaders)


def _words(text: str, span: Span) -> str:
    return " ".join(text[slice(*span)].split())


def _heads_for_some(text: str, points: Sequence[Point], headings: Headings) -> dict[Span | None, str]:
    """Section headings that may be about some of the people: those that say so, and all where a section begins anew behind the other."""
    order = list(dict.fromkeys((point.section, point.head) for point in points if point.head is not None))
    anew = sum(one is not behind for one, behind in pairwise([section for section, _ in order])) > 1

    def is_for_some(head: Span) -> bool:
        # In more words than a section's own: "Controls exclusion criteria".
        titled = headings.either.match(text, *head) is None
        return anew or titled or headings.scope.search(text, *head) is not None

    return {head: _words(text, head) for _, head in order if is_for_some(head)}


def _behind_flat_leads(
    text: str, points: Sequence[Point], inside: Mapping[int, list[int]], headings: Headings, scopes: list[str]
) -> tuple[frozenset[int], frozenset[int]]:
    """Points behind one that leads to them, or names a group, without anything that shows where it ends: up to the next heading or section.

    Those behind the name of a group get it as their scope.
    """
    led: set[int] = set()
    leaders: set[int] = set()
    leading, group = False, ""
    for number, point in enumerate(points):
        before = points[number - 1] if number else None
        if before is None or before.section is not point.section or before.headings != point.headings or before.head != point.head:
            leading, group = False, ""
        if leading:
            led.add(number)
        elif group and not scopes[number]:
            scopes[number] = group
        if point.section is Section.INCLUSION:
            last = number + 1 if headings.or_else.search(text, *point.own) else number
            first = number - 1 if headings.or_before.match(text, *point.own) else number
            for place in range(first, last + 1) if first < last else ():
                if 0 <= place < len(points) and points[place].section is point.section and not scopes[place]:
                    scopes[place] = _words(text, point.own)
        if number in inside or point.parent is not None:
            continue
        several = headings.several_of.search(text, *point.own) and _ends_openly(text, point)
        some = headings.any_of.search(text, *point.own) and _ends_openly(text, point) and point.section is Section.INCLUSION
        if several or some:
            leaders.add(number)
            leading = True
        elif headings.group.match(text, *point.own):
            leaders.add(number)
            group = _words(text, point.own)
    return frozenset(led), frozenset(leaders)


_LONGEST_LEAD = 140


def _ends_openly(text: str, point: Point) -> bool:
    """Whether what a point says of "the following" stands at its end, so that only what is behind it can be meant."""
    own = text[slice(*point.own)].rstrip()
    if own.endswith((":", "：")):
        return True
    return not own.endswith((".", ";")) and "\n" not in own and len(own) <= _LONGEST_LEAD and not _LISTED.search(own)


_LISTED = re.compile(r"[:：].*\w")


def _made_of_those_inside(text: str, point: Point, language: Language) -> str:
    if not point.leads:
        return ""
    if language.words.headings.several_of.search(text, *point.own):
        return "some"
    if language.words.headings.any_of.search(text, *point.own):
        return "any" if point.section is Section.INCLUSION else ""
    if language.words.headings.all_of.search(text, *point.own):
        return "all" if point.section is Section.EXCLUSION else ""
    return ""


def _rule_of(
    number: int, points: Sequence[Point], read: Sequence[ReadPoint], around: _Around, text: str, absurd: Absurd
) -> tuple[Reading, Rule | None]:
    """How much of a point was read, and its rule, turned round among the exclusions; those of a group have theirs where it is led to."""
    point, kind = points[number], around.kinds[number]
    if number in around.led or (point.parent is not None and around.kinds[point.parent]):
        return Reading.INSIDE, None
    if number in around.leaders:
        return Reading.LEAD, None
    if kind:
        children = around.inside.get(number, [])
        rules = [_of_child(child, points, read, around, text) for child in children]
        if not any(not isinstance(rule, Judgement) for rule in rules):
            return Reading.LEAD, None
        rule: Rule | None = all_of(rules) if kind == "all" else any_of(rules)
        whole = kind != "some" and all(read[child].whole for child in children)
        if kind == "some":
            # "Two or more of the following": one alone does not do, none certainly not.
            rule = all_of([any_of(rules), Judgement(judgement=_words(text, point.own))])
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
    if not can_be_settled(rule) or contradicts_itself(rule):
        # Whatever is answered, it stays with the study team, or nobody could have it: a rule would only look like one.
        return Reading.NONE, None
    requires = Not.model_construct(negated=rule) if point.section is Section.EXCLUSION else rule
    if absurd.is_demanded(point.section, requires):
        return Reading.NONE, None
    return Reading.WHOLE if whole else Reading.PART, requires


def _only_leads(point: Point, text: str) -> bool:
    return point.leads and text[slice(*point.own)].rstrip().endswith((":", "："))


def _of_child(child: int, points: Sequence[Point], read: Sequence[ReadPoint], around: _Around, text: str) -> Rule:
    rule = read[child].rule
    if rule is None or child in around.inside:
        return Judgement(judgement=" ".join(text[slice(*points[child].own)].split()))
    return rule
