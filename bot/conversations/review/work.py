"""What the study team makes of a conversation, for its page: status, who has it, tags, notes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.conversations.working import can_have, trials_of
from bot.store import Conversation, Note, Unit
from bot.store.inbox_records import Trials

OWN_NOTE_FOR = timedelta(hours=1)
"""So long somebody may take back a note of their own."""
LONGEST_NOTE = 4_000
_BETWEEN = ": "


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note. `text` is hidden where what the patient told is: notes repeat it."""

    id: int
    author: str
    at: datetime
    text: str | None
    may_delete: bool


@dataclass(frozen=True, slots=True)
class Assignee:
    """Somebody to whom a conversation may be given."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class WorkView:
    """The team's work. `because` is a code of the texts; `because_words` what somebody added to it, hidden like the notes."""

    status: str
    because: str | None
    because_words: str | None
    hides_words: bool
    assigned_to: int | None
    assigned_name: str | None
    assignees: tuple[Assignee, ...]
    tags: tuple[str, ...]
    notes: tuple[NoteView, ...]


def work_on(
    unit: Unit, conversation: Conversation, account_id: int, trials: Trials, reasons: Collection[str], *, revealed: bool, now: datetime
) -> WorkView:
    """The work on a conversation, as an account that sees these trials does. `reasons`: the codes that a reason for closing can have."""
    people = assignees(unit, conversation, trials)
    names = {one.id: one.name for one in people}
    has_it = conversation.assigned_to
    if has_it is not None and has_it not in names:
        names |= unit.account_names({has_it})
    code, words = reason_of(conversation.closed_because, reasons)
    return WorkView(
        status=conversation.status,
        because=code,
        because_words=words if revealed else None,
        hides_words=words is not None and not revealed,
        assigned_to=has_it,
        assigned_name=None if has_it is None else names.get(has_it),
        assignees=people,
        tags=unit.tags(conversation.id),
        notes=tuple(_note(note, account_id, revealed, now) for note in unit.notes(conversation.id)),
    )


def assignees(unit: Unit, conversation: Conversation, trials: Trials) -> tuple[Assignee, ...]:
    """Who may be given a conversation, of those whom somebody who sees these trials knows of."""
    of = trials_of(unit, conversation)
    return tuple(Assignee(one.id, one.name) for one in unit.colleagues(trials) if can_have(one) and one.sees(*of))


def reason(code: str, words: str, longest: int) -> str:
    """Why something was closed, as it is stored: a code, and what somebody added."""
    return (code + _BETWEEN + " ".join(words.split()) if words.strip() else code)[:longest].rstrip()


def reason_of(stored: str | None, reasons: Collection[str]) -> tuple[str | None, str | None]:
    """The code and the words of a stored reason; one that was written freely is words alone."""
    if stored is None:
        return None, None
    code, _, words = stored.partition(_BETWEEN)
    return (code, words or None) if code in reasons else (None, stored)


def _note(note: Note, account_id: int, revealed: bool, now: datetime) -> NoteView:
    may_delete = note.account_id == account_id and now - note.at <= OWN_NOTE_FOR
    return NoteView(note.id, note.author, note.at, note.text if revealed else None, may_delete)
