"""The criteria of all trials, compiled: what every person's answers are held against."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.criteria.criterion import CheckedBy, Criterion
from bot.matching.literals import Literals
from bot.matching.outlook import Samples
from bot.matching.priors import Priors
from bot.matching.program import Compiler, joined
from bot.matching.segments import Segment
from bot.screening.attributes import Attributes

BATCH = 8192
"""So many trials are compiled before they become a segment, used or not."""
LARGEST = 65_536
"""So many trials at most are one segment."""


class Columns:
    """The criteria of any number of trials.

    A trial has its row for good, in the order in which trials first came: `trial_ids` says whose it is, and every array of a
    `Standing` has one entry for each row. A trial put again or removed leaves its old criteria where they are, out of
    account, until they are half of their segment.

    Cost: `put` compiles the one trial (some 0.1 ms), `remove` takes note. When the columns are next used, what is new becomes
    a segment, and small segments are joined with others of their size, so that each trial is moved about log2(65,536) times
    at most, by operations on arrays, whatever number of trials there is. Not safe for threads that write.
    """

    def __init__(self, attributes: Attributes) -> None:
        self.attributes = attributes
        self.literals = Literals(attributes)
        self.generation = 0
        """Grows whenever a trial is put or removed."""
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._versions = array("i")
        self._removed: set[int] = set()
        self._compiler = Compiler(self.literals)
        self._segments: list[Segment] = []
        self._samples: Samples | None = None
        self._settled = 0
        self._counted_at = 0
        self._counting: dict[Segment, NDArray[np.bool_]] = {}
        self._current: NDArray[np.int32] = np.empty(0, np.int32)

    def __len__(self) -> int:
        return len(self._ids) - len(self._removed)

    def __contains__(self, trial_id: str) -> bool:
        row = self._rows.get(trial_id)
        return row is not None and row not in self._removed

    @property
    def trial_ids(self) -> Sequence[str]:
        """The trial of each row, those included that were removed."""
        return self._ids

    def row(self, trial_id: str) -> int:
        """The row of a trial; `KeyError` where it never came."""
        return self._rows[trial_id]

    def present(self) -> NDArray[np.bool_]:
        """For each row, whether its trial is there and was not removed."""
        present = np.ones(len(self._ids), dtype=np.bool_)
        present[list(self._removed)] = False
        return present

    def put(self, trial_id: str, criteria: Sequence[Criterion]) -> None:
        """Add a trial, or replace its criteria; `ValueError`, and no change, where a rule does not fit the attributes."""
        row = self._rows.get(trial_id, len(self._ids))
        version = self._versions[row] + 1 if row < len(self._ids) else 0
        rules = (one.requires for one in criteria if one.checked_by is CheckedBy.PATIENT and one.requires is not None)
        self._compiler.add(row, version, rules)
        if version == 0:
            self._rows[trial_id] = row
            self._ids.append(trial_id)
            self._versions.append(version)
        self._versions[row] = version
        self._removed.discard(row)
        self.generation += 1
        if len(self._compiler) >= BATCH:
            self._close_batch()

    def remove(self, trial_id: str) -> None:
        """Take a trial out; `KeyError` where it is not there."""
        if trial_id not in self:
            raise KeyError(trial_id)
        row = self._rows[trial_id]
        self._removed.add(row)
        self._versions[row] += 1
        self.generation += 1

    def segments(self) -> Sequence[Segment]:
        """The trials as they are now, in segments that never change: where trials came or went, there are others."""
        if self._settled != self.generation:
            self._close_batch()
            for at, segment in reversed(list(enumerate(self._segments))):
                counting = np.count_nonzero(self.counting(segment))
                if 2 * counting < len(segment.program.rows):
                    self._segments[at : at + 1] = [self._joined([segment])] if counting else []
            self._settled = self.generation
        return tuple(self._segments)

    def counting(self, segment: Segment) -> NDArray[np.bool_]:
        """For each trial of a segment, whether it still is as it is there."""
        if self._counted_at != self.generation:
            self._counting, self._counted_at = {}, self.generation
            self._current = np.array(self._versions, dtype=np.int32)
        counting = self._counting.get(segment)
        if counting is None:
            counting = self._counting[segment] = self._current[segment.program.rows] == segment.program.versions
        return counting

    def samples(self, priors: Priors) -> Samples:
        """The priors' samples, held against the comparisons once for everybody."""
        if self._samples is None or self._samples.priors is not priors:
            self._samples = Samples(self.literals, priors)
        return self._samples

    def _close_batch(self) -> None:
        """What was compiled becomes a segment, joined with those before it that are not much larger."""
        if not len(self._compiler):
            return
        self._segments.append(Segment(self._compiler.program(), self.literals))
        self._compiler = Compiler(self.literals)
        sizes = [len(segment.program.rows) for segment in self._segments]
        first, together = len(sizes) - 1, sizes[-1]
        while first and sizes[first - 1] <= 2 * together and sizes[first - 1] + together <= LARGEST:
            first -= 1
            together += sizes[first]
        if first < len(sizes) - 1:
            self._segments[first:] = [self._joined(self._segments[first:])]

    def _joined(self, segments: Sequence[Segment]) -> Segment:
        program = joined([segment.program for segment in segments], [self.counting(segment) for segment in segments])
        return Segment(program, self.literals)
