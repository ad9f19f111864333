"""Bringing trial records into the store: those that ship, and those that were imported."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bot.criteria.rules import parse_rule, rule_as_json
from bot.store import CriterionReview, Store, Unit
from bot.store.records import JsonObject, NewCriterion
from bot.trials.briefs import brief_of
from bot.trials.changes import Changes, changes
from bot.trials.composing import composed, made_of
from bot.trials.records import TrialRecord
from bot.trials.registry.record import Reader
from bot.trials.registry.study import Study, parse_study
from bot.trials.review import Action, Review

_AT_ONCE = 200
Outcome = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True)
class Kept:
    """What became of a trial."""

    record: TrialRecord
    outcome: Outcome
    changes: Changes = field(default_factory=Changes)


@dataclass(frozen=True)
class Prepared:
    """A study that was read and is ready to be stored: the slow part, done before a transaction begins."""

    study: JsonObject
    record: TrialRecord
    content_hash: str


class Keeper:
    """Puts each trial's record together and into the store. `reader` is made when the first study has to be read."""

    def __init__(self, shipped: Iterable[TrialRecord], reader: Callable[[], Reader]) -> None:
        self._shipped = {record.nct_id: record for record in shipped}
        self._make_reader = reader

    @cached_property
    def _reader(self) -> Reader:
        return self._make_reader()

    def prepare(self, study: Study, at: datetime.datetime) -> Prepared:
        """Read a study's criteria; `StudyFault` where no record can be made of it."""
        given = study.as_given()
        return Prepared(given, self._reader.record(study, at.date()), _digest(given))

    def unchanged(self, unit: Unit, study: Study) -> Kept | None:
        """The stored trial, where it was made of this very study and of all that is reviewed by now; None where it has to be made anew."""
        stored = unit.trial(study.nct_id)
        if stored is None or stored.made_of != self._made_of(unit, study.nct_id, _digest(study.as_given())):
            return None
        return Kept(TrialRecord.model_validate(stored.record), "unchanged")

    def import_study(self, unit: Unit, prepared: Prepared, origin: str, at: datetime.datetime) -> Kept:
        """Store a study and the record that it makes together with what is reviewed."""
        unit.take_turns_at_trials()
        nct_id = prepared.record.nct_id
        unit.put_registry_record(nct_id, study=prepared.study, content_hash=prepared.content_hash, origin=origin, at=at)
        return self._keep(unit, nct_id, prepared.record, prepared.content_hash, at)

    def keep(self, unit: Unit, nct_id: str, at: datetime.datetime, *, again: bool = False) -> Kept | None:
        """Put a stored trial's record together anew: after a review, or (`again`) with newer words and a newer reader.

        None where there is nothing to make it from, or nothing has changed since.
        """
        unit.take_turns_at_trials()
        known = unit.registry_record(nct_id)
        content_hash = None if known is None else known.content_hash
        stored = unit.trial(nct_id)
        if not again and stored is not None and stored.made_of == self._made_of(unit, nct_id, content_hash):
            return None
        if known is None and nct_id not in self._shipped:
            return None
        read = None if known is None else self._reader.record(parse_study(known.study), known.imported_at.date())
        return self._keep(unit, nct_id, read, content_hash, at)

    def foreseen(self, unit: Unit, nct_id: str, review: CriterionReview) -> TrialRecord | None:
        """The record as it would be with one more review. Nothing is kept; None where the trial was not imported."""
        known = unit.registry_record(nct_id)
        if known is None:
            return None
        read = self._reader.record(parse_study(known.study), known.imported_at.date())
        return self._composed(unit, nct_id, read, _before(unit, nct_id), [review])

    def _keep(self, unit: Unit, nct_id: str, read: TrialRecord | None, content_hash: str | None, at: datetime.datetime) -> Kept:
        before = _before(unit, nct_id)
        record = self._composed(unit, nct_id, read, before)
        data = record.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        outcome = unit.put_trial(
            nct_id,
            version=record.version,
            record=data,
            content_hash=_digest(data),
            criteria=_criteria(record),
            at=at,
            made_of=self._made_of(unit, nct_id, content_hash),
            brief=brief_of(record),
        )
        return Kept(record, outcome, changes(before, record) if before is not None and outcome == "changed" else Changes())

    def _composed(
        self, unit: Unit, nct_id: str, read: TrialRecord | None, before: TrialRecord | None, more: Sequence[CriterionReview] = ()
    ) -> TrialRecord:
        shipped = self._shipped.get(nct_id)
        reviews = [_review(one) for one in (*unit.criterion_reviews(nct_id), *more)]
        record = shipped if read is None else composed(read, shipped, reviews, before, self._reader.library)
        if record is None:
            raise ValueError(f"{nct_id} is neither imported nor among the records that ship")
        return record

    def _made_of(self, unit: Unit, nct_id: str, content_hash: str | None) -> str:
        shipped = self._shipped.get(nct_id)
        reviews = [(one.fingerprint, one.action, one.by, one.at.isoformat()) for one in unit.criterion_reviews(nct_id)]
        return made_of(content_hash, None if shipped is None else _digest(shipped.model_dump(mode="json", by_alias=True)), reviews)


def store_records(
    store: Store, records: Iterable[TrialRecord], at: datetime.datetime, reader: Callable[[], Reader] = Reader.load
) -> Mapping[str, str]:
    """Put every record that ships into the store in one transaction; says for each: added, changed, unchanged."""
    shipped = tuple(records)
    keeper = Keeper(shipped, reader)
    with store.unit() as unit:
        kept = {record.nct_id: keeper.keep(unit, record.nct_id, at) for record in shipped}
    return {nct_id: "unchanged" if one is None else one.outcome for nct_id, one in kept.items()}


def fill_briefs(store: Store, at: datetime.datetime) -> int:
    """Make the briefs that are missing, of trials stored by an older release; says how many."""
    made = 0
    while True:
        with store.unit() as unit:
            unit.take_turns_at_trials()
            waiting = unit.without_brief(_AT_ONCE)
            for trial in waiting:
                unit.put_brief(trial.nct_id, brief_of(TrialRecord.model_validate(trial.record)), trial.content_hash, at)
        made += len(waiting)
        if len(waiting) < _AT_ONCE:
            return made


def _before(unit: Unit, nct_id: str) -> TrialRecord | None:
    stored = unit.trial(nct_id)
    return None if stored is None else TrialRecord.model_validate(stored.record)


def _digest(data: JsonObject) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _review(stored: CriterionReview) -> Review:
    return Review(
        criterion_id=stored.criterion_id,
        fingerprint=stored.fingerprint,
        action=Action(stored.action),
        by=stored.by,
        at=stored.at,
        rule=None if stored.rule is None else parse_rule(stored.rule),
        words=stored.words,
    )


def _criteria(record: TrialRecord) -> list[NewCriterion]:
    # The plain words in the record's first language: what lists of criteria show without a reader's own.
    plain = next(iter(record.words.values())).criteria
    return [
        NewCriterion(
            criterion_id=criterion.id,
            section=criterion.section.value,
            checked_by=criterion.checked_by.value,
            plain=plain[criterion.id].plain,
            rule=_object(rule_as_json(criterion.requires)) if criterion.requires is not None else None,
            status="unreviewed" if criterion.reviewed is None else "reviewed",
            text=criterion.text,
            span=criterion.span,
            reading=None if criterion.reading is None else criterion.reading.value,
            fingerprint=criterion.fingerprint,
            reviewed_by=None if criterion.reviewed is None else criterion.reviewed.by,
            reviewed_on=None if criterion.reviewed is None else criterion.reviewed.on.isoformat(),
        )
        for criterion in record.criteria
    ]


def _object(rule: object) -> dict[str, object]:
    if not isinstance(rule, dict):
        raise TypeError("a rule's JSON is an object")
    return rule
