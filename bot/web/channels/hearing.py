"""Hearing what channels brought: each message once, each person's in the order in which they wrote, whatever fails in between."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from bot.channels.providers.base import AnyProvider, LooksUp, NotUnderstoodError
from bot.conversations.taking_over import as_messages
from bot.conversations.waiting import PersonCalls
from bot.deliveries.backoff import doubled
from bot.sealing import SealingError
from bot.signs import Happening, Work, happened
from bot.store import Conversation, JsonObject, Store, Unit, UnknownConversationError
from bot.store.channels import ALL, Among, Incoming
from bot.store.clock import Clock
from bot.web.channels.calling import AwayError, Calls
from bot.web.channels.envelope import Envelopes
from bot.web.channels.putting import Putting
from bot.web.channels.working import Wakes
from bot.web.errors import ApiError, place
from bot.web.requests import LONGEST_MESSAGE, printable
from bot.web.services import known_locale, trial_number
from bot.web.turns import Turns
from bot.words import Library

_log = logging.getLogger(__name__)

CLAIMED_FOR = timedelta(minutes=2)
"""Longer than any turn takes."""
AT_ONCE = 10
SHORTEST, LONGEST = timedelta(seconds=2), timedelta(minutes=1)
TOLD_AT = 4
"""The try after which somebody is told that it takes longer: some 15 seconds."""
GIVEN_UP_AFTER = timedelta(days=1)


class Hearing:
    """Takes messages to the conversation they belong to, as any other channel does, and has the answers sent."""

    def __init__(
        self,
        providers: Mapping[str, AnyProvider],
        store: Store,
        turns: Turns,
        library: Library,
        locales: Sequence[str],
        envelopes: Envelopes,
        putting: Putting,
        calls: Calls,
        clock: Clock,
        to_send: Wakes,
        person_calls: PersonCalls,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`to_send` is set when there is something to send."""
        self._providers, self._store, self._turns, self._library = providers, store, turns, library
        self._locales, self._envelopes, self._putting, self._calls, self._clock = locales, envelopes, putting, calls, clock
        self._to_send, self._chance = to_send, chance
        self._person_calls = person_calls
        self.wake = Wakes(providers)

    async def run(self) -> None:
        """Hear for ever."""
        await self.wake.work_off(self.hear_due, "messages of channels", Work.CHANNEL_MESSAGES)

    async def hear_due(self, among: Among = ALL) -> int:
        """Hear what is due, a handful at most; how many were taken."""
        claimed = await asyncio.to_thread(self._claim, among)
        await asyncio.gather(*(self._hear(message) for message in claimed))
        return len(claimed)

    def _claim(self, among: Among) -> list[Incoming]:
        now = self._clock()
        with self._store.reading() as unit:
            due = unit.next_message_at(among)
        if due is None or due > now:
            return []
        with self._store.unit() as unit:
            return unit.claim_messages(now, now + CLAIMED_FOR, AT_ONCE, among)

    async def _hear(self, message: Incoming) -> None:
        provider = self._providers.get(message.channel)
        if provider is None:
            # It is set up no more. Should it be again, this is still here.
            await asyncio.to_thread(self._delay, message, self._clock() + CLAIMED_FOR)
            return
        try:
            await self._turn(message, provider)
        except (ApiError, AwayError, NotUnderstoodError) as problem:
            await asyncio.to_thread(self._later, message, problem.code if isinstance(problem, ApiError) else str(problem))
        except Exception as problem:
            _log.error("a message of %s waits: %s", message.channel, place(problem))
            await asyncio.to_thread(self._later, message, "failed")

    async def _turn(self, message: Incoming, provider: AnyProvider) -> None:
        heard = self._envelopes.open(message.sealed)
        if (look_up := heard.get("look_up")) and isinstance(provider, LooksUp):
            await self._calls.ask(provider.to_send)
            heard["text"] = provider.looked_up(await self._calls.make(provider.look_up(look_up)))
        conversation = await asyncio.to_thread(self._conversation, message, provider, heard)
        if conversation is None:
            return
        text = printable(heard["text"])
        if len(text) > LONGEST_MESSAGE:
            said = [self._said(conversation.locale, "too_long")]
            await asyncio.to_thread(self._finish, message, conversation, heard["address"], said, keeps_offer=True)
            return
        if not heard["opens"]:
            text = await asyncio.to_thread(self._chosen, conversation, text)
        event: Literal["open"] | None = "open" if heard["opens"] else None
        try:
            replies = await self._turns.take(conversation, message.message_id, text, event)
        except UnknownConversationError:
            # Erased between the two. What was written after it begins a new conversation, and what was written before is gone.
            conversation = await asyncio.to_thread(self._conversation, message, provider, heard)
            if conversation is None:
                return
            replies = await self._turns.take(conversation, message.message_id, text, event)
        await asyncio.to_thread(self._finish, message, conversation, heard["address"], replies)

    def _conversation(self, message: Incoming, provider: AnyProvider, heard: Mapping[str, object]) -> Conversation | None:
        """The one that the message belongs to, begun now where there is none; None where the message is erased."""
        with self._store.reading() as unit:
            found = unit.conversation_by_sender(message.channel, message.sender)
        if found is not None:
            return found
        trial, locale = heard.get("trial") or provider.config.trial, heard.get("locale") or provider.config.locale
        # Nobody else opens it: of each sender one message is heard at a time.
        with self._store.unit() as unit:
            if not unit.is_to_hear(message):
                return None
            return unit.open_conversation(
                channel=message.channel,
                sender=message.sender,
                at=self._clock(),
                trial_id=trial_number(str(trial)) if trial else None,
                locale=known_locale(str(locale) if locale else None, self._locales),
            )

    def _chosen(self, conversation: Conversation, text: str) -> str:
        with self._store.reading() as unit:
            _, offer = self._envelopes.place(unit.channel_address(conversation.id))
        return self._putting.chosen(text, offer, conversation.locale)

    def _finish(
        self,
        message: Incoming,
        conversation: Conversation,
        address: JsonObject,
        replies: Sequence[JsonObject],
        *,
        keeps_offer: bool = False,
    ) -> None:
        """What was said goes out, and the message is heard, in one transaction: a crash before it hears it again, and is told the same."""
        now = self._clock()
        with self._store.unit() as unit:
            there = _is_there(unit, conversation.id)
            name = conversation.id if there else None
            if there and (lines := unit.waiting_lines(conversation.id)):
                # Said by a person, and not brought yet: whoever was to do so went away in between.
                replies = [*as_messages(lines), *replies]
                unit.note_delivered(conversation.id, lines[-1].position)
            self._putting.send(
                unit, message.channel, message.sender, name, conversation.locale, address, replies, now, keeps_offer=keeps_offer
            )
            if there and not replies:
                # A person has the conversation: where to bring what they say is known all the same.
                _, offer = self._envelopes.place(unit.channel_address(conversation.id))
                unit.keep_address(conversation.id, self._envelopes.of_place(address, offer))
            unit.note_heard(message)
        self._to_send.set()

    def _later(self, message: Incoming, why: str) -> None:
        now = self._clock()
        if now - message.at > GIVEN_UP_AFTER:
            _log.error("a message of %s is given up after a day: %s", message.channel, why)
            happened(Happening.MESSAGE_GIVEN_UP)
            with self._store.unit() as unit:
                conversation = unit.conversation_by_sender(message.channel, message.sender)
                self._tell(unit, message, conversation, "given_up" if conversation is None else "given_up_and_called", now)
                if conversation is not None and _is_there(unit, conversation.id):
                    # Whoever looks after them learns of it: what was not read may have been urgent.
                    self._person_calls.call(unit, conversation, now)
                unit.note_heard(message)
            return
        _log.warning("%s: a message waits: %s", message.channel, why)
        wait = doubled(message.attempts, SHORTEST, LONGEST, self._chance())
        with self._store.unit() as unit:
            unit.delay_message(message, now + wait)
            if message.attempts == TOLD_AT:
                self._tell(unit, message, unit.conversation_by_sender(message.channel, message.sender), "later", now)

    def _tell(self, unit: Unit, message: Incoming, conversation: Conversation | None, key: str, now: datetime) -> None:
        """Say why there is no answer. The list that they may be answering stays; and whoever has no conversation yet is told as well."""
        if conversation is not None and not _is_there(unit, conversation.id):
            return
        try:
            address = self._envelopes.open(message.sealed)["address"]
        except SealingError:
            # Nobody knows any more where an answer would go.
            return
        config = self._providers[message.channel].config
        locale = known_locale(config.locale, self._locales) if conversation is None else conversation.locale
        name = None if conversation is None else conversation.id
        said = [self._said(locale, key)]
        self._putting.send(unit, message.channel, message.sender, name, locale, address, said, now, keeps_offer=True)
        self._to_send.set()

    def _delay(self, message: Incoming, until: datetime) -> None:
        with self._store.unit() as unit:
            unit.delay_message(message, until)

    def _said(self, locale: str, key: str) -> JsonObject:
        return {"text": str(self._library.in_locale(locale).files["channels"]["texts"][key])}


def _is_there(unit: Unit, conversation_id: str) -> bool:
    """Whether a conversation was not erased. Its lock keeps lines of a person from being brought by two at once."""
    try:
        unit.holder(conversation_id)
    except UnknownConversationError:
        return False
    return True
