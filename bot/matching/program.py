"""The rules of a few thousand trials as arrays: what is left of them once negation stands at the comparisons only.

A part is a literal of the program or a node: an `all` or an `any` of parts. Equal nodes are one node. Parts are numbered literals
first, then nodes by level; an `all` has an odd level and an `any` an even one, above those of its parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.criteria.rules import AllOf, Comparison, Judgement, Not, Rule
from bot.matching.literals import ALWAYS, JUDGEMENT, NEVER_TRUE, Literals
from bot.matching.ragged import Ints, picked, starts


@dataclass(frozen=True)
class Program:
    """The rules of some trials.

    `literals` are numbers of `Literals`, ascending. For each node: its `level` (ascending), and where its parts `begin` in
    `parts`. For each trial: its `rows` in the columns, which `versions` of it this is, and where its criteria begin in
    `roots` (`firsts`), which holds the part that each criterion requires.
    """

    literals: Ints
    levels: Ints
    begins: Ints
    parts: Ints
    rows: Ints
    versions: Ints
    firsts: Ints
    roots: Ints


_Composite = tuple[bool, frozenset[int]]


class Compiler:
    """Takes trials one by one. A part is a node's number, or `~literal`; equal nodes have one number."""

    def __init__(self, literals: Literals) -> None:
        self._literals = literals
        self._numbers: dict[_Composite, int] = {}
        self._nodes: list[frozenset[int]] = []
        self._levels: list[int] = []
        self._trials: list[tuple[int, int, int]] = []
        self._roots: list[int] = []

    def __len__(self) -> int:
        """How many trials were added."""
        return len(self._trials)

    def add(self, row: int, version: int, rules: Iterable[Rule]) -> None:
        """Add a trial by what its criteria require; `ValueError` where a comparison does not fit its attribute."""
        roots = [self._settled(self._simplified(rule, False)) for rule in rules]
        self._trials.append((row, version, len(roots)))
        self._roots.extend(roots)

    def program(self) -> Program:
        """All that was added."""
        rows, versions, counts = np.array(self._trials, np.int32).reshape(-1, 3).T
        parts = np.array([part for node in self._nodes for part in sorted(node)], np.int32)
        begins = starts(np.array([len(node) for node in self._nodes], np.int32))
        roots = np.array(self._roots, np.int32)
        used = np.unique(~np.concatenate([parts[parts < 0], roots[roots < 0]]))
        levels = np.array(self._levels, np.int32)
        firsts = starts(counts)
        return _arranged(used, levels, begins, _renumbered(parts, used), rows.copy(), versions.copy(), firsts, _renumbered(roots, used))

    def _simplified(self, rule: Rule, negated: bool) -> int | _Composite:
        match rule:
            case Comparison():
                return ~self._literals.literal(rule, negated)
            case Judgement():
                return ~JUDGEMENT
            case Not():
                return self._simplified(rule.negated, not negated)
            case AllOf():
                parts, is_all = rule.all, not negated
            case _:
                parts, is_all = rule.any, negated
        neutral, deciding = (~ALWAYS, ~NEVER_TRUE) if is_all else (~NEVER_TRUE, ~ALWAYS)
        members: set[int] = set()
        for inner in parts:
            simplified = self._simplified(inner, negated)
            if isinstance(simplified, tuple) and simplified[0] == is_all:
                members |= simplified[1]
            else:
                members.add(self._settled(simplified))
        members.discard(neutral)
        if deciding in members:
            return deciding
        if len(members) < 2:
            return members.pop() if members else neutral
        return is_all, frozenset(members)

    def _settled(self, simplified: int | _Composite) -> int:
        if isinstance(simplified, int):
            return simplified
        number = self._numbers.get(simplified)
        if number is None:
            is_all, members = simplified
            number = self._numbers[simplified] = len(self._nodes)
            above = 1 + max((self._levels[member] for member in members if member >= 0), default=0)
            self._nodes.append(members)
            self._levels.append(above if above % 2 == is_all else above + 1)
        return number


def _renumbered(parts: Ints, used: Ints) -> Ints:
    numbered: Ints = np.where(parts < 0, np.searchsorted(used, ~parts), parts + len(used)).astype(np.int32)
    return numbered


def joined(programs: Sequence[Program], keep: Sequence[NDArray[np.bool_]]) -> Program:
    """The trials to keep of several programs as one, without what only the others needed."""
    literals = np.unique(np.concatenate([program.literals for program in programs]))
    levels, parts, lengths, rows, versions, counts, roots = [], [], [], [], [], [], []
    nodes = len(literals)
    for program, kept in zip(programs, keep, strict=True):
        places = np.concatenate(
            [np.searchsorted(literals, program.literals), np.arange(nodes, nodes + len(program.levels))], dtype=np.int32
        )
        nodes += len(program.levels)
        chosen = np.flatnonzero(kept).astype(np.int32)
        positions, _ = picked(program.firsts, chosen)
        levels.append(program.levels)
        parts.append(places[program.parts])
        lengths.append(np.diff(program.begins))
        rows.append(program.rows[chosen])
        versions.append(program.versions[chosen])
        counts.append(np.diff(program.firsts)[chosen])
        roots.append(places[program.roots[positions]])
    return _arranged(
        literals,
        np.concatenate(levels),
        starts(np.concatenate(lengths)),
        np.concatenate(parts),
        np.concatenate(rows),
        np.concatenate(versions),
        starts(np.concatenate(counts)),
        np.concatenate(roots),
    )


def _arranged(literals: Ints, levels: Ints, begins: Ints, parts: Ints, rows: Ints, versions: Ints, firsts: Ints, roots: Ints) -> Program:
    """The program with its nodes by level, and only the parts that some criterion needs."""
    base = len(literals)
    needed = np.zeros(base + len(levels), dtype=np.bool_)
    needed[roots] = True
    for level in range(int(np.max(levels)) if len(levels) else 0, 0, -1):
        here = np.flatnonzero((levels == level) & needed[base:]).astype(np.int32)
        needed[parts[picked(begins, here)[0]]] = True
    order = np.flatnonzero(needed[base:]).astype(np.int32)
    order = order[np.argsort(levels[order], kind="stable")]
    used = np.flatnonzero(needed[:base]).astype(np.int32)
    places = np.zeros(len(needed), dtype=np.int32)
    places[used] = np.arange(len(used))
    places[base + order] = np.arange(len(used), len(used) + len(order))
    positions, ends = picked(begins, order)
    return Program(literals[used].astype(np.int32), levels[order], ends, places[parts[positions]], rows, versions, firsts, places[roots])
