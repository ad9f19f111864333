"""Ways to choose the next question over many trials: ours, and those it is compared with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

import numpy as np

from bench.asking_pool import Pool
from bot.criteria import evaluate
from bot.matching import Choice, Priors, Standing, choose
from bot.screening.answers import Facts
from bot.screening.planner import askable_first


class Way(Protocol):
    """Chooses the next question for one person; None where no question can change anything."""

    def next(self, standing: Standing, facts: Facts, asked: Collection[str], group: str | None) -> str | None: ...


@dataclass(frozen=True)
class Ours:
    """What the product does."""

    priors: Priors

    def next(self, standing: Standing, facts: Facts, asked: Collection[str], group: str | None) -> str | None:
        return self.choice(standing, facts, asked, group).attribute

    def choice(self, standing: Standing, facts: Facts, asked: Collection[str], group: str | None) -> Choice:
        return choose(standing, facts, asked, self.priors, group)

    def open(self, standing: Standing, facts: Facts, asked: Collection[str]) -> list[str]:
        """All that could change something, in the order of the lexicon."""
        found = dict(self.choice(standing, facts, asked, None).scores)
        return [name for name in standing.columns.attributes if name in found]


@dataclass(frozen=True)
class AtRandom:
    ours: Ours
    random: Random

    def next(self, standing: Standing, facts: Facts, asked: Collection[str], group: str | None) -> str | None:
        found = self.ours.open(standing, facts, asked)
        return self.random.choice(found) if found else None


@dataclass
class RecordOrder:
    """Trial after trial, criterion after criterion, as the records have them: what the first trial that is left still needs.

    One of these is for one person: a trial that needs nothing more is not looked at again.
    """

    pool: Pool
    _done: set[str] = field(default_factory=set)

    def next(self, standing: Standing, facts: Facts, asked: Collection[str], group: str | None) -> str | None:
        standing.know(facts.values)
        left = standing.alive
        for nct_id in self.pool.columns.trial_ids:
            if nct_id in self._done or not left[self.pool.columns.row(nct_id)]:
                continue
            for rule in self.pool.rules[nct_id]:
                for name in evaluate(rule, facts.values).missing:
                    if first := askable_first(standing.columns.attributes, name, facts, asked):
                        return first[0]
            self._done.add(nct_id)
        return None


@dataclass(frozen=True)
class Entropy:
    """The question whose answers differ most in the trials that they leave: the entropy of what is left; neither effort nor sensitivity."""

    ours: Ours

    def next(self, standing: Standing, facts: Facts, asked: Collection[str], group: str | None) -> str | None:
        found = self.ours.open(standing, facts, asked)
        scores = dict.fromkeys(found, 0.0)
        order = {name: number for number, name in enumerate(standing.columns.attributes)}
        for part, alive, outlook in standing.outlooks(self.ours.priors):
            cells = part.segment.cells
            step = cells.all_cells()
            failing = np.bitwise_or.reduceat(outlook._false_for[step.pairs], step.begins)
            for name in found:
                # What only clears the way is worth what lies behind it.
                for goal in (name, *(other for other in order if name in _needed(standing, other, facts, asked))):
                    where = cells.cells_of.get(order[goal])
                    if where is not None:
                        here = failing[where][alive[cells.cell_trials[where]]]
                        scores[name] = max(scores[name], self._entropy(goal, here))
        return max(found, key=scores.__getitem__) if found else None

    def _entropy(self, name: str, masks: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> float:
        """`masks` has one number for each trial, a bit in it for each sample that rules it out."""
        bits = np.unpackbits(masks.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
        together: dict[bytes, float] = {}
        for place, (_, weight) in enumerate(self.ours.priors.samples[name]):
            column = bits[:, place].tobytes()
            together[column] = together.get(column, 0.0) + weight
        shares = np.array(list(together.values()))
        return float(-(shares * np.log2(shares)).sum())


def _needed(standing: Standing, name: str, facts: Facts, asked: Collection[str]) -> tuple[str, ...]:
    """What clears the way to a question that is not clear yet."""
    attributes = standing.columns.attributes
    return () if attributes[name].applies_when is None else askable_first(attributes, name, facts, asked)
