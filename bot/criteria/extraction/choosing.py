"""From the words of a criterion to the signs that count: each is chosen by what stands beside it.

A word can be two things: "from 18" is a lower bound, "from 18 to 65" a range; "I" is a grade behind the name of a class and a word
elsewhere. That is settled here, sign by sign and in one pass, so that the grammar itself has no doubt left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.criteria.extraction.signs import Sign, grade
from bot.criteria.extraction.words import Kind

Chosen = tuple[Kind, int, Any]
"""A sign that counts: what it is to the grammar, the index of the sign, and what it holds."""

COMPARES = (Kind.ABOVE, Kind.BELOW, Kind.AT_LEAST, Kind.AT_MOST, Kind.IS)
EITHER = frozenset((Kind.OR_MORE, Kind.OR_LESS))
COMPARING = EITHER.union(COMPARES)
_NAMES = frozenset((Kind.NAME, Kind.PAIR, Kind.FOREIGN))
_JOINTS = (Kind.NOT, Kind.CONDITION, Kind.AND, Kind.OR, Kind.COMMA, Kind.STOP)
_REACH = 3
"""So many words may stand between a comparison and its number: "less than or equal to the age of 65"."""


def chosen(signs: Sequence[Sign], roman: frozenset[str]) -> Iterator[Chosen]:
    """The signs that count; `roman` attributes have grades in Roman figures."""
    graded = False
    position = 0
    ended = False  # Whether a quantity has just ended, with nothing behind it yet.
    while position < len(signs):
        sign = signs[position]
        kinds = sign.kinds
        step = 1
        if sign.kind is Kind.WORD:
            # Most signs are words that nothing was made of.
            if ended and graded and sign.text == "-" and _grade_behind(signs, position):
                # "II-IV": the dash between two Roman figures.
                yield Kind.TO, position, None
                ended = False
            elif ended := graded and grade(sign) is not None and not _is_abbreviated(signs, position):
                yield Kind.GRADE, position, (float(grade(sign) or 0), sign.text)
        elif Kind.NUMBER in kinds:
            pair = _second_of_pair(signs, position)
            yield Kind.NUMBER, position, (sign.number, sign.text, pair)
            step = 3 if pair is not None else 1
            ended = True
        elif Kind.UNIT in kinds:
            yield Kind.UNIT, position, sign.text
        elif Kind.LIMIT in kinds and ended and _is_number(signs, position - 1):
            yield Kind.LIMIT, position, sign.value
        elif Kind.TIMES in kinds and ended and (limit := _limit_behind(signs, position)) is not None:
            yield Kind.TIMES, position, None
            yield Kind.LIMIT, limit, signs[limit].value
            step = limit + 1 - position
        elif ended and not EITHER.isdisjoint(kinds) and _target(signs, position, graded, roman) is None:
            yield (Kind.OR_MORE if Kind.OR_MORE in kinds else Kind.OR_LESS), position, None
            ended = False
        elif Kind.TO in kinds and ended and (_is_number(signs, position + 1) or (graded and _grade_behind(signs, position))):
            yield Kind.TO, position, None
            ended = False
        elif Kind.TO in kinds and ended and (upper := _upper_behind(signs, position)) is not None:
            # "2 to < 12 years".
            yield Kind.TO, position, upper[1]
            step, ended = upper[0] - position, False
        elif Kind.BETWEEN in kinds and (joint := _range_behind(signs, position)) is not None:
            yield from _names_between(signs, position, joint)
            yield Kind.BETWEEN, position, None
            yield from _range(signs, position, joint)
            step = joint - position
            ended = False
            yield (Kind.AND_TO if Kind.AND in signs[joint].kinds else Kind.TO), joint, None
            step += 1
        elif ended and (mirrored := _mirrored(signs, position)) is not None:
            yield Kind.REVERSED, position, mirrored
            ended = False
        elif compare := _comparison(kinds):
            target = _target(signs, position, graded, roman)
            if target is not None:
                # "greater than (>) 18": the sign nearest to the number counts.
                last, alone, graded = target
                number = next((p for p in range(last + 1, len(signs)) if signs[p].is_a(Kind.NUMBER) or (graded and grade(signs[p]))), None)
                nearest = _comparison(signs[last].kinds) or compare
                if sign.value in ("or", "and") and not EITHER.isdisjoint(kinds):
                    yield (Kind.OR if sign.value == "or" else Kind.AND), position, ""
                yield from _names_between(signs, position, alone if alone is not None else len(signs) if number is None else number)
                yield nearest, position, None
                if alone is not None:
                    yield Kind.ALONE, alone, signs[alone].value
                    step, ended = alone + 1 - position, True
                else:
                    step, ended = (last + 1 if number is None else number) - position, False
            else:
                ended = False
        elif not _NAMES.isdisjoint(kinds):
            name = next(meaning for meaning in sign.meanings if meaning.kind in _NAMES)
            yield name.kind, position, name.value
            graded, ended = name.value in roman, False
        elif (kind := next((kind for kind in _JOINTS if kind in kinds), None)) is not None:
            yield kind, position, sign.text
            graded = graded and kind is not Kind.STOP
            ended = False
        elif sign.kind not in (Kind.OPEN, Kind.CLOSE):
            ended = False
        position += step


def _is_abbreviated(signs: Sequence[Sign], position: int) -> bool:
    """Whether a letter stands before a full stop and another letter: the "i" of "i.e." is no grade."""
    if position + 2 >= len(signs):
        return False
    here, stop, behind = signs[position : position + 3]
    return stop.text == "." and here.end == stop.start and stop.end == behind.start and behind.text.isalpha()


def _comparison(kinds: frozenset[Kind]) -> Kind | None:
    """The comparison that a sign can be; "or older", with a number behind it, is one too."""
    if COMPARING.isdisjoint(kinds):
        return None
    for kind in COMPARES:
        if kind in kinds:
            return kind
    return Kind.ABOVE if Kind.OR_MORE in kinds else Kind.BELOW if Kind.OR_LESS in kinds else None


def _names_between(signs: Sequence[Sign], position: int, end: int) -> Iterator[Chosen]:
    """The names that stand between a comparison and its number: "a minimum life expectancy of 12 weeks"."""
    for place in range(position + 1, min(end, len(signs))):
        if signs[place].is_a(Kind.NUMBER):
            return
        for meaning in signs[place].meanings:
            if meaning.kind in _NAMES:
                yield meaning.kind, place, meaning.value


def _upper_behind(signs: Sequence[Sign], position: int) -> tuple[int, bool] | None:
    """Where the number stands behind "to less than", and whether it is meant itself."""
    if position + 2 < len(signs) and signs[position + 2].is_a(Kind.NUMBER):
        kind = _comparison(signs[position + 1].kinds)
        if kind in (Kind.BELOW, Kind.AT_MOST):
            return position + 2, kind is Kind.AT_MOST
    return None


def _is_number(signs: Sequence[Sign], position: int) -> bool:
    return 0 <= position < len(signs) and signs[position].is_a(Kind.NUMBER)


def _grade_behind(signs: Sequence[Sign], position: int) -> bool:
    return position + 1 < len(signs) and grade(signs[position + 1]) is not None


def _second_of_pair(signs: Sequence[Sign], position: int) -> float | None:
    """The 90 of "140/90"."""
    if position + 2 < len(signs) and signs[position + 1].text == "/" and signs[position + 2].is_a(Kind.NUMBER):
        return signs[position + 2].number
    return None


def _limit_behind(signs: Sequence[Sign], position: int) -> int | None:
    for place in range(position + 1, min(position + 5, len(signs))):
        if signs[place].kinds & {Kind.LIMIT, Kind.NORMAL}:
            return place
        if not signs[place].is_a(Kind.WORD, Kind.OPEN, Kind.CLOSE):
            return None
    return None


def _range_behind(signs: Sequence[Sign], position: int) -> int | None:
    """Where the joint of a range stands that begins here: the "and" of "between the ages of 18 and 65"."""
    place, words = position + 1, 0
    while place < len(signs) and not signs[place].is_a(Kind.NUMBER) and words < _REACH:
        if Kind.NAME not in signs[place].kinds and not signs[place].is_a(Kind.WORD, Kind.OPEN):
            return None
        place, words = place + 1, words + 1
    if place >= len(signs) or not signs[place].is_a(Kind.NUMBER):
        return None
    place += 1
    if place < len(signs) and signs[place].is_a(Kind.UNIT):
        place += 1
    if place < len(signs) and signs[place].is_a(Kind.OPEN):
        # "between 50 kg (inclusive) and 90 kg".
        closed = next((p for p in range(place, min(place + 5, len(signs))) if signs[p].is_a(Kind.CLOSE)), None)
        place = place if closed is None else closed + 1
    if place + 2 < len(signs) and signs[place].text == "-" and Kind.AND in signs[place + 1].kinds:
        place += 1
    if place + 1 < len(signs) and signs[place].kinds & {Kind.TO, Kind.AND} and signs[place + 1].is_a(Kind.NUMBER):
        return place
    return None


def _range(signs: Sequence[Sign], position: int, joint: int) -> Iterator[Chosen]:
    place = next(place for place in range(position + 1, joint) if signs[place].is_a(Kind.NUMBER))
    yield Kind.NUMBER, place, (signs[place].number, signs[place].text, None)
    if signs[place + 1].is_a(Kind.UNIT):
        yield Kind.UNIT, place + 1, signs[place + 1].text


def _target(signs: Sequence[Sign], position: int, graded: bool, roman: frozenset[str]) -> tuple[int, int | None, bool] | None:
    """What a comparison is with: the index of the comparison next to the number, and of a limit that stands for the number.

    And whether Roman figures count: a name with such grades may stand between, as in "> NYHA class II".
    """
    last, words = position, 0
    for place in range(position + 1, len(signs)):
        sign = signs[place]
        if sign.is_a(Kind.NUMBER) or (graded and grade(sign)):
            return last, None, graded
        kinds = sign.kinds
        if Kind.LIMIT in kinds:
            return last, place, graded
        if any(kind in kinds for kind in COMPARES):
            last = place
        elif sign.is_a(Kind.WORD) or kinds & {Kind.OPEN, Kind.CLOSE, Kind.OR, Kind.NAME}:
            words += not sign.is_a(Kind.OPEN, Kind.CLOSE)
            if words > _REACH:
                return None
            graded = graded or (Kind.NAME in kinds and any(meaning.value in roman for meaning in sign.meanings))
        else:
            return None
    return None


def _mirrored(signs: Sequence[Sign], position: int) -> Kind | None:
    """The comparison of "6 % ≤ HbA1c", between a number and a name."""
    kinds = signs[position].kinds
    if COMPARING.isdisjoint(kinds) or position + 1 == len(signs):
        return None
    kind = next((kind for kind in COMPARES if kind in kinds), None)
    behind = signs[position + 1].kinds
    return kind if kind is not Kind.IS and not _NAMES.isdisjoint(behind) else None
