"""What the study team does with conversations: status, who has it, tags."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.store.console_tables import AccountRow, AccountTrialRow, TagRow
from bot.store.errors import StoreError
from bot.store.part import Part
from bot.store.records import WorkStatus

LONGEST_TAG = 40
LONGEST_REASON = 200
# A tag that holds one of these could make the text beside it read backwards.
_TURNS_TEXT_ROUND = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class NotATagError(StoreError):
    """It cannot be a tag."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the study team, as others see them. `trials` None: all."""

    id: int
    name: str
    role: str
    active: bool
    trials: frozenset[str] | None

    def sees(self, *trial_ids: str | None) -> bool:
        """Whether a conversation of one of those trials (None: about no one trial) is theirs to see."""
        return self.trials is None or not self.trials.isdisjoint(trial_ids)


def as_tag(text: str) -> str:
    """A tag as it is kept: trimmed, small letters, one space between words. Raises `NotATagError`."""
    tag = unicodedata.normalize("NFC", " ".join(text.split()).casefold())
    if not 1 <= len(tag) <= LONGEST_TAG:
        raise NotATagError(f"a tag has 1 to {LONGEST_TAG} characters")
    if any(unicodedata.category(letter) in {"Cc", "Cs"} or letter in _TURNS_TEXT_ROUND for letter in tag):
        raise NotATagError("a tag has no control characters")
    return tag


class Work(Part):
    """The work on conversations of a unit of work. Each says whether it changed anything."""

    def set_status(self, conversation_id: str, status: WorkStatus, at: datetime, closed_because: str | None = None) -> bool:
        """Say how far the study team is. A reason is kept with `closed` only, and belongs to it."""
        reason = (closed_because or "").strip()[:LONGEST_REASON] or None
        if status == "closed" and reason is None:
            raise StoreError("a conversation is closed for a reason; say which")
        row = self._locked(conversation_id)
        wanted = (status, reason if status == "closed" else None)
        if (row.status, row.closed_because) == wanted:
            return False
        row.status, row.closed_because = wanted
        self._note_change(row, at)
        self._session.flush()
        return True

    def assign(self, conversation_id: str, account_id: int | None, at: datetime) -> bool:
        """Give it to somebody; None: to nobody. Whether they may see it is for the caller to ask."""
        row = self._locked(conversation_id)
        if row.assigned_to == account_id:
            return False
        row.assigned_to = account_id
        self._note_change(row, at)
        self._session.flush()
        return True

    def add_tag(self, conversation_id: str, tag: str, at: datetime) -> bool:
        """Put a word on it. Raises `NotATagError`."""
        wanted, row = as_tag(tag), self._locked(conversation_id)
        if self._session.get(TagRow, (conversation_id, wanted)) is not None:
            return False
        self._session.add(TagRow(conversation_id=conversation_id, tag=wanted))
        self._note_change(row, at)
        self._session.flush()
        return True

    def remove_tag(self, conversation_id: str, tag: str, at: datetime) -> bool:
        """Take a word off it again."""
        row, found = self._locked(conversation_id), self._session.get(TagRow, (conversation_id, as_tag(tag)))
        if found is None:
            return False
        self._session.delete(found)
        self._note_change(row, at)
        self._session.flush()
        return True

    def tags(self, conversation_id: str) -> tuple[str, ...]:
        """The words on it, in order of the alphabet."""
        return tuple(sorted(self._session.scalars(select(TagRow.tag).where(TagRow.conversation_id == conversation_id))))

    def colleagues(self, trials: frozenset[str] | None) -> list[Colleague]:
        """Everybody who shares a trial with somebody who sees these (None: all), by name."""
        seen: dict[int, set[str]] = {}
        for account, trial in self._session.execute(select(AccountTrialRow.account_id, AccountTrialRow.trial_id)):
            seen.setdefault(account, set()).add(trial)
        rows = self._session.scalars(select(AccountRow).order_by(AccountRow.name, AccountRow.id))
        everybody = (
            Colleague(row.id, row.name, row.role, row.state == "active", None if row.all_trials else frozenset(seen.get(row.id, ())))
            for row in rows
        )
        return [colleague for colleague in everybody if _share(colleague.trials, trials)]


def _share(one: Collection[str] | None, other: frozenset[str] | None) -> bool:
    return one is None or other is None or not other.isdisjoint(one)
