"""Where one person stands on every trial, kept up with what becomes known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bot.criteria.criterion import Status
from bot.criteria.operators import Known
from bot.criteria.verdict import Verdict
from bot.matching.columns import Columns
from bot.matching.outlook import Outlook
from bot.matching.priors import Priors
from bot.matching.segments import SegmentStanding
from bot.matching.states import MET, NOT_MET, UNKNOWN

VERDICTS = (Verdict.UNLIKELY, Verdict.POSSIBLE, Verdict.LIKELY)
"""The verdicts by their code."""

_STATUSES = {NOT_MET: Status.NOT_MET, UNKNOWN: Status.UNKNOWN, MET: Status.MET}


class Standing:
    """One person and all trials of the columns.

    Arrays have one entry for each row of the columns (`Columns.trial_ids`); rows whose trial was removed are neither alive nor
    met, and likely by name only. `among` (one boolean a row; None: all) are the trials that are left to choose from; a trial that
    comes later is not among them until `among` is set again. When trials are put or removed, the standing is right again the next
    time it is asked. An answer costs what the rules that mention its attribute cost, not what all do.
    """

    def __init__(self, columns: Columns, among: NDArray[np.bool_] | None = None) -> None:
        self.columns = columns
        self.among = among
        self.facts: Mapping[str, Known] = {}
        self._generation = -1
        self._literal_states = columns.literals.blank()
        self._parts: list[SegmentStanding] = []
        self._outlooks: dict[int, Outlook] = {}
        self._priors: Priors | None = None

    def know(self, facts: Mapping[str, Known]) -> None:
        """These, and no others, are the facts now. `TypeError` where a value is none of its attribute's kind; then nothing changes."""
        self._keep_up()
        changed = [
            name for name in {**self.facts, **facts} if (name in facts) != (name in self.facts) or not _same(facts[name], self.facts[name])
        ]
        self._take({name: facts.get(name) for name in changed})
        self.facts = dict(facts)

    def _take(self, changed: Mapping[str, Known | None]) -> None:
        literals = self.columns.literals
        found = [literals.states(name, value) for name, value in changed.items()]
        for numbers, states in found:
            self._literal_states[numbers] = states
        attributes = [literals.numbers[name] for name in changed if name in literals.numbers]
        for part in self._parts:
            part.learn(attributes, self._literal_states)
            if id(part) in self._outlooks:
                self._outlooks[id(part)].note(attributes)

    def _keep_up(self) -> None:
        """Take in what was put and removed."""
        if self._generation == self.columns.generation:
            return
        segments = self.columns.segments()
        literals = self.columns.literals
        self._literal_states = literals.blank()
        for name, value in self.facts.items():
            numbers, states = literals.states(name, value)
            self._literal_states[numbers] = states
        known = [literals.numbers[name] for name in self.facts if name in literals.numbers]
        before = {id(part.segment): part for part in self._parts}
        self._parts = []
        for segment in segments:
            part = before.get(id(segment))
            if part is None:
                part = segment.blank.copy()
                part.learn(known, self._literal_states)
            self._parts.append(part)
        kept = {id(part) for part in self._parts}
        self._outlooks = {key: outlook for key, outlook in self._outlooks.items() if key in kept}
        self._generation = self.columns.generation

    # -- what it comes to

    @property
    def not_met(self) -> NDArray[np.int16]:
        """How many criteria of the patient's are not met."""
        return self._gathered(lambda part: part.not_met)

    @property
    def unknown(self) -> NDArray[np.int16]:
        """How many criteria of the patient's are undecided."""
        return self._gathered(lambda part: part.unknown)

    @property
    def met(self) -> NDArray[np.int16]:
        """How many criteria of the patient's are met."""
        return self._gathered(lambda part: part.met)

    @property
    def verdicts(self) -> NDArray[np.uint8]:
        """The code of each trial's verdict (`VERDICTS`)."""
        verdicts: NDArray[np.uint8] = np.where(self.not_met > 0, 0, np.where(self.unknown > 0, 1, 2)).astype(np.uint8)
        return verdicts

    @property
    def alive(self) -> NDArray[np.bool_]:
        """The trials that are there, among those to choose from, and not unlikely."""
        alive = np.zeros(len(self.columns.trial_ids), dtype=np.bool_)
        for part, left in self.left():
            alive[part.segment.program.rows[left]] = True
        return alive

    def statuses(self, trial_id: str) -> tuple[Status, ...]:
        """Where the person stands on each of the patient's criteria, in the trial's order; `KeyError` where there is no such trial."""
        if trial_id not in self.columns:
            raise KeyError(trial_id)
        self._keep_up()
        row = self.columns.row(trial_id)
        part, at = next(
            (part, at)
            for part in self._parts
            for at in np.flatnonzero((part.segment.program.rows == row) & self.columns.counting(part.segment)).tolist()
        )
        firsts = part.segment.program.firsts
        return tuple(_STATUSES[int(code)] for code in part.statuses[firsts[at] : firsts[at + 1]])

    def left(self) -> Iterator[tuple[SegmentStanding, NDArray[np.bool_]]]:
        """Each segment's standing, and which of its trials are alive."""
        self._keep_up()
        for part in self._parts:
            left = self.columns.counting(part.segment) & (part.not_met == 0)
            if self.among is not None:
                rows = part.segment.program.rows
                inside = rows < len(self.among)
                left &= inside
                left[inside] &= self.among[rows[inside]]
            yield part, left

    def outlooks(self, priors: Priors) -> Iterator[tuple[SegmentStanding, NDArray[np.bool_], Outlook]]:
        """The same, with what answers would change, as `priors` has them."""
        if self._priors is not priors:
            self._outlooks, self._priors = {}, priors
        samples = self.columns.samples(priors)
        numbers = self.columns.literals.numbers
        known = {numbers[name]: value for name, value in self.facts.items() if name in numbers}
        for part, left in self.left():
            outlook = self._outlooks.get(id(part))
            if outlook is None:
                outlook = self._outlooks[id(part)] = Outlook.of(part.segment, samples)
                outlook.note(known)
            outlook.keep_up(part, known)
            outlook.count(part, left)
            yield part, left, outlook

    def _gathered(self, counts: Callable[[SegmentStanding], NDArray[np.int16]]) -> NDArray[np.int16]:
        self._keep_up()
        gathered = np.zeros(len(self.columns.trial_ids), dtype=np.int16)
        for part in self._parts:
            counting = self.columns.counting(part.segment)
            gathered[part.segment.program.rows[counting]] = counts(part)[counting]
        return gathered


def _same(one: Known, other: Known) -> bool:
    return type(one) is type(other) and one == other
