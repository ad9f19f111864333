"""The grammar of measured values: from the chosen signs of a criterion to the bounds they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from lark import Lark, Token, Tree
from lark.lexer import Lexer

from bot.criteria.extraction.choosing import COMPARING, Chosen, chosen
from bot.criteria.extraction.signs import Sign
from bot.criteria.extraction.words import Kind

GRAMMAR = r"""
// What a criterion says about a measured value, in the signs that `bot.criteria.extraction.choosing` picks out of its words.
//
// Other words may stand between the signs; they are left out here. Every sequence of signs is a sentence of this grammar: what
// belongs to no bound stays a mark of its own.

start: (bound | mark)*

bound: compare quantity                   -> compared
     | compare quantity more              -> compared
     | compare quantity TO quantity       -> from_to
     | quantity OR_MORE                   -> or_more
     | quantity OR_LESS                   -> or_less
     | quantity TO quantity               -> ranged
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


class Quantity(NamedTuple):
    """A number as it is written, with its unit or as a multiple of a limit; `second` is the other one of a pair such as 140/90."""

    value: float
    first: int
    last: int
    written: str = ""
    unit: str = ""
    limit: str = ""
    second: float | None = None


class Bound(NamedTuple):
    """What is said of a measured value, whatever it is: `lower` and `upper`, each with whether the number itself is meant."""

    first: int
    last: int
    lower: Quantity | None = None
    upper: Quantity | None = None
    lower_inclusive: bool = True
    upper_inclusive: bool = True
    exact: Quantity | None = None
    """The number alone: "ECOG 0", "= 35"."""


class Mark(NamedTuple):
    """A sign that is no bound."""

    kind: Kind
    place: int
    value: str = ""


Element = Bound | Mark


_IN_BOUNDS = COMPARING | {
    *(Kind.BETWEEN, Kind.TO, Kind.AND_TO, Kind.REVERSED),
    *(Kind.NUMBER, Kind.UNIT, Kind.LIMIT, Kind.TIMES, Kind.ALONE, Kind.GRADE),
}
"""The signs that a bound can be made of. No other can stand inside of one, so what lies between the others is read by itself."""
_REMEMBERED = 12
"""Runs of so many signs at most are remembered: they are few, and come again and again."""


def elements(signs: Sequence[Sign], roman: frozenset[str]) -> list[Element]:
    """The bounds and marks of a criterion, in its order."""
    found: list[Element] = []
    run: list[Chosen] = []
    for sign in chosen(signs, roman):
        kind, index, value = sign
        if kind in _IN_BOUNDS:
            run.append(sign)
            continue
        if run:
            found += _read(run)
            run = []
        found.append(Mark(kind, index, value or ""))
    if run:
        found += _read(run)
    return found


def _read(run: Sequence[Chosen]) -> list[Element]:
    kinds = tuple([kind for kind, _, _ in run])
    shape = _shape(kinds) if len(kinds) <= _REMEMBERED else _parsed(kinds)
    return [_MADE[made](*[[run[place] for place in part] for part in parts]) for made, parts in shape]


Shape = tuple[tuple[str, tuple[tuple[int, ...], ...]], ...]
"""What a run of signs is, by their kinds alone: each bound or mark by its name in the grammar, with the places of its parts in the run."""


def _parsed(kinds: tuple[Kind, ...]) -> Shape:
    tree = _parser().parse(kinds)
    return tuple((part.data, tuple(map(_places, part.children))) for part in tree.children if isinstance(part, Tree))


_shape = lru_cache(maxsize=1024)(_parsed)


def _places(part: Tree[Token] | Token) -> tuple[int, ...]:
    return (part.value,) if isinstance(part, Token) else tuple(token.value for token in part.children if isinstance(token, Token))


class _Kinds(Lexer):
    """Hands the kinds of signs to the grammar. Lark's own lexers are given a text; one of one's own is given what `parse` was."""

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, kinds: Any) -> Iterator[Token]:  # type: ignore[override]
        for place, kind in enumerate(kinds):
            yield Token(kind, place)


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer=_Kinds)


# -- bounds, of the signs that the grammar gives them


def _quantity(signs: Sequence[Chosen]) -> Quantity:
    kind, index, held = signs[0]
    if kind is Kind.ALONE:
        return Quantity(1.0, index, index, "", "", held)
    if kind is Kind.GRADE:
        return Quantity(held[0], index, index, held[1])
    number, written, second = held
    unit = limit = ""
    for kind, _, value in signs:
        if kind is Kind.UNIT:
            unit = value
        elif kind is Kind.LIMIT:
            limit = value
    return Quantity(number, index, max(signs[-1][1], index + (2 if second is not None else 0)), written, unit, limit, second)


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
    return quantity if quantity.unit or quantity.limit else quantity._replace(unit=other.unit, limit=other.limit)


Signs = Sequence[Chosen]


def _of_comparison(compare: Signs, number: Signs, more: Signs = ()) -> Bound:
    ((kind, first, _),), quantity = compare, _quantity(number)
    if more and kind is Kind.IS:
        kind = Kind.AT_LEAST if more[0][0] is Kind.OR_MORE else Kind.AT_MOST
    return _compared(kind, quantity, first, quantity.last)


def _from_to(compare: Signs, start: Signs, _: Signs, end: Signs) -> Bound:
    ((kind, first, _value),) = compare
    low, high = _in_one_unit(_quantity(start), _quantity(end))
    if kind in (Kind.ABOVE, Kind.AT_LEAST, Kind.IS):
        return Bound(first, high.last, low, high, lower_inclusive=kind is not Kind.ABOVE)
    return _compared(kind, low, first, high.last)


def _or_more(number: Signs, more: Signs) -> Bound:
    quantity = _quantity(number)
    return Bound(quantity.first, more[0][1], lower=quantity)


def _or_less(number: Signs, less: Signs) -> Bound:
    quantity = _quantity(number)
    return Bound(quantity.first, less[0][1], upper=quantity)


def _range_of(start: Signs, to: Signs, end: Signs) -> Bound:
    low, high = _in_one_unit(_quantity(start), _quantity(end))
    ((kind, _, inclusive),) = to
    return Bound(low.first, high.last, low, high, upper_inclusive=kind is not Kind.TO or inclusive is not False)


def _between(_: Signs, start: Signs, to: Signs, end: Signs) -> Bound:
    return _range_of(start, to, end)


_MIRRORED = {Kind.ABOVE: Kind.BELOW, Kind.BELOW: Kind.ABOVE, Kind.AT_LEAST: Kind.AT_MOST, Kind.AT_MOST: Kind.AT_LEAST}


def _reversed(number: Signs, compare: Signs) -> Bound:
    ((_, last, kind),), quantity = compare, _quantity(number)
    return _compared(_MIRRORED[kind], quantity, quantity.first, last)


def _bare(number: Signs) -> Bound:
    quantity = _quantity(number)
    return Bound(quantity.first, quantity.last, exact=quantity)


def _mark(signs: Signs) -> Mark:
    ((kind, index, value),) = signs
    return Mark(kind, index, value or "")


_MADE: Mapping[str, Callable[..., Element]] = {
    "compared": _of_comparison,
    "from_to": _from_to,
    "or_more": _or_more,
    "or_less": _or_less,
    "between": _between,
    "ranged": _range_of,
    "reversed": _reversed,
    "bare": _bare,
    "mark": _mark,
}
