"""Sums over the cells of the trials that count, kept up with which trials those are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.matching.index import Index
from bot.matching.ragged import Ints


class Tally:
    """For each attribute, by number, the sum of some columns of cells over the trials that count: `sums`, an array for each column.

    Who changes a cell has to take it out before and put it in again after.
    """

    def __init__(self, index: Index, attributes: int, *columns: NDArray[np.float32]) -> None:
        self._index = index
        self._columns = columns
        self._counting = np.zeros(index.trials, dtype=np.bool_)
        self.sums: list[NDArray[np.float64]] = [np.zeros(attributes) for _ in columns]

    def copy(self, *columns: NDArray[np.float32]) -> Tally:
        """The same, over copies of the columns."""
        copied = Tally(self._index, len(self.sums[0]), *columns)
        copied._counting, copied.sums = self._counting.copy(), [sums.copy() for sums in self.sums]
        return copied

    def count(self, trials: NDArray[np.bool_]) -> None:
        """These trials count, and no others."""
        changed = np.flatnonzero(trials != self._counting).astype(np.int32)
        came = trials[changed]
        self._counting = trials
        self._add(self._index.cells_of_trials(changed[came]), 1)
        self._add(self._index.cells_of_trials(changed[~came]), -1)

    def take_out(self, cells: Ints) -> None:
        self._add(self._counted(cells), -1)

    def put_in(self, cells: Ints) -> None:
        self._add(self._counted(cells), 1)

    def _counted(self, cells: Ints) -> Ints:
        counted: Ints = cells[self._counting[self._index.cell_trials[cells]]]
        return counted

    def _add(self, cells: Ints, sign: int) -> None:
        if not len(cells):
            return
        attributes = self._index.cell_attributes[cells]
        for sums, column in zip(self.sums, self._columns, strict=True):
            sums += sign * np.bincount(attributes, column[cells], len(sums))
