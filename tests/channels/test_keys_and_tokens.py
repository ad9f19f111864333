"""Keys that providers sign with, and tokens that they give: fetched when needed and no more often, kept while nobody gives others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.providers.base import ForgedError, NotUnderstoodError
from bot.channels.providers.tokens import AccessToken, SigningKeys
from bot.web.channels.assembly import HEARING
from tests.channels.conftest import Line
from tests.channels.test_what_else_newer_providers_send import answered, teams
from tests.fakes.providers.base import FakeProvider
from tests.fakes.providers.botframework import FakeBotFramework
from tests.fakes.providers.google_chat import FakeGoogleChat
from tests.fakes.providers.tokens import published

ASKS = "Is it okay if I ask you some questions about your health?"
SIGNED_BY_TOKENS: tuple[type[FakeProvider], ...] = (FakeBotFramework, FakeGoogleChat)


def test_a_key_that_is_new_is_fetched_but_not_more_often_than_every_ten_minutes_whoever_signs() -> None:
    keys = SigningKeys("https://keys.example/jwk")
    fake, now = FakeGoogleChat(), datetime.now(UTC)

    def signed_by(name: str, at: datetime) -> Mapping[str, Any]:
        header = fake.sent({}, at=at.timestamp(), name=name).headers["Authorization"]
        return keys.claims(header, at, issuer="chat@system.gserviceaccount.com", audience="123456789012")[0]

    keys.learn(answered(published("old")), now)
    assert signed_by("old", now)
    for minutes in (1, 5, 9):
        with pytest.raises(ForgedError):
            signed_by("chat", now + timedelta(minutes=minutes))
        assert keys.call(now + timedelta(minutes=minutes)) is None, "a stranger could have them fetched at each request"
    later = now + timedelta(minutes=10)
    call = keys.call(later)
    assert call is not None
    assert call.url == "https://keys.example/jwk"
    keys.learn(answered(published("chat")), later)
    assert signed_by("chat", later)
    with pytest.raises(ForgedError):
        signed_by("old", later)
    assert keys.call(later + timedelta(minutes=9)) is None


def test_keys_are_fetched_anew_each_day_and_the_old_ones_are_good_for_some_while_nobody_gives_others() -> None:
    keys, now = SigningKeys("https://keys.example/jwk"), datetime.now(UTC)
    assert not keys.missed(now), "without any keys nothing can be checked"
    keys.learn(answered(published("chat")), now)
    assert keys.call(now + timedelta(hours=23)) is None
    tomorrow = now + timedelta(hours=24)
    assert keys.call(tomorrow) is not None
    assert keys.missed(tomorrow)
    assert keys.call(tomorrow + timedelta(minutes=9)) is None
    assert keys.call(tomorrow + timedelta(minutes=10)) is not None
    assert not keys.missed(now + timedelta(hours=72))
    assert keys.call(now + timedelta(hours=72, minutes=1)) is not None


@pytest.mark.parametrize(
    ("data", "status"),
    [({}, 200), ({"keys": "x"}, 200), ({"keys": ["x"]}, 200), ({"keys": [{"kty": "RSA"}]}, 200), ({"keys": []}, 500)],
    ids=["nothing", "no list", "no objects", "no key", "a failure"],
)
def test_what_is_no_set_of_keys_is_not_learned(data: dict[str, Any], status: int) -> None:
    keys = SigningKeys("https://keys.example/jwk")
    with pytest.raises(NotUnderstoodError, match=f"no keys were given: answered {status}"):
        keys.learn(answered(data, status), datetime.now(UTC))
    assert keys.call(datetime.now(UTC)) is not None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 200),
        ({"access_token": ""}, 200),
        ({"access_token": 7}, 200),
        ({"error": "invalid_client"}, 401),
        ({"error": ["a secret"]}, 400),
    ],
    ids=["nothing", "empty", "a number", "refused", "strange"],
)
def test_what_is_no_token_is_not_learned_and_says_why(data: dict[str, Any], status: int) -> None:
    token = AccessToken(lambda now: teams()[1]._asks_for_a_token(now))
    with pytest.raises(NotUnderstoodError, match=rf"^no token was given: answered {status}(?: invalid_client)?$"):
        token.learn(answered(data, status), datetime.now(UTC))
    assert token.call(datetime.now(UTC)) is not None


def test_a_token_is_renewed_before_it_ends() -> None:
    token, now = AccessToken(lambda now: teams()[1]._asks_for_a_token(now)), datetime.now(UTC)
    token.learn(answered({"access_token": "t", "expires_in": 3600}), now)
    assert token.header == {"Authorization": "Bearer t"}
    assert token.call(now + timedelta(minutes=54)) is None
    assert token.call(now + timedelta(minutes=55)) is not None


@pytest.mark.parametrize("fake", SIGNED_BY_TOKENS, indirect=True, ids=lambda fake: fake.name)
async def test_a_message_signed_with_a_key_that_is_new_is_heard_at_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = line.provider
    assert isinstance(phone, FakeBotFramework | FakeGoogleChat)
    await phone.write("hello")
    await phone.see(ASKS)
    phone.key = "the next one"
    # Ten minutes have not passed: it is refused, and nothing is fetched.
    fetched = _fetched(phone)
    assert await phone.deliver(phone.text("yes")) == 401
    assert _fetched(phone) == fetched
    monkeypatch.setattr("bot.channels.providers.tokens._ASKED_AGAIN", timedelta(0))
    await phone.write("yes")
    await phone.see("What illness are you looking for a trial about?")
    assert _fetched(phone) > fetched


def _fetched(phone: FakeProvider) -> int:
    return sum(asked.method == "GET" for asked in phone.asked)


@pytest.mark.parametrize("fake", SIGNED_BY_TOKENS, indirect=True, ids=lambda fake: fake.name)
async def test_while_the_keys_are_away_a_message_is_asked_for_again_and_then_heard(line: Line) -> None:
    phone = line.provider
    assert isinstance(phone, FakeBotFramework | FakeGoogleChat)
    phone.keys_away = True
    sent = phone.text("hello")
    assert await phone.deliver(sent) == 503
    assert json.loads(phone.answered)["error"]["code"] == "channel_away"
    assert await phone.deliver(sent) == 503
    phone.keys_away = False
    assert await phone.deliver(sent) == 200
    await phone.see(ASKS)


@pytest.mark.parametrize("fake", SIGNED_BY_TOKENS, indirect=True, ids=lambda fake: fake.name)
async def test_keys_that_are_away_for_a_while_keep_nobody_out(line: Line) -> None:
    phone = line.provider
    assert isinstance(phone, FakeBotFramework | FakeGoogleChat)
    await phone.write("hello")
    await phone.see(ASKS)
    phone.keys_away = True
    # A day has passed.
    (keys,) = line.house.app[HEARING]._providers[phone.name].to_receive
    assert isinstance(keys, SigningKeys)
    assert keys._at is not None
    keys._at = keys._tried = keys._at - timedelta(days=1)
    fetched = _fetched(phone)
    await phone.write("yes")
    await phone.see("What illness are you looking for a trial about?")
    await phone.write("non small cell lung cancer")
    await phone.see("How old are you?")
    assert _fetched(phone) == fetched + 1, "they are not asked for at each message"


@pytest.mark.parametrize("fake", SIGNED_BY_TOKENS, indirect=True, ids=lambda fake: fake.name)
async def test_where_a_token_is_refused_another_is_asked_for_and_the_answer_arrives(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.channels.sending.SHORTEST", timedelta(milliseconds=50))
    phone = line.provider
    assert isinstance(phone, FakeBotFramework | FakeGoogleChat)
    await phone.write("hello")
    await phone.see(ASKS)
    # The one that the app has is good no more.
    before = phone.tokens
    phone.tokens += 1
    await phone.write("yes")
    await phone.see("What illness are you looking for a trial about?")
    assert phone.tokens == before + 2
    texts = [one.text for one in phone.shown]
    assert len(texts) == len(set(texts))
