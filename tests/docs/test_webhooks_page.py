"""What docs/webhooks.md shows is what is sent, and the code that it gives to receivers tells ours from anybody else's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.accounts.roles import Role
from bot.conversations.erasing import PATIENT, Erasures
from bot.deliveries.webhooks import Webhooks, body_of
from bot.settings import PROJECT
from bot.store import Event
from bot.store.event_names import CHOICES, FED
from bot.web.outbox import OUTBOX
from tests.api.conftest import Programs, program
from tests.console.asking import FILLED, FITS, finished, path_of, shown_in
from tests.console.conftest import OpenHouse, SignIn, house, library, migrated_store, open_house, sign_in, stranger
from tests.console.house import TRIAL, Guest, House
from tests.console.test_conversation import revealed
from tests.console.test_misreadings import flag
from tests.deliveries.conftest import HERE, SECRET, Received, Receiver, receiver
from tests.deliveries.test_webhooks import DELIVERY

__all__ = ["OpenHouse", "house", "library", "migrated_store", "open_house", "program", "receiver", "sign_in", "stranger"]

PAGE = (PROJECT / "docs" / "webhooks.md").read_text()
EXAMPLES: dict[str, dict[str, Any]] = {
    found["event"]: found for found in map(json.loads, re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
}
REQUEST = re.findall(r"^```http\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]
CODE = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]
# What differs each time, as it looks.
LOOKS = {
    "conversation_id": r"[0-9a-f]{32}",
    "receipt": r"[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){3}",
    "at": r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z",
    "conversation_url": r"https?://[a-z0-9.]+/console/(conversations/[0-9a-f]{32}|deliveries)",
}
Accepts = Callable[..., bool]


def alike(value: Any, shown: Any, name: str) -> bool:
    """Whether something that was sent is as the page shows it."""
    if value is None or shown is None:
        return value is shown
    if name == "site":
        return set(value) == set(shown) and all(part is None or isinstance(part, str) for part in value.values())
    if name in LOOKS:
        return bool(re.fullmatch(LOOKS[name], value) and re.fullmatch(LOOKS[name], shown))
    return type(value) is type(shown) and (name == "cursor" or value == shown)


def accepts(now: datetime) -> Accepts:
    """The function that the page gives to receivers, at some moment."""
    names: dict[str, Any] = {}
    exec(CODE, names)  # noqa: S102 - what the page shows is what is tried
    names["time"] = type("time", (), {"time": staticmethod(now.timestamp)})
    found: Accepts = names["is_from_trialchat"]
    return found


@pytest.fixture
async def everything_happened(house: House, receiver: Receiver, stranger: Guest, sign_in: SignIn) -> tuple[str, list[Received]]:
    """The conversation in which everything happened that can be told of, and what a receiver of all of it has got."""
    house.app[OUTBOX].webhooks._networks = HERE
    with house.store.unit() as unit:
        sealed = house.console.sealer.seal(SECRET)
        target = unit.add_delivery_target(
            trial_id=TRIAL, kind="webhook", address=receiver.url, secret=sealed, at=house.clock(), events=CHOICES
        )

    async def sent() -> None:
        while await house.app[OUTBOX].send_due():
            pass

    manager = await sign_in(Role.TRIAL_MANAGER)
    await manager.get("/console/deliveries")
    await manager.post(f"/console/deliveries/targets/{target.id}/test")
    conversation, handoff = finished(house)
    house.say(conversation, "I want to talk to a person")
    path = path_of(handoff)
    for _ in range(2):
        _, page = await stranger.get(f"{path}?change=yes")
        (site, *_) = re.findall(r'<option value="([^"]+)"', page)
        await stranger.post(path, {**FILLED, "site": site, "shown": shown_in(page)})
    await stranger.post(f"{path}/withdraw")
    coordinator = await sign_in()
    await revealed(coordinator, conversation)
    assert (await flag(coordinator, house, conversation, FITS["age"], kind="unsure"))[0] == 200
    await sent()
    assert Erasures(house.store, lambda _: None, house.clock).erase(conversation, by=PATIENT) is not None
    await sent()
    return conversation, receiver.received


async def test_each_event_is_sent_as_the_page_shows_it(house: House, everything_happened: tuple[str, list[Received]]) -> None:
    conversation, received = everything_happened
    bodies = {request.headers["X-Trialchat-Event"]: json.loads(request.body) for request in received}
    assert set(bodies) == set(EXAMPLES) == {event.value for event in Event}
    assert len(received) == len(bodies), "each once"
    for event, body in bodies.items():
        shown = EXAMPLES[event]
        assert set(body) == set(shown), event
        assert {name: (body[name], shown[name]) for name in body if not alike(body[name], shown[name], name)} == {}, event
        if event != Event.TEST:
            assert body["conversation_id"] == conversation, event


async def test_every_request_is_accepted_by_the_code_of_the_page_and_no_other_is(
    house: House, everything_happened: tuple[str, list[Received]]
) -> None:
    is_from_trialchat = accepts(house.clock())
    for request in everything_happened[1]:
        assert is_from_trialchat(request.headers, request.body, SECRET)
        assert not is_from_trialchat(request.headers, request.body + b" ", SECRET)
        assert not is_from_trialchat(request.headers, request.body, "another secret")
    house.clock.move(minutes=30)
    is_from_trialchat = accepts(house.clock())
    assert not any(is_from_trialchat(request.headers, request.body, SECRET) for request in everything_happened[1])


async def test_what_is_in_the_feed_is_the_same_object_there(
    house: House, program: Programs, everything_happened: tuple[str, list[Received]]
) -> None:
    sent = {body["event"]: body for body in (json.loads(request.body) for request in everything_happened[1])}
    _, feed = await program().get("/api/v1/events")
    # The rest went with the conversation.
    (erased,) = feed["items"]
    assert erased == sent[Event.CONVERSATION_ERASED]
    assert {event for event, body in sent.items() if set(erased) <= set(body)} == {event.value for event in FED}


async def test_the_request_of_the_page_is_signed_as_it_would_be(receiver: Receiver) -> None:
    head, _, body = REQUEST.rstrip("\n").partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    shown = json.loads(body)
    assert body_of(shown) == body.encode()
    assert shown == EXAMPLES["handoff.created"]
    moment = datetime.fromtimestamp(int(headers["X-Trialchat-Timestamp"]), UTC)
    (secret,) = re.findall(r"made with the secret `([^`]+)`", PAGE)
    assert accepts(moment)(headers, body.encode(), secret)
    delivery = {"body": shown, "key": headers["X-Trialchat-Delivery"], "event": headers["X-Trialchat-Event"]}
    changed = type(DELIVERY)(**{name: delivery.get(name, getattr(DELIVERY, name)) for name in DELIVERY.__slots__})
    await Webhooks(HERE).send(changed, receiver.url, secret, moment)
    (request,) = receiver.received
    assert {name: request.headers[name] for name in headers} == headers
    assert request.body == body.encode()


def test_the_page_has_every_event_and_says_which_are_in_the_feed() -> None:
    listed = dict(re.findall(r"^\| `([a-z.]+)` \|.*\| (yes)? ?\|$", PAGE, re.MULTILINE))
    assert {event for event, fed in listed.items() if fed} == {event.value for event in FED}
    assert set(listed) == {event.value for event in Event}
