"""The stored trials, as searches look through them: shared by all conversations of the process, and as new as the store."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock

from bot.conversations.results import Whereabouts
from bot.criteria import check, verdict
from bot.matching.columns import Columns
from bot.matching.conditions import ConditionIndex, Subject
from bot.matching.distances import Unit
from bot.matching.nearest import Located, sites_to_go_to
from bot.matching.pool import Look, Pool, PooledTrial
from bot.matching.priors import Priors
from bot.matching.search import LOCATION
from bot.places import Gazetteer
from bot.screening.answers import Facts
from bot.screening.steps import Assessment, Candidate
from bot.store import Store
from bot.trials import TrialRecord
from bot.trials.briefs import BriefSite, brief_of, read_brief, screened_brief
from bot.trials.records import OPEN
from bot.trials.screened import Deciding, screened
from bot.words import FALLBACK_LOCALE, Library
from bot.words.priors import load_priors

_log = logging.getLogger(__name__)
_AT_ONCE = 500


class TrialPool:
    """All stored trials. Safe to share between threads.

    The first `refresh` reads every trial (some 0.3 ms each); later ones only what has changed since.
    """

    def __init__(self, store: Store, library: Library, unreviewed: Deciding) -> None:
        self._store, self._unreviewed = store, unreviewed
        lexicon = library.in_locale(FALLBACK_LOCALE).lexicon
        attributes = library.attributes
        self._conditions = lexicon.conditions
        self._lock = RLock()
        self._pool: Pool[BriefSite] = Pool(
            Columns(attributes),
            ConditionIndex(lexicon.conditions, lexicon.ordinary),
            lexicon.conditions,
            Priors(load_priors(attributes, lambda name: lexicon.names_of(name).names)),
            locate=lambda site: self._gazetteer.locate(site),
            open_codes=OPEN,
        )
        self._hashes: dict[str, str] = {}
        self._seen: tuple[int, datetime.datetime | None] = (0, None)
        self._inactive: frozenset[str] = frozenset()

    @property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer.load()

    def __len__(self) -> int:
        return len(self._pool)

    def refresh(self) -> None:
        """Take in what was imported, changed, reviewed, activated or deactivated since the last time."""
        with self._lock, self._store.reading() as unit:
            now, inactive = unit.briefs_changed(), unit.inactive_trials()
            if (now, inactive) == (self._seen, self._inactive):
                return
            for nct_id in inactive & self._hashes.keys():
                self._pool.remove(nct_id)
                del self._hashes[nct_id]
            changed = {one.nct_id: one for one in (*unit.briefs(self._seen[1]), *unit.briefs_of(self._inactive - inactive))}
            new = [one for one in changed.values() if one.nct_id not in inactive and self._hashes.get(one.nct_id) != one.content_hash]
            for start in range(0, len(new), _AT_ONCE):
                some = new[start : start + _AT_ONCE]
                criteria = dict(unit.brief_criteria([one.nct_id for one in some]))
                for stored in some:
                    brief = read_brief(stored.brief)
                    subject = Subject(brief.conditions, brief.keywords, brief.terms, brief.ancestors, brief.title)
                    rules = screened_brief(criteria.get(stored.nct_id, []), self._unreviewed)
                    self._pool.put(PooledTrial(stored.nct_id, rules, subject, brief.status, brief.sites))
                    self._hashes[stored.nct_id] = stored.content_hash
            self._seen, self._inactive = now, inactive
            _log.info("%d trials to search in, %d of them new or changed", len(self._pool), len(new))

    def candidates(self, said: str) -> tuple[str, ...]:
        """The illnesses that words may mean, as the trials write them, the likeliest first."""
        with self._lock:
            return self._pool.candidates(said)

    def trials(self, record_of: Callable[[str], TrialRecord]) -> PooledTrials:
        """The pool as one person's search sees it."""
        return PooledTrials(self, record_of)

    def unit_near(self, place: str | None) -> Unit:
        """In what people there count their roads."""
        located = self.located(place)
        return Unit.KILOMETRES if located is None else self._gazetteer.unit(located.country_code)

    def is_kind(self, name: str, illness: str) -> bool:
        """Whether an illness is another one, or a kind of it."""
        return name == illness or illness in self._conditions.above(name)

    def warm(self) -> None:
        """Read trials and places now, rather than when somebody waits; no places where there is nothing to look for."""
        self.refresh()
        if len(self) > 1:
            Gazetteer.load()

    def located(self, place: str | None) -> Located | None:
        """Where a place is, by the name that it is kept by."""
        return None if place is None else _located(place)

    def nearest(self, nct_id: str, place: str | None) -> Whereabouts | None:
        """Where a trial is nearest to a place; None where no place is told or the trial has none."""
        person = self.located(place)
        if person is None:
            return None
        with self._lock:
            nearest = self._pool.nearest(nct_id, person)
        if nearest.site is None:
            return None
        return Whereabouts(nearest.site.number, nearest.kilometres, nearest.taking, self._gazetteer.unit(person.country_code))

    def sites_to_go_to(self, record: TrialRecord, place: str | None) -> list[int]:
        """Places in the record of the sites that take people, or may; the nearest first where the person's place is told."""
        sites = read_brief(brief_of(record)).sites
        located = self.located(place)
        found = sites_to_go_to(located, sites, record.status, locate=lambda site: self._gazetteer.locate(site), open_codes=OPEN)
        return [site.number for site in found]

    def look(self, facts: Facts, asked: Collection[str], last_group: str | None) -> Look:
        with self._lock:
            return self._pool.look(facts, asked, last_group)

    def left(self, facts: Facts) -> int:
        with self._lock:
            return self._pool.left(facts)

    def best(self, facts: Facts, most: int, record_of: Callable[[str], TrialRecord]) -> tuple[Candidate, ...]:
        told = facts.values.get(LOCATION)
        person = self.located(told[0]) if isinstance(told, tuple) and told else None
        with self._lock:
            best = self._pool.best(facts, person, most)
        found = []
        for one in best:
            results = tuple(check(criterion, facts.values) for criterion in screened(record_of(one.trial_id), self._unreviewed))
            assessment = Assessment(verdict(results), results, facts)
            site = one.nearest.site
            found.append(
                Candidate(
                    one.trial_id,
                    assessment,
                    one.sure,
                    None if site is None else site.number,
                    one.nearest.kilometres,
                    one.nearest.taking,
                )
            )
        return tuple(found)


@dataclass(frozen=True)
class PooledTrials:
    """All trials, for one person's search (`bot.matching.search.Trials`)."""

    _pool: TrialPool
    _record_of: Callable[[str], TrialRecord]

    def look(self, facts: Facts, asked: Collection[str], last_group: str | None) -> Look:
        return self._pool.look(facts, asked, last_group)

    def left(self, facts: Facts) -> int:
        return self._pool.left(facts)

    def is_kind(self, name: str, illness: str) -> bool:
        return self._pool.is_kind(name, illness)

    def best(self, facts: Facts, most: int) -> tuple[Candidate, ...]:
        return self._pool.best(facts, most, self._record_of)


@lru_cache(maxsize=10_000)
def _located(place: str) -> Located | None:
    gazetteer = Gazetteer.load()
    found = gazetteer.find(place)
    return gazetteer.located(found[0].best) if found else None
