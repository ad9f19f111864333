"""What each attribute touches in a program: worked out once, so that an answer goes straight to what it can change.

A pair is a part together with one attribute that it mentions; a cell, a trial together with one attribute that its criteria
mention. What a pair comes to does not depend on what is known of its own attribute, only on the other attributes of its part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.matching.program import Program
from bot.matching.ragged import Ints, picked, slices, starts

Bits = TypeVar("Bits", np.uint8, np.uint64)


@dataclass(frozen=True)
class Step:
    """One level's nodes to be worked out anew: `targets`, from the `sources` beginning at `begins`. All are `all`, or all `any`."""

    is_all: bool
    targets: Ints
    begins: Ints
    sources: Ints

    def combine(self, values: NDArray[Bits]) -> NDArray[Bits]:
        """The targets' values from those of the sources."""
        combined: NDArray[Bits] = (np.bitwise_or if self.is_all else np.bitwise_and).reduceat(values, self.begins)
        return combined


@dataclass(frozen=True)
class PairStep(Step):
    """The same for pairs. Sources that are parts without the pair's attribute stand in `plain`, and where they belong in `plain_at`."""

    plain_at: Ints
    plain: Ints


@dataclass(frozen=True)
class CellStep:
    """Cells to be worked out anew: `cells`, from the `pairs` beginning at `begins`."""

    cells: Ints
    begins: Ints
    pairs: Ints


@dataclass(frozen=True)
class Touched:
    """What an attribute touches: its literals, the nodes above them, the criteria, and other attributes' pairs and cells."""

    literals: Ints
    nodes: tuple[Step, ...]
    criteria: Ints
    pairs: tuple[PairStep, ...]
    cells: CellStep


class Pairs:
    """The pairs of a program, by part and then by attribute: `parts`, `attributes`; those of a part begin at `begins`."""

    def __init__(self, program: Program, attribute_of_literal: Ints) -> None:
        base = len(program.literals)
        mentions = attribute_of_literal >= 0
        self._width = int(np.max(attribute_of_literal)) + 2 if len(attribute_of_literal) else 1
        parts = [np.flatnonzero(mentions).astype(np.int32)]
        attributes = [attribute_of_literal[mentions]]
        counts = np.zeros(base + len(program.levels), dtype=np.int32)
        counts[:base] = mentions
        for _, first, last in slices(program.levels):
            nodes = np.arange(first, last, dtype=np.int32)
            edges, _ = picked(program.begins, nodes)
            owners = np.repeat(nodes, np.diff(program.begins[first : last + 1]))
            inner = program.parts[edges]
            known = np.concatenate(attributes)
            positions, _ = picked(starts(counts), inner)
            keys = np.unique((np.repeat(owners, counts[inner]) + base).astype(np.int64) * self._width + known[positions])
            parts.append((keys // self._width).astype(np.int32))
            attributes.append((keys % self._width).astype(np.int32))
            counts[base + first : base + last] = np.bincount(parts[-1] - base - first, minlength=last - first)
        self.parts: Ints = np.concatenate(parts)
        self.attributes: Ints = np.concatenate(attributes)
        self.counts: Ints = counts
        self.begins: Ints = starts(counts)
        self._keys = self.parts.astype(np.int64) * self._width + self.attributes

    def __len__(self) -> int:
        return len(self.parts)

    def find(self, parts: Ints, attributes: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """The pair of each part and attribute, and whether there is one."""
        places = np.minimum(self.begins[parts], len(self) - 1)
        several = np.flatnonzero(self.counts[parts] > 1)
        keys = parts[several].astype(np.int64) * self._width + attributes[several]
        places[several] = np.minimum(np.searchsorted(self._keys, keys), len(self) - 1)
        return places, (self.parts[places] == parts) & (self.attributes[places] == attributes)

    def others(self, pairs: Ints) -> tuple[Ints, Ints]:
        """Every other attribute of each pair's part: the attribute, and the position of the pair among `pairs`."""
        positions, ends = picked(self.begins, self.parts[pairs])
        which = np.repeat(np.arange(len(pairs), dtype=np.int32), np.diff(ends))
        attributes = self.attributes[positions]
        other = attributes != self.attributes[pairs][which]
        return attributes[other], which[other]


class Index:
    """What each attribute (by number) touches in a program, and all of it together for the beginning."""

    def __init__(self, program: Program, attribute_of_literal: Ints) -> None:
        self.pairs = Pairs(program, attribute_of_literal)
        self._program = program
        self._base = len(program.literals)
        self._attribute_of_literal = attribute_of_literal
        self._own: dict[int, tuple[Ints, tuple[PairStep, ...], CellStep]] = {}
        self._make_cells()

    def _make_cells(self) -> None:
        """Cells by attribute and then by trial."""
        program, pairs = self._program, self.pairs
        rows = len(program.rows)
        trial_of_root = np.repeat(np.arange(rows, dtype=np.int64), np.diff(program.firsts))
        found, ends = picked(pairs.begins, program.roots)
        self._criterion_of = np.repeat(np.arange(len(program.roots), dtype=np.int32), np.diff(ends))
        keys = pairs.attributes[found] * np.int64(rows) + trial_of_root[self._criterion_of]
        order = np.argsort(keys, kind="stable")
        self._pair_of = found
        cells, begins = np.unique(keys[order], return_index=True)
        self.cell_attributes: Ints = (cells // max(rows, 1)).astype(np.int32)
        self.cell_trials: Ints = (cells % max(rows, 1)).astype(np.int32)
        self._cell_begins = np.append(begins, len(keys)).astype(np.int32)
        self._cell_pairs = found[order]
        self.cells_of: Mapping[int, slice] = {number: slice(first, last) for number, first, last in slices(self.cell_attributes)}

        self.trials = rows
        self._cells_by_trial = np.argsort(self.cell_trials, kind="stable").astype(np.int32)
        self._trial_begins = starts(np.bincount(self.cell_trials, minlength=rows).astype(np.int32))

    def cells_of_trials(self, trials: Ints) -> Ints:
        """The cells of these trials, by position in the program."""
        cells: Ints = self._cells_by_trial[picked(self._trial_begins, trials)[0]]
        return cells

    # -- all of it, for the beginning

    def all_nodes(self) -> tuple[Step, ...]:
        return tuple(self._node_step(level, np.arange(first, last, dtype=np.int32)) for level, first, last in slices(self._program.levels))

    def all_pairs(self) -> tuple[PairStep, ...]:
        compound = np.flatnonzero(self.pairs.parts >= self._base).astype(np.int32)
        levels = self._program.levels[self.pairs.parts[compound] - self._base]
        return tuple(self._pair_step(level, compound[first:last]) for level, first, last in slices(levels))

    def all_cells(self) -> CellStep:
        return CellStep(np.arange(len(self.cell_trials), dtype=np.int32), self._cell_begins[:-1], self._cell_pairs)

    # -- all pairs of one attribute, for what is known in part

    def own(self, number: int) -> tuple[Ints, tuple[PairStep, ...], CellStep]:
        """The attribute's pairs that are literals, the steps to the others, and its cells."""
        if number in self._own:
            return self._own[number]
        pairs = np.flatnonzero(self.pairs.attributes == number).astype(np.int32)
        above = pairs[self.pairs.parts[pairs] >= self._base]
        levels = self._program.levels[self.pairs.parts[above] - self._base]
        steps = tuple(self._pair_step(level, above[a:b]) for level, a, b in slices(levels))
        where = self.cells_of.get(number, slice(0, 0))
        cells = np.arange(where.start, where.stop, dtype=np.int32)
        positions, ends = picked(self._cell_begins, cells)
        self._own[number] = pairs[: len(pairs) - len(above)], steps, CellStep(cells, ends[:-1], self._cell_pairs[positions])
        return self._own[number]

    # -- what one attribute touches

    def touched(self) -> Mapping[int, Touched]:
        """For each attribute that the program mentions."""
        literals = self._literals_by_attribute()
        nodes = self._nodes_by_attribute()
        criteria = self._criteria_by_attribute()
        pairs = self._pairs_by_attribute()
        cells = self._cells_by_attribute()
        none = np.empty(0, np.int32)
        return {
            number: Touched(
                literals[number], nodes.get(number, ()), criteria[number], pairs.get(number, ()),
                cells.get(number, CellStep(none, none, none)),
            )
            for number in literals
        }  # fmt: skip

    def _literals_by_attribute(self) -> dict[int, Ints]:
        order = np.argsort(self._attribute_of_literal, kind="stable").astype(np.int32)
        runs = slices(self._attribute_of_literal[order])
        return {number: order[first:last] for number, first, last in runs if number >= 0}

    def _criteria_by_attribute(self) -> dict[int, Ints]:
        numbers = self.pairs.attributes[self._pair_of]
        order = np.argsort(numbers, kind="stable")
        return {number: self._criterion_of[order[first:last]] for number, first, last in slices(numbers[order])}

    def _nodes_by_attribute(self) -> dict[int, tuple[Step, ...]]:
        compound = np.flatnonzero(self.pairs.parts >= self._base)
        nodes, numbers = self.pairs.parts[compound] - self._base, self.pairs.attributes[compound]
        order = np.argsort(numbers, kind="stable")
        steps = {}
        for number, first, last in slices(numbers[order]):
            above = nodes[order[first:last]]  # ascending, and so by level
            steps[number] = tuple(self._node_step(level, above[a:b]) for level, a, b in slices(self._program.levels[above]))
        return steps

    def _pairs_by_attribute(self) -> dict[int, tuple[PairStep, ...]]:
        compound = np.flatnonzero(self.pairs.parts >= self._base).astype(np.int32)
        numbers, which = self.pairs.others(compound)
        order = np.argsort(numbers, kind="stable")
        steps = {}
        for number, first, last in slices(numbers[order]):
            above = compound[which[order[first:last]]]
            levels = self._program.levels[self.pairs.parts[above] - self._base]
            steps[number] = tuple(self._pair_step(level, above[a:b]) for level, a, b in slices(levels))
        return steps

    def _cells_by_attribute(self) -> dict[int, CellStep]:
        cell_of = np.repeat(np.arange(len(self.cell_trials), dtype=np.int64), np.diff(self._cell_begins))
        numbers, which = self.pairs.others(self._cell_pairs)
        keys = np.unique(numbers * np.int64(max(len(self.cell_trials), 1)) + cell_of[which])
        numbers, cells = np.divmod(keys, max(len(self.cell_trials), 1))
        steps = {}
        for number, first, last in slices(numbers):
            chosen = cells[first:last].astype(np.int32)
            positions, ends = picked(self._cell_begins, chosen)
            steps[number] = CellStep(chosen, ends[:-1], self._cell_pairs[positions])
        return steps

    def _node_step(self, level: int, nodes: Ints) -> Step:
        edges, ends = picked(self._program.begins, nodes)
        return Step(level % 2 == 1, nodes + self._base, ends[:-1], self._program.parts[edges])

    def _pair_step(self, level: int, pairs: Ints) -> PairStep:
        edges, ends = picked(self._program.begins, self.pairs.parts[pairs] - self._base)
        parts = self._program.parts[edges]
        sources, found = self.pairs.find(parts, np.repeat(self.pairs.attributes[pairs], np.diff(ends)))
        plain_at = np.flatnonzero(~found).astype(np.int32)
        return PairStep(level % 2 == 1, pairs, ends[:-1], sources, plain_at, parts[plain_at])
