"""Reviewing a trial's criteria: approving what a program read, or putting another rule or other words in its place.

Every decision is kept, with who took it and when; the record is put together anew in the same transaction, so that the next
message of any conversation is answered by it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from bot.criteria.extraction import read_criteria
from bot.criteria.reading import Reading
from bot.criteria.rules import Rule, parse_rule, rule_as_json
from bot.screening.attributes import Attributes
from bot.store import CriterionReview, Unit
from bot.trials.loading import Keeper, Kept
from bot.trials.parts import TrialCriterion
from bot.trials.records import TrialRecord
from bot.trials.registry.record import Reader
from bot.trials.review import Action

WORDS = ("plain", "not_met", "to_ask")


class ReviewFault(ValueError):
    """A decision that cannot be taken: says about which criterion, and what to do instead."""


@dataclass(frozen=True)
class Decision:
    """What is decided. For an edit: `rule` (None: only the study team can settle it), and by locale the words that were written."""

    action: Action
    by: str
    rule: Rule | None = None
    words: Mapping[str, Mapping[str, str]] | None = None


def record_of(unit: Unit, nct_id: str) -> TrialRecord:
    """A stored trial; `ReviewFault` where there is none."""
    stored = unit.trial(nct_id)
    if stored is None:
        raise ReviewFault(f"{nct_id} is not stored; `trialchat trials import {nct_id}` brings it in")
    return TrialRecord.model_validate(stored.record)


def waiting(record: TrialRecord) -> tuple[TrialCriterion, ...]:
    """The criteria of a record that nobody has approved."""
    return tuple(one for one in record.criteria if one.reviewed is None and one.fingerprint is not None)


def rule_from_sentence(said: str, criterion: TrialCriterion, reader: Reader) -> Rule:
    """The rule of a sentence in the registry's style, which means the same as in the criterion's section of a text."""
    read = read_criteria(said, reader.language, criterion.section)
    if len(read) != 1 or read[0].requires is None:
        raise ReviewFault("no rule can be read from that sentence; write it more plainly, or give the rule as JSON")
    if read[0].reading is not Reading.WHOLE:
        raise ReviewFault("not every word of that sentence could be read; leave out what only the study team can judge")
    return read[0].requires


def rule_from_json(text: str) -> Rule:
    """The rule that a JSON text holds."""
    try:
        return parse_rule(json.loads(text))
    except ValidationError as error:
        raise ReviewFault(str(error.errors(include_url=False)[0]["msg"])) from None
    except (ValueError, RecursionError) as error:
        raise ReviewFault(f"is not JSON ({error})") from None


def words_before(unit: Unit, criterion: TrialCriterion, nct_id: str) -> dict[str, Mapping[str, str]]:
    """The words that were written by hand for the criterion's text so far."""
    written = [one.words for one in unit.criterion_reviews(nct_id) if one.fingerprint == criterion.fingerprint and one.words]
    return dict(written[-1]) if written else {}


def decide(
    unit: Unit,
    keeper: Keeper,
    nct_id: str,
    criterion_ids: Sequence[str],
    decision: Decision,
    attributes: Attributes,
    at: datetime.datetime,
) -> Kept:
    """Take one decision about each of some criteria; all of them or none."""
    unit.take_turns_at_trials()
    record = record_of(unit, nct_id)
    for criterion_id in criterion_ids:
        unit.add_criterion_review(reviewed(record, criterion_id, decision, attributes, at))
    kept = keeper.keep(unit, nct_id, at)
    if kept is None:
        raise _not_imported(nct_id)
    return kept


def foreseen(
    unit: Unit, keeper: Keeper, nct_id: str, criterion_id: str, decision: Decision, attributes: Attributes, at: datetime.datetime
) -> TrialRecord:
    """The record as a decision would make it. Nothing is kept."""
    record = keeper.foreseen(unit, nct_id, reviewed(record_of(unit, nct_id), criterion_id, decision, attributes, at))
    if record is None:
        raise _not_imported(nct_id)
    return record


def reviewed(record: TrialRecord, criterion_id: str, decision: Decision, attributes: Attributes, at: datetime.datetime) -> CriterionReview:
    """A decision about a criterion as it is kept; `ReviewFault` where it cannot be taken."""
    nct_id = record.nct_id
    if not decision.by.strip():
        raise ReviewFault("a review needs the name of who reviewed")
    criterion = record.criterion(criterion_id)
    if criterion is None:
        known = ", ".join(one.id for one in record.criteria if one.fingerprint)
        raise ReviewFault(f"{nct_id} has no criterion {criterion_id}; it has {known}")
    if criterion.fingerprint is None:
        raise ReviewFault(_without_a_text(nct_id, criterion))
    if decision.action is Action.EDITED and decision.rule is not None:
        for fault in attributes.faults(decision.rule):
            raise ReviewFault(f"{nct_id} {criterion_id}: {fault}")
    rule = decision.rule if decision.action is Action.EDITED else criterion.requires
    return CriterionReview(
        nct_id=nct_id,
        criterion_id=criterion_id,
        fingerprint=criterion.fingerprint,
        action=decision.action.value,
        by=decision.by.strip(),
        at=at,
        rule=None if rule is None or decision.action is Action.RETURNED else _as_object(rule),
        words=None if decision.words is None else {locale: dict(texts) for locale, texts in decision.words.items()},
    )


def _not_imported(nct_id: str) -> ReviewFault:
    return ReviewFault(f"{nct_id} was not imported; a record that ships is reviewed in its file, trials/{nct_id}.yaml")


def _without_a_text(nct_id: str, criterion: TrialCriterion) -> str:
    if criterion.id.startswith("R-"):
        return f"{nct_id} {criterion.id} comes from a field of the record and not from its text; there is nothing to review"
    return f"{nct_id} {criterion.id} has no official text yet; `trialchat trials import {nct_id}` brings it in"


def _as_object(rule: Rule) -> dict[str, object]:
    data = rule_as_json(rule)
    if not isinstance(data, dict):
        raise TypeError("a rule's JSON is an object")
    return data
