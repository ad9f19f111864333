"""What else Teams, Webex, Mattermost, Rocket.Chat and Google Chat send: what is no message is not heard, what is not theirs is refused, and
what fails for a while arrives."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from bot.channels.providers.base import Answered, AnyProvider, Arrived, ForgedError, Heard, NotUnderstoodError, Received
from bot.channels.providers.botframework import BotFramework, BotFrameworkConfig
from bot.channels.providers.google_chat import GoogleChat, GoogleChatConfig
from bot.channels.providers.mattermost import Mattermost, MattermostConfig
from bot.channels.providers.rocketchat import RocketChat, RocketChatConfig
from bot.channels.providers.webex import Webex, WebexConfig
from bot.channels.setup import read_channels
from bot.channels.shaping import Piece
from bot.settings import SettingsError
from tests.channels.conftest import Line
from tests.fakes.providers.base import FakeProvider, Sent
from tests.fakes.providers.botframework import APP, FakeBotFramework
from tests.fakes.providers.google_chat import FakeGoogleChat
from tests.fakes.providers.mattermost import FakeMattermost
from tests.fakes.providers.rocketchat import BOT, FakeRocketChat
from tests.fakes.providers.tokens import key, published
from tests.fakes.providers.webex import FakeWebex

ASKS = "Is it okay if I ask you some questions about your health?"
SIGNED_BY_TOKENS: tuple[type[FakeProvider], ...] = (FakeBotFramework, FakeGoogleChat)


def answered(data: dict[str, Any], status: int = 200) -> Answered:
    return Answered(status, {}, data)


def teams() -> tuple[FakeBotFramework, BotFramework]:
    fake = FakeBotFramework()
    fake.url = "https://api.example"
    bot = BotFramework(BotFrameworkConfig.model_validate(fake.config()))
    bot.to_receive[0].learn(answered(published("connector", endorsements=["msteams"])), datetime.now(UTC))
    return fake, bot


def google() -> tuple[FakeGoogleChat, GoogleChat]:
    fake = FakeGoogleChat()
    fake.url = "https://api.example"
    bot = GoogleChat(GoogleChatConfig.model_validate(fake.config()))
    bot.to_receive[0].learn(answered(published("chat")), datetime.now(UTC))
    return fake, bot


def webex() -> tuple[FakeWebex, Webex]:
    fake = FakeWebex()
    fake.url = "https://api.example"
    return fake, Webex(WebexConfig.model_validate(fake.config()))


def mattermost() -> tuple[FakeMattermost, Mattermost]:
    fake = FakeMattermost()
    fake.url = "https://chat.example"
    return fake, Mattermost(MattermostConfig.model_validate(fake.config()))


def rocketchat() -> tuple[FakeRocketChat, RocketChat]:
    fake = FakeRocketChat()
    fake.url = "https://chat.example"
    return fake, RocketChat(RocketChatConfig.model_validate(fake.config()))


def received(bot: AnyProvider, sent: Sent, **headers: str) -> Received:
    lower = {name.lower(): value for name, value in {**sent.headers, **headers}.items()}
    return bot.receive(Arrived("POST", "https://t.example/hook", lower, {}, sent.body, datetime.now(UTC)))


# -- what others read along, what nobody wrote, and what was changed


@pytest.mark.parametrize("talk", [{"conversationType": "groupChat"}, {"conversationType": "channel"}, {"isGroup": True}], ids=str)
def test_in_a_team_or_a_group_of_teams_nobody_is_answered(talk: dict[str, Any]) -> None:
    fake, bot = teams()
    assert received(bot, fake.sent(fake.activity(1, text="hello", conversation={"id": "19:x@thread.v2", **talk}))).heard == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "messageUpdate", "text": "hello, edited"},
        {"type": "messageDelete"},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "typing"},
        {"type": "installationUpdate", "action": "add"},
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:somebody-else"}]},
        {"type": "invoke", "name": "composeExtension/query", "value": {}},
    ],
    ids=lambda fields: fields["type"],
)
def test_what_is_edited_or_no_message_is_not_heard_on_teams(fields: dict[str, Any]) -> None:
    fake, bot = teams()
    assert received(bot, fake.sent(fake.activity(1, **fields))).heard == ()


def test_whoever_adds_the_bot_on_teams_is_greeted() -> None:
    fake, bot = teams()
    added = fake.activity(1, type="conversationUpdate", membersAdded=[{"id": fake.sender}, {"id": f"28:{APP}"}])
    (heard,) = received(bot, fake.sent(added)).heard
    assert (heard.opens, heard.text) == (True, "")


@pytest.mark.parametrize(
    "space",
    [{"type": "ROOM", "spaceType": "SPACE"}, {"type": "ROOM", "spaceType": "GROUP_CHAT"}, {}],
    ids=["a space", "a group", "without a kind"],
)
@pytest.mark.parametrize("kind", ["MESSAGE", "ADDED_TO_SPACE", "CARD_CLICKED"])
def test_in_a_space_of_google_chat_nobody_is_answered(kind: str, space: dict[str, Any]) -> None:
    fake, bot = google()
    event = fake.event(kind, 1, message={"name": "spaces/A/messages/1", "text": "@trials hello"}, space={"name": "spaces/A", **space})
    found = received(bot, fake.sent(event))
    assert (found.heard, found.data) == ((), {})


@pytest.mark.parametrize("kind", ["REMOVED_FROM_SPACE", "WIDGET_UPDATED", "APP_COMMAND", "SOMETHING_NEW"])
def test_what_is_no_message_is_not_heard_on_google_chat(kind: str) -> None:
    fake, bot = google()
    assert received(bot, fake.sent(fake.event(kind, 1))).heard == ()


def test_whoever_adds_the_app_on_google_chat_is_greeted_and_heard_with_what_they_wrote() -> None:
    fake, bot = google()
    (came,) = received(bot, fake.sent(fake.event("ADDED_TO_SPACE", 1))).heard
    (wrote,) = received(bot, fake.sent(fake.event("ADDED_TO_SPACE", 2, message={"name": "spaces/A/messages/1", "text": "hi"}))).heard
    assert (came.opens, came.text, wrote.opens, wrote.text) == (True, "", False, "hi")


@pytest.mark.parametrize(
    "data",
    [{"roomType": "group"}, {"roomType": None}, {"personEmail": "trials@webex.bot"}],
    ids=["a space", "without a kind", "our own or another bot"],
)
def test_spaces_and_bots_are_not_heard_on_webex(data: dict[str, Any]) -> None:
    fake, bot = webex()
    event = json.loads(fake.text("hello").body)
    assert received(bot, fake.event("messages", {**event["data"], **data})).heard == ()


@pytest.mark.parametrize(
    "about", [{"event": "updated"}, {"event": "deleted"}, {"resource": "memberships"}, {"resource": "rooms"}], ids=lambda about: str(about)
)
def test_what_is_edited_deleted_or_no_message_is_not_heard_on_webex(about: dict[str, str]) -> None:
    fake, bot = webex()
    assert received(bot, fake._signed({**json.loads(fake.text("hello").body), **about})).heard == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"channel_id": "GENERAL"},
        {"channel_id": "aobEdbYhXfu5hkeqGrbAXPnMktTFbNpwtJthird"},
        {"user_id": BOT},
        {"bot": {"i": "integration"}},
        {"isEdited": True},
    ],
    ids=["a channel", "three people", "our own", "another bot", "edited"],
)
def test_what_others_read_along_is_ours_or_is_edited_is_not_heard_on_rocketchat(fields: dict[str, Any]) -> None:
    fake, bot = rocketchat()
    sent = fake.text("hello")
    found = received(bot, Sent(json.dumps({**json.loads(sent.body), **fields}).encode(), sent.headers))
    # An empty body would count as a failure there.
    assert (found.heard, found.data) == ((), {})


def test_a_slash_command_alone_or_with_a_trial_opens_a_conversation() -> None:
    fake, bot = mattermost()
    (alone,) = received(bot, fake.text("")).heard
    (about,) = received(bot, fake.text(" nct06141070 ")).heard
    (said,) = received(bot, fake.text("NCT06141070 please")).heard
    assert (alone.opens, alone.trial) == (True, None)
    assert (about.opens, about.trial, about.text) == (True, "NCT06141070", "")
    assert (said.opens, said.text) == (False, "NCT06141070 please")


def picture(fake: FakeProvider, bot: AnyProvider) -> tuple[Heard, ...]:
    sent = fake.picture()
    assert sent is not None
    return received(bot, sent).heard


def test_a_picture_is_a_message_without_words() -> None:
    others: tuple[tuple[FakeProvider, AnyProvider], ...] = (teams(), google(), rocketchat())
    for fake, bot in others:
        (heard,) = picture(fake, bot)
        assert (heard.text, heard.opens) == ("", False), bot.name
    phone, reader = webex()
    (heard,) = picture(phone, reader)
    (brought,) = phone.written.values()
    assert reader.looked_up(answered(brought)) == ""
    assert heard.look_up == f"messages/{brought['id'].replace('=', '%3D')}"


# -- tokens that are not for us


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"aud": "another bot"}, "for somebody else"),
        ({"iss": "https://sts.windows.net/x/"}, "of somebody else"),
        ({"serviceurl": "https://elsewhere.example/"}, "for another service"),
        ({"serviceurl": None}, "for another service"),
        ({"exp": 1_700_000_000}, "not of now"),
        ({"nbf": 4_000_000_000, "exp": 4_000_003_600}, "not of now"),
        ({"exp": None}, "has no end"),
    ],
    ids=["audience", "issuer", "service", "no service", "ended", "not begun", "endless"],
)
def test_a_token_that_is_not_for_this_bot_here_and_now_is_refused_on_teams(claims: dict[str, Any], says: str) -> None:
    fake, bot = teams()
    with pytest.raises(ForgedError, match=says):
        received(bot, fake.sent(fake.activity(1, text="hello"), **claims))


def test_a_key_of_another_channel_is_refused_on_teams() -> None:
    fake, bot = teams()
    with pytest.raises(ForgedError, match="not for this channel"):
        received(bot, fake.sent(fake.activity(1, text="hello", channelId="directline")))


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"aud": "999999999999"}, "for somebody else"),
        ({"aud": "https://trials.example.org/webhooks/google_chat/webhook"}, "for somebody else"),
        ({"iss": "https://accounts.google.com"}, "of somebody else"),
        ({"exp": 1_700_000_000}, "not of now"),
    ],
    ids=["another project", "the address", "issuer", "ended"],
)
def test_a_token_that_is_not_for_this_app_here_and_now_is_refused_on_google_chat(claims: dict[str, Any], says: str) -> None:
    fake, bot = google()
    with pytest.raises(ForgedError, match=says):
        received(bot, fake.sent(fake.event("MESSAGE", 1), **claims))


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "no bearer token"),
        ("Basic YTpi", "no bearer token"),
        ("Bearer", "no bearer token"),
        ("Bearer nonsense", "not signed with a key of theirs"),
        ("Bearer a.b.c", "not signed with a key of theirs"),
        # {"alg":"none"} and {"alg":"HS256"}, with claims that would be good.
        ("Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJjaGF0In0.", "not signed with a key of theirs"),
        ("Bearer eyJhbGciOiJIUzI1NiIsImtpZCI6ImNoYXQifQ.e30.AAAA", "not signed with a key of theirs"),
    ],
)
def test_what_is_no_token_of_theirs_is_refused(header: str, says: str) -> None:
    fake, bot = google()
    with pytest.raises(ForgedError, match=says):
        received(bot, fake.text("hello"), Authorization=header)


def context_of_a_button(bot: Mattermost, user: str, at: datetime) -> dict[str, Any]:
    """What a button that was shown to pat carries."""
    shown = bot.call({"name": "pat", "user": user, "back": "https://t.example"}, Piece("?", (("Yes", "#a=yes"),)), "k", at)
    assert shown.data is not None
    context: dict[str, Any] = shown.data["attachments"][0]["actions"][0]["integration"]["context"]
    return context


def pressed(context: dict[str, Any], user: str, name: str = "pat") -> Sent:
    given = {"user_id": user, "user_name": name, "trigger_id": "t1", "context": context}
    return Sent(json.dumps(given).encode(), {"Content-Type": "application/json"})


def test_a_button_that_somebody_else_presses_or_that_was_changed_is_refused_on_mattermost() -> None:
    fake, bot = mattermost()
    context = context_of_a_button(bot, fake.sender, datetime.now(UTC))
    (heard,) = received(bot, pressed(context, fake.sender)).heard
    assert (heard.sender, heard.text) == (fake.sender, "#a=yes")
    for user, changed in (
        ("somebody else", {}),
        ("", {}),
        (fake.sender, {"payload": "#a=no"}),
        (fake.sender, {"mark": ""}),
        (fake.sender, {"day": ""}),
        (fake.sender, {"day": "2999-01-01"}),
    ):
        with pytest.raises(ForgedError, match="the button is not ours"):
            received(bot, pressed({**context, **changed}, user))


def test_a_button_sends_answers_to_no_other_name_than_that_of_whom_it_was_shown_to_on_mattermost() -> None:
    fake, bot = mattermost()
    context = context_of_a_button(bot, fake.sender, datetime.now(UTC))
    (heard,) = received(bot, pressed(context, fake.sender)).heard
    assert heard.address["name"] == "pat"
    for name in ("kim", "", "Pat", "pat:#a"):
        with pytest.raises(ForgedError, match="the button is not ours"):
            received(bot, pressed(context, fake.sender, name))


def test_a_button_can_be_pressed_for_thirty_days_on_mattermost() -> None:
    fake, bot = mattermost()
    today = datetime.now(UTC)
    in_time = context_of_a_button(bot, fake.sender, today - timedelta(days=29))
    assert received(bot, pressed(in_time, fake.sender)).heard
    too_late = context_of_a_button(bot, fake.sender, today - timedelta(days=31))
    with pytest.raises(ForgedError, match="the button is older than 30 days"):
        received(bot, pressed(too_late, fake.sender))
    # A day that is written anew has no mark.
    with pytest.raises(ForgedError, match="the button is not ours"):
        received(bot, pressed({**too_late, "day": in_time["day"]}, fake.sender))


# -- what is malformed is named

MALFORMED: Mapping[str, list[tuple[bytes | dict[str, Any], str]]] = {
    "botframework": [
        (b"[]", "the body is no JSON object"),
        (b"\xff", "the body is not JSON in UTF-8"),
        ({"serviceUrl": ""}, "serviceUrl: expected"),
        ({"serviceUrl": 7}, "serviceUrl: expected|for another service"),
        ({"from": {}}, "id: expected"),
        ({"from": {"id": "x" * 401}}, "id: expected"),
        ({"conversation": {"conversationType": "personal"}}, "id: expected"),
        ({"id": None}, "id: expected"),
    ],
    "google_chat": [
        (b"[]", "the body is no JSON object"),
        (b"nonsense", "the body is not JSON in UTF-8"),
        ({"user": {}}, "name: expected"),
        ({"user": []}, "name: expected"),
        ({"eventTime": None}, "eventTime: expected"),
        ({"space": {"spaceType": "DIRECT_MESSAGE"}}, "name: expected"),
    ],
    "webex": [
        (b"[]", "the body is no JSON object"),
        (b"nonsense", "the body is not JSON in UTF-8"),
        ({"data": {"roomType": "direct"}}, "id: expected"),
        ({"data": {"roomType": "direct", "id": "m"}}, "personId: expected"),
        ({"data": {"roomType": "direct", "id": "m", "personId": "p"}}, "roomId: expected"),
    ],
    "rocketchat": [
        (b"[]", "the body is no JSON object"),
        (b"token=x", "the body is not JSON in UTF-8"),
        ({"user_id": ""}, "user_id: expected"),
        ({"channel_id": None}, "channel_id: expected"),
        ({"message_id": ""}, "message_id: expected"),
    ],
    "mattermost": [
        (b"\xff", "the body is no form in UTF-8"),
        (b"a=b&" * 60, "the body is no form in UTF-8"),
        ({"user_id": ""}, "user_id: expected"),
        ({"trigger_id": ""}, "trigger_id: expected"),
        ({"user_name": ""}, "user_name: expected"),
    ],
}
CASES = [(name, given, says) for name, cases in MALFORMED.items() for given, says in cases]


@pytest.mark.parametrize(("name", "given", "says"), CASES, ids=[f"{name}-{number}" for number, (name, _, _) in enumerate(CASES)])
def test_what_is_malformed_is_named_and_not_repeated(name: str, given: bytes | dict[str, Any], says: str) -> None:
    made: Mapping[str, Callable[[], tuple[FakeProvider, AnyProvider]]] = {
        "botframework": teams,
        "google_chat": google,
        "webex": webex,
        "rocketchat": rocketchat,
        "mattermost": mattermost,
    }
    fake, bot = made[name]()
    sent = fake.text("my very own words")
    if isinstance(given, bytes):
        sent = fake.signed(given) if isinstance(fake, FakeWebex) else Sent(given, sent.headers)
    elif isinstance(fake, FakeMattermost):
        sent = fake.command(**{"text": "my very own words", "trigger_id": "t", **given})
    else:
        sent = fake.signed_anew(Sent(json.dumps({**json.loads(sent.body), **given}).encode(), sent.headers))
    with pytest.raises((NotUnderstoodError, ForgedError), match=says) as problem:
        received(bot, sent)
    assert "my very own words" not in str(problem.value)


@pytest.mark.parametrize(
    "given",
    [
        "no key at all, but a secret",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
        '{"private_key": "secret"}',
        "",
        key("service account").as_pem(private=False).decode(),
        12,
    ],
    ids=["words", "broken", "the whole file", "nothing", "the public half", "a number"],
)
def test_a_private_key_that_is_none_names_the_field_and_never_the_value(tmp_path: Path, given: Any) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(
        yaml.safe_dump({"google_chat": {"project_number": "123456789012", "client_email": "a@b.example", "private_key": given}})
    )
    with pytest.raises(SettingsError, match="google_chat: private_key: ") as problem:
        read_channels(file, {})
    said = str(problem.value)
    assert "secret" not in said
    assert "BEGIN" not in said
    assert str(given)[27:60] not in said or len(str(given)) < 28


# -- Webex tells only that there is a message


@pytest.mark.parametrize("fake", [FakeWebex], indirect=True)
async def test_a_webex_message_that_is_deleted_before_it_was_read_counts_as_empty(line: Line) -> None:
    phone = line.provider
    assert isinstance(phone, FakeWebex)
    await phone.write("hello")
    await phone.see(ASKS)
    sent = phone.text("I should not have said that")
    phone.written.clear()
    assert await phone.deliver(sent) == 200
    await phone.see("That message was empty.")


@pytest.mark.parametrize("fake", [FakeWebex], indirect=True)
async def test_a_webex_message_that_cannot_be_read_for_a_while_is_heard_then_and_the_log_says_why(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.web.channels.hearing.SHORTEST", timedelta(milliseconds=20))
    phone = line.provider
    assert isinstance(phone, FakeWebex)
    sent = phone.text("hello")
    kept = dict(phone.written)
    # Not gone (404), but not given either.
    monkeypatch.setattr(phone, "take", _refuses(phone))
    assert await phone.deliver(sent) == 200
    async with asyncio.timeout(10):
        while "webex: a message waits: a message cannot be read: answered 429" not in caplog.messages:
            await asyncio.sleep(0.02)
    monkeypatch.undo()
    assert kept == phone.written
    await phone.see(ASKS)


def _refuses(phone: FakeWebex) -> Any:
    async def take(request: web.Request) -> web.Response:
        return web.json_response({"message": "Too many"}, status=429)

    return take


# -- Rocket.Chat


@pytest.mark.parametrize("fake", [FakeRocketChat], indirect=True)
async def test_rocketchat_is_answered_with_something_or_it_would_send_the_message_again(line: Line) -> None:
    phone = line.provider
    await phone.write("hello")
    assert phone.answered == "{}"
    await phone.see(ASKS)


def test_an_address_of_rocketchat_may_end_with_a_slash() -> None:
    fake = FakeRocketChat()
    fake.url = "https://chat.example/"
    bot = RocketChat(RocketChatConfig.model_validate(fake.config()))
    call = bot.call({"roomId": "r"}, Piece("hello"), "k", datetime.now(UTC))
    assert call.url == "https://chat.example/api/v1/chat.postMessage"
