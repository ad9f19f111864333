"""Measured attributes in their own units: from a limit as it is written to a comparison that can be evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt

from bot.criteria.extraction.bounds import Limit
from bot.criteria.extraction.words import UnitOf
from bot.criteria.rules import AllOf, Comparison, Judgement, Rule

_ROUNDED = 6
_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
"""Three figures behind a point may be decimals, or thousands."""


@dataclass(frozen=True)
class Measure:
    """One attribute of the lexicon: its unit, what is plausible and what is possible in it, and its values where it has grades."""

    unit: str
    plausible: tuple[float, float] | None
    possible: tuple[float, float] | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measures:
    """The measured attributes with the units that a language writes for each, without white space."""

    known: Mapping[str, Measure]
    units: Mapping[str, Mapping[str, UnitOf]]

    def value(self, attribute: str, written: float, unit: str) -> float | None:
        """The number in the attribute's own unit; None where it can be none.

        Without a unit it is taken in the attribute's own, or where that is implausible in the one unit in which it is not: a platelet
        count of 50,000 is one per microliter.
        """
        known = self.known[attribute]
        units = self.units.get(attribute, {})
        if unit:
            way = units.get(unit)
            return None if way is None else round(written * way.factor + way.offset, _ROUNDED)
        if known.plausible is None or _within(known.plausible, written):
            return written
        fitting = {
            round(written * way.factor + way.offset, _ROUNDED)
            for way in units.values()
            if _within(known.plausible, written * way.factor + way.offset)
        }
        if len(fitting) == 1:
            return fitting.pop()
        return written if not fitting and known.possible is not None and _within(known.possible, written) else None

    def as_meant(self, limit: Limit) -> Limit:
        """The limit with its number as it must be meant: a "50.000" is fifty thousand where fifty cannot be."""
        quantity, known = limit.quantity, self.known.get(limit.attribute)
        if known is None or known.plausible is None or quantity.limit or not _THOUSANDS.fullmatch(quantity.written):
            return limit
        as_written, thousands = (self.value(limit.attribute, quantity.value * times, quantity.unit) for times in (1, 1000))
        can_be = [value is not None and _within(known.plausible, value) for value in (as_written, thousands)]
        return limit._replace(quantity=quantity._replace(value=quantity.value * 1000)) if can_be == [False, True] else limit

    def demanded(self, said: Sequence[Limit]) -> list[Limit]:
        """The limits without those that demand nothing: the ends of a scale, "a 0-10 scale", and of "102/88", what the one number means."""
        ends: dict[tuple[int, str], set[float]] = {}
        for limit in said:
            ends.setdefault((limit.joint, limit.attribute), set()).add(self._own(limit))
        return [limit for limit in said if not self._is_scale(limit, ends[limit.joint, limit.attribute]) and self._is_one(limit)]

    def _own(self, limit: Limit) -> float:
        value = None if limit.quantity.limit or self.known[limit.attribute].values else self._converted(limit)
        return limit.quantity.value if value is None else value

    def _converted(self, limit: Limit) -> float | None:
        return self.value(limit.attribute, limit.quantity.value, limit.quantity.unit)

    def _is_scale(self, limit: Limit, ends: set[float]) -> bool:
        known = self.known[limit.attribute]
        return not known.values and known.possible is not None and ends == set(known.possible)

    def _is_one(self, limit: Limit) -> bool:
        """Whether no second number stands behind a stroke, unless it is the top of the scale: "24/30"."""
        known, second = self.known[limit.attribute], limit.quantity.second
        return second is None or bool(known.values) or (known.possible is not None and second == known.possible[1])

    def for_all(self, said: Sequence[Limit]) -> list[Limit]:
        """The limits of those values that have only one limit on each side: two are for different people."""
        numbers: dict[tuple[str, str], set[float]] = {}
        for limit in said:
            side = TURNED.get(limit.side, limit.side) if limit.denied else limit.side
            numbers.setdefault((limit.attribute, side), set()).add(self._own(limit))
        several = {attribute for (attribute, side), found in numbers.items() if len(found) > 1 and side != "exact"}
        return [limit for limit in said if limit.attribute not in several]

    def days(self, unit: str) -> float | None:
        """The days of a unit of time, as the units of an age tell them."""
        way = self.units.get("age", {}).get(unit)
        return None if way is None else way.factor * 365.25


TURNED = {"lower": "upper", "upper": "lower"}
"""The other side."""


def _within(bounds: tuple[float, float], value: float) -> bool:
    return bounds[0] <= value <= bounds[1]


def comparison(limit: Limit, measures: Measures) -> Rule:
    """A limit as a comparison of its attribute; a judgement where it cannot be one.

    A multiple of a limit of what is normal depends on the laboratory: it stays words.
    """
    known = measures.known.get(limit.attribute)
    quantity = limit.quantity
    if known is None or quantity.limit:
        times = {"upper": "× ULN", "lower": "× LLN"}.get(quantity.limit, "")
        return Judgement(judgement=f"{limit.attribute} {_signs(limit)} {quantity.value:g} {times}".strip())
    if known.values:
        return _grades(limit, known)
    value = measures.value(limit.attribute, quantity.value, quantity.unit)
    if value is None or (known.possible is not None and not _within(known.possible, value)):
        # A slip of the record ("220 mmol/L" of creatinine), or something else was measured. No rule is made of it.
        return Judgement(judgement=f"{limit.attribute} {_signs(limit)} {quantity.value:g} {quantity.unit}".strip())
    return Comparison(attribute=limit.attribute, operator=_operator(limit), operand=value)


def _signs(limit: Limit) -> str:
    return {"lower": "≥" if limit.inclusive else ">", "upper": "≤" if limit.inclusive else "<"}.get(limit.side, "=")


def _operator(limit: Limit) -> str:
    if limit.side == "lower":
        return "at_least" if limit.inclusive else "above"
    return "at_most" if limit.inclusive else "below"


def _grades(limit: Limit, known: Measure) -> Rule:
    """The grades that lie on the right side of the limit; Roman ones are counted from one."""
    first = 0 if known.values[0] == "0" else 1
    number = limit.quantity.value
    compare = {("lower", True): ge, ("lower", False): gt, ("upper", True): le, ("upper", False): lt}.get((limit.side, limit.inclusive), eq)
    chosen = tuple(value for place, value in enumerate(known.values, start=first) if compare(place, number))
    if not chosen:
        return Judgement(judgement=f"{limit.attribute} {_signs(limit)} {number:g}")
    if len(chosen) == len(known.values):
        return AllOf(all=())
    return Comparison(attribute=limit.attribute, operator="one_of", operand=chosen)
