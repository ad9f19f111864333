"""Each channel's guide leads from nothing to the first message: every line is typed, and everything it shows is what goes over the line."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shlex
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml
from aiohttp import ClientSession

from bot.channels.limits import channel_table
from bot.channels.setup import KNOWN
from bot.channels.shaping import Piece
from bot.store.clock import utc_now
from bot.web.channels.assembly import HEARING
from bot.words import Library
from tests.channels.conftest import ALL, Line, lined_up
from tests.channels.guides import FOLDER, SITE, Guide, Request, is_like, shape, with_hosts
from tests.fakes.providers import botframework, google_chat, mattermost, messenger, rocketchat, twilio
from tests.fakes.providers.base import FakeProvider, Sent, Trouble
from tests.fakes.providers.botframework import FakeBotFramework
from tests.fakes.providers.google_chat import FakeGoogleChat
from tests.fakes.providers.mattermost import FakeMattermost
from tests.fakes.providers.slack import FakeSlack
from tests.fakes.providers.telegram import FakeTelegram
from tests.fakes.providers.tokens import key
from tests.fakes.providers.twilio import FakeTwilioSms

GUIDED: tuple[type[FakeProvider], ...] = tuple(fake for fake in ALL if fake.name != "webhook")
"""The generic webhook's page is tried in `test_guide`."""
README = (FOLDER / "README.md").read_text("utf-8")
ASKS = "Is it okay if I ask you some questions about your health?"
TYPED: Mapping[str, Mapping[str, str]] = {
    "twilio_sms": {"NUMBER": twilio.NUMBER},
    "twilio_whatsapp": {"SENDER_SID": twilio.SENDER_SID},
    "messenger": {"APP_ID": messenger.APP},
    "botframework": {"GROUP": "trials-rg"},
    "mattermost": {"ADMIN_TOKEN": mattermost.ADMIN, "TEAM": "hospital"},
    "rocketchat": {"ADMIN_ID": rocketchat.ADMIN, "ADMIN_TOKEN": rocketchat.ADMIN_TOKEN},
    "google_chat": {"PROJECT": "hospital"},
}
"""What else somebody who follows a page has to set, beside the values of `channels.yaml`."""
HOSTS: Mapping[str, str] = {
    "botframework": "https://smba.trafficmanager.net",
    "mattermost": "https://chat.hospital.example",
    "rocketchat": "https://chat.hospital.example",
}
"""Servers of the provider that its requests name."""


def values(fake: FakeProvider, part: Mapping[str, Any]) -> dict[str, str]:
    """The values of the names in a part of `channels.yaml`, and of what else is typed."""
    config = fake.config()
    named = {found[1]: str(config[field]) for field, value in part.items() if (found := re.fullmatch(r"\$\{(\w+)\}", str(value)))}
    return {**named, **TYPED.get(fake.name, {})}


async def typed(script: str, names: Mapping[str, str], line: Line, folder: Path) -> str:
    """What a script prints; it must end well."""
    process = await asyncio.create_subprocess_exec(
        *("sh", "-e", "-c", script),
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{folder}:{os.environ['PATH']}",
            **names,
            "SITE": line.site,
            "API": line.provider.url,
            "LOGIN": line.provider.url,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, problems = await process.communicate()
    assert process.returncode == 0, (script, printed.decode(), problems.decode(), line.provider.refused)
    return printed.decode()


def tight(printed: str) -> str:
    """JSON without what only looks nice."""
    return re.sub(r"(?<=[,:]) ", "", printed.strip())


async def send(line: Line, sent: Sent) -> tuple[int, str]:
    status = await line.provider.deliver(sent)
    return status, line.provider.answered


@pytest.fixture
def guide(fake: FakeProvider) -> Guide:
    return Guide(fake.name)


@pytest.fixture
async def names(fake: FakeProvider, guide: Guide) -> dict[str, str]:
    fake.api = await fake.start()
    return values(fake, guide.part)


@pytest.fixture
async def line(
    fake: FakeProvider, guide: Guide, names: dict[str, str], tmp_path: Path, migrated_store: Path, library: Library
) -> AsyncIterator[Line]:
    """The app, set up by the page's own part of channels.yaml; but the provider is at another address."""
    elsewhere = {field: value for field, value in fake.config().items() if fake.url in str(value)}
    async with lined_up(fake, tmp_path, migrated_store, library, {**guide.part, **elsewhere}, names) as found:
        yield found


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("fake", GUIDED, indirect=True, ids=lambda fake: fake.name)
async def test_the_guide_leads_from_nothing_to_the_first_message(line: Line, guide: Guide, names: dict[str, str], tmp_path: Path) -> None:
    phone, bin_folder = line.provider, tmp_path / "bin"
    programs(phone.name, bin_folder)
    hosts = {SITE: line.site, **({HOSTS[phone.name]: phone.url} if phone.name in HOSTS else {})}
    # Everything is typed, in its order.
    for shell in guide.shells:
        printed = await typed(shell.script, names, line, bin_folder)
        shown = None if shell.prints is None else with_hosts(shell.prints, hosts)
        assert shown is None or is_like(tight(shown), tight(printed)), (shown, printed)
    if isinstance(phone, FakeSlack):
        (manifest,) = [given for given in map(yaml.safe_load, guide.blocks("yaml")) if "settings" in given]
        phone.install(json.loads(json.dumps(manifest).replace(SITE, line.site)))
    assert phone.is_arranged(), phone.arranged
    check_programs(phone.name, bin_folder, line, guide)
    # What the provider sends is what the page shows, and is answered as the page says.
    theirs, ours = guide.requests(hosts, names)
    sent = phone.text("hello")
    assert (theirs.method, theirs.path) == ("POST", f"/webhooks/{phone.name}/webhook")
    assert set(theirs.headers) == set(sent.headers)
    assert all(is_like(theirs.headers[name], sent.headers[name]) for name in theirs.headers if "Signature" not in name)
    assert shape(theirs.data) == shape(Request("", "", sent.headers, sent.body.decode()).data)
    body = theirs.body.replace("\n", "") if "form" in theirs.headers["Content-Type"] else theirs.body
    anew = phone.signed_anew(Sent(body.encode(), {**sent.headers, **{k: v for k, v in theirs.headers.items() if "…" not in v}}))
    assert await send(line, anew) == guide.answered
    # So is what it gets.
    await phone.see(ASKS)
    (asked,) = [one for one in phone.asked if ASKS in dict(parse_qsl(one.body.decode())).get("Body", one.body.decode())]
    assert ours.method == asked.method == "POST"
    assert is_like(ours.path, asked.path)
    received = Request("POST", asked.path, {"Content-Type": asked.headers["Content-Type"]}, asked.body.decode()).data
    assert is_like(ours.data, received), received
    for name, value in ours.headers.items():
        assert is_like(value, asked.headers[name]), name


def test_every_channel_has_a_page_that_the_overview_links_to() -> None:
    table = re.findall(r"^\| \[`(\w+)`\]\((\w+)\.md\)", README, re.MULTILINE)
    assert [name for name, _ in table] == list(KNOWN)
    assert all(name == page and (FOLDER / f"{page}.md").is_file() for name, page in table)


@pytest.mark.parametrize("fake", [FakeTelegram], indirect=True)
async def test_the_overview_says_what_an_address_answers(line: Line) -> None:
    assert {"404", "405"} <= set(re.findall(r"^\| `(\d{3})` \|", README, re.MULTILINE))
    elsewhere = line.provider.hook.replace("telegram", "slack")
    async with ClientSession() as session:
        for method, address, status in (("POST", elsewhere, 404), ("PUT", line.provider.hook, 405), ("POST", line.provider.hook, 401)):
            async with session.request(method, address, data="{}") as response:
                assert response.status == status, (method, address)


@pytest.mark.parametrize("channel", [fake.name for fake in GUIDED])
def test_a_page_is_short_and_says_what_people_see_and_who_reads_along(channel: str) -> None:
    page, limits = Guide(channel).text, channel_table()[channel]
    assert len(page.splitlines()) <= 120
    sections = re.split(r"^## ", page, flags=re.MULTILINE)
    seen = sections[-1]
    assert re.match(r"\d+\. What people see, and who else does\n", seen)
    assert f"split after {limits.comfortable:,} characters" in seen
    if limits.buttons is not None:
        assert re.search(rf"Up to {limits.buttons.most} .*titles of up to {limits.buttons.title} characters", seen)
    assert re.search(r"^\*\*.* reads? along\.\*\*", seen, re.MULTILINE)
    assert "Erasing a conversation here removes nothing there" in " ".join(seen.split())
    # Nobody's health is asked about where others read along.
    words = " ".join(page.split())
    assert (
        any(said in words for said in ("others would read along", "everybody would read", "Groups do not reach")) or limits.title == "SMS"
    )


@pytest.mark.parametrize("fake", GUIDED, indirect=True, ids=lambda fake: fake.name)
async def test_what_the_guide_says_of_troubles_is_what_the_app_says(
    line: Line, guide: Guide, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = line.provider
    caplog.set_level(logging.WARNING)
    # Each answer that it quotes.
    provoked = ANSWERS[phone.name]
    assert {message for _, message in guide.errors} == set(provoked)
    for status, message in sorted(guide.errors):
        answered = await provoked[message](line)
        assert (answered[0], json.loads(answered[1])["error"]["message"]) == (status, message)
    # And each line of the log.
    for module in ("sending", "hearing"):
        monkeypatch.setattr(f"bot.web.channels.{module}.SHORTEST", timedelta(milliseconds=10))
    assert guide.logged == set(LOGGED[phone.name])
    for number, (logged, trouble) in enumerate(LOGGED[phone.name].items()):
        with failing(phone, trouble, monkeypatch):
            await phone.deliver(phone.text(f"hello, the {number}th time"))
            async with asyncio.timeout(15):
                while logged not in caplog.messages:
                    await asyncio.sleep(0.02)


@contextmanager
def failing(phone: FakeProvider, trouble: Trouble | str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The provider fails at all calls, or knows no more what it gives a token for."""
    with monkeypatch.context() as meanwhile:
        if isinstance(trouble, str):
            meanwhile.setattr(botframework if phone.name == "botframework" else google_chat, trouble, "another")
        else:
            phone.trouble = [trouble] * 50
        yield
    phone.trouble = []


# -- programs of providers that pages call


PROGRAMS: Mapping[str, tuple[str, str]] = {
    "botframework": (
        "az",
        f"""case "$1 $2 $3" in
"account show --query") echo {botframework.TENANT} ;;
"ad app create") echo {botframework.APP} ;;
"ad app credential") echo {botframework.PASSWORD} ;;
esac""",
    ),
    "google_chat": (
        "gcloud",
        f"""case "$3" in
keys) cp "$(dirname "$0")/made.json" "$5" ;;
esac
case "$1" in projects) echo {google_chat.PROJECT_NUMBER} ;; esac""",
    ),
}


def programs(name: str, folder: Path) -> None:
    """Puts the program that a page calls into a folder: it notes how it was called, and prints what the real one would."""
    folder.mkdir()
    if name not in PROGRAMS:
        return
    called, does = PROGRAMS[name]
    program = folder / called
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> "$(dirname "$0")/called"\n{does}\n')
    program.chmod(0o755)
    made = {"private_key": key("service account").as_pem(private=True).decode(), "client_email": google_chat.ACCOUNT}
    (folder / "made.json").write_text(json.dumps(made))


def check_programs(name: str, folder: Path, line: Line, guide: Guide) -> None:
    """They were called as they have to be."""
    if name not in PROGRAMS:
        return
    called = [shlex.split(one) for one in (folder / "called").read_text().splitlines()]
    needs = NEEDED[name]
    for does, options in needs.items():
        (words,) = [words for words in called if words[: len(does.split())] == does.split()]
        assert {option for option in words if option.startswith("--")} >= options, does
    if name == "botframework":
        (made,) = [words for words in called if words[:2] == ["bot", "create"]]
        told = dict(zip(made[2::2], made[3::2], strict=False))
        assert (told["--app-type"], told["--appid"], told["--tenant-id"]) == ("SingleTenant", botframework.APP, botframework.TENANT)
        assert told["--endpoint"] == line.provider.hook
        (manifest,) = map(json.loads, guide.blocks("json"))
        assert set(manifest) >= {"manifestVersion", "version", "id", "developer", "name", "description", "icons", "accentColor"}
        assert manifest["bots"] == [{"botId": botframework.APP, "scopes": ["personal"]}], "in groups others would read along"


NEEDED: Mapping[str, Mapping[str, set[str]]] = {
    "botframework": {
        "account show": set(),
        "ad app create": {"--display-name", "--sign-in-audience"},
        "ad sp create": {"--id"},
        "ad app credential reset": {"--id"},
        "bot create": {"--resource-group", "--name", "--app-type", "--appid", "--tenant-id", "--endpoint"},
        "bot msteams create": {"--resource-group", "--name"},
    },
    "google_chat": {
        "services enable chat.googleapis.com": {"--project"},
        "iam service-accounts create trialchat": {"--project"},
        "iam service-accounts keys create key.json": {"--iam-account", "--project"},
        "projects describe hospital": {"--format"},
    },
}


# -- what the answers that pages quote are answered to


Provoked = Callable[[Line], Awaitable[tuple[int, str]]]


def forged(line: Line) -> Awaitable[tuple[int, str]]:
    return send(line, line.provider.forged(line.provider.text("hello")))


async def stale(line: Line) -> tuple[int, str]:
    sent = line.provider.stale(line.provider.text("hello"))
    assert sent is not None
    return await send(line, sent)


def unsigned(line: Line) -> Awaitable[tuple[int, str]]:
    return send(line, Sent(b"{}", {"Content-Type": "application/json"}))


def got(query: str) -> Provoked:
    async def ask(line: Line) -> tuple[int, str]:
        async with ClientSession() as session, session.get(f"{line.provider.hook}?{query}") as response:
            return response.status, await response.text()

    return ask


async def of_another_channel(line: Line) -> tuple[int, str]:
    assert isinstance(line.provider, FakeTwilioSms)
    other = "" if line.provider.prefix else "whatsapp:"
    fields = {**line.provider._fields("hi", line.provider.sender), "From": f"{other}+46700000001"}
    return await send(line, line.provider._signed(fields, twilio.TOKEN))


async def pressed_by_somebody_else(line: Line) -> tuple[int, str]:
    assert isinstance(line.provider, FakeMattermost)
    given = {"user_id": "somebody", "user_name": "kim", "trigger_id": "x", "context": {"payload": "#why", "mark": "0" * 64}}
    return await send(line, Sent(json.dumps(given).encode(), {"Content-Type": "application/json"}))


async def pressed_too_late(line: Line) -> tuple[int, str]:
    phone = line.provider
    assert isinstance(phone, FakeMattermost)
    bot = line.house.app[HEARING]._providers[phone.name]
    address = {"name": "pat", "user": phone.sender, "back": phone.hook}
    shown = bot.call(address, Piece("Well?", (("Why?", "#why"),)), "k", utc_now() - timedelta(days=31))
    assert shown.data is not None
    phone.contexts = {"Why?": shown.data["attachments"][0]["actions"][0]["integration"]["context"]}
    return await send(line, phone.press("Why?", "#why"))


def for_another_audience(line: Line) -> Awaitable[tuple[int, str]]:
    phone = line.provider
    assert isinstance(phone, FakeBotFramework | FakeGoogleChat)
    return send(line, phone.sent(json.loads(phone.text("hello").body), aud="somebody else"))


async def with_keys_away(line: Line) -> tuple[int, str]:
    phone = line.provider
    assert isinstance(phone, FakeBotFramework | FakeGoogleChat)
    # As it is at the first request after a start.
    keys = line.house.app[HEARING]._providers[phone.name].to_receive[0]
    known, keys._at = keys._at, None  # type: ignore[attr-defined]
    phone.keys_away = True
    answered = await send(line, phone.text("hello"))
    keys._at, phone.keys_away = known, False  # type: ignore[attr-defined]
    return answered


AWAY = "This cannot be checked at the moment. Please send it again."
NO_TOKEN, NOT_FOR_US = "There is no bearer token.", "The token is of somebody else, or for somebody else."
NOT_THEIRS = "The token is not signed with a key of theirs."
TWILIOS = "The signature is not Twilio's for this address; TRIALCHAT_PUBLIC_URL must be the one that Twilio calls."
NO_SENDER = "From and MessageSid: expected a sender of this channel and the message's number."
ANSWERS: Mapping[str, Mapping[str, Provoked]] = {
    "telegram": {"The secret token is not ours.": forged},
    "twilio_sms": {TWILIOS: forged, NO_SENDER: of_another_channel},
    "twilio_whatsapp": {TWILIOS: forged, NO_SENDER: of_another_channel},
    "slack": {
        "The signature is not Slack's.": forged,
        "The timestamp is more than five minutes off.": stale,
        "There is no timestamp.": unsigned,
    },
    "messenger": {
        "The signature is not Meta's.": forged,
        "The verify token is not ours.": got("hub.mode=subscribe&hub.verify_token=x"),
    },
    "botframework": {NO_TOKEN: unsigned, NOT_FOR_US: for_another_audience, NOT_THEIRS: forged, AWAY: with_keys_away},
    "webex": {"The signature is not Webex's.": forged},
    "mattermost": {
        "The token is not the slash command's.": got("text=hello"),
        "The button is not ours, or is pressed by somebody else.": pressed_by_somebody_else,
        "The button is older than 30 days.": pressed_too_late,
    },
    "rocketchat": {"The token is not the outgoing webhook's.": forged},
    "google_chat": {NO_TOKEN: unsigned, NOT_FOR_US: for_another_audience, NOT_THEIRS: forged, AWAY: with_keys_away},
}
GIVEN_UP = "an answer is given up after 1 tries: answered"
LOGGED: Mapping[str, Mapping[str, Trouble | str]] = {
    "telegram": {f"telegram: {GIVEN_UP} 403": Trouble(403), f"telegram: {GIVEN_UP} 401": Trouble(401)},
    "twilio_sms": {
        f"twilio_sms: {GIVEN_UP} 401, code 20003": Trouble(401, data={"code": 20003}),
        f"twilio_sms: {GIVEN_UP} 400, code 21610": Trouble(400, data={"code": 21610}),
    },
    "twilio_whatsapp": {f"twilio_whatsapp: {GIVEN_UP} 401, code 20003": Trouble(401, data={"code": 20003})},
    "slack": {
        f"slack: {GIVEN_UP} invalid_auth": Trouble(200, data={"ok": False, "error": "invalid_auth"}),
        f"slack: {GIVEN_UP} missing_scope": Trouble(200, data={"ok": False, "error": "missing_scope"}),
    },
    "messenger": {
        f"messenger: {GIVEN_UP} 400, code 190": Trouble(400, data={"error": {"code": 190}}),
        f"messenger: {GIVEN_UP} 400, code 10": Trouble(400, data={"error": {"code": 10}}),
    },
    "botframework": {
        "botframework: an answer waits: no token was given: answered 401 invalid_client": "PASSWORD",
        f"botframework: {GIVEN_UP} 403": Trouble(403),
    },
    "webex": {
        "webex: a message waits: a message cannot be read: answered 401": Trouble(401),
    },
    "mattermost": {f"mattermost: {GIVEN_UP} 400": Trouble(400), f"mattermost: {GIVEN_UP} 403": Trouble(403)},
    "rocketchat": {f"rocketchat: {GIVEN_UP} 401": Trouble(401)},
    "google_chat": {
        "google_chat: an answer waits: no token was given: answered 400 invalid_grant": "ACCOUNT",
        f"google_chat: {GIVEN_UP} 403": Trouble(403),
    },
}
