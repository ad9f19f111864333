"""A conversation that has a row in every table that can have one of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import insert

from bot.accounts.roles import Role
from bot.deliveries.events import note_event
from bot.store import Event, NewMessage
from bot.store.channel_tables import ChannelAddressRow, ChannelFailureRow, ChannelReplyRow
from bot.store.console_tables import (
    ContactRequestRow,
    DeliveryRow,
    DeliveryTargetRow,
    MisreadingRow,
    NoteRow,
    RevealRow,
    TagRow,
)
from tests.console.house import TRIAL, House

WORDS = ("zebrafish", "Petronella", "496-0000", "quokkatag", "wombatnote", "numbatmeant", "dingobody")
"""What the patient wrote, a name, a number, a tag, a note, what a message meant, and what was to be sent."""


class EngineFiles(Protocol):
    """The engine's two files, as far as a conversation is written into them."""

    def track(self, conversation: str, *texts: str) -> None:
        """Write events into the tracker."""

    def publish(self, conversation: str, *texts: str) -> None:
        """Write events on their way to the transcript."""


def with_everything(house: House, files: EngineFiles | None = None) -> str:
    """A conversation that has a row in every table that can have one of it; its id."""
    conversation = house.conversation("yes", "I am 61 and my zebrafish is called Petronella, 496-0000")
    account = house.account(Role.COORDINATOR)
    now = house.clock()
    with house.store.unit() as unit:
        session = unit.open_account_session(
            account.id, token_hash=conversation, browser="b", at=now, expires_at=now + timedelta(hours=1), complete=True
        )
        screening = unit.current_screening(conversation)
        assert screening is not None
        unit.add_answer(screening.id, attribute="condition", state="known", value=["zebrafish"], said="zebrafish", at=now)
        unit.add_verdict(screening.id, trial_id=TRIAL, verdict="possible", at=now, detail={"said": "zebrafish"})
        unit.add_handoff(conversation, reason="asked", at=now, detail={"said": "zebrafish"})
        unit.add_messages(conversation, [NewMessage("the-event", "coordinator", "Dear Petronella", now, author=account.id)])
        unit.begin_turn(conversation, "kept", now)
        unit.finish_turn(conversation, "kept", [{"text": "zebrafish"}], now)
        unit.note_unread(conversation, "age")
        note_event(unit, Event.HANDOFF_CREATED, thing="7", conversation_id=conversation, trial_id=TRIAL, at=now)
        _add_rows(unit._session, conversation, screening.id, account.id, session.id, now)
    if files is not None:
        files.track(conversation, "I am zebrafish", "Petronella")
        files.publish(conversation, "zebrafish 496-0000")
    return conversation


def _add_rows(session: Any, conversation: str, screening: int, account: int, session_id: int, now: Any) -> None:
    of: dict[str, Any] = {"conversation_id": conversation}
    session.execute(insert(NoteRow).values(**of, account_id=account, text="wombatnote", at=now))
    session.execute(insert(TagRow).values(**of, tag="quokkatag"))
    session.execute(insert(RevealRow).values(**of, session_id=session_id, what="answers", until=now + timedelta(minutes=5)))
    meant = {"value": "numbatmeant"}
    session.execute(insert(MisreadingRow).values(**of, event_key="the-event", account_id=account, meant=meant, at=now))
    session.execute(insert(ChannelAddressRow).values(**of, sealed="zebrafish's number"))
    sent = {"channel": "telegram", "sender": "s", "key": "k", "sealed": "zebrafish", "attempts": 0, "next_at": now, "at": now}
    session.execute(insert(ChannelReplyRow).values(**of, **sent))
    gone = {"channel": "telegram", "why": "answered 403", "attempts": 1, "said_at": now, "at": now, "settled": False}
    session.execute(insert(ChannelFailureRow).values(**of, **gone))
    contact = {"trial_id": TRIAL, "sealed": "Petronella 496-0000", "text_version": "1", "text_hash": "h"}
    session.execute(insert(ContactRequestRow).values(**of, screening_id=screening, site=None, at=now, **contact))
    target = session.scalar(
        insert(DeliveryTargetRow).values(kind="mail", address="a@example.org", active=True, created_at=now).returning(DeliveryTargetRow.id)
    )
    for done in (True, False):
        outcome = "delivered" if done else "waiting"
        fields = {"key": "k", "event": "handoff.created", "body": {"is": "dingobody"}, "created_at": now, "next_at": now, "attempts": 0}
        session.execute(insert(DeliveryRow).values(**of, target_id=target, outcome=outcome, done=done, **fields))
