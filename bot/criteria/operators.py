"""The comparisons a rule can make on one attribute, as a table.

Each operator says which operand it takes and when it holds for an answer's value. A value of
a kind the operator cannot compare (a word where a number is due) raises `TypeError`: records
are checked against the attributes' types when they are loaded, so this is a programming error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Scalar = str | int | float | bool
Value = Scalar | tuple[str, ...]
"""A known answer: yes/no, a number, a word, several words, or days since (`int` or `"never"`)."""

Operand = Scalar | tuple[Scalar, ...]
OperandKind = Literal["scalar", "number", "range", "list", "days"]

NEVER: Final = "never"
"""The answer to "how long ago" when it never happened."""


@dataclass(frozen=True)
class Operator:
    """One comparison: `holds(value, operand)`, and the kind of operand it takes."""

    name: str
    operand: OperandKind
    holds: Callable[[Value, Operand], bool]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    return value


def _pair(operand: Operand) -> tuple[float, float]:
    if not isinstance(operand, tuple) or len(operand) != 2:
        raise TypeError("a range [low, high] was expected")
    return _number(operand[0]), _number(operand[1])


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
    return low <= _number(value) <= high


def _within_days(value: Value, operand: Operand) -> bool:
    return value != NEVER and _number(value) <= _number(operand)


_TABLE: Final = (
    Operator("is", "scalar", _same),
    Operator("one_of", "list", _among),
    Operator("contains", "list", lambda value, names: bool(_words(value) & _words(names))),
    Operator("only", "list", lambda value, names: _words(value) <= _words(names)),
    Operator("at_least", "number", lambda value, bound: _number(value) >= _number(bound)),
    Operator("at_most", "number", lambda value, bound: _number(value) <= _number(bound)),
    Operator("above", "number", lambda value, bound: _number(value) > _number(bound)),
    Operator("below", "number", lambda value, bound: _number(value) < _number(bound)),
    Operator("between", "range", _between),
    Operator("count_is", "number", lambda value, count: len(_words(value)) == _number(count)),
    Operator("count_above", "number", lambda value, count: len(_words(value)) > _number(count)),
    Operator("within_days", "days", _within_days),
)

OPERATORS: Final[Mapping[str, Operator]] = {operator.name: operator for operator in _TABLE}
