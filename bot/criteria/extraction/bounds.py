"""The bounds of a criterion: which measured attribute has to lie above or below which number.

A bound is kept as it is written, with its unit; `Bound.value_in` of the attribute's own unit comes later. A multiple of a limit of
what is normal stays one: 2.5 times the upper limit is never the number 2.5 of the attribute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.criteria.extraction.choosing import COMPARES
from bot.criteria.extraction.phrases import Bound, Element, Mark, Quantity, elements, in_unit_of
from bot.criteria.extraction.signs import Sign, grade
from bot.criteria.extraction.words import Kind, RegistryWords

_NUMBERED = frozenset((Kind.NUMBER, Kind.LIMIT))
_BEGINNING = frozenset((*COMPARES, Kind.OR_MORE, Kind.OR_LESS, Kind.NUMBER))
"""What a bound may begin with that nothing names."""
_NONE: frozenset[Kind] = frozenset()
_COUNTED = frozenset((Kind.NUMBER, Kind.LIMIT, Kind.NORMAL))
_TAIL = 8
"""So many signs behind the last number may still be about it."""
_NAMES = frozenset((Kind.NAME, Kind.PAIR))
_COMPARING = frozenset((Kind.ABOVE, Kind.BELOW, Kind.AT_LEAST, Kind.AT_MOST, Kind.BETWEEN, Kind.OR_MORE, Kind.OR_LESS, Kind.TO))
_NAME_REACH = 12
"""So many words may stand between a name and its bound."""
_PART_REACH = 7
"""So many words before a name may make it only a part of what is measured."""
_JOIN_REACH = 2
"""So many words may stand between two bounds of one attribute, beside what joins them."""


class Limit(NamedTuple):
    """One bound of one attribute as the criterion words it, before its section turns it round."""

    attribute: str
    side: str
    quantity: Quantity
    inclusive: bool
    place: tuple[int, int]
    """Where it stands in the text, its attribute's name included."""
    denied: bool = False
    """Whether the words deny it: "not above 40"."""
    paired: bool = False
    """Whether it is one of two that a single number pair gives: "140/90"."""
    joint: int = 0
    """Which limits were said in one breath: the two ends of a range have the same number."""


@dataclass
class _Reading:
    signs: Sequence[Sign]
    words: RegistryWords
    limits: list[Limit] = field(default_factory=list)
    names: list[tuple[str, int]] = field(default_factory=list)
    """The attributes named last, each with the index of its sign; `""` is something foreign."""
    used: bool = False
    """Whether a bound has been given to the names."""
    last_end: int = -99
    conditional: bool = False
    either: bool = False
    joint: int = 0
    start: int = 0
    """Where the clause began."""
    taken: set[int] = field(default_factory=set)
    """Names that a bound before them has taken."""


def limits(signs: Sequence[Sign], words: RegistryWords, context: str | None = None) -> list[Limit]:
    """Every bound of a measured attribute; `context` is one that a heading above the criterion names."""
    if not context and not _may_say(signs, words):
        return []
    reading = _Reading(signs, words)
    if context:
        reading.names = [(context, -1)]
    # What stands far behind the last number says nothing about it.
    last = next((index for index in range(len(signs) - 1, 0, -1) if signs[index].kind in _COUNTED or grade(signs[index])), 0)
    found = elements(signs[: last + _TAIL], words.roman)
    for position, element in enumerate(found):
        if isinstance(element, Mark):
            _mark(reading, element, found, position)
        else:
            _bound(reading, element, found, position)
    return reading.limits


def _may_say(signs: Sequence[Sign], words: RegistryWords) -> bool:
    """Whether there can be a bound at all: a number or a grade of something named, or a number that itself tells what it is of."""
    kinds = {sign.kind for sign in signs}
    if Kind.UNIT in kinds and any(sign.kind is Kind.UNIT and sign.text in words.own_units for sign in signs):
        return True
    named = not _NAMES.isdisjoint(kinds)
    if _NUMBERED.isdisjoint(kinds) and not (named and any(sign.kind is Kind.NAME and sign.value in words.grades for sign in signs)):
        return False
    if named:
        return True
    every = _NONE.union(*[sign.kinds for sign in signs])
    return not _COMPARING.isdisjoint(every) and (not _NAMES.isdisjoint(every) or _may_be_of_people(signs, words))


def _may_be_of_people(signs: Sequence[Sign], words: RegistryWords) -> bool:
    """Whether there is a word of age, "55 and older", or a bound can begin behind nothing but words for people, "adults over 18"."""
    telling, people = words.telling_words.keys(), words.people_and_signs
    run, whole = 0, True
    for sign in signs:
        parts = sign.parts
        if not telling.isdisjoint(parts):
            return True
        if run and (whole or run >= _PEOPLE_REACH) and not _BEGINNING.isdisjoint(sign.kinds):
            return True
        if sign.kind is Kind.STOP:
            run, whole = run + 1, True
        elif people.issuperset(parts):
            run += 1
        else:
            run, whole = 0, False
    return False


def _mark(reading: _Reading, mark: Mark, found: Sequence[Element], position: int) -> None:
    match mark.kind:
        case Kind.NAME | Kind.PAIR | Kind.FOREIGN:
            _name(reading, mark, found, position)
        case Kind.STOP:
            reading.names, reading.used, reading.conditional, reading.either = [], False, False, False
            reading.start, reading.last_end = mark.place + 1, -99
        case Kind.CONDITION:
            reading.conditional = True
        case Kind.OR:
            reading.either = True
        case Kind.AND | Kind.COMMA:
            reading.either = reading.either and mark.kind is Kind.COMMA


def _name(reading: _Reading, mark: Mark, found: Sequence[Element], position: int) -> None:
    if mark.place in reading.taken:
        return
    changed = _is_changed(reading, mark.place)
    attribute = "" if mark.kind is Kind.FOREIGN or changed else mark.value
    before = found[position - 1] if position else None
    beside = reading.names and not reading.used and _near(reading, reading.names[-1][1], mark.place)
    if beside and isinstance(before, Mark) and before.kind in (Kind.AND, Kind.OR, Kind.COMMA, Kind.NAME):
        if before.kind is Kind.NAME and reading.names[-1][0] == attribute:
            reading.names[-1] = (attribute, mark.place)
            return
        if before.kind is not Kind.NAME or not _in_brackets(reading, mark.place):
            if before.kind is Kind.NAME and not _divided(reading, before.place, mark.place):
                # "body weight ... BMI": two names in a row, and the nearer one counts, unless a stroke parts them.
                reading.names = [(attribute, mark.place)]
                return
            reading.names.append((attribute, mark.place))
            if changed and _divided(reading, reading.names[-2][1], mark.place):
                reading.names = [("", mark.place)]  # "AST/ALT ratio" is neither of the two.
            return
        # "Eastern Cooperative Oncology Group (ECOG)": an abbreviation.
        if attribute:
            reading.names[-1] = (attribute, mark.place)
        return
    reading.names, reading.used = [(attribute, mark.place)], False


def _near(reading: _Reading, first: int, second: int) -> bool:
    between = reading.signs[max(first, 0) + 1 : second]
    return sum(1 for sign in between if sign.is_a(Kind.WORD)) <= _JOIN_REACH


def _in_brackets(reading: _Reading, index: int) -> bool:
    return index > 0 and reading.signs[index - 1].is_a(Kind.OPEN)


def _divided(reading: _Reading, first: int, second: int) -> bool:
    return any(sign.text in ("/", "-") for sign in reading.signs[first + 1 : second])


def _is_changed(reading: _Reading, index: int) -> bool:
    """Whether the words around a name make it something else: "weight loss", "fetal weight"."""
    signs, words = reading.signs, reading.words
    behind = [part for sign in signs[index + 1 : index + 5] for part in sign.parts]
    if behind and words.changes_behind.longest(behind, 0):
        return True
    for length in (1, 2, 3):
        if index >= length:
            before = [part for sign in signs[index - length : index] for part in sign.parts]
            found = words.changes_before.longest(before, 0)
            if found is not None and found[1] == len(before):
                return True
    return _is_part(reading, index)


def _is_part(reading: _Reading, index: int) -> bool:
    """Whether only a part of something is named: "item 3 of the HAM-D", but not "17-item HAM-D"."""
    signs, words = reading.signs, reading.words
    for place in range(max(reading.start, index - _PART_REACH), index):
        if words.part_of.isdisjoint(signs[place].parts):
            continue
        before = next((sign for sign in reversed(signs[reading.start : place]) if sign.text != "-"), None)
        if before is None or not before.is_a(Kind.NUMBER):
            return True
    return False


def _bound(reading: _Reading, bound: Bound, found: Sequence[Element], position: int) -> None:
    quantities = [quantity for quantity in (bound.lower, bound.upper, bound.exact) if quantity is not None]
    if _says_again(reading, bound, quantities):
        reading.limits[-1] = reading.limits[-1]._replace(place=(reading.limits[-1].place[0], reading.signs[bound.last].end))
        reading.last_end = bound.last
        return
    attributes = _attributes(reading, bound, quantities, found, position)
    joins = reading.last_end >= 0
    if attributes and not any(_is_other_unit(reading, quantity) for quantity in quantities):
        _keep(reading, bound, attributes, found, position)
        reading.used, reading.last_end = True, bound.last
    elif joins:
        reading.last_end = -99


def _says_again(reading: _Reading, bound: Bound, quantities: Sequence[Quantity]) -> bool:
    """Whether brackets right behind the last bound only convert it: "≥ 7.0 mmol/L (126 mg/dL)"."""
    if not reading.limits or reading.last_end < 0 or len(quantities) != 1:
        return False
    last, (again,) = reading.limits[-1], quantities
    units = reading.words.unit_of.get(last.attribute, {})
    said, other = units.get(last.quantity.unit), units.get(again.unit)
    between = reading.signs[reading.last_end + 1 : bound.first]
    if said is None or other is None or said == other or len(between) != 1 or not between[0].is_a(Kind.OPEN):
        return False
    first, second = (way.factor * number.value + way.offset for way, number in ((said, last.quantity), (other, again)))
    return abs(first - second) <= _SAME * max(abs(first), abs(second))


_SAME = 0.05
"""Two numbers that differ by so small a share say the same: conversions are rounded."""


def _is_other_unit(reading: _Reading, quantity: Quantity) -> bool:
    """Whether the number is of something else, as the word right behind it tells: "30 seconds"."""
    behind = quantity.last + 1
    return not quantity.unit and behind < len(reading.signs) and reading.signs[behind].text in reading.words.other_units


def _attributes(
    reading: _Reading, bound: Bound, quantities: Sequence[Quantity], found: Sequence[Element], position: int
) -> list[tuple[str, int]]:
    """Whose bound it is, each with the sign that says so."""
    words = reading.words
    unit = next((quantity.unit for quantity in quantities if quantity.unit), "")
    telling = words.telling.get(unit) or _told_by_words(reading, bound)
    if telling:
        return [(telling, bound.first)]
    following = found[position + 1] if position + 1 < len(found) else None
    behind = following if isinstance(following, Mark) and following.kind in (Kind.NAME, Kind.PAIR) else None
    pending = bool(reading.names) and not reading.used and bound.first - reading.names[-1][1] <= _NAME_REACH + 1
    if pending and not (behind and behind.place - bound.last == 1 and "/" in reading.names[-1][0]):
        fitting = _fitting(reading, reading.names, unit)
        if fitting or not unit:
            return fitting
    if behind and behind.place - bound.last <= 3 and not _is_changed(reading, behind.place):
        # "< 30 kg in weight": the name behind, unless that name has a bound of its own.
        own = found[position + 2] if position + 2 < len(found) else None
        beside = behind.place - bound.last == 1
        if beside or not isinstance(own, Bound) or own.first - behind.place > _NAME_REACH:
            fitting = _fitting(reading, [(behind.value, behind.place)], unit)
            if fitting:
                reading.taken.add(behind.place)
                reading.names = fitting
                return fitting
    if reading.names and reading.used and _follows(reading, bound, found, position):
        return [] if _is_converted(reading, bound, unit) else _fitting(reading, reading.names, unit)
    return _of_people(reading, bound, unit)


def _told_by_words(reading: _Reading, bound: Bound) -> str | None:
    """What a comparison's own words tell: "55 and older"."""
    for sign in reading.signs[max(bound.first - 1, 0) : bound.last + 1]:
        for part in sign.parts:
            if part in reading.words.telling_words:
                return reading.words.telling_words[part]
    return None


def _is_converted(reading: _Reading, bound: Bound, unit: str) -> bool:
    """Whether the bound, in brackets, says the one before it again in another unit: "> 47 mmol/mol (> 6.4 %)"."""
    between = reading.signs[reading.last_end + 1 : bound.first]
    said = reading.limits[-1].quantity.unit if reading.limits else ""
    return bool(unit and said and unit != said and any(sign.is_a(Kind.OPEN) for sign in between))


def _fitting(reading: _Reading, names: Sequence[tuple[str, int]], unit: str) -> list[tuple[str, int]]:
    """Those of the names that can have the unit."""
    fitting = []
    for name, index in names:
        for part in name.split("/"):
            known = reading.words.unit_of.get(part, {})
            if part and (unit in known or not known if unit else part not in reading.words.unit_needed):
                fitting.append((name, index))
                break
    return fitting


def _follows(reading: _Reading, bound: Bound, found: Sequence[Element], position: int) -> bool:
    """Whether the bound goes on with what the last one was about: "≥ 18 and ≤ 65"."""
    before = found[position - 1] if position else None
    named = isinstance(before, Mark) and before.place in reading.taken  # "6 % ≤ HbA1c ≤ 9.5 %"
    if isinstance(before, Mark) and not named and before.kind not in (Kind.AND, Kind.OR, Kind.COMMA):
        return False
    between = reading.signs[reading.last_end + 1 : bound.first]
    return reading.last_end >= 0 and sum(1 for sign in between if sign.is_a(Kind.WORD)) <= _JOIN_REACH


def _of_people(reading: _Reading, bound: Bound, unit: str) -> list[tuple[str, int]]:
    """ "Patients under 31 pounds", "adults over 18": people, and a number that can only be their age or their weight."""
    if bound.exact is not None:
        return []
    signs, words = reading.signs, reading.words
    if bound.first - reading.start > _PEOPLE_REACH and not _stands_alone(reading, bound):
        return []
    before = [part for sign in signs[max(reading.start, bound.first - _PEOPLE_REACH) : bound.first] for part in sign.parts]
    behind = [part for sign in signs[bound.last + 1 : bound.last + 5] for part in sign.parts]
    of_people = words.people_and_signs.issuperset(before)
    for attribute, units in words.subject_units.items():
        if unit not in units and (unit or attribute != _WITHOUT_UNIT):
            continue
        if behind and words.no_measure_behind.longest(behind, 0):
            continue
        bare = of_people and before and (not behind or behind[0] in words.measure_behind or not behind[0].isalnum())
        with_unit = of_people and unit and (before or attribute == _WITHOUT_UNIT)
        if bare or with_unit or (unit and attribute == _WITHOUT_UNIT and _stands_alone(reading, bound)):
            reading.names = [(attribute, bound.first)]
            return reading.names
    return []


_PEOPLE_REACH = 24
"""So many words that speak of people may stand before the number."""
_WITHOUT_UNIT = "age"
"""The one measured attribute that a bare number behind people can be."""


def _stands_alone(reading: _Reading, bound: Bound) -> bool:
    """Whether nothing but the bound stands between two commas, or in brackets: "transplant patients (≥ 21 years)"."""
    signs = reading.signs
    place = bound.first - 1
    while place >= 0 and signs[place].is_a(Kind.ABOVE, Kind.BELOW, Kind.AT_LEAST, Kind.AT_MOST, Kind.IS, Kind.BETWEEN):
        place -= 1
    before = signs[place] if place >= 0 else None
    behind = signs[bound.last + 1] if bound.last + 1 < len(signs) else None
    opens = before is None or before.is_a(Kind.OPEN, Kind.COMMA, Kind.STOP)
    closes = behind is None or behind.is_a(Kind.CLOSE, Kind.COMMA, Kind.STOP)
    return opens and closes


def _keep(reading: _Reading, bound: Bound, attributes: Sequence[tuple[str, int]], found: Sequence[Element], position: int) -> None:
    following = found[position + 1] if position + 1 < len(found) else None
    conditional = reading.conditional or (isinstance(following, Mark) and following.kind is Kind.CONDITION)
    reading.joint += 1
    for name, index in attributes:
        first, _, second = name.partition("/")
        # A second bound of the same name, "≥ 7 % and ≤ 12 %", stands by itself.
        begin = bound.first if reading.used else min(max(index, 0), bound.first)
        place = (reading.signs[begin].start, reading.signs[max(bound.last, index)].end)
        denied = _is_denied(reading, min(index if index >= 0 else bound.first, bound.first), bound.first)
        for part, number in ((first, 0), (second, 1)):
            if not part:
                continue
            for side, quantity, inclusive in _sides(bound, reading.words.grades.get(part)):
                value = quantity.value if number == 0 else quantity.second
                if value is None:
                    continue
                kept = quantity._replace(value=value, second=None if second else quantity.second)
                if conditional and reading.either and any(limit.attribute == part and limit.side == side for limit in reading.limits):
                    continue  # "≤ 3 × ULN, or ≤ 5 × ULN if there are liver metastases": the first one is for everybody.
                _tell_unit(reading, part, kept)
                reading.limits.append(Limit(part, side, kept, inclusive, place, denied, bool(second), reading.joint))
    reading.either = False


def _tell_unit(reading: _Reading, attribute: str, quantity: Quantity) -> None:
    """Of two bounds in a row the second may name the unit of both: "≥ 24 and ≤ 36 months"."""
    for number, limit in enumerate(reading.limits[-2:], start=max(0, len(reading.limits) - 2)):
        if reading.used and limit.attribute == attribute and limit.joint == reading.joint - 1:
            reading.limits[number] = limit._replace(quantity=in_unit_of(limit.quantity, quantity))


def _sides(bound: Bound, grades: Sequence[str] | None) -> list[tuple[str, Quantity, bool]]:
    sides = [
        (side, quantity, inclusive)
        for side, quantity, inclusive in (
            ("exact", bound.exact if grades is not None else None, True),
            ("lower", bound.lower, bound.lower_inclusive),
            ("upper", bound.upper, bound.upper_inclusive),
        )
        if quantity is not None
    ]
    if grades is None:
        return sides
    # The 2023 of "GOLD 2023" is a year, and the 80 of "GOLD, FEV1 below 80 %" no grade.
    first = 0 if grades[0] == "0" else 1
    return [one for one in sides if first <= one[1].value < first + len(grades)]


def _is_denied(reading: _Reading, name: int, bound: int) -> bool:
    """Whether a "not" stands right before the name or the bound, with nothing that ends its reach."""
    for place in (bound, name):
        for sign in reversed(reading.signs[max(reading.start, place - 4) : place]):
            kinds = sign.kinds
            if Kind.NOT in kinds:
                return True
            if not kinds & {Kind.WORD, Kind.OPEN, Kind.BETWEEN} or sign.text == ":":
                break
    return False
