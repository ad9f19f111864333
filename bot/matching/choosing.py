"""The next question where many trials are open: the one whose answer is expected to tell most about them, for the effort.

With one trial this is the question that most likely decides it, as `bot.screening.planner` has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from bot.criteria.operators import Known, Partly
from bot.criteria.rules import AllOf, AnyOf, Comparison, Not, Rule
from bot.criteria.truth import Truth
from bot.matching.outlook import Outlook
from bot.matching.priors import Priors
from bot.matching.segments import SegmentStanding
from bot.matching.standing import Standing
from bot.screening.answers import Facts
from bot.screening.attributes import Attributes
from bot.screening.planner import SAME_GROUP_BONUS, SENSITIVITY_DISCOUNT, askable_first

_NOTHING = Partly(())

SETTLED_CREDIT = 0.25
"""What it is worth that a trial becomes likely, where its being dropped is worth 1."""


@dataclass(frozen=True)
class Choice:
    """What to ask next (None: no question would change anything).

    `scores` has all that could be asked, best first; `depends` says for each how many of the `left` trials have an undecided
    criterion that it could still change, itself or by clearing the way to another question.
    """

    attribute: str | None
    scores: tuple[tuple[str, float], ...] = ()
    depends: Mapping[str, int] = field(default_factory=dict)
    left: int = 0


def choose(standing: Standing, facts: Facts, asked: Collection[str], priors: Priors, last_group: str | None = None) -> Choice:
    """Choose among all questions that could change something on the trials that are alive. `asked` were put to the person already."""
    attributes = standing.columns.attributes
    standing.know(facts.values)
    found = list(standing.outlooks(priors))
    left = sum(int(np.count_nonzero(alive)) for _, alive, _ in found)
    worth, depends = _worth(attributes, found)
    goals: dict[str, list[str]] = {}
    for name in attributes:
        if depends[name] and isinstance(facts.values.get(name, _NOTHING), Partly):
            for candidate in askable_first(attributes, name, facts, asked):
                goals.setdefault(candidate, []).append(name)

    def merit(name: str) -> float:
        attribute = attributes[name]
        wanted = max(worth[goal] * (1.0 if goal == name else _applies(attributes, goal, facts.values, priors)) for goal in goals[name])
        # Rounded, because sums that are kept up are not quite equal where they should be.
        return round(wanted / left / attribute.effort * (1 - SENSITIVITY_DISCOUNT * attribute.sensitivity), 9)

    merits = {name: merit(name) for name in goals}
    bonus = SAME_GROUP_BONUS * max(merits.values(), default=0.0)
    scores = {name: value + bonus * (attributes[name].group == last_group) for name, value in merits.items()}
    order = {name: position for position, name in enumerate(attributes)}
    ordered = tuple(sorted(scores.items(), key=lambda scored: (-scored[1], order[scored[0]])))
    counts = {name: depends[name] if wanted == [name] else _depending(attributes, found, wanted) for name, wanted in goals.items()}
    return Choice(ordered[0][0] if ordered else None, ordered, counts, left)


_Found = tuple[SegmentStanding, NDArray[np.bool_], Outlook]


def _worth(attributes: Attributes, found: Iterable[_Found]) -> tuple[dict[str, float], dict[str, int]]:
    """For each attribute the trials that its answer is expected to drop, with credit for those it settles; and how many depend on it."""
    drops, settles, depends = (np.zeros(len(attributes)) for _ in range(3))
    for _, _, outlook in found:
        drops += outlook.drops
        settles += outlook.settles
        depends += outlook.depends
    worth = drops + SETTLED_CREDIT * settles
    return dict(zip(attributes, worth.tolist(), strict=True)), dict(zip(attributes, depends.astype(int).tolist(), strict=True))


def _depending(attributes: Attributes, found: Iterable[_Found], names: Collection[str]) -> int:
    """How many trials depend on one of these at least."""
    order = {name: position for position, name in enumerate(attributes)}
    count = 0
    for _, alive, outlook in found:
        depending = np.zeros(len(alive), dtype=np.bool_)
        for name in names:
            depending[outlook.depending(order[name])] = True
        count += int(np.count_nonzero(depending & alive))
    return count


def _applies(attributes: Attributes, name: str, facts: Mapping[str, Known], priors: Priors) -> float:
    """How likely it is that the question applies, as far as the facts leave that open."""
    condition = attributes[name].applies_when
    return 1.0 if condition is None else _likelihood(condition, facts, priors)


def _likelihood(rule: Rule, facts: Mapping[str, Known], priors: Priors) -> float:
    """How likely the rule holds, taking its comparisons as independent; what only a study team can judge does not count against it."""
    match rule:
        case Comparison():
            known = rule.truth(facts[rule.attribute]) if rule.attribute in facts else Truth.UNKNOWN
            if known.decided:
                return float(known is Truth.TRUE)
            return sum(weight for value, weight in priors.samples.get(rule.attribute, ()) if rule.truth(value) is Truth.TRUE)
        case Not():
            return 1 - _likelihood(rule.negated, facts, priors)
        case AllOf():
            return prod(_likelihood(part, facts, priors) for part in rule.all)
        case AnyOf():
            return 1 - prod(1 - _likelihood(part, facts, priors) for part in rule.any)
    return 1.0
