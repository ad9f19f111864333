"""Providers send more than messages of one person: what is no message is answered and heard by nobody, and nothing breaks."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.channels.providers.base import Answered, Arrived, NotUnderstoodError
from bot.channels.providers.messenger import Messenger, MessengerConfig
from bot.channels.providers.slack import Slack, SlackConfig
from bot.channels.providers.telegram import Telegram, TelegramConfig
from bot.channels.providers.twilio import TwilioConfig, TwilioSms, signature
from bot.channels.providers.webhook import Webhook, WebhookConfig
from tests.channels.conftest import Line
from tests.fakes.providers.messenger import VERIFY, FakeMessenger
from tests.fakes.providers.slack import CHANNEL, FakeSlack
from tests.fakes.providers.telegram import FakeTelegram
from tests.fakes.providers.twilio import TOKEN as TWILIO_TOKEN
from tests.fakes.providers.twilio import FakeTwilioSms
from tests.fakes.providers.webhook import FakeWebhook


def arrived(body: Any, headers: dict[str, str], url: str = "https://t.example/hook", method: str = "POST", **query: str) -> Arrived:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Arrived(method, url, {name.lower(): value for name, value in headers.items()}, query, raw, datetime.now(UTC))


def telegram() -> tuple[FakeTelegram, Telegram]:
    fake = FakeTelegram()
    fake.url = "https://api.example"
    return fake, Telegram(TelegramConfig.model_validate(fake.config()))


def slack() -> tuple[FakeSlack, Slack]:
    fake = FakeSlack()
    fake.url = "https://api.example"
    return fake, Slack(SlackConfig.model_validate(fake.config()))


def test_in_a_telegram_group_nobody_is_answered() -> None:
    fake, bot = telegram()
    sent = fake.text("hello")
    group = json.loads(sent.body)
    group["message"]["chat"]["type"] = "group"
    assert bot.receive(arrived(group, dict(sent.headers))).heard == ()


def test_a_telegram_link_brings_the_trial_along() -> None:
    fake, bot = telegram()
    sent = fake.text("/start nct06141070")
    (heard,) = bot.receive(arrived(sent.body, dict(sent.headers))).heard
    assert (heard.opens, heard.trial, heard.text) == (True, "nct06141070", "")


def test_a_picture_is_a_message_without_words() -> None:
    fake, bot = telegram()
    sent = fake.text("x")
    update = json.loads(sent.body)
    del update["message"]["text"]
    update["message"]["photo"] = [{"file_id": "f"}]
    (heard,) = bot.receive(arrived(update, dict(sent.headers))).heard
    assert heard.text == ""


@pytest.mark.parametrize("body", [b"[]", b"nonsense", b'{"update_id": "x"}', b'{"update_id": true}', b"\xff"])
def test_what_is_no_update_of_telegrams_is_refused(body: bytes) -> None:
    fake, bot = telegram()
    with pytest.raises(NotUnderstoodError):
        bot.receive(arrived(body, dict(fake.text("x").headers)))


def test_slack_asks_whether_this_is_the_right_address() -> None:
    fake, bot = slack()
    sent = fake._signed(json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB"}).encode(), "application/json")
    assert bot.receive(arrived(sent.body, dict(sent.headers))).data == {"challenge": "3eZbrw1aB"}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "channel_type": "channel", "channel": "C1", "user": "U1", "text": "hi"},
        {"type": "message", "channel_type": "im", "channel": CHANNEL, "user": "U1", "text": "hi", "bot_id": "B1"},
        {"type": "message", "channel_type": "im", "channel": CHANNEL, "subtype": "message_changed"},
        {"type": "app_mention", "channel": "C1", "user": "U1", "text": "hi"},
    ],
)
def test_what_others_read_along_or_no_person_wrote_is_not_heard_on_slack(event: dict[str, Any]) -> None:
    fake, bot = slack()
    sent = fake.event(event, 1)
    assert bot.receive(arrived(sent.body, dict(sent.headers))).heard == ()


def test_slacks_signs_and_links_are_read_as_they_were_written() -> None:
    fake, bot = slack()
    sent = fake.event(
        {
            "type": "message",
            "channel_type": "im",
            "channel": CHANNEL,
            "user": "U1",
            "ts": "1.2",
            "text": "a &lt; b &amp; <https://x.example|the page>",
        },
        1,
    )
    assert bot.receive(arrived(sent.body, dict(sent.headers))).heard[0].text == "a < b & the page"


@pytest.mark.parametrize(("error", "again"), [("ratelimited", True), ("channel_not_found", False), ("account_inactive", False)])
def test_slack_says_in_the_body_what_became_of_it(error: str, again: bool) -> None:
    outcome = slack()[1].outcome(Answered(200, {}, {"ok": False, "error": error}))
    assert (outcome.sent, outcome.again) == (False, again)


def test_messenger_brings_several_messages_of_several_people_at_once() -> None:
    fake = FakeMessenger()
    fake.url = "https://api.example"
    page = Messenger(MessengerConfig.model_validate(fake.config()))
    sent = fake._signed(
        [fake._event({"text": "one"}, "1"), fake._event({"text": "two"}, "2"), fake._event({"text": "own", "is_echo": True}, "3")]
    )
    assert [one.text for one in page.receive(arrived(sent.body, dict(sent.headers))).heard] == ["one", "two"]


@pytest.mark.parametrize("fake", [FakeMessenger], indirect=True)
async def test_messenger_is_told_that_this_is_the_right_address(line: Line) -> None:
    query = f"?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={VERIFY}"
    async with ClientSession() as session, session.get(line.provider.hook + query) as response:
        assert (response.status, await response.text()) == (200, "1158201444")
    async with ClientSession() as session, session.get(line.provider.hook + query + "x") as response:
        assert response.status == 401


def test_twilios_signature_is_that_of_its_documentation() -> None:
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", "+18005551212"),
    ]
    assert signature("12345", "https://example.com/myapp.php?foo=1&bar=2", fields) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_a_number_of_another_channel_is_not_heard() -> None:
    fake = FakeTwilioSms()
    fake.url, fake.hook = "https://api.example", "https://t.example/hook"
    sms = TwilioSms(TwilioConfig.model_validate(fake.config()))
    sent = fake._signed({**fake._fields("hi", fake.sender), "From": "whatsapp:+46700000001"}, TWILIO_TOKEN)
    with pytest.raises(NotUnderstoodError):
        sms.receive(arrived(sent.body, dict(sent.headers)))


@pytest.mark.parametrize(
    "given",
    [
        {"message_id": "1", "message": "hi"},
        {"sender": "a", "message": "hi"},
        {"sender": "a", "message_id": "with space", "message": "hi"},
        {"sender": "a", "message_id": "1", "message": 5},
        {"sender": "a", "message_id": "1", "message": "x" * 4001},
        {"sender": "a" * 129, "message_id": "1", "message": "hi"},
        {"sender": "a", "message_id": "1", "message": "hi", "metadata": {"trial_id": "7"}},
    ],
)
def test_the_generic_webhook_names_what_is_wrong(given: dict[str, Any]) -> None:
    fake = FakeWebhook()
    fake.url = "https://api.example"
    hook = Webhook(WebhookConfig.model_validate(fake.config()))
    sent = fake._signed(json.dumps(given).encode(), time.time())
    with pytest.raises(NotUnderstoodError, match=r"^(sender|message_id|message|metadata\.trial_id): expected"):
        hook.receive(arrived(sent.body, dict(sent.headers)))


async def test_what_is_not_set_up_is_nowhere(line: Line) -> None:
    other = "telegram" if line.provider.name != "telegram" else "slack"
    address = line.provider.hook.replace(f"/{line.provider.name}/", f"/{other}/")
    async with ClientSession() as session, session.post(address, json={}) as response:
        assert response.status == 404
