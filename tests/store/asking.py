"""Somebody who asks a study team to contact them, as the store keeps it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.store import Unit

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def asks(unit: Unit, conversation: str, trial: str, at: datetime = NOON) -> None:
    """Somebody asks a trial's study team to contact them; what the conversation is about stays as it is."""
    screening = unit.start_screening(conversation, trial, words_version="1", at=at)
    unit.put_contact_request(
        conversation,
        screening_id=screening.id,
        trial_id=trial,
        site=None,
        sealed="sealed",
        text_version="1",
        text_hash="0" * 64,
        at=at,
    )
