"""Points of which nobody could fulfil both: smokers in one, people who never smoked in the next.

Such points tell of different groups of people, and whoever comes fulfils one of them: by itself, neither keeps anybody out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from bot.criteria.extraction.combining import all_parts, contradict
from bot.criteria.operators import Operand
from bot.criteria.rules import Comparison, Rule


def of_different_groups(rules: Mapping[int, Rule]) -> frozenset[int]:
    """The numbers of the rules that contradict another one, each in what it asks for whatever else it asks."""
    asked = _by_attribute(rules)
    apart: set[int] = set()
    for parts in asked.values():
        for (one, of_one), (other, of_other) in combinations(parts.items(), 2):
            if _exclude_each_other(of_one, of_other):
                apart |= {one, other}
    return frozenset(apart)


def _by_attribute(rules: Mapping[int, Rule]) -> dict[str, dict[int, list[Comparison]]]:
    asked: dict[str, dict[int, list[Comparison]]] = {}
    for number, rule in rules.items():
        for part in all_parts([rule]):
            if isinstance(part, Comparison):
                asked.setdefault(part.attribute, {}).setdefault(number, []).append(part)
    return asked


def _exclude_each_other(of_one: Sequence[Comparison], of_other: Sequence[Comparison]) -> bool:
    if any(not one & other for one in _choices(of_one) for other in _choices(of_other)):
        return True
    return contradict([*of_one, *of_other]) and not (contradict(of_one) or contradict(of_other))


def _choices(parts: Iterable[Comparison]) -> Iterator[frozenset[Operand]]:
    """The values that are enough, of each part that takes certain ones."""
    for part in parts:
        if part.operator == "is":
            yield frozenset((part.operand,))
        elif part.operator == "one_of" and isinstance(part.operand, tuple):
            yield frozenset(part.operand)
