"""A person of the study team takes a conversation over, writes in it, and hands it back to the bot.

What is here happens in the store, each step in one transaction: who has the conversation, what the patient is told about it,
and the audit's entry are kept together or not at all. Silencing the engine and bringing lines to the patient is for the caller,
who also makes sure that no turn is under way.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.conversations.desk import Desk, Incoming
from bot.conversations.messages import CoordinatorNoticeCustom, Message, NoticeCustom
from bot.conversations.transcripts import EngineEvents
from bot.store import Conversation, JsonObject, NewMessage, Store, Unit, UnknownConversationError
from bot.store import Message as Line
from bot.store.clock import Clock
from bot.words import Library, Words

WIDGET = "widget"
"""The channel of the site's own window, which alone has a menu."""
LONGEST = 4_000
"""Characters of a line that a coordinator writes: as many as a patient may write."""


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Who acts. `may_hand_back_all`: also what somebody else has taken over."""

    account: int
    actor: str
    may_hand_back_all: bool = False


class HeldByAnotherError(Exception):
    """Somebody else has the conversation, and nothing was changed."""


class NotHeldError(Exception):
    """The bot has the conversation, so no person can write in it."""


class TakingOver:
    """Takes over, writes and hands back, in the store."""

    def __init__(
        self, store: Store, library: Library, desk: Desk, events: EngineEvents, clock: Clock, is_pushed: Callable[[str], bool]
    ) -> None:
        """`is_pushed`: whether a channel brings lines to the patient by itself, or only with the answer to what they write next."""
        self._store, self._library, self._desk, self._events, self._clock = store, library, desk, events, clock
        self._is_pushed = is_pushed

    def take_over(self, conversation_id: str, by: Coordinator, *, instead_of: int | None = None, shown_as: str | None = None) -> bool:
        """Take it over; False where they have it already, as when the form was sent twice.

        Who takes it from somebody else has to say from whom, by `instead_of`: otherwise, or where it is meanwhile somebody
        else's, `HeldByAnotherError`.
        """
        # What the last turn said stands in the transcript before the line about who joined.
        self._events.ingest()
        now = self._clock()
        with self._store.unit() as unit:
            holder = unit.holder(conversation_id)
            if holder == by.account:
                return False
            if holder not in (None, instead_of):
                raise HeldByAnotherError
            conversation = _found(unit, conversation_id)
            unit.take_over(conversation_id, by.account, shown_as=shown_as, at=now)
            said = self._joined(conversation, shown_as, is_next=holder is not None)
            self._tell(unit, conversation_id, [said.as_json()])
            detail = None if holder is None else {"instead_of": holder}
            unit.audit(by.actor, "took_over", "conversation", conversation_id, at=now, trial_id=conversation.trial_id, detail=detail)
        return True

    def write(self, conversation_id: str, by: Coordinator, text: str, form_id: str) -> bool:
        """Say something to the patient; False where this very form was sent before.

        Raises `HeldByAnotherError` or `NotHeldError` unless they have taken the conversation over.
        """
        now = self._clock()
        with self._store.unit() as unit:
            holder = unit.holder(conversation_id)
            if holder != by.account:
                raise NotHeldError if holder is None else HeldByAnotherError
            conversation = _found(unit, conversation_id)
            line = NewMessage(
                # With the text: whoever goes back in the browser and sends something else has written something else.
                event_key=_key("coordinator", conversation_id, form_id, text),
                who="coordinator",
                text=text,
                at=now,
                data={"name": conversation.taken_over_as} if conversation.taken_over_as else None,
                author=by.account,
                delivery="waiting",
            )
            if not unit.add_messages(conversation_id, [line]):
                return False
            unit.note_answered(conversation_id, now)
            unit.touch(conversation_id, now)
            unit.audit(by.actor, "wrote", "conversation", conversation_id, at=now, trial_id=conversation.trial_id)
        return True

    def hand_back(self, conversation_id: str, by: Coordinator) -> bool:
        """Let the bot go on where it was; False where it has the conversation already.

        Raises `HeldByAnotherError` where it is somebody else's and they may not hand that back.
        """
        self._events.ingest()
        with self._store.reading() as unit:
            conversation = _found(unit, conversation_id)
        if not self._is_theirs(conversation.taken_over_by, by):
            return False
        asked: tuple[JsonObject, ...] = ()
        incoming = Incoming(conversation_id, "", None)
        if self._is_pushed(conversation.channel):
            asked = self._desk.ask_again(incoming).messages
        else:
            # They learn of it with the answer to their next message, which may still be for the person who has left. A screening
            # that stands still takes no bare yes for an answer, and puts the open question again.
            self._desk.pause(incoming)
        now = self._clock()
        with self._store.unit() as unit:
            holder = unit.holder(conversation_id)
            if not self._is_theirs(holder, by):
                return False
            unit.hand_back(conversation_id, now)
            told = Message(text=self._words(conversation).text("handed_back"), custom=NoticeCustom(code="handed_back"))
            self._tell(unit, conversation_id, [told.as_json(), *asked])
            detail = None if holder == by.account else {"held_by": holder}
            unit.audit(by.actor, "handed_back", "conversation", conversation_id, at=now, trial_id=conversation.trial_id, detail=detail)
        return True

    @staticmethod
    def _is_theirs(holder: int | None, by: Coordinator) -> bool:
        if holder not in (None, by.account) and not by.may_hand_back_all:
            raise HeldByAnotherError
        return holder is not None

    def _joined(self, conversation: Conversation, shown_as: str | None, *, is_next: bool) -> Message:
        words = self._words(conversation)
        who = words.text("person_named", name=shown_as) if shown_as else words.text("person_unnamed")
        erasing = "joined_erase_menu" if conversation.channel == WIDGET else "joined_erase_say"
        text = words.text("joined_next", who=who) if is_next else f"{words.text('joined', who=who)} {words.text(erasing)}"
        return Message(text=text, custom=CoordinatorNoticeCustom(code="joined", name=shown_as))

    def _words(self, conversation: Conversation) -> Words:
        return self._library.in_locale(conversation.locale)

    def _tell(self, unit: Unit, conversation_id: str, messages: list[JsonObject]) -> None:
        """Add lines that the engine knows nothing of."""
        now = self._clock()
        lines = [
            NewMessage(
                event_key=secrets.token_hex(32),
                who="bot",
                text=str(message.get("text", "")),
                at=now,
                data={part: message[part] for part in ("buttons", "custom") if message.get(part)} or None,
                delivery="waiting",
            )
            for message in messages
        ]
        unit.add_messages(conversation_id, lines)


def as_messages(lines: list[Line]) -> list[JsonObject]:
    """Lines that were waiting, as a channel receives them."""
    return [_as_message(line) for line in lines]


def _as_message(line: Line) -> JsonObject:
    data = line.data or {}
    if line.who != "coordinator":
        return {"text": line.text} | data
    return Message(text=line.text, custom=CoordinatorNoticeCustom(code="coordinator", name=data.get("name"))).as_json()


def while_taken_over(words: Words) -> JsonObject:
    """What answers a message where a person has taken over and no line can be brought to the patient by itself."""
    return Message(text=words.text("person_answers"), custom=NoticeCustom(code="paused")).as_json()


def _found(unit: Unit, conversation_id: str) -> Conversation:
    conversation = unit.conversation(conversation_id)
    if conversation is None:
        raise UnknownConversationError(conversation_id)
    return conversation


def _key(*parts: str) -> str:
    return hashlib.sha256(":".join(parts).encode("utf-8", "replace")).hexdigest()
