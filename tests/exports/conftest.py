"""Conversations as the store has them, made up; the lexicon and the words that ship."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.exports.files import ExportFile, ExportFormat, Exporting
from bot.settings import PROJECT
from bot.store import Answer, Consent, Conversation, Screening, Verdict
from bot.store.records import ConversationFile, ScreeningFile
from bot.trials import TrialRecord, load_records
from bot.words import Library
from tests.desk_fixtures import library

__all__ = ["library"]

TRIAL = "NCT06141070"
BEGUN = datetime(2026, 3, 4, 21, 30, tzinfo=UTC)
KEY = b"a key of one export"


def file_of(
    answers: Mapping[str, Any] | None = None,
    *,
    name: str = "4e0c1f0d9b8a4c6d8e2f1a3b5c7d9e0f",
    said: str = "what was said",
    days_later: int = 3,
    **conversation: Any,
) -> ConversationFile:
    """A conversation with one screening; a value of None is an answer that somebody was not sure of."""
    later = BEGUN + timedelta(days=days_later)
    fields: dict[str, Any] = {
        "id": name,
        "channel": "widget",
        "sender": "the-sender-of-the-channel",
        "token_hash": "the-hash-of-the-token",
        "trial_id": TRIAL,
        "locale": "en-GB",
        "state": "open",
        "created_at": BEGUN,
        "last_at": later,
        "stage": "finished",
        "verdict": "possible",
        "status": "to_call",
    } | conversation
    screening = Screening(
        id=1,
        conversation_id=name,
        number=1,
        trial_id=fields["trial_id"],
        snapshot={"last": {"words": said}},
        state="nothing",
        verdict="possible",
        words_version="1",
        started_at=BEGUN,
        finished_at=later,
        summary_key="the-key-of-the-summary",
        contact_key="the-key-of-the-contact-page",
    )
    given = tuple(
        Answer(number, 1, attribute, "unsure" if value is None else "known", value, said, f"the-id-of-message-{number}", later)
        for number, (attribute, value) in enumerate((answers or {}).items(), 1)
    )
    verdict = Verdict(1, 1, TRIAL, "possible", {"I1": "unknown", "R-age": "met"}, later)
    consent = Consent(1, name, 1, "1", "hash", True, "m0", BEGUN)
    return ConversationFile(Conversation(**fields), (ScreeningFile(screening, given, (verdict,)),), (consent,))


@pytest.fixture(scope="session")
def records(library: Library) -> Mapping[str, TrialRecord]:
    """The trials that ship."""
    return {record.nct_id: record for record in load_records(PROJECT / "trials", library.attributes)}


class Exporter:
    """Exports made-up conversations."""

    def __init__(self, library: Library, records: Mapping[str, TrialRecord]) -> None:
        self.library, self.records = library, records

    def file(self, format_: ExportFormat, **how: Any) -> ExportFile:
        """A file in the making."""
        words = self.library.in_locale("en")
        return Exporting(format_, self.library.attributes, words, self.records.get, how.pop("key", KEY), BEGUN, **how).file()

    def text(self, format_: ExportFormat, *files: ConversationFile, **how: Any) -> str:
        """The whole file, its conversations one batch each."""
        file = self.file(format_, **how)
        return "".join([file.opening(), *(file.batch([each]) for each in files), file.closing()])


@pytest.fixture(scope="session")
def exporter(library: Library, records: Mapping[str, TrialRecord]) -> Exporter:
    return Exporter(library, records)
