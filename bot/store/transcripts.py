"""The lines of transcripts, and how far the engine's events have been read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.records import Message, NewMessage
from bot.store.search_words import SEARCHED, SearchWords
from bot.store.tables import IngestPositionRow, MessageRow


class Transcripts(SearchWords):
    """The transcripts of a unit of work."""

    def add_messages(self, conversation_id: str, messages: Sequence[NewMessage]) -> int:
        """Add lines after those that are there, leaving out any whose event was added before; says how many were added."""
        conversation = self._locked(conversation_id)
        keys = [message.event_key for message in messages]
        known = set(self._session.scalars(select(MessageRow.event_key).where(MessageRow.event_key.in_(keys))))
        position = self._session.scalar(select(func.max(MessageRow.position)).where(MessageRow.conversation_id == conversation_id))
        number = 0 if position is None else position + 1
        added = 0
        said: list[str] = []
        for message in messages:
            if message.event_key in known:
                continue
            known.add(message.event_key)
            self._session.add(
                MessageRow(
                    event_key=message.event_key,
                    conversation_id=conversation_id,
                    position=number + added,
                    who=message.who,
                    text=message.text,
                    data=message.data,
                    intent=message.intent,
                    confidence=message.confidence,
                    message_id=message.message_id,
                    shown=message.shown,
                    at=message.at,
                    author=message.author,
                    delivery=message.delivery,
                )
            )
            added += 1
            if message.shown and message.who in SEARCHED:
                said.append(message.text)
        if added:
            self._note_change(conversation, max(message.at for message in messages))
        self._session.flush()
        self.add_search_words(conversation_id, said)
        return added

    def knows_event(self, event_key: str) -> bool:
        """Whether the line of that event was added before."""
        return self._session.get(MessageRow, event_key) is not None

    def messages(self, conversation_id: str) -> list[Message]:
        """The transcript as a person reads it, first line first."""
        rows = self._session.scalars(
            select(MessageRow)
            .where(MessageRow.conversation_id == conversation_id, MessageRow.shown.is_(True))
            .order_by(MessageRow.position)
        )
        return [message_of(row) for row in rows]

    def latest_patient_message(self, conversation_id: str, message_id: str | None = None) -> Message | None:
        """The last thing that came from the patient, shown or not; or the first that carries this message id."""
        query = select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.who == "patient")
        if message_id is None:
            query = query.order_by(MessageRow.position.desc())
        else:
            query = query.where(MessageRow.message_id == message_id).order_by(MessageRow.position)
        row = self._session.scalars(query.limit(1)).one_or_none()
        return None if row is None else message_of(row)

    def replies_to(self, conversation_id: str, message_id: str) -> list[Message]:
        """What the bot said in one turn."""
        rows = self._session.scalars(
            select(MessageRow)
            .where(
                MessageRow.conversation_id == conversation_id,
                MessageRow.message_id == message_id,
                MessageRow.who == "bot",
                MessageRow.shown.is_(True),
            )
            .order_by(MessageRow.position)
        )
        return [message_of(row) for row in rows]

    def hide_replies(self, conversation_id: str, message_id: str) -> None:
        """The turn is being handled again, so its earlier replies, which never arrived, are no part of what was read."""
        self._session.execute(
            update(MessageRow)
            .where(
                MessageRow.conversation_id == conversation_id,
                MessageRow.message_id == message_id,
                MessageRow.who == "bot",
            )
            .values(shown=False)
        )

    def offers(self, conversation_id: str) -> Iterator[Message]:
        """The bot's lines that carry more than text, latest first."""
        rows = self._session.scalars(
            select(MessageRow)
            .where(MessageRow.conversation_id == conversation_id, MessageRow.who == "bot", MessageRow.data.is_not(None))
            .order_by(MessageRow.position.desc())
        )
        return (message_of(row) for row in rows)

    def ingest_position(self, source: str) -> int:
        """The last event read from a source, 0 before the first."""
        row = self._session.get(IngestPositionRow, source)
        return 0 if row is None else row.position

    def hold_ingest_position(self, source: str) -> int:
        """The same, and nobody else reads on from there until the transaction ends."""
        query = select(IngestPositionRow).where(IngestPositionRow.source == source).with_for_update()
        row = self._session.scalars(query).one_or_none()
        if row is None:
            try:
                with self._session.begin_nested():
                    self._session.add(IngestPositionRow(source=source, position=0))
            except IntegrityError:
                pass  # another process was first; now there is a row to wait for
            row = self._session.scalars(query).one()
        return row.position

    def move_ingest_position(self, source: str, position: int) -> None:
        """Note the last event read."""
        self._session.get_one(IngestPositionRow, source).position = position
        self._session.flush()


def message_of(row: MessageRow) -> Message:
    """A row as the store hands it out."""
    return Message(
        conversation_id=row.conversation_id,
        event_key=row.event_key,
        position=row.position,
        who=row.who,  # type: ignore[arg-type]  # a check constraint keeps it to these
        text=row.text,
        data=row.data,
        intent=row.intent,
        confidence=row.confidence,
        message_id=row.message_id,
        shown=row.shown,
        at=row.at,
        author=row.author,
        delivery=row.delivery,  # type: ignore[arg-type]  # a check constraint keeps it to these
    )
