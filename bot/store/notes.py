"""What the study team adds to a conversation: notes, what a misread message meant; and what of it a session may see unmasked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.engine import CursorResult

from bot.store.console_tables import AccountRow, MisreadingRow, NoteRow
from bot.store.part import Part
from bot.store.records import FlaggedMessage, JsonObject, Misreading, Note
from bot.store.tables import ConversationRow, MessageRow

_AT_ONCE = 1_000


class Notes(Part):
    """Notes, misreadings and reveals, in a unit of work."""

    # -- notes

    def add_note(self, conversation_id: str, account_id: int, text: str, at: datetime) -> int:
        """Add a note; its id."""
        conversation = self._locked(conversation_id)
        row = NoteRow(conversation_id=conversation_id, account_id=account_id, text=text, at=at)
        self._session.add(row)
        self._note_change(conversation, at)
        self._session.flush()
        return row.id

    def notes(self, conversation_id: str) -> list[Note]:
        """The notes of a conversation with their authors' names, oldest first."""
        rows = (
            select(NoteRow, AccountRow.name)
            .join(AccountRow, AccountRow.id == NoteRow.account_id)
            .where(NoteRow.conversation_id == conversation_id)
            .order_by(NoteRow.id)
        )
        return [Note(row.id, row.conversation_id, row.account_id, author, row.text, row.at) for row, author in self._session.execute(rows)]

    def delete_note(self, conversation_id: str, note_id: int, account_id: int, *, written_since: datetime, at: datetime) -> bool:
        """Remove a note of one's own that was written at a moment or later; False where there is no such note."""
        conversation = self._locked(conversation_id)
        gone = self._session.execute(
            delete(NoteRow).where(
                NoteRow.id == note_id,
                NoteRow.conversation_id == conversation_id,
                NoteRow.account_id == account_id,
                NoteRow.at >= written_since,
            )
        )
        if not (isinstance(gone, CursorResult) and gone.rowcount):
            return False
        self._note_change(conversation, at)
        self._session.flush()
        return True

    # -- misreadings

    def flag_misreading(
        self, conversation_id: str, position: int, account_id: int, *, attribute: str | None, meant: JsonObject, at: datetime
    ) -> bool:
        """Keep what a message of the patient meant, in place of what was kept before; False where there is no such message."""
        conversation = self._locked(conversation_id)
        key = self._session.scalar(
            select(MessageRow.event_key).where(
                MessageRow.conversation_id == conversation_id,
                MessageRow.position == position,
                MessageRow.who == "patient",
                MessageRow.shown.is_(True),
            )
        )
        if key is None:
            return False
        row = self._session.scalars(select(MisreadingRow).where(MisreadingRow.event_key == key)).one_or_none()
        if row is None:
            row = MisreadingRow(conversation_id=conversation_id, event_key=key)
            self._session.add(row)
        row.account_id, row.attribute, row.meant, row.at = account_id, attribute, meant, at
        self._note_change(conversation, at)
        self._session.flush()
        return True

    def withdraw_misreading(self, conversation_id: str, position: int, at: datetime) -> bool:
        """Take back that a message was misread; False where nobody had said so."""
        conversation = self._locked(conversation_id)
        key = select(MessageRow.event_key).where(MessageRow.conversation_id == conversation_id, MessageRow.position == position)
        gone = self._session.execute(
            delete(MisreadingRow)
            .where(MisreadingRow.conversation_id == conversation_id, MisreadingRow.event_key.in_(key))
            .execution_options(synchronize_session=False)
        )
        if not (isinstance(gone, CursorResult) and gone.rowcount):
            return False
        self._note_change(conversation, at)
        self._session.flush()
        return True

    def misreadings(self, conversation_id: str) -> dict[int, Misreading]:
        """What messages of a conversation meant that were misread, by the position of the message."""
        rows = (
            select(MisreadingRow, AccountRow.name, MessageRow.position)
            .join(AccountRow, AccountRow.id == MisreadingRow.account_id)
            .join(MessageRow, MessageRow.event_key == MisreadingRow.event_key)
            .where(MisreadingRow.conversation_id == conversation_id)
        )
        return {position: _misreading(row, author) for row, author, position in self._session.execute(rows)}

    def flagged_messages(self) -> Iterator[FlaggedMessage]:
        """Every message that was flagged as misread, in the order of the flags, with the language it was written in."""
        rows = (
            select(MisreadingRow.id, MisreadingRow.attribute, MisreadingRow.meant, MessageRow.text, ConversationRow.locale)
            .join(MessageRow, MessageRow.event_key == MisreadingRow.event_key)
            .join(ConversationRow, ConversationRow.id == MisreadingRow.conversation_id)
            .order_by(MisreadingRow.id)
        )
        for number, attribute, meant, text, locale in self._session.execute(rows.execution_options(yield_per=_AT_ONCE)):
            yield FlaggedMessage(number, text, locale, attribute, meant)


def _misreading(row: MisreadingRow, author: str) -> Misreading:
    return Misreading(row.id, row.conversation_id, row.event_key, row.account_id, author, row.attribute, row.meant, row.at)
