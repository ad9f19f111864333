"""Whatever comes to a channel's webhook, signed or not, is taken or refused by one of the two refusals that there are."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.providers.base import AnyProvider, Arrived, ForgedError, NotUnderstoodError
from bot.channels.providers.tokens import SigningKeys
from tests.channels.conftest import ALL
from tests.channels.test_what_else_newer_providers_send import answered
from tests.console.house import House
from tests.fakes.providers.base import FakeProvider, Sent
from tests.fakes.providers.tokens import published
from tests.fuzzing.anything import BODY, JSON, PLANTED, TEXT, holds
from tests.fuzzing.conftest import FUZZED
from tests.security.channels import set_up

NAMES = sorted(fake.name for fake in ALL)


@pytest.fixture
def providers(tmp_path: Path, fakes: dict[str, FakeProvider]) -> dict[str, AnyProvider]:
    """All of them, with the keys that they would have fetched."""
    found = dict(set_up(tmp_path, fakes).providers)
    for name, provider in found.items():
        for ask in provider.to_receive:
            if isinstance(ask, SigningKeys):
                key = getattr(fakes[name], "key")  # noqa: B009 - of those whose requests are signed with one
                ask.learn(answered(published(key, endorsements=["msteams", "webchat"])), datetime.now(UTC))
    return found


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything inside."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [way for key, value in inside for way in ((*path, key), *places(value, (*path, key)))]


def spoilt(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The same with something else in one place."""
    here = data
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return data


def signed(fake: FakeProvider, sent: Sent) -> Sent:
    """As the provider signs it, which can sign nothing but what it could write; the rest comes as strangers send it."""
    try:
        return fake.signed_anew(sent)
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return sent


def some(fake: FakeProvider) -> list[Sent]:
    """What it sends when somebody writes, presses a button, or sends a picture, where it has such."""
    found = [fake.text("hello")]
    with contextlib.suppress(KeyError, AssertionError):
        found.append(fake.press("Yes", "/affirm"))
    picture = fake.picture()
    return [*found, picture] if picture is not None else found


def receives(provider: AnyProvider, fake: FakeProvider, sent: Sent) -> None:
    arrived = Arrived(
        method="POST",
        url=f"https://trials.example.org/webhooks/{provider.name}/webhook{sent.query}",
        headers={name.lower(): value for name, value in sent.headers.items()},
        query={},
        body=sent.body,
        at=datetime.now(UTC),
    )
    try:
        received = provider.receive(arrived)
    except (ForgedError, NotUnderstoodError) as refused:
        why = str(refused)
    else:
        why = ""
    assert PLANTED not in why
    if why:
        return
    for heard in received.heard:
        # What is kept has to be JSON, of texts that can be written down.
        json.dumps({"address": heard.address, "text": heard.text}, ensure_ascii=False).encode("utf-8", "surrogatepass")
        assert isinstance(heard.sender, str)
        assert isinstance(heard.order, int)


@FUZZED
@given(body=BODY)
@pytest.mark.parametrize("name", NAMES)
def test_any_body_that_is_signed(providers: dict[str, AnyProvider], fakes: dict[str, FakeProvider], name: str, body: bytes) -> None:
    fake = fakes[name]
    receives(providers[name], fake, signed(fake, Sent(body, fake.text("hello").headers)))


@FUZZED
@given(data=st.data())
@pytest.mark.parametrize("name", NAMES)
def test_anything_in_any_place_of_what_it_sends(
    providers: dict[str, AnyProvider], fakes: dict[str, FakeProvider], name: str, data: st.DataObject
) -> None:
    fake = fakes[name]
    sent = data.draw(st.sampled_from(some(fake)))
    try:
        given = json.loads(sent.body)
    except ValueError:
        # A form, whose fields are texts.
        body = sent.body + b"&" + data.draw(TEXT).encode("utf-8", "replace")
    else:
        body = json.dumps(spoilt(given, data.draw(st.sampled_from(places(given))), data.draw(JSON))).encode()
    receives(providers[name], fake, signed(fake, Sent(body, sent.headers, sent.query)))


@FUZZED
@given(
    body=BODY,
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"]),
)
# Where nobody gives the keys that these sign with, they are asked to come again (tests/channels/test_keys_and_tokens.py).
@pytest.mark.parametrize("name", sorted({*NAMES} - {"botframework", "google_chat"}))
async def test_any_body_at_its_door(
    house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, name: str, body: bytes, kind: str
) -> None:
    async with session.post(f"/webhooks/{name}/webhook", data=body, headers={"Content-Type": kind}) as answer:
        await holds(answer, caplog)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_spoilt_is_heard(providers: dict[str, AnyProvider], fakes: dict[str, FakeProvider], name: str) -> None:
    """The other tests would see nothing if all of it were refused at the door."""
    fake = fakes[name]
    sent = fake.text("hello")
    sent = signed(fake, sent)
    arrived = Arrived(
        "POST",
        f"https://trials.example.org/webhooks/{name}/webhook{sent.query}",
        {key.lower(): value for key, value in sent.headers.items()},
        {},
        sent.body,
        datetime.now(UTC),
    )
    assert providers[name].receive(arrived).heard
