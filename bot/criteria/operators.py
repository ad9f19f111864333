"""The comparisons a rule can make on one attribute, as a table.

Each operator says which operand it takes and when it holds for an answer's value. A value of
a kind the operator cannot compare (a word where a number is due) raises `TypeError`: records
are checked against the attributes' types when they are loaded, so this is a programming error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.criteria.truth import Truth

Scalar = str | int | float | bool
Value = Scalar | tuple[str, ...]
"""A known answer: yes/no, a number, a word, several words, or days since (`int` or `"never"`)."""

Operand = Scalar | tuple[Scalar, ...]
OperandKind = Literal["scalar", "number", "range", "list", "days"]


@dataclass(frozen=True)
class Partly:
    """Some of the names that apply to a person, and some that do not. Of all others nothing is known.

    An answer that names all there are is a plain tuple: what it does not name is denied.
    """

    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()


Known = Value | Partly
"""What is known of an attribute."""

NEVER: Final = "never"
"""The answer to "how long ago" when it never happened."""


@dataclass(frozen=True)
class Operator:
    """One comparison: `holds(value, operand)`, and the kind of operand it takes."""

    name: str
    operand: OperandKind
    holds: Callable[[Value, Operand], bool]


def number(value: object) -> float:
    """A value that is a number; `TypeError` for every other."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    return value


def _pair(operand: Operand) -> tuple[float, float]:
    if not isinstance(operand, tuple) or len(operand) != 2:
        raise TypeError("a range [low, high] was expected")
    return number(operand[0]), number(operand[1])


def _words(value: object) -> frozenset[object]:
    return frozenset(value) if isinstance(value, tuple) else frozenset((value,))


def _same(value: Value, operand: Operand) -> bool:
    # True == 1 in Python; a yes must not equal the number one.
    return isinstance(value, bool) == isinstance(operand, bool) and value == operand


def _among(value: Value, operand: Operand) -> bool:
    options = operand if isinstance(operand, tuple) else (operand,)
    return any(_same(value, option) for option in options)


def _between(value: Value, operand: Operand) -> bool:
    low, high = _pair(operand)
    return low <= number(value) <= high


def _within_days(value: Value, operand: Operand) -> bool:
    return value != NEVER and number(value) <= number(operand)


_TABLE: Final = (
    Operator("is", "scalar", _same),
    Operator("one_of", "list", _among),
    Operator("contains", "list", lambda value, names: bool(_words(value) & _words(names))),
    Operator("only", "list", lambda value, names: _words(value) <= _words(names)),
    Operator("at_least", "number", lambda value, bound: number(value) >= number(bound)),
    Operator("at_most", "number", lambda value, bound: number(value) <= number(bound)),
    Operator("above", "number", lambda value, bound: number(value) > number(bound)),
    Operator("below", "number", lambda value, bound: number(value) < number(bound)),
    Operator("between", "range", _between),
    Operator("count_is", "number", lambda value, count: len(_words(value)) == number(count)),
    Operator("count_above", "number", lambda value, count: len(_words(value)) > number(count)),
    Operator("within_days", "days", _within_days),
)


def _partly_contains(names: Partly, operand: Operand) -> Truth:
    wanted = _words(operand)
    if wanted & _words(names.has):
        return Truth.TRUE
    return Truth.FALSE if wanted <= _words(names.lacks) else Truth.UNKNOWN


_PARTLY: Final[Mapping[str, Callable[[Partly, Operand], Truth]]] = {
    "contains": _partly_contains,
    "only": lambda names, operand: Truth.UNKNOWN if _words(names.has) <= _words(operand) else Truth.FALSE,
    "count_is": lambda names, count: Truth.FALSE if len(names.has) > number(count) else Truth.UNKNOWN,
    "count_above": lambda names, count: Truth.TRUE if len(names.has) > number(count) else Truth.UNKNOWN,
}


def compared(operator: str, known: Known, operand: Operand) -> Truth:
    """What a comparison comes to: unknown only where a part of the names leaves it open."""
    if isinstance(known, Partly):
        if operator not in _PARTLY:
            raise TypeError(f"`{operator}` compares no names")
        return _PARTLY[operator](known, operand)
    return Truth.of(OPERATORS[operator].holds(known, operand))


OPERATORS: Final[Mapping[str, Operator]] = {operator.name: operator for operator in _TABLE}
