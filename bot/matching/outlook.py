"""What the answers to every question would change: for which samples a criterion would not be met, and for which it would.

Kept for each pair of a part and an attribute that it mentions, as two 64-bit masks of the attribute's samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from bot.criteria.operators import Known, Partly, Value
from bot.matching.index import Bits, CellStep, PairStep
from bot.matching.literals import Literals
from bot.matching.priors import Priors
from bot.matching.ragged import Ints
from bot.matching.segments import Bytes, Segment, SegmentStanding
from bot.matching.states import CHANGEABLE, FALSE_FOR, NOT_TRUE_FOR, OPEN, TO_HOLD
from bot.matching.tally import Tally

Masks = NDArray[np.uint64]


class Samples:
    """The samples of some priors, held against every literal."""

    def __init__(self, literals: Literals, priors: Priors) -> None:
        self.priors = priors
        self._literals = literals
        self._names = list(literals.numbers)
        self.attributes = len(self._names)
        self._masks: Masks = np.zeros(0, np.uint64)
        self._done: dict[int, int] = {}
        self._with_part: tuple[tuple[int, Partly | None, int], tuple[Masks, Bytes]] | None = None
        self._weights = np.stack([priors.weights_by_byte(name) for name in self._names])

    def false_for(self, literals: Ints, attributes: Ints) -> Masks:
        """For each of these literals (of these attributes, by number), the samples for which it is false."""
        if len(self._masks) < len(self._literals):
            self._masks = np.concatenate([self._masks, np.zeros(len(self._literals) - len(self._masks), np.uint64)])
        for number in np.unique(attributes).tolist():
            if self._done.get(number) != self._literals.count(self._names[number]):
                found, masks = self._literals.false_for(self._names[number], self.priors.values(self._names[number]))
                self._masks[found] = masks
                self._done[number] = self._literals.count(self._names[number])
        return self._masks[literals]

    def with_part(self, attribute: int, known: Partly | None) -> tuple[Masks, Bytes]:
        """For each literal of the attribute, at its number: the samples for which it is false, and its state, where so much is known."""
        name = self._names[attribute]
        if self._with_part is None or self._with_part[0] != (attribute, known, len(self._literals)):
            samples = self.priors.values(name)
            completed = samples if known is None else tuple(_completed(value, known) for value in samples)
            masks, states = np.zeros(len(self._literals), np.uint64), np.full(len(self._literals), OPEN, np.uint8)
            found, masks_found = self._literals.false_for(name, completed)
            masks[found], states[found] = masks_found, self._literals.states(name, known)[1]
            self._with_part = (attribute, known, len(self._literals)), (masks, states)
        return self._with_part[1]

    def probability(self, masks: Masks, attributes: Ints) -> NDArray[np.float32]:
        """The weight of each mask's samples."""
        table = self._weights.reshape(-1)
        base = attributes.astype(np.intp) * (8 * 256)
        total = np.zeros(len(masks), dtype=np.float32)
        for byte in range(8):
            total += table[base + byte * 256 + ((masks >> np.uint64(8 * byte)) & np.uint64(255)).astype(np.intp)]
        return total


class Outlook:
    """What answers would change on a segment's trials for one person. What stands there of attributes that are known is of no use.

    For each cell (trial and attribute): how likely the answer makes a criterion fail that did not (`_drops`), how likely it settles
    all that mention the attribute so that they are met (`_settles`), and 1 where it can still bring one of them to hold or to fail
    (`_matters`).
    """

    def __init__(self, segment: Segment, samples: Samples, false_for: Masks, not_true_for: Masks, states: Bytes, changeable: Bytes) -> None:
        self._segment = segment
        self._samples = samples
        self._false_for = false_for
        self._not_true_for = not_true_for
        self._states = states
        self._changeable = changeable
        self._stale: dict[int, None] = {}
        self._partly: dict[int, Partly] = {}
        cells, attributes = len(segment.cells.cell_trials), samples.attributes
        self._drops = np.zeros(cells, dtype=np.float32)
        self._settles = np.zeros(cells, dtype=np.float32)
        self._matters = np.zeros(cells, dtype=np.float32)
        self._of_alive = Tally(segment.cells, attributes, self._drops, self._matters)
        self._of_nearly_settled = Tally(segment.cells, attributes, self._settles)

    @classmethod
    def of(cls, segment: Segment, samples: Samples) -> Outlook:
        """The outlook on somebody of whom nothing is known, to go on from."""
        if segment.outlook is None or segment.outlook._samples is not samples:
            segment.outlook = cls._beginning(segment, samples)
        return segment.outlook._copy()

    @classmethod
    def _beginning(cls, segment: Segment, samples: Samples) -> Outlook:
        pairs, program = segment.pairs, segment.program
        simple = np.flatnonzero(pairs.parts < len(program.literals))
        masks = np.zeros(len(pairs), np.uint64)
        masks[simple] = samples.false_for(program.literals[pairs.parts[simple]], pairs.attributes[simple])
        states = np.full(len(pairs), OPEN, dtype=np.uint8)
        outlook = cls(segment, samples, masks, masks.copy(), states, CHANGEABLE[states])
        for step in segment.cells.all_pairs():
            outlook._work_out(step, segment.blank.parts)
        outlook._sum_up(segment.cells.all_cells())
        outlook.count(segment.blank, np.ones(len(program.rows), dtype=np.bool_))
        return outlook

    def _copy(self) -> Outlook:
        copied = Outlook(
            self._segment, self._samples, self._false_for.copy(), self._not_true_for.copy(), self._states.copy(), self._changeable.copy()
        )
        copied._drops, copied._settles, copied._matters = self._drops.copy(), self._settles.copy(), self._matters.copy()
        copied._of_alive = self._of_alive.copy(copied._drops, copied._matters)
        copied._of_nearly_settled = self._of_nearly_settled.copy(copied._settles)
        return copied

    def note(self, attributes: Iterable[int]) -> None:
        """These attributes, by number, were learnt or forgotten."""
        self._stale.update(dict.fromkeys(attributes))

    def keep_up(self, standing: SegmentStanding, known: Mapping[int, Known]) -> None:
        """Work out anew what the attributes noted since touch, and where a part of the names is known (or no longer is)."""
        touched = [self._segment.touched[number] for number in self._stale if number in self._segment.touched]
        self._stale = {}
        for one in touched:
            for step in one.pairs:
                self._work_out(step, standing.parts)
        for one in touched:
            self._sum_up(one.cells)
        for number in self._partly.keys() | known.keys():
            now = known.get(number)
            # Of what is known altogether nothing is to be foreseen.
            if (now is None or isinstance(now, Partly)) and self._partly.get(number) != now:
                self._know_part(number, now, standing)

    def count(self, standing: SegmentStanding, alive: NDArray[np.bool_]) -> None:
        """These trials are the ones left."""
        self._of_alive.count(alive)
        self._of_nearly_settled.count(alive & (standing.unknown == 1))

    @property
    def drops(self) -> NDArray[np.float64]:
        """For each attribute, how many of the trials left its answer is expected to drop."""
        return self._of_alive.sums[0]

    @property
    def settles(self) -> NDArray[np.float64]:
        """For each attribute, of how many of the trials left its answer is expected to settle the last open criterion as met."""
        return self._of_nearly_settled.sums[0]

    @property
    def depends(self) -> NDArray[np.float64]:
        """For each attribute, on how many of the trials left its answer could still change something."""
        return self._of_alive.sums[1]

    def depending(self, attribute: int) -> Ints:
        """Which trials of the segment those are, and others that are not left."""
        where = self._segment.cells.cells_of.get(attribute, slice(0, 0))
        trials: Ints = self._segment.cells.cell_trials[where][self._matters[where] > 0]
        return trials

    def _know_part(self, number: int, known: Partly | None, standing: SegmentStanding) -> None:
        literals, steps, cells = self._segment.cells.own(number)
        masks, states = self._samples.with_part(number, known)
        numbers = self._segment.program.literals[self._segment.pairs.parts[literals]]
        self._false_for[literals] = self._not_true_for[literals] = masks[numbers]
        self._states[literals] = states[numbers]
        self._changeable[literals] = CHANGEABLE[states[numbers]]
        for step in steps:
            self._work_out(step, standing.parts)
        self._sum_up(cells)
        self._partly.pop(number, None)
        if known is not None:
            self._partly[number] = known

    def _work_out(self, step: PairStep, parts: Bytes) -> None:
        plain = parts[step.plain]
        _combine(step, self._false_for, FALSE_FOR[plain])
        _combine(step, self._not_true_for, NOT_TRUE_FOR[plain])
        _combine(step, self._states, plain)
        below = self._changeable[step.sources]
        below[step.plain_at] = 0
        self._changeable[step.targets] = CHANGEABLE[self._states[step.targets]] & np.bitwise_or.reduceat(below, step.begins)

    def _sum_up(self, step: CellStep) -> None:
        if not len(step.cells):
            return
        attributes = self._segment.cells.cell_attributes[step.cells]
        failing = np.bitwise_or.reduceat(self._false_for[step.pairs], step.begins)
        missing = np.bitwise_or.reduceat(self._not_true_for[step.pairs], step.begins)
        changeable = np.bitwise_or.reduceat(self._changeable[step.pairs], step.begins)
        for tally in (self._of_alive, self._of_nearly_settled):
            tally.take_out(step.cells)
        self._drops[step.cells] = self._samples.probability(failing, attributes)
        self._settles[step.cells] = self._samples.probability(~missing, attributes) * (changeable & TO_HOLD > 0)
        self._matters[step.cells] = changeable > 0
        for tally in (self._of_alive, self._of_nearly_settled):
            tally.put_in(step.cells)


def _combine(step: PairStep, values: NDArray[Bits], plain: NDArray[Bits]) -> None:
    sources = values[step.sources]
    sources[step.plain_at] = plain
    values[step.targets] = step.combine(sources)


def _completed(sample: Value, known: Partly) -> Value:
    """The sample of somebody who has, and lacks, what is known already."""
    names = sample if isinstance(sample, tuple) else (str(sample),)
    return tuple(name for name in dict.fromkeys((*names, *known.has)) if name not in known.lacks)
