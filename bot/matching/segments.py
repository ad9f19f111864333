"""A program with what is worked out of it once, and where one person stands on its trials."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.matching.index import Index, Pairs, Touched
from bot.matching.literals import Literals
from bot.matching.program import Program
from bot.matching.ragged import Ints
from bot.matching.states import NOT_MET, STATUS, UNKNOWN

if TYPE_CHECKING:
    from bot.matching.outlook import Outlook

Bytes = NDArray[np.uint8]


class Segment:
    """Some trials' program. Never changes; what has to be worked out is, when it is first needed."""

    def __init__(self, program: Program, literals: Literals) -> None:
        self.program = program
        self.literals = literals
        self.outlook: Outlook | None = None
        """That on somebody of whom nothing is known, once it was needed."""
        self.trial_of_root: Ints = np.repeat(np.arange(len(program.rows), dtype=np.int32), np.diff(program.firsts))

    @cached_property
    def touched(self) -> Mapping[int, Touched]:
        """What each attribute touches, by its number."""
        return self._index.touched()

    @property
    def pairs(self) -> Pairs:
        return self._index.pairs

    @property
    def cells(self) -> Index:
        return self._index

    @cached_property
    def blank(self) -> SegmentStanding:
        """Where somebody stands of whom nothing is known."""
        program = self.program
        parts = np.empty(len(program.literals) + len(program.levels), dtype=np.uint8)
        parts[: len(program.literals)] = self.literals.blank()[program.literals]
        for step in self._index.all_nodes():
            parts[step.targets] = step.combine(parts[step.sources])
        statuses = STATUS[parts[program.roots]]
        trials = len(program.rows)
        not_met, unknown = (
            np.bincount(self.trial_of_root[statuses == status], minlength=trials).astype(np.int16) for status in (NOT_MET, UNKNOWN)
        )
        return SegmentStanding(self, parts, statuses, not_met, unknown)

    @cached_property
    def _index(self) -> Index:
        return Index(self.program, self.literals.attribute_numbers()[self.program.literals])


class SegmentStanding:
    """Where one person stands: the state of every part, the status of every criterion, and how many of each status a trial has."""

    def __init__(self, segment: Segment, parts: Bytes, statuses: Bytes, not_met: NDArray[np.int16], unknown: NDArray[np.int16]) -> None:
        self.segment = segment
        self.parts = parts
        self.statuses = statuses
        self.not_met = not_met
        self.unknown = unknown

    def copy(self) -> SegmentStanding:
        return SegmentStanding(self.segment, self.parts.copy(), self.statuses.copy(), self.not_met.copy(), self.unknown.copy())

    @property
    def met(self) -> NDArray[np.int16]:
        met: NDArray[np.int16] = (np.diff(self.segment.program.firsts) - self.not_met - self.unknown).astype(np.int16)
        return met

    def learn(self, attributes: Collection[int], literal_states: Bytes) -> None:
        """Take in that these attributes, by number, are known, known otherwise or no longer known: so the literals are now."""
        program, parts = self.segment.program, self.parts
        changed = [self.segment.touched[number] for number in attributes if number in self.segment.touched]
        for touched in changed:
            parts[touched.literals] = literal_states[program.literals[touched.literals]]
        for touched in changed:
            for step in touched.nodes:
                parts[step.targets] = step.combine(parts[step.sources])
            self._count(touched.criteria)

    def _count(self, criteria: Ints) -> None:
        after, before = STATUS[self.parts[self.segment.program.roots[criteria]]], self.statuses[criteria]
        differing = np.flatnonzero(after != before)
        if not len(differing):
            return
        after, before, trials = after[differing], before[differing], self.segment.trial_of_root[criteria[differing]]
        self.statuses[criteria[differing]] = after
        for counts, status in ((self.not_met, NOT_MET), (self.unknown, UNKNOWN)):
            np.add.at(counts, trials, (after == status).astype(np.int16) - (before == status))
