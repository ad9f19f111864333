"""The outline of an eligibility text: where each of its points begins and ends, under which section, inside which other point.

Nothing is dropped: every letter and figure of the text lies in exactly one point's `span`. A span begins where the heading or
the bullet that leads to the point begins; `own` is the point's words without them. Time grows with the length of the text.

Which words head a section is a language's data (`Headings`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.criteria.criterion import Section

Span = tuple[int, int]

_BULLETS = "-–—*•◦▪●○·■□➢✓§¢‣∙⁃"
_MARKER = re.compile(
    rf"(?P<bullet>[{_BULLETS}](?=\s|[^\W\d_]|$|[{_BULLETS}(\[<>≤≥\\\d]))"
    r"|(?P<number>\(?(?P<figure>\d{1,2})(?:[.)](?!\d)|\.\)|\s?[.)]\s)[.)]?)"
    r"|(?P<letter>\(?(?P<sign>[A-Za-z])[.)](?=[\s(\[]|[^\W\d_]{2}))"
    r"|(?P<roman>\(?(?P<numeral>[ivxIVX]{2,4})[.)](?=\s))"
    r"|(?P<circled>[①-⑳])"
    r"|(?P<hash>#\s?\d{1,2}[.):]?)"
)
"""What may stand before a point of a list."""
_ENUMERATED = re.compile(
    r"(?:(?<=[\s;:,.，；：。、(])|^)(?:(?P<paren>\(?(?P<figure>\d{1,2}|[a-hA-H])\))(?=\s?\S)|(?P<dot>(?P<stop>\d{1,2}|[a-hA-H])\.)(?=\s?[^\W\d_(≥≤<>])|(?P<circled>[①-⑳]))"
)
"""What may stand before a point inside a running text."""
_FIRST = re.compile(r"[\daA][.)](?<![^\W\d_]..)|①")
"""What there is wherever such a list begins, quickly found."""
_LETTER = re.compile(r"[^\W_]")
_COMPARES = re.compile(r"\\?[<>≤≥=]")
WRAPPED_AT = 60
"""A line at least so long may have been broken by whoever wrapped the text, where lines are wrapped at all."""
_WRAPPED_LINES = 110
"""No line is longer in a text whose lines are wrapped."""
_LONGEST_HEADING = 14
"""A heading of more words than that is a sentence."""


@dataclass(frozen=True)
class Headings:
    """How a language heads the two sections, and how it says that any one of the points below is enough.

    `either`, `inclusion` and `exclusion` are found at the beginning of a line, the others wherever they stand in one.
    """

    either: re.Pattern[str]
    """That of a section, whichever it is: most lines are none."""
    inclusion: re.Pattern[str]
    exclusion: re.Pattern[str]
    any_of: re.Pattern[str]
    all_of: re.Pattern[str]
    scope: re.Pattern[str]
    continues: re.Pattern[str]
    """How a line goes on that belongs to the one before it, at its beginning."""
    unfinished: re.Pattern[str]
    """How a line ends that the next one goes on with."""
    several_of: re.Pattern[str]
    """How a line says that more than one of the points below are needed: "two or more of the following"."""
    or_else: re.Pattern[str]
    """How a point ends that is one of two ways, the next one being the other."""
    or_before: re.Pattern[str]
    """How a point begins that is another way to fulfil the one before it."""
    group: re.Pattern[str]
    """A whole line that only names some of the people: "Compensated heart failure subgroup"."""
    titled: Mapping[Section, re.Pattern[str]]
    """A whole line that heads a section for some of the people: "Healthy volunteers exclusion criteria"."""


class Point(NamedTuple):
    """One point of the text: a criterion, or what leads to several."""

    section: Section
    span: Span
    own: Span
    depth: int = 0
    parent: int | None = None
    """Which point it stands inside of, by number."""
    marker: str = ""
    headings: tuple[Span, ...] = ()
    """The headings inside the section that it stands under, outermost first."""
    leads: bool = False
    """Whether others stand inside of it."""
    head: Span | None = None
    """The section's heading that it stands under."""


class _Line(NamedTuple):
    start: int
    end: int
    indent: int
    body: int
    marker: str = ""
    style: str = ""
    after_blank: bool = False


@dataclass
class _Place:
    """A point that further ones may stand inside of."""

    indent: int
    style: str
    number: int


@dataclass
class _Outline:
    text: str
    headings: Headings
    points: list[Point] = field(default_factory=list)
    section: Section = Section.INCLUSION
    places: list[_Place] = field(default_factory=list)
    under: tuple[Span, ...] = ()
    waiting: int | None = None
    """Where a heading begins that no point has followed yet."""
    intro: int | None = None
    """An unmarked point that marked ones may stand inside of."""
    head: Span | None = None


def outline(text: str, headings: Headings, section: Section = Section.INCLUSION) -> list[Point]:
    """The points of a text in its order; none where it has no letter or figure. `section` is the one that it begins in."""
    made = _Outline(text, headings, section=section)
    lines = list(_lines(text, headings))
    wrapped = _is_wrapped(lines)
    before: _Line | None = None
    for position, line in enumerate(lines):
        if not _LETTER.search(text, line.start, line.end):
            _add_marks(made, line)
            continue
        if _heads_section(made, line):
            before = None
            continue
        following = _following(text, lines, position)
        if before is not None and made.points and made.waiting is None and _goes_on(made, before, line, wrapped):
            _prolong(made, line.end)
        elif _is_heading(made, line, following):
            _open_heading(made, line)
        else:
            _add(made, line, following)
        before = line
    _finish(made)
    return _with_leads(_with_run_on_lists(made))


def _following(text: str, lines: Sequence[_Line], position: int) -> _Line | None:
    """The next line with words, of those close behind one that may lead to it."""
    line = lines[position]
    if line.marker or not text[line.body : line.end].rstrip().endswith((":", "：")):
        return None
    return next((other for other in lines[position + 1 : position + 4] if _LETTER.search(text, other.body, other.end)), None)


# -- lines


def _lines(text: str, headings: Headings) -> Iterator[_Line]:
    """The lines, and what stands behind a section's heading in the middle of one as a line of its own."""
    start, blank = 0, False
    for raw in text.split("\n"):
        end = start + len(raw)
        if raw.strip():
            for begin, finish in _parted(text, start, end, headings):
                yield _line(text, begin, finish, blank)
                blank = False
        else:
            blank = True
        start = end + 1


_SENTENCE_END = re.compile(r"[.;:)\]!]\s+(?=[^\W\d_])|(?<!\s)\s{3,}(?=[^\W\d_])")


def _parted(text: str, start: int, end: int, headings: Headings) -> Iterator[Span]:
    """The line, parted where a section's heading with its colon begins inside of it."""
    begin = start
    # Few lines have a colon, and none is parted behind its last one.
    colon = max(text.rfind(":", start, end), text.rfind("：", start, end))
    if colon >= 0:
        for found in _SENTENCE_END.finditer(text, start, colon):
            place = found.end()
            if place > begin and _section_at(text, place, end, headings):
                yield begin, place
                begin = place
    yield begin, end


def _line(text: str, start: int, end: int, blank: bool) -> _Line:
    body = start
    while body < end and text[body].isspace():
        body += 1
    indent = sum(8 if character == "\t" else 1 for character in text[start:body])
    first, marker, style = body, "", ""
    while found := _MARKER.match(text, body, end):
        kind = found.lastgroup or ""
        after = found.end()
        while after < end and text[after].isspace():
            after += 1
        # A figure that stands behind a bullet counts points; one behind a figure is part of the words.
        if marker and kind == style and kind != "bullet":
            break
        marker, style = found[0], kind if not style or kind != "bullet" else style
        body = after
    return _Line(first, end, indent, body, marker, style + (text[first] if style == "bullet" else ""), blank)


def _is_wrapped(lines: Sequence[_Line]) -> bool:
    """Whether somebody broke the text into lines of about one length."""
    return bool(lines) and max(line.end - line.start + line.indent for line in lines) <= _WRAPPED_LINES


def _goes_on(made: _Outline, before: _Line, line: _Line, wrapped: bool) -> bool:
    """Whether a line without a marker belongs to the point before it."""
    if line.marker:
        return False
    text, headings = made.text, made.headings
    ended = text[before.start : before.end].rstrip()
    if line.after_blank:
        # A limit on a line of its own: "creatinine clearance (calculated)" - "≥ 50 mL/min".
        return _COMPARES.match(text, line.body, line.end) is not None and not ended.endswith((".", ":"))
    if headings.continues.match(text, line.body, line.end) and not ended.endswith((":", ";")):
        broken = wrapped and before.end - before.start >= WRAPPED_AT
        return broken or bool(before.marker or line.indent or headings.unfinished.search(ended))
    if headings.unfinished.search(ended):
        return True
    body_at = before.indent + (before.body - before.start)
    return wrapped and 0 < min(body_at, before.indent + 2) <= line.indent and before.end - before.start >= WRAPPED_AT


# -- headings


def _section_at(text: str, start: int, end: int, headings: Headings) -> tuple[Section, int] | None:
    """The section whose heading begins there, and where the heading ends."""
    if not headings.either.match(text, start, end):
        return None
    excluding = headings.exclusion.match(text, start, end)
    if excluding is not None:
        return Section.EXCLUSION, excluding.end()
    including = headings.inclusion.match(text, start, end)
    return None if including is None else (Section.INCLUSION, including.end())


def _heads_section(made: _Outline, line: _Line) -> bool:
    """Whether the line heads a section; what stands behind the heading becomes a point."""
    found = _section_at(made.text, line.body, line.end, made.headings) or _titled(made, line)
    if found is None:
        return False
    section, behind = found
    made.head = (line.body, behind)
    if made.waiting is None:
        made.waiting = line.start
    made.section, made.places, made.under, made.intro = section, [], (), None
    while again := _section_at(made.text, _skipped(made.text, behind, line.end), line.end, made.headings):
        made.section, behind = again
    behind = _skipped(made.text, behind, line.end)
    if _LETTER.search(made.text, behind, line.end):
        rest = _line(made.text, behind, line.end, line.after_blank)
        _add(made, rest._replace(indent=line.indent), None)
    return True


_LONGEST_TITLE = 120


def _titled(made: _Outline, line: _Line) -> tuple[Section, int] | None:
    """The section that a whole line heads in more words than its own: "Controls: exclusion criteria (both visits)"."""
    if line.end - line.body > _LONGEST_TITLE:
        return None
    for section, pattern in made.headings.titled.items():
        if pattern.match(made.text, line.body, line.end):
            return section, line.end
    return None


_BETWEEN = re.compile(r"[\s:：.\-–—]*")


def _skipped(text: str, start: int, end: int) -> int:
    found = _BETWEEN.match(text, start, end)
    behind = found.end() if found else start
    # A dash may be the bullet of what follows.
    while behind > start and text[behind - 1] in "-–—.":
        behind -= 1
    return behind


def _is_heading(made: _Outline, line: _Line, following: _Line | None) -> bool:
    """Whether a line without a marker only heads the points behind it: "Disease characteristics:"."""
    if line.marker or following is None:
        return False
    if made.headings.any_of.search(made.text, line.body, line.end):
        return False
    if made.headings.all_of.search(made.text, line.body, line.end):
        return True
    words = made.text[line.body : line.end].split()
    return len(words) <= _LONGEST_HEADING and (bool(following.marker) or following.indent > line.indent or following.after_blank)


def _open_heading(made: _Outline, line: _Line) -> None:
    if made.waiting is None:
        made.waiting = line.start
    made.under = ((line.body, line.end),)
    made.places, made.intro = [], None


# -- points


def _add(made: _Outline, line: _Line, following: _Line | None) -> None:
    if not line.marker:
        made.places = []
        parent: int | None = None
        leads = following is not None and bool(following.marker)
        made.intro = len(made.points) if leads else None
    else:
        parent = _parent(made, line)
    start = line.start if made.waiting is None else made.waiting
    made.waiting = None
    depth = 0 if parent is None else made.points[parent].depth + 1
    made.points.append(
        Point(made.section, (start, line.end), (line.body, line.end), depth, parent, line.marker, made.under, head=made.head)
    )


def _parent(made: _Outline, line: _Line) -> int | None:
    """The point that a marked line stands inside of, and the line's own place for those that follow."""
    places = made.places
    while places and line.indent < places[-1].indent:
        places.pop()
    first = len(places)
    while first and places[first - 1].indent == line.indent:
        first -= 1
    if first < len(places):
        known = next((number for number in range(first, len(places)) if places[number].style == line.style), None)
        if known is not None:
            del places[known:]
        elif not _leads(made, places[-1].number):
            # Another kind of bullet at the same indentation, and nothing that leads to it: the same list.
            del places[first:]
    parent = places[-1].number if places else made.intro
    places.append(_Place(line.indent, line.style, len(made.points)))
    return parent


def _leads(made: _Outline, number: int) -> bool:
    start, end = made.points[number].own
    return made.text[start:end].rstrip().endswith((":", "："))


def _add_marks(made: _Outline, line: _Line) -> None:
    """A line of nothing but signs, such as a bullet without words: it goes to the point before it, and asks nothing."""
    if made.waiting is not None:
        return
    if made.points:
        last = made.points[-1]
        made.points[-1] = last._replace(span=(last.span[0], line.end))
    else:
        made.waiting = line.start


def _prolong(made: _Outline, end: int) -> None:
    last = made.points[-1]
    made.points[-1] = last._replace(span=(last.span[0], end), own=(last.own[0], end))


def _finish(made: _Outline) -> None:
    """A heading at the very end belongs to the last point; a text that is a heading alone is one point."""
    if made.waiting is None:
        return
    end = len(made.text.rstrip())
    if made.points:
        made.points[-1] = made.points[-1]._replace(span=(made.points[-1].span[0], end))
    made.waiting = None


def _with_leads(points: Sequence[Point]) -> list[Point]:
    parents = {point.parent for point in points}
    return [point._replace(leads=True) if number in parents else point for number, point in enumerate(points)]


# -- run-on lists


def _with_run_on_lists(made: _Outline) -> list[Point]:
    """A list inside a running text, "1) … 2) …", parted into points that stand inside the one it belonged to."""
    points: list[Point] = []
    moved: dict[int, int] = {}
    for number, point in enumerate(made.points):
        moved[number] = len(points)
        parent = None if point.parent is None else moved[point.parent]
        following = made.points[number + 1] if number + 1 < len(made.points) else None
        starts = _run_on(made.text, *point.own, _begun(point, following))
        if not starts:
            points.append(point if point.parent == parent else point._replace(parent=parent))
            continue
        first = starts[0][0]
        leading = _LETTER.search(made.text, point.own[0], first) is not None
        own_number = len(points)
        if leading:
            points.append(point._replace(parent=parent, span=(point.span[0], first), own=(point.own[0], first)))
        for index, (start, body) in enumerate(starts):
            end = starts[index + 1][0] if index + 1 < len(starts) else point.span[1]
            own_end = starts[index + 1][0] if index + 1 < len(starts) else point.own[1]
            begin = point.span[0] if index == 0 and not leading else start
            inside, depth = (own_number, point.depth + 1) if leading else (parent, point.depth)
            marker = made.text[start:body].strip()
            points.append(Point(point.section, (begin, end), (body, own_end), depth, inside, marker, point.headings, head=point.head))
    return points


def _begun(point: Point, following: Point | None) -> str | None:
    """The style of a list that the point's own marker begins, where the next point does not go on with it: "1) pain 2) stiffness"."""
    style, ordinal = _style_of(point.marker)
    if ordinal != 1 or (following is not None and _style_of(following.marker) == (style, 2)):
        return None
    return style


def _style_of(marker: str) -> tuple[str, int]:
    match = _ENUMERATED.match(f"{marker.strip()} x")
    return ("", 0) if match is None else _ordinal(match)


def _ordinal(match: re.Match[str]) -> tuple[str, int]:
    """How the points of a list are counted, and which of them this is."""
    if match["circled"]:
        return "circled", ord(match["circled"]) - ord("①") + 1
    sign = match["figure"] or match["stop"]
    kind = "paren" if match["paren"] else "dot"
    if sign.isdigit():
        return f"{kind}1", int(sign)
    return f"{kind}{'a' if sign.islower() else 'A'}", ord(sign.casefold()) - ord("a") + 1


def _run_on(text: str, start: int, end: int, begun: str | None) -> list[Span]:
    """Where the points of a list inside a running text begin, each with where its words begin; none where there is no list.

    `begun` is the style of a list whose first point begins with the text.
    """
    if not begun and not _FIRST.search(text, start, end):
        return []
    found: dict[str, list[Span]] = {begun: [(start, start)]} if begun else {}
    wanted: dict[str, int] = {begun: 2} if begun else {}
    for match in _ENUMERATED.finditer(text, start, end):
        style, ordinal = _ordinal(match)
        if ordinal == wanted.get(style, 1):
            body = match.end()
            while body < end and text[body].isspace():
                body += 1
            found.setdefault(style, []).append((match.start(), body))
            wanted[style] = ordinal + 1
    longest = max(found.values(), key=len, default=[])
    return longest if len(longest) > 1 else []
