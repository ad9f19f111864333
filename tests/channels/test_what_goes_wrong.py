"""What fails on the way is told to the person, and seen by whoever looks after them; nothing of it takes another's place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.accounts.roles import Role
from bot.channels.providers.base import Answered, NotUnderstoodError
from bot.channels.providers.google_chat import GoogleChatConfig
from bot.channels.providers.slack import SlackConfig
from bot.channels.providers.telegram import Telegram, TelegramConfig
from bot.channels.providers.twilio import TwilioConfig
from bot.channels.providers.webex import Webex
from bot.channels.providers.webhook import WebhookConfig
from bot.conversations.erasing import erase
from bot.sealing import SealingError
from bot.store.channels import Channels, Incoming
from bot.web.channels import hearing
from bot.web.channels.envelope import Envelopes
from bot.web.errors import engine_away
from bot.web.turns import Turns
from tests.channels.conftest import Line
from tests.channels.test_conformance import begun, settled
from tests.fakes.providers.telegram import FakeTelegram
from tests.fakes.providers.twilio import FakeTwilioSms
from tests.fakes.providers.webex import FakeWebex

SMS = pytest.mark.parametrize("fake", [FakeTwilioSms], indirect=True, ids=["twilio_sms"])
TELEGRAM = pytest.mark.parametrize("fake", [FakeTelegram], indirect=True, ids=["telegram"])


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried soon."""
    monkeypatch.setattr(hearing, "SHORTEST", timedelta(milliseconds=20))
    monkeypatch.setattr(hearing, "LONGEST", timedelta(milliseconds=40))


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the engine is."""
    take, is_away = Turns.take, [False]

    async def maybe(self: Turns, *args: Any, **named: Any) -> Any:
        if is_away[0]:
            raise engine_away()
        return await take(self, *args, **named)

    monkeypatch.setattr(Turns, "take", maybe)
    return is_away


@SMS
async def test_a_number_chosen_while_the_engine_is_away_still_chooses_from_its_list(line: Line, away: list[bool]) -> None:
    phone = line.provider
    await phone.write("hello")
    asked = await phone.see("Is it okay if I ask you some questions about your health?")
    assert "1. Yes, go ahead" in asked.text
    await settled(line)
    away[0] = True
    await phone.write("1")
    await phone.see("I cannot answer right now.")
    away[0] = False
    await phone.see("What illness are you looking for a trial about?")


@TELEGRAM
async def test_who_has_no_conversation_yet_is_told_as_well(line: Line, away: list[bool]) -> None:
    away[0] = True
    await line.provider.write("hello")
    await line.provider.see("I cannot answer right now.")
    away[0] = False
    await line.provider.see("Is it okay if I ask you some questions about your health?")


@TELEGRAM
async def test_a_message_that_is_given_up_is_said_to_be_and_a_person_is_called(
    line: Line, away: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = line.provider
    await begun(line)
    await settled(line)
    monkeypatch.setattr(hearing, "GIVEN_UP_AFTER", timedelta(milliseconds=300))
    away[0] = True
    await phone.write("my chest hurts")
    told = await phone.see("Please send it again.")
    assert "The study team can see that you are waiting." in told.text
    assert "In an emergency, call your local emergency number." in told.text
    with line.house.store.reading() as unit:
        conversation = unit.conversation(line.conversation)
    assert conversation is not None
    assert conversation.waiting_since is not None


@pytest.mark.parametrize("fake", [FakeWebex], indirect=True, ids=["webex"])
async def test_where_nobody_can_be_called_nobody_is_said_to_know(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(self: Webex, answered: Answered) -> str:
        raise NotUnderstoodError("a message cannot be read: answered 401")

    # Their first words never come, so there is no conversation yet.
    monkeypatch.setattr(Webex, "looked_up", cannot)
    monkeypatch.setattr(hearing, "GIVEN_UP_AFTER", timedelta(milliseconds=300))
    await line.provider.write("hello")
    told = await line.provider.see("Please send it again.")
    assert "study team" not in told.text


@TELEGRAM
async def test_what_no_key_opens_any_more_is_given_up_in_the_end(line: Line, away: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    def opens_nothing(self: Envelopes, sealed: str) -> dict[str, Any]:
        raise SealingError("no key")

    monkeypatch.setattr(hearing, "GIVEN_UP_AFTER", timedelta(milliseconds=300))
    monkeypatch.setattr(Envelopes, "open", opens_nothing)
    await line.provider.write("hello")
    await settled(line)
    assert line.provider.shown == []


@TELEGRAM
async def test_what_waits_while_it_is_erased_begins_nothing_anew(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = line.provider
    await begun(line)
    await settled(line)
    line.house.account(Role.COORDINATOR)
    claim, erased = Channels.claim_messages, []

    def and_erase(self: Channels, *args: Any) -> list[Incoming]:
        claimed = claim(self, *args)
        if claimed and not erased:
            erased.append(line.conversation)
        return claimed

    take = Turns.take

    async def after_an_erasure(self: Turns, conversation: Any, *args: Any, **named: Any) -> Any:
        if erased and erased[0] == conversation.id:
            with line.house.store.unit() as unit:
                erase(unit, conversation.id, by="patient", at=line.house.clock())
        return await take(self, conversation, *args, **named)

    monkeypatch.setattr(Channels, "claim_messages", and_erase)
    monkeypatch.setattr(Turns, "take", after_an_erasure)
    await phone.write("melanoma")
    await settled(line)
    with line.house.store.reading() as unit:
        assert unit.count_conversations() == 0


@TELEGRAM
async def test_an_answer_that_cannot_be_made_keeps_nothing_waiting_for_ever(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.channels.sending.SHORTEST", timedelta(milliseconds=20))
    monkeypatch.setattr("bot.web.channels.sending.LONGEST", timedelta(milliseconds=20))
    monkeypatch.setattr("bot.web.channels.sending.MOST_TRIES", 2)
    call, poison = Telegram.call, []

    def maybe(self: Telegram, address: Any, piece: Any, *args: Any) -> Any:
        if not poison or piece.text == poison[0]:
            poison.append(piece.text)
            raise KeyError("chat_id")
        return call(self, address, piece, *args)

    monkeypatch.setattr(Telegram, "call", maybe)
    await line.provider.write("hello")
    await line.provider.see("Is it okay if I ask you some questions about your health?")
    assert len(poison) >= 2


@pytest.mark.parametrize(
    ("shape", "given"),
    [
        (TwilioConfig, {"account_sid": "zzAC" + "0" * 32, "auth_token": "x" * 32, "number": "+15005550006"}),
        (TwilioConfig, {"account_sid": "AC" + "0" * 32, "auth_token": "x" * 32, "number": "+15005550006 or so"}),
        (TelegramConfig, {"token": "bot 123456:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K", "secret": "x" * 32}),
        (TelegramConfig, {"token": "123456:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K", "secret": "x" * 32, "trial": "NCT061410700"}),
        (SlackConfig, {"bot_token": "my xoxb-1234567890123", "signing_secret": "x" * 32}),
        (WebhookConfig, {"reply_url": "https://host.example:99999/answers", "secret": "x" * 32}),
        (GoogleChatConfig, {"project_number": "my-project-1234", "client_email": "a@b.example", "private_key": "x"}),
    ],
)
def test_a_setting_has_to_be_as_expected_from_end_to_end(shape: Any, given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        shape.model_validate(given)
