"""Bringing the records that ship into the store."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping

from bot.criteria.rules import rule_as_json
from bot.store import Store
from bot.store.records import NewCriterion
from bot.trials.records import TrialRecord


def store_records(store: Store, records: Iterable[TrialRecord], at: datetime.datetime) -> Mapping[str, str]:
    """Put every record into the store in one transaction; says for each: added, changed, unchanged."""
    with store.unit() as unit:
        return {
            record.nct_id: unit.put_trial(
                record.nct_id,
                version=record.version,
                record=(data := record.model_dump(mode="json", by_alias=True)),
                content_hash=hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest(),
                criteria=_criteria(record),
                at=at,
            )
            for record in records
        }


def _criteria(record: TrialRecord) -> list[NewCriterion]:
    # Our plain words in the record's first language: what lists of criteria show without a reader's own.
    plain = next(iter(record.words.values())).criteria
    return [
        NewCriterion(
            criterion_id=criterion.id,
            section=criterion.section.value,
            checked_by=criterion.checked_by.value,
            plain=plain[criterion.id].plain,
            rule=_object(rule_as_json(criterion.requires)) if criterion.requires is not None else None,
            status="reviewed",
        )
        for criterion in record.criteria
    ]


def _object(rule: object) -> dict[str, object]:
    if not isinstance(rule, dict):
        raise TypeError("a rule's JSON is an object")
    return rule
