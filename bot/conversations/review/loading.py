"""Everything stored about a conversation that its page shows, read with one query for each kind of thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import Answer, Consent, Conversation, Message, Misreading, Screening, TrialVersion, Unit, Verdict
from bot.trials import TrialRecord
from bot.trials.record_cache import RecordCache

RecordOf = Callable[[str, datetime], TrialRecord | None]
"""The record of a trial at some moment; None where there is none."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is stored. `answers` and `verdicts` are by screening, oldest first; `misread` by the position of the message."""

    conversation: Conversation
    messages: Sequence[Message]
    screenings: Sequence[Screening]
    answers: Mapping[int, Sequence[Answer]]
    verdicts: Mapping[int, Sequence[Verdict]]
    consents: Sequence[Consent]
    misread: Mapping[int, Misreading]
    authors: Mapping[int, str]
    record_of: RecordOf


def load(unit: Unit, conversation: Conversation, records: RecordCache) -> Loaded:
    """Read it all, within one transaction that lasts while the records are needed."""
    messages = unit.messages(conversation.id)
    answers: dict[int, list[Answer]] = {}
    for answer in unit.answers_of_conversation(conversation.id):
        answers.setdefault(answer.screening_id, []).append(answer)
    verdicts: dict[int, list[Verdict]] = {}
    for verdict in unit.verdicts_of_conversation(conversation.id):
        verdicts.setdefault(verdict.screening_id, []).append(verdict)
    return Loaded(
        conversation=conversation,
        messages=messages,
        screenings=unit.screenings(conversation.id),
        answers=answers,
        verdicts=verdicts,
        consents=unit.consents(conversation.id),
        misread=unit.misreadings(conversation.id),
        authors=unit.account_names({message.author for message in messages if message.author is not None}),
        record_of=_RecordsOfTheirDay(unit, records),
    )


class _RecordsOfTheirDay:
    """Each version of a trial's record is read once, however many moments are asked for."""

    def __init__(self, unit: Unit, records: RecordCache) -> None:
        self._unit, self._records = unit, records
        self._versions: dict[str, list[TrialVersion]] = {}
        self._found: dict[tuple[str, str | None], TrialRecord | None] = {}

    def __call__(self, nct_id: str, moment: datetime) -> TrialRecord | None:
        if nct_id not in self._versions:
            self._versions[nct_id] = self._unit.trial_versions(nct_id)
        of_that_day = [version for version in self._versions[nct_id] if version.imported_at <= moment]
        version = max(of_that_day, key=lambda one: one.imported_at, default=None)
        key = (nct_id, None if version is None else version.content_hash)
        if key not in self._found:
            stored = self._unit.trial(nct_id) if version is None else self._unit.trial_as_of(nct_id, version.imported_at)
            self._found[key] = None if stored is None else self._records.record(stored)
        return self._found[key]
