"""Rows of unequal length, one after the other in one array, with where each begins (and where the last ends)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


def starts(lengths: Ints) -> Ints:
    """Where rows of these lengths begin: one entry more than there are rows."""
    begins = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=begins[1:])
    return begins


def picked(begins: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The positions of the entries of these rows, row after row, and where each of these rows begins then."""
    lengths = begins[rows + 1] - begins[rows]
    ends = starts(lengths)
    positions = np.arange(ends[-1], dtype=np.int32)
    positions += np.repeat(begins[rows] - ends[:-1], lengths)
    return positions, ends


def slices(keys: Ints) -> list[tuple[int, int, int]]:
    """Each key of an ascending array, with where its run begins and ends."""
    if not len(keys):
        return []
    edges = np.flatnonzero(np.diff(keys)) + 1
    begins = [0, *edges.tolist()]
    return [(int(keys[begin]), begin, end) for begin, end in zip(begins, [*begins[1:], len(keys)], strict=True)]
