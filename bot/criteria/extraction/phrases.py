"""From the words of a criterion to the bounds they name: signs are chosen by what stands beside them, and the grammar reads them.

A word can be two things: "from 18" is a lower bound, "from 18 to 65" a range; "I" is a grade behind the name of a class and a word
elsewhere. That is settled here, sign by sign and in one pass, so that the grammar itself has no doubt left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.lexer import Lexer

from bot.criteria.extraction.signs import Sign, grade
from bot.criteria.extraction.words import Kind

GRAMMAR = r"""
// What a criterion says about a measured value, in the signs that `bot.criteria.extraction.phrases` picks out of its words.
//
// Other words may stand between the signs; they are left out here. Every sequence of signs is a sentence of this grammar: what
// belongs to no bound stays a mark of its own.

start: (bound | mark)*

bound: compare quantity                   -> compared
     | compare quantity more              -> compared
     | compare quantity TO quantity       -> from_to
     | quantity OR_MORE                   -> or_more
     | quantity OR_LESS                   -> or_less
     | quantity TO quantity               -> between
     | BETWEEN quantity to quantity       -> between
     | quantity REVERSED                  -> reversed
     | quantity                           -> bare

compare: ABOVE | BELOW | AT_LEAST | AT_MOST | IS
more: OR_MORE | OR_LESS
to: TO | AND_TO

quantity: NUMBER
        | NUMBER UNIT
        | NUMBER LIMIT
        | NUMBER TIMES LIMIT
        | ALONE
        | GRADE

mark: NAME | PAIR | FOREIGN | NOT | CONDITION | AND | OR | COMMA | STOP
    | OR_MORE | OR_LESS | TO | AND_TO | REVERSED | UNIT | LIMIT | TIMES

%declare ABOVE BELOW AT_LEAST AT_MOST IS OR_MORE OR_LESS BETWEEN TO AND_TO REVERSED NUMBER UNIT LIMIT TIMES ALONE GRADE
%declare NAME PAIR FOREIGN NOT CONDITION AND OR COMMA STOP
"""

COMPARES = (Kind.ABOVE, Kind.BELOW, Kind.AT_LEAST, Kind.AT_MOST, Kind.IS)
_REACH = 3
"""So many words may stand between a comparison and its number: "less than or equal to the age of 65"."""


@dataclass(frozen=True)
class Quantity:
    """A number as it is written, with its unit or as a multiple of a limit; `second` is the other one of a pair such as 140/90."""

    value: float
    first: int
    last: int
    written: str = ""
    unit: str = ""
    limit: str = ""
    second: float | None = None


@dataclass(frozen=True)
class Bound:
    """What is said of a measured value, whatever it is: `lower` and `upper`, each with whether the number itself is meant."""

    first: int
    last: int
    lower: Quantity | None = None
    upper: Quantity | None = None
    lower_inclusive: bool = True
    upper_inclusive: bool = True
    exact: Quantity | None = None
    """The number alone: "ECOG 0", "= 35"."""


@dataclass(frozen=True)
class Mark:
    """A sign that is no bound."""

    kind: Kind
    index: int
    value: str = ""


Element = Bound | Mark


# -- choosing signs


def chosen(signs: Sequence[Sign], roman: frozenset[str]) -> Iterator[tuple[str, int, Any]]:
    """The terminals of the grammar: each with the index of its sign, and what it holds; `roman` attributes have grades in Roman figures."""
    graded = False
    position = 0
    ended = False  # Whether a quantity has just ended, with nothing behind it yet.
    while position < len(signs):
        sign = signs[position]
        kinds = sign.kinds
        step = 1
        if Kind.NUMBER in kinds:
            pair = _second_of_pair(signs, position)
            yield "NUMBER", position, (sign.number, sign.text, pair)
            step = 3 if pair is not None else 1
            ended = True
        elif Kind.UNIT in kinds:
            if ended:
                yield "UNIT", position, sign.text
        elif Kind.LIMIT in kinds and ended and _is_number(signs, position - 1):
            yield "LIMIT", position, sign.value
        elif Kind.TIMES in kinds and ended and (limit := _limit_behind(signs, position)) is not None:
            yield "TIMES", position, None
            yield "LIMIT", limit, signs[limit].value
            step = limit + 1 - position
        elif ended and kinds & {Kind.OR_MORE, Kind.OR_LESS} and _target(signs, position, graded) is None:
            yield ("OR_MORE" if Kind.OR_MORE in kinds else "OR_LESS"), position, None
            ended = False
        elif Kind.TO in kinds and ended and (_is_number(signs, position + 1) or (graded and _grade_behind(signs, position))):
            yield "TO", position, None
            ended = False
        elif Kind.TO in kinds and ended and (upper := _upper_behind(signs, position)) is not None:
            # "2 to < 12 years".
            yield "TO", position, upper[1]
            step, ended = upper[0] - position, False
        elif Kind.BETWEEN in kinds and (joint := _range_behind(signs, position)) is not None:
            yield from _names_between(signs, position, joint)
            yield "BETWEEN", position, None
            yield from _range(signs, position, joint)
            step = joint - position
            ended = False
            yield ("AND_TO" if Kind.AND in signs[joint].kinds else "TO"), joint, None
            step += 1
        elif ended and (mirrored := _mirrored(signs, position)) is not None:
            yield "REVERSED", position, mirrored
            ended = False
        elif compare := _comparison(kinds):
            target = _target(signs, position, graded)
            if target is not None:
                # "greater than (>) 18": the sign nearest to the number counts.
                last, alone = target
                nearest = _comparison(signs[last].kinds) or compare
                if sign.value in ("or", "and") and kinds & {Kind.OR_MORE, Kind.OR_LESS}:
                    yield sign.value.upper(), position, ""
                yield from _names_between(signs, position, alone if alone is not None else last + _REACH + 3)
                yield nearest.value, position, None
                if alone is not None:
                    yield "ALONE", alone, signs[alone].value
                    step, ended = alone + 1 - position, True
                else:
                    step, ended = last + 1 - position, False
                    number = next((p for p in range(last + 1, len(signs)) if signs[p].is_a(Kind.NUMBER) or grade(signs[p])), None)
                    step = step if number is None else number - position
            else:
                ended = False
        elif kinds & {Kind.NAME, Kind.PAIR, Kind.FOREIGN}:
            for meaning in sign.meanings:
                if meaning.kind in (Kind.NAME, Kind.PAIR, Kind.FOREIGN):
                    yield meaning.kind.value, position, meaning.value
                    graded = meaning.value in roman
                    break
            ended = False
        elif kinds & {Kind.NOT, Kind.CONDITION, Kind.AND, Kind.OR, Kind.COMMA, Kind.STOP}:
            kind = next(kind for kind in (Kind.NOT, Kind.CONDITION, Kind.AND, Kind.OR, Kind.COMMA, Kind.STOP) if kind in kinds)
            yield kind.value, position, sign.text
            graded = graded and kind is not Kind.STOP
            ended = False
        elif graded and grade(sign):
            yield "GRADE", position, (float(grade(sign) or 0), sign.text)
            ended = True
        elif sign.kind not in (Kind.OPEN, Kind.CLOSE):
            ended = False
        position += step


def _comparison(kinds: frozenset[Kind]) -> Kind | None:
    """The comparison that a sign can be; "or older", with a number behind it, is one too."""
    for kind in COMPARES:
        if kind in kinds:
            return kind
    return Kind.ABOVE if Kind.OR_MORE in kinds else Kind.BELOW if Kind.OR_LESS in kinds else None


def _names_between(signs: Sequence[Sign], position: int, end: int) -> Iterator[tuple[str, int, Any]]:
    """The names that stand between a comparison and its number: "a minimum life expectancy of 12 weeks"."""
    for place in range(position + 1, min(end, len(signs))):
        if signs[place].is_a(Kind.NUMBER):
            return
        for meaning in signs[place].meanings:
            if meaning.kind in (Kind.NAME, Kind.PAIR, Kind.FOREIGN):
                yield meaning.kind.value, place, meaning.value


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


def _range(signs: Sequence[Sign], position: int, joint: int) -> Iterator[tuple[str, int, Any]]:
    for place in range(position + 1, joint):
        if signs[place].is_a(Kind.NUMBER):
            yield "NUMBER", place, (signs[place].number, signs[place].text, None)
            if signs[place + 1].is_a(Kind.UNIT):
                yield "UNIT", place + 1, signs[place + 1].text
            return


def _target(signs: Sequence[Sign], position: int, graded: bool) -> tuple[int, int | None] | None:
    """What a comparison is with: the index of the comparison next to the number, and of a limit that stands for the number."""
    last, words = position, 0
    for place in range(position + 1, len(signs)):
        sign = signs[place]
        if sign.is_a(Kind.NUMBER) or (graded and grade(sign)):
            return last, None
        kinds = sign.kinds
        if Kind.LIMIT in kinds:
            return last, place
        if any(kind in kinds for kind in COMPARES):
            last = place
        elif sign.is_a(Kind.WORD) or kinds & {Kind.OPEN, Kind.CLOSE, Kind.OR, Kind.NAME}:
            words += not sign.is_a(Kind.OPEN, Kind.CLOSE)
            if words > _REACH:
                return None
        else:
            return None
    return None


def _mirrored(signs: Sequence[Sign], position: int) -> Kind | None:
    """The comparison of "6 % ≤ HbA1c", between a number and a name."""
    kind = next((kind for kind in COMPARES if kind in signs[position].kinds), None)
    behind = signs[position + 1].kinds if position + 1 < len(signs) else frozenset()
    return kind if kind is not Kind.IS and behind & {Kind.NAME, Kind.PAIR, Kind.FOREIGN} else None


# -- the grammar


class _Chosen(Lexer):
    """Hands the chosen signs to the grammar. Lark's own lexers are given a text; one of one's own is given what `parse` was."""

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, signs: Any) -> Iterator[Token]:  # type: ignore[override]
        for terminal, index, value in signs:
            yield Token(terminal, (index, value))


def _compared(kind: Kind, quantity: Quantity, first: int, last: int) -> Bound:
    if kind in (Kind.ABOVE, Kind.AT_LEAST):
        return Bound(first, last, lower=quantity, lower_inclusive=kind is Kind.AT_LEAST)
    if kind in (Kind.BELOW, Kind.AT_MOST):
        return Bound(first, last, upper=quantity, upper_inclusive=kind is Kind.AT_MOST)
    return Bound(first, last, exact=quantity)


def _in_one_unit(low: Quantity, high: Quantity) -> tuple[Quantity, Quantity]:
    """The ends of a range, each in the unit that only one of them names: "24 to 36 months"."""
    return in_unit_of(low, high), in_unit_of(high, low)


def in_unit_of(quantity: Quantity, other: Quantity) -> Quantity:
    """A quantity that names no unit and no limit, in those of another."""
    return quantity if quantity.unit or quantity.limit else replace(quantity, unit=other.unit, limit=other.limit)


class _Elements(Transformer[Token, list[Element]]):
    """The tree of a sequence, as bounds and marks."""

    def start(self, children: list[Element]) -> list[Element]:
        return children

    def quantity(self, children: list[Token]) -> Quantity:
        index, held = children[0].value
        last = children[-1].value[0]
        if children[0].type == "ALONE":
            return Quantity(1.0, index, index, "", "", held)
        if children[0].type == "GRADE":
            return Quantity(held[0], index, index, held[1])
        number, written, second = held
        unit = next((child.value[1] for child in children if child.type == "UNIT"), "")
        limit = next((child.value[1] for child in children if child.type == "LIMIT"), "")
        return Quantity(number, index, max(last, index + (2 if second is not None else 0)), written, unit, limit, second)

    def compare(self, children: list[Token]) -> Token:
        return children[0]

    def more(self, children: list[Token]) -> Token:
        return children[0]

    to = compare

    def compared(self, children: list[Any]) -> Bound:
        kind, quantity = Kind(children[0].type), children[1]
        if len(children) > 2 and kind is Kind.IS:
            kind = Kind.AT_LEAST if children[2].type == "OR_MORE" else Kind.AT_MOST
        return _compared(kind, quantity, children[0].value[0], quantity.last)

    def from_to(self, children: list[Any]) -> Bound:
        kind, low, _, high = Kind(children[0].type), *children[1:]
        first = children[0].value[0]
        low, high = _in_one_unit(low, high)
        if kind in (Kind.ABOVE, Kind.AT_LEAST, Kind.IS):
            return Bound(first, high.last, low, high, lower_inclusive=kind is not Kind.ABOVE)
        return _compared(kind, low, first, high.last)

    def or_more(self, children: list[Any]) -> Bound:
        return Bound(children[0].first, children[1].value[0], lower=children[0])

    def or_less(self, children: list[Any]) -> Bound:
        return Bound(children[0].first, children[1].value[0], upper=children[0])

    def between(self, children: list[Any]) -> Bound:
        low, high = _in_one_unit(*(child for child in children if isinstance(child, Quantity)))
        joint = next((child for child in children if isinstance(child, Token) and child.type == "TO"), None)
        return Bound(low.first, high.last, low, high, upper_inclusive=joint is None or joint.value[1] is not False)

    def reversed(self, children: list[Any]) -> Bound:
        quantity, token = children
        mirrored = {Kind.ABOVE: Kind.BELOW, Kind.BELOW: Kind.ABOVE, Kind.AT_LEAST: Kind.AT_MOST, Kind.AT_MOST: Kind.AT_LEAST}
        return _compared(mirrored[token.value[1]], quantity, quantity.first, token.value[0])

    def bare(self, children: list[Any]) -> Bound:
        return Bound(children[0].first, children[0].last, exact=children[0])

    def mark(self, children: list[Token]) -> Mark:
        index, value = children[0].value
        return Mark(Kind(children[0].type), index, value or "")


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer=_Chosen, transformer=_Elements())


def elements(signs: Sequence[Sign], roman: frozenset[str]) -> list[Element]:
    """The bounds and marks of a criterion, in its order."""
    # Lark's type is that of a tree; the transformer has made a list of it.
    return cast("list[Element]", _parser().parse(chosen(signs, roman)))
