"""The distinct comparisons of all trials: each is kept once and compared once with an answer.

Half of all trials say "18 or older"; what a rule holds is a literal, a comparison or its opposite: literal `2k` is comparison `k`,
literal `2k + 1` is true where `k` is not.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.criteria.operators import NEVER, Known, Operand, Partly, Value, compared
from bot.criteria.rules import Comparison
from bot.criteria.truth import Truth
from bot.matching.states import FALSE, JUDGED, OPEN, TRUE
from bot.screening.attributes import Attributes

ALWAYS: Final = 0
NEVER_TRUE: Final = 1
JUDGEMENT: Final = 2
_NOWHERE: Final = array("i")
_CONSTANT_STATES: Final = (TRUE, FALSE, JUDGED, JUDGED)


class Literals:
    """The comparisons seen so far. Numbered once and for all: nothing is ever taken out."""

    def __init__(self, attributes: Attributes) -> None:
        self._attributes = attributes
        self.numbers = {name: number for number, name in enumerate(attributes)}
        """Each attribute's number."""
        self._known: dict[bytes, int] = {}
        self._tables: dict[str, _Table] = {}
        self._attribute_of = array("i", [-1] * (len(_CONSTANT_STATES) // 2))

    def __len__(self) -> int:
        """How many literals there are: two for each comparison."""
        return 2 * len(self._attribute_of)

    def count(self, attribute: str) -> int:
        """How many comparisons there are of an attribute."""
        return len(self._tables[attribute].numbers()) if attribute in self._tables else 0

    def literal(self, comparison: Comparison, negated: bool) -> int:
        """The literal of a comparison or of its opposite; `ValueError` where the comparison does not fit its attribute."""
        operand = comparison.operand
        # Half a million trials have a million different lists of names: what stands for each is kept, not the list.
        key = blake2b(repr((comparison.attribute, comparison.operator, operand)).encode(), digest_size=16).digest()
        number = self._known.get(key)
        if number is None:
            for fault in self._attributes.faults(comparison):
                raise ValueError(fault)
            number = self._known[key] = len(self._attribute_of)
            self._attribute_of.append(self.numbers[comparison.attribute])
            self._tables.setdefault(comparison.attribute, _Table()).add(number, comparison.operator, operand)
        return 2 * number + negated

    def attribute_numbers(self) -> NDArray[np.int32]:
        """The number of each literal's attribute, -1 for constants and judgements; one for each literal."""
        return np.repeat(np.array(self._attribute_of, dtype=np.int32), 2)

    def blank(self) -> NDArray[np.uint8]:
        """The state of each literal while nothing is known."""
        states = np.full(len(self), OPEN, dtype=np.uint8)
        states[: len(_CONSTANT_STATES)] = _CONSTANT_STATES
        return states

    def states(self, attribute: str, known: Known | None) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """The literals of an attribute, and their states with what is known of it (None: nothing).

        `TypeError` where that is none that the attribute's comparisons take, as when they are evaluated alone.
        """
        table = self._tables.get(attribute)
        if table is None:
            return np.empty(0, np.int64), np.empty(0, np.uint8)
        states = np.full(2 * len(table.numbers()), OPEN, dtype=np.uint8)
        if known is not None:
            holds, fails = table.compared(known)
            states[0::2] = np.where(holds, TRUE, np.where(fails, FALSE, OPEN))
            states[1::2] = np.where(holds, FALSE, np.where(fails, TRUE, OPEN))
        return table.literals(), states

    def false_for(self, attribute: str, samples: Sequence[Value]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """The literals of an attribute, and for each the samples (at most 64, the first in the lowest bit) for which it is false."""
        table = self._tables.get(attribute)
        if table is None:
            return np.empty(0, np.int64), np.empty(0, np.uint64)
        holding, every = table.holding(samples), np.uint64((1 << len(samples)) - 1)
        masks = np.empty(2 * len(holding), dtype=np.uint64)
        masks[0::2] = ~holding & every
        masks[1::2] = holding
        return table.literals(), masks


class _Table:
    """The comparisons of one attribute: numbers as intervals, names by name, the rest one by one."""

    def __init__(self) -> None:
        self._numbers = array("i")
        self._between = array("d")  # the comparison's place, the lowest number and the highest
        self._in_days = False
        self._named = array("i")  # the comparison's place, and how many names it has
        self._naming: dict[object, array[int]] = {}
        self._others: list[tuple[int, str, Operand]] = []
        self._arrays: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]] | None = None

    def add(self, number: int, operator: str, operand: Operand) -> None:
        place = len(self._numbers)
        self._numbers.append(number)
        self._arrays = None
        self._in_days |= operator == "within_days"
        interval = _interval(operator, operand)
        if interval is not None:
            self._between.extend((place, *interval))
        elif operator == "contains":
            names = dict.fromkeys(operand if isinstance(operand, tuple) else (operand,))
            self._named.extend((place, len(names)))
            for name in names:
                self._naming.setdefault(name, array("i")).append(place)
        else:
            self._others.append((place, operator, operand))

    def numbers(self) -> NDArray[np.int64]:
        return self._columns()[0]

    def literals(self) -> NDArray[np.int64]:
        """Each comparison's literal and its opposite."""
        literals = np.repeat(2 * self.numbers(), 2)
        literals[1::2] += 1
        return literals

    def compared(self, known: Known) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether each comparison holds, and whether it fails, in the order they were added."""
        numbers, places, low, high = self._columns()
        holds = np.zeros(len(numbers), dtype=np.bool_)
        if len(places) and not (self._in_days and known == NEVER):
            holds[places] = _within(known, low, high)
        for has in _names(known.has if isinstance(known, Partly) else known):
            holds[self._naming.get(has, _NOWHERE)] = True
        fails = ~holds
        if isinstance(known, Partly):
            fails = self._denied(known) & ~holds
        for place, operator, operand in self._others:
            truth = compared(operator, known, operand)
            holds[place], fails[place] = truth is Truth.TRUE, truth is Truth.FALSE
        return holds, fails

    def holding(self, samples: Sequence[Value]) -> NDArray[np.uint64]:
        """For each comparison the samples of which it holds, the first in the lowest bit."""
        numbers, places, low, high = self._columns()
        masks = np.zeros(len(numbers), dtype=np.uint64)
        named: dict[object, int] = {}
        for position, value in enumerate(samples):
            for name in _names(value):
                named[name] = named.get(name, 0) | 1 << position
            if len(places) and not (self._in_days and value == NEVER):
                masks[places] |= _within(value, low, high).astype(np.uint64) << np.uint64(position)
        for sampled, bits in named.items():
            masks[self._naming.get(sampled, _NOWHERE)] |= np.uint64(bits)
        for place, operator, operand in self._others:
            truths = (compared(operator, value, operand) for value in samples)
            masks[place] = sum(1 << position for position, truth in enumerate(truths) if truth is Truth.TRUE)
        return masks

    def _denied(self, known: Partly) -> NDArray[np.bool_]:
        """The comparisons all of whose names do not apply."""
        left = np.ones(len(self._numbers), dtype=np.int64)
        places, names = np.array(self._named, dtype=np.int64).reshape(-1, 2).T
        left[places] = names
        for name in dict.fromkeys(known.lacks):
            left[self._naming.get(name, _NOWHERE)] -= 1
        none_left: NDArray[np.bool_] = left == 0
        return none_left

    def _columns(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        if self._arrays is None:
            between = np.array(self._between, dtype=np.float64).reshape(-1, 3)
            self._arrays = np.array(self._numbers, np.int64), between[:, 0].astype(np.int64), between[:, 1].copy(), between[:, 2].copy()
        return self._arrays


def _within(value: Known, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.bool_]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    return (low <= value) & (value <= high)


def _names(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def _interval(operator: str, operand: Operand) -> tuple[float, float] | None:
    """The lowest and the highest number of which the comparison holds, or None where it is none of that kind."""
    if operator == "between" and isinstance(operand, tuple):
        return float(operand[0]), float(operand[1])
    if isinstance(operand, bool) or not isinstance(operand, int | float):
        return None
    bound, far = float(operand), float("inf")
    match operator:
        case "at_least":
            return bound, far
        case "above":
            return float(np.nextafter(bound, far)), far
        case "at_most" | "within_days":
            return -far, bound
        case "below":
            return -far, float(np.nextafter(bound, -far))
        case "is":
            return bound, bound
    return None
