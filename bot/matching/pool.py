"""All trials as one person may look through them: by illness, by criteria, by place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Set
from dataclasses import dataclass
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from bot.criteria.criterion import Criterion
from bot.criteria.verdict import Verdict
from bot.matching.choosing import Choice, choose
from bot.matching.columns import Columns
from bot.matching.conditions import ConditionIndex, Relation, Subject
from bot.matching.nearest import Located, Nearest, SiteT, nearest_sites
from bot.matching.priors import Priors
from bot.matching.site_columns import SiteColumns
from bot.matching.standing import VERDICTS, Standing
from bot.screening.answers import Facts
from bot.screening.reading.conditions import Conditions

_CONDITION = "condition"
_NOWHERE = Located(None, exact=False)
_BANDS_KM = (30, 150, 500)
"""Up to these distances a place is about as easy to reach as any other; between them, what fits better comes first."""


@dataclass(frozen=True)
class PooledTrial(Generic[SiteT]):
    """A trial as a pool takes it. `criteria` are those that count in a screening; `status` is the registry's code."""

    trial_id: str
    criteria: tuple[Criterion, ...]
    subject: Subject
    status: str | None
    sites: tuple[SiteT, ...]


@dataclass(frozen=True)
class Look:
    """What is left of the trials that were looked at, and what to ask next."""

    looked_at: int
    left: int
    choice: Choice


@dataclass(frozen=True)
class Best(Generic[SiteT]):
    """A trial that may fit: whether it is about the very illness or a wider one, how it looks, and its nearest place."""

    trial_id: str
    sure: bool
    verdict: Verdict
    nearest: Nearest[SiteT]


class Pool(Generic[SiteT]):
    """The trials, to be looked through by any number of people. Trials may be put and removed at any time; not safe for threads."""

    def __init__(
        self,
        columns: Columns,
        index: ConditionIndex,
        conditions: Conditions,
        priors: Priors,
        *,
        locate: Callable[[SiteT], Located],
        open_codes: Set[str],
    ) -> None:
        self._columns, self._index, self._priors = columns, index, priors
        self._known_names = frozenset(conditions.names)
        self._locate, self._open_codes = locate, open_codes
        self._trials: dict[str, tuple[str | None, tuple[SiteT, ...]]] = {}
        self._open: list[bool] = []

    def __len__(self) -> int:
        return len(self._columns)

    def put(self, trial: PooledTrial[SiteT]) -> None:
        """Add a trial, or replace it; `ValueError` where a rule does not fit the attributes."""
        self._columns.put(trial.trial_id, trial.criteria)
        self._index.put(trial.trial_id, trial.subject)
        self._trials[trial.trial_id] = (trial.status, trial.sites)
        row = self._columns.row(trial.trial_id)
        self._open += [False] * (row + 1 - len(self._open))
        self._open[row] = trial.status is None or trial.status in self._open_codes

    def remove(self, trial_id: str) -> None:
        """Take a trial out; `KeyError` where it is not there."""
        self._columns.remove(trial_id)
        self._index.remove(trial_id)
        del self._trials[trial_id]

    def candidates(self, said: str) -> tuple[str, ...]:
        """The illnesses that the person's words may mean, as trials write them, the likeliest first."""
        return self._index.candidates(said)

    def look(self, facts: Facts, asked: Collection[str], last_group: str | None = None) -> Look:
        """What is left for a person of whom this is known, and the question that tells most about it."""
        among = self._among(facts)
        choice = choose(Standing(self._columns, among), facts, asked, self._priors, last_group)
        return Look(int(np.count_nonzero(among)), choice.left, choice)

    def left(self, facts: Facts) -> int:
        """How many trials are left."""
        return int(np.count_nonzero(self._standing(facts).alive))

    def best(self, facts: Facts, person: Located | None, most: int) -> tuple[Best[SiteT], ...]:
        """The trials that are left, the likeliest and nearest first, `most` at most."""
        standing = self._standing(facts)
        rows = np.flatnonzero(standing.alive)
        if not rows.size:
            return ()
        ids = [self._columns.trial_ids[row] for row in rows.tolist()]
        relations = self._relations(facts)
        narrower = np.array([relations.get(trial_id) is Relation.NARROWER for trial_id in ids])
        verdicts = standing.verdicts[rows]
        open_share = standing.unknown[rows] / np.maximum(1, standing.unknown[rows] + standing.met[rows])
        order = np.lexsort((rows, open_share, verdicts != VERDICTS.index(Verdict.LIKELY), self._bands(rows, person), narrower))
        return tuple(
            Best(ids[at], not narrower[at], VERDICTS[verdicts[at]], self._nearest(ids[at], person)) for at in order[:most].tolist()
        )

    def nearest(self, trial_id: str, person: Located) -> Nearest[SiteT]:
        """Where a trial is nearest to a person; without a site for one that is not in the pool."""
        return self._nearest(trial_id, person) if trial_id in self._trials else Nearest(None)

    # -- parts

    def _standing(self, facts: Facts) -> Standing:
        standing = Standing(self._columns, self._among(facts))
        standing.know(facts.values)
        return standing

    def _among(self, facts: Facts) -> NDArray[np.bool_]:
        """The trials that take people and have to do with the illness; all of the first, where no illness is known."""
        among = self._columns.present() & np.array(self._open, np.bool_)
        if _CONDITION not in facts.values:
            return among
        about = np.zeros(len(among), np.bool_)
        about[[self._columns.row(trial_id) for trial_id in self._relations(facts)]] = True
        return among & about

    def _relations(self, facts: Facts) -> dict[str, Relation]:
        told = facts.values.get(_CONDITION)
        if not isinstance(told, tuple):
            return {}
        found: dict[str, Relation] = dict(self._index.relations([name for name in told if name in self._known_names]))
        for name in told:
            if name not in self._known_names:
                found |= self._index.relations((), name)
        return found

    def _bands(self, rows: NDArray[np.int64], person: Located | None) -> NDArray[np.int64]:
        """How far each trial is, in steps that matter to somebody who would have to go there."""
        if person is None or person.latitude is None:
            return np.zeros(len(rows), np.int64)
        trials = [self._trials[self._columns.trial_ids[row]] for row in rows.tolist()]
        columns = SiteColumns.of(trials, locate=self._locate, open_codes=self._open_codes)
        bands: NDArray[np.int64] = np.searchsorted(_BANDS_KM, columns.nearest_open_km(person))
        if person.country_code is not None:
            # A trial of the own country, however far, before one abroad that is no nearer than that.
            bands = 2 * bands + ~columns.open_in(person.country_code)
        return bands

    def _nearest(self, trial_id: str, person: Located | None) -> Nearest[SiteT]:
        status, sites = self._trials[trial_id]
        if person is not None:
            return nearest_sites(person, sites, status, locate=self._locate, open_codes=self._open_codes)
        # Of somebody of whom no place is known, any that takes people is as near as any other.
        return nearest_sites(_NOWHERE, sites, status, locate=lambda _: _NOWHERE, open_codes=self._open_codes)
