"""How a language writes criteria, made ready for reading: names in a tree, units in one expression.

The data are `words/<locale>/registry.yaml` and the units of `words/<locale>/understood`; nothing here knows a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from bot.criteria.criterion import Section
from bot.criteria.extraction.outline import Headings


class Kind(StrEnum):
    """What a word or sign of a criterion is to the grammar."""

    NAME = "NAME"
    """A measured attribute; the value is its name."""
    PAIR = "PAIR"
    """Two attributes measured at once, such as blood pressure; the value is `first/second`."""
    FOREIGN = "FOREIGN"
    """Something measured that is no attribute: the number behind it is its own."""
    ABOVE = "ABOVE"
    BELOW = "BELOW"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
    IS = "IS"
    OR_MORE = "OR_MORE"
    OR_LESS = "OR_LESS"
    BETWEEN = "BETWEEN"
    TO = "TO"
    AND = "AND"
    AND_TO = "AND_TO"
    """An "and" that joins the ends of a range."""
    REVERSED = "REVERSED"
    """A comparison between a number and a name: "6 % ≤ HbA1c"."""
    OR = "OR"
    NUMBER = "NUMBER"
    GRADE = "GRADE"
    """A grade that is no figure: the III of a class."""
    UNIT = "UNIT"
    TIMES = "TIMES"
    LIMIT = "LIMIT"
    """The upper or the lower limit of what is normal."""
    ALONE = "ALONE"
    """A limit of what is normal that stands for a number: "below the upper limit"."""
    NORMAL = "NORMAL"
    """The same, but only behind a "times": "3 times normal"."""
    NOT = "NOT"
    CONDITION = "CONDITION"
    """From here on something holds for some people only: "if", "for patients with"."""
    STOP = "STOP"
    """The end of a sentence, or a semicolon."""
    COMMA = "COMMA"
    OPEN = "OPEN"
    CLOSE = "CLOSE"
    WORD = "WORD"


@dataclass(frozen=True)
class Meaning:
    """What a phrase is, and which one: the attribute of a name, the limit of a limit."""

    kind: Kind
    value: str = ""


@dataclass(frozen=True)
class UnitOf:
    """How a written unit becomes an attribute's own: value × factor + offset."""

    factor: float
    offset: float = 0.0


class Phrase(NamedTuple):
    """All that a phrase can be: it may be two things. `kind` and `value` are those of the first."""

    meanings: tuple[Meaning, ...]
    kind: Kind
    value: str
    kinds: frozenset[Kind]

    @classmethod
    def of(cls, meanings: tuple[Meaning, ...]) -> Phrase:
        return cls(meanings, meanings[0].kind, meanings[0].value, frozenset(meaning.kind for meaning in meanings))


@dataclass(slots=True)
class _Branch:
    phrase: Phrase | None = None
    further: dict[str, _Branch] = field(default_factory=dict)


ABILITY = "ability"
"""What a "not" denies that is about being able or willing: that alone."""

_PIECE = re.compile(r"([^\W\d_]+|\d+|&[lg]t;|&amp;|\\?[<>≤≥≦≧⩾⩽=]|[^\w\s])")
"""The pieces that phrases and texts are compared in: words, figures, single signs."""
SAME = {
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
    "\\<": "<",
    "\\>": ">",
    "\\=": "=",
    "\\≤": "≤",
    "\\≥": "≥",
    "’": "'",
    "＞": ">",
    "＜": "<",
    "＝": "=",
    "％": "%",
}


def pieces(text: str) -> tuple[str, ...]:
    """A phrase as it is compared; hyphens between words count as nothing."""
    return tuple(SAME.get(part, part) for part in _PIECE.findall(text.casefold()))


def pieces_at(lowered: str, start: int, end: int) -> tuple[list[str], list[int], list[int]]:
    """The pieces of `lowered[start:end]` as they are compared, and where each begins and ends."""
    # What lies between the pieces and the pieces, in turn: adding up their lengths is quicker than to ask a match for each place.
    split = _PIECE.split(lowered[start:end])
    places = list(accumulate(map(len, split), initial=start))
    parts = split[1::2]
    if not SAME.keys().isdisjoint(parts):
        parts = [SAME.get(part, part) for part in parts]
    return parts, places[1:-1:2], places[2::2]


class Tree:
    """Phrases by their pieces; the longest that begins somewhere wins."""

    def __init__(self) -> None:
        self._root = _Branch()

    def add(self, phrases: Iterable[str], meaning: Meaning) -> None:
        for phrase in phrases:
            branch = self._root
            for part in pieces(str(phrase)):
                branch = branch.further.setdefault(part, _Branch())
            meanings = branch.phrase.meanings if branch.phrase else ()
            if meaning not in meanings:
                branch.phrase = Phrase.of((*meanings, meaning))

    @property
    def first(self) -> Mapping[str, object]:
        """What a phrase may begin with: most words begin none."""
        return self._root.further

    def longest(self, parts: Sequence[str], start: int) -> tuple[Phrase, int] | None:
        """What begins at `start`, and where it ends."""
        branch = self._root.further.get(parts[start])
        if branch is None:
            return None
        return _longest(branch, parts, start + 1, (branch.phrase, start + 1) if branch.phrase else None)


def _longest(branch: _Branch, parts: Sequence[str], position: int, found: tuple[Phrase, int] | None) -> tuple[Phrase, int] | None:
    """The longest phrase that goes on from a branch; `found` is the one so far."""
    end = len(parts)
    while position < end:
        part = parts[position]
        further = branch.further.get(part)
        if part == "-" and position + 1 < end:
            # "body-mass-index" is the same as "body mass index".
            behind = branch.further.get(parts[position + 1])
            if further is not None and behind is not None:
                # A phrase with a sign of its own, "HER2-", and one where it only joins words, "HER2-positive".
                found = _longest(further, parts, position + 1, (further.phrase, position + 1) if further.phrase else found)
                other = _longest(behind, parts, position + 2, (behind.phrase, position + 2) if behind.phrase else found)
                return other if found is None or (other is not None and other[1] > found[1]) else found
            if further is None and behind is not None:
                position += 1
                continue
        if further is None:
            break
        branch = further
        position += 1
        if branch.phrase:
            found = branch.phrase, position
    return found


@dataclass(frozen=True)
class RegistryWords:
    """One language, ready for reading criteria."""

    headings: Headings
    tree: Tree
    units: Mapping[str, re.Pattern[str]]
    """Any unit, at the place right behind a number, by the letter or sign that it begins with."""
    unit_of: Mapping[str, Mapping[str, UnitOf]]
    """For each attribute its units, without white space."""
    grades: Mapping[str, tuple[str, ...]]
    roman: frozenset[str]
    """Attributes whose grades are written in Roman figures."""
    numbers: Mapping[str, float]
    """Numbers in words."""
    telling: Mapping[str, str]
    """Units that tell by themselves what was measured, with the attribute."""
    subject_units: Mapping[str, frozenset[str]]
    """Attributes whose number may stand behind people alone, "patients under 31 pounds", with the units that it then has; none: any."""
    people: frozenset[str]
    telling_words: Mapping[str, str]
    """Words of a comparison that tell by themselves what is compared, with the attribute: "older"."""
    other_units: frozenset[str]
    """Words behind a number that make it one of nothing here: "30 seconds"."""
    no_measure_behind: Tree
    measure_behind: frozenset[str]
    """What may stand behind a number without a unit that is somebody's age."""
    changes_behind: Tree
    changes_before: Tree
    part_of: frozenset[str]
    """Words shortly before a name that make it only a part of what is measured: "item 3 of the HAM-D"."""
    unit_needed: frozenset[str]
    """Attributes that a number without a unit is none of."""
    apart: frozenset[str]
    """Words for kinds of people, whose limits may differ: "men", "untreated"."""

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """What a phrase or a number in words may begin with: every other word is only a word."""
        return frozenset((*self.tree.first, *self.numbers))

    @cached_property
    def people_and_signs(self) -> frozenset[str]:
        """What may stand before a number that is somebody's age: words that speak of people, and the signs between them."""
        return self.people.union(",()[]-:*\"'/&.")

    @cached_property
    def own_units(self) -> frozenset[str]:
        """Units whose number needs no name beside it."""
        return frozenset(self.telling).union(*self.subject_units.values())

    @classmethod
    def of(cls, data: Mapping[str, Any], units: Mapping[str, Mapping[str, UnitOf]]) -> RegistryWords:
        """From the language's `registry.yaml` and the units of `understood`."""
        tree = Tree()
        for name, measure in data["measures"].items():
            tree.add(_all_names(measure), Meaning(Kind.NAME, name))
        for pair in data["pairs"]:
            tree.add(pair["names"], Meaning(Kind.PAIR, f"{pair['first']}/{pair['second']}"))
        tree.add(data["foreign"], Meaning(Kind.FOREIGN))
        tree.add(data["wordlike"], Meaning(Kind.WORD))
        compare = data["compare"]
        joints = {**dict.fromkeys(map(str, compare["either"]), "or"), **dict.fromkeys(map(str, compare["joined_by"]), "and")}
        for key, kind in _COMPARE.items():
            for phrase in map(str, compare[key]):
                # "Or less" joins as well as it compares.
                joint = joints.get(phrase.partition(" ")[0], "") if kind in (Kind.OR_MORE, Kind.OR_LESS) else ""
                tree.add((phrase,), Meaning(kind, joint))
        tree.add(data["limit"]["upper"], Meaning(Kind.LIMIT, "upper"))
        tree.add(data["limit"]["lower"], Meaning(Kind.LIMIT, "lower"))
        tree.add(data["limit"]["behind_times"], Meaning(Kind.NORMAL, "upper"))
        tree.add(data["limit"]["times"], Meaning(Kind.TIMES))
        tree.add(data["negations"], Meaning(Kind.NOT))
        tree.add(data["inabilities"], Meaning(Kind.NOT, ABILITY))
        tree.add(data["conditional"], Meaning(Kind.CONDITION))
        unit_of = {
            name: {
                **{tight(unit): known for unit, known in units.get(name, {}).items()},
                **{tight(unit): UnitOf(float(factor)) for unit, factor in (measure.get("units") or {}).items()},
                **{tight(unit): UnitOf(**known) for unit, known in (measure.get("units_with_offset") or {}).items()},
            }
            for name, measure in data["measures"].items()
        }
        return cls(
            _headings(data["sections"]),
            tree,
            _units(
                {
                    str(unit).casefold().translate(_POWERS)
                    for name, measure in data["measures"].items()
                    for unit in (*units.get(name, ()), *(measure.get("units") or ()), *(measure.get("units_with_offset") or ()))
                }
            ),
            unit_of,
            {name: tuple(map(str, measure["grades"])) for name, measure in data["measures"].items() if "grades" in measure},
            frozenset(name for name, measure in data["measures"].items() if str(measure.get("grades", ["0"])[0]).isalpha()),
            {str(word): float(value) for word, value in data["numbers"].items()},
            {tight(unit): name for name, measure in data["measures"].items() for unit in measure.get("telling_units") or ()},
            {
                name: frozenset(map(tight, measure.get("subject_units") or ()))
                for name, measure in data["measures"].items()
                if measure.get("subject")
            },
            frozenset(part for word in data["people"] for part in pieces(word)),
            {word: name for name, measure in data["measures"].items() for word in measure.get("telling_words") or ()},
            frozenset(map(str, data["other_units"])),
            _tree_of(data["no_age_behind"]),
            frozenset(part for word in data["age_behind"] for part in pieces(word)),
            _tree_of(data["changes"]["behind"]),
            _tree_of(data["changes"]["before"]),
            frozenset(map(str, data["changes"]["part_of"])),
            frozenset(name for name, measure in data["measures"].items() if measure.get("unit_needed")),
            frozenset(map(str, data["subjects"]["apart"])),
        )


_COMPARE = {
    "above": Kind.ABOVE,
    "below": Kind.BELOW,
    "at_least": Kind.AT_LEAST,
    "at_most": Kind.AT_MOST,
    "is": Kind.IS,
    "behind_at_least": Kind.OR_MORE,
    "behind_at_most": Kind.OR_LESS,
    "between": Kind.BETWEEN,
    "to": Kind.TO,
    "joined_by": Kind.AND,
    "either": Kind.OR,
}


def tight(unit: str) -> str:
    """A unit as it is compared: no white space, small letters, one form of micro and of powers."""
    lowered = re.sub(r"\s+", "", str(unit).casefold())
    return lowered.translate(_POWERS)


_POWERS = str.maketrans(
    {
        "µ": "μ",
        "²": "2",
        "³": "3",
        "⁹": "9",
        "⁶": "6",
        "⁴": "4",
        "⁻": "-",
        "¹": "1",
        "㎡": "m2",
        "㎜": "mm",
        "℃": "°c",
        "º": "°",
        "˚": "°",
        "／": "/",
    }
)


def _all_names(measure: Mapping[str, Any]) -> list[str]:
    """The names of a measured attribute, each with what has to stand right behind it: "exacerbations in the last year"."""
    names = list(map(str, measure["names"]))
    behind = measure.get("followed_by")
    return names if behind is None else [f"{name} {words}" for name in names for words in behind]


def _tree_of(phrases: Iterable[str]) -> Tree:
    tree = Tree()
    tree.add(phrases, Meaning(Kind.WORD))
    return tree


def _units(units: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """Any of the units, white space inside them allowed where it stands between signs."""
    by_first: dict[str, list[str]] = {}
    for unit in sorted(units, key=len, reverse=True):
        by_first.setdefault(unit[0], []).append(_spaced(unit))
    return {first: re.compile(r"(?:" + "|".join(spaced) + r")(?![^\W\d_])") for first, spaced in by_first.items()}


def _spaced(unit: str) -> str:
    parts = re.findall(r"[^\W\d_]+|\d+|[^\w\s]|\s+", unit)
    spaced = r"\s?".join(r"[\s-]{1,2}" if part.isspace() else re.escape(part) for part in parts)
    spaced = spaced.replace(r"\s?[\s-]{1,2}\s?", r"[\s-]{1,2}") if unit[:1].isalpha() else spaced.replace(r"\s?[\s-]{1,2}\s?", r"\s?")
    # A power is written in many ways: 10^9, 109, 10*9, 10e9, 10 9, 10(9).
    return re.sub(r"10\\s\?\\\^\\s\?(\d+)", r"10\\s?(?:\\\\?[\\^*e(])?\\s?\1\\)?", spaced)


def _either_case(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _headings(sections: Mapping[str, Any]) -> Headings:
    lead, behind = sections["lead"], sections["criteria"]

    def pattern(*sections: Mapping[str, str]) -> re.Pattern[str]:
        heading, alone, sentence = ("|".join(section[key] for section in sections) for key in ("words", "alone", "sentence"))
        # Most lines have no colon: to see that first is much quicker than to try every sentence.
        return re.compile(rf"(?:{lead}(?:{heading}){behind}|(?=[^\n:：]*[:：])(?:{alone}|{sentence}))", re.IGNORECASE)

    keys = ("any_of", "all_of", "scope", "unfinished", "several_of", "or_else", "or_before", "group")
    any_of, all_of, scope, unfinished, several_of, or_else, or_before, group = (_either_case(sections[key]) for key in keys)
    titled = {section: _either_case(sections["titled"][section.value]) for section in (Section.EXCLUSION, Section.INCLUSION)}
    # Small letters go on with a sentence, capital ones begin one.
    (continues,) = map(re.compile, [sections["continues"]])
    inclusion, exclusion = sections["inclusion"], sections["exclusion"]
    either = pattern(inclusion, exclusion)
    return Headings(
        either,
        pattern(inclusion),
        pattern(exclusion),
        any_of,
        all_of,
        scope,
        continues,
        unfinished,
        several_of,
        or_else,
        or_before,
        group,
        titled,
    )
