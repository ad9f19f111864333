"""Channels are set up in one file; what is wrong there is named, and no secret is repeated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.channels.limits import channel_table
from bot.channels.setup import KNOWN, read_channels
from bot.settings import PROJECT, SettingsError
from tests.fakes.providers.tokens import key

SECRET = "a-very-secret-value-of-somebody"


def written(folder: Path, text: str) -> Path:
    file = folder / "channels.yaml"
    file.write_text(text)
    return file


def test_every_channel_has_its_row_in_the_table() -> None:
    assert set(KNOWN) == set(channel_table())


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    file = written(tmp_path, "webhook:\n  reply_url: https://a.example/answers\n  secret: ${HOOK}\n  trial: NCT06141070\n")
    found = read_channels(file, {"HOOK": SECRET}).providers
    assert list(found) == ["webhook"]
    assert found["webhook"].config.trial == "NCT06141070"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("webhook:\n  reply_url: https://a.example\n  secret: ${HOOK}\n", "secret asks for HOOK, which is not set"),
        ("fax:\n  number: 1\n", "there is no channel fax; there are webhook, telegram"),
        ("telegram: yes\n", "telegram: expected its fields, one a line"),
        (f"telegram:\n  token: {SECRET}\n  secret: {SECRET}\n", "telegram: token:"),
        (f"webhook:\n  reply_url: ftp://a.example\n  secret: {SECRET}\n", "webhook: reply_url:"),
        (f"webhook:\n  reply_url: https://a.example\n  secret: {SECRET}\n  colour: red\n", "webhook: colour:"),
        (f"twilio_sms:\n  account_sid: AC{'0' * 32}\n  auth_token: {SECRET}\n", "number or messaging_service_sid"),
        (f"webhook:\n  reply_url: https://a.example\n  secret: {SECRET}\n  trial: '1'\n", "webhook: trial:"),
        (f"mattermost:\n  command_token: {SECRET}\n  webhook_url: https://a.example\n  command: trial\n", "mattermost: command:"),
        (f"mattermost:\n  command_token: {SECRET}\n  webhook_url: https://a.example\n  command: /a b\n", "mattermost: command:"),
        ("socketio:\n  path: socket.io\n", "socketio: path:"),
        ("socketio:\n  token: x\n", "socketio: token:"),
        ("socketio:\n", "socketio: expected its fields, one a line"),
        ("- webhook\n", "expected a part for each channel"),
        ("webhook: [\n", "it is not YAML in UTF-8"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(says)) as problem:
        read_channels(written(tmp_path, text), {})
    assert SECRET not in str(problem.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="it cannot be read"):
        read_channels(tmp_path / "nowhere.yaml", {})


def test_the_example_of_the_guide_is_a_file_that_works(tmp_path: Path) -> None:
    page = (PROJECT / "docs/channels/README.md").read_text("utf-8")
    example = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert example is not None
    named = {
        "WEBHOOK_SECRET": SECRET,
        "TELEGRAM_TOKEN": "123456:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K",
        "TELEGRAM_SECRET": SECRET,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": SECRET,
        "SLACK_BOT_TOKEN": "xoxb-" + SECRET,
        "SLACK_SIGNING_SECRET": SECRET,
        "PAGE_ACCESS_TOKEN": SECRET,
        "APP_SECRET": SECRET,
        "VERIFY_TOKEN": SECRET,
        "BOT_APP_ID": "11111111-2222-3333-4444-555555555555",
        "BOT_APP_PASSWORD": SECRET,
        "WEBEX_ACCESS_TOKEN": SECRET,
        "WEBEX_SECRET": SECRET,
        "MATTERMOST_COMMAND_TOKEN": SECRET,
        "MATTERMOST_WEBHOOK_URL": "https://chat.hospital.example/hooks/x",
        "ROCKETCHAT_USER_ID": "rbAXPnMktTFbNpwtJ",
        "ROCKETCHAT_AUTH_TOKEN": SECRET,
        "ROCKETCHAT_WEBHOOK_TOKEN": SECRET,
        # As it stands in an environment variable, with its line ends written out.
        "GOOGLE_PRIVATE_KEY": key("service account").as_pem(private=True).decode().replace("\n", "\\n"),
    }
    found = read_channels(written(tmp_path, example[1]), named)
    assert [*found.providers, *(["socketio"] if found.socketio else [])] == list(KNOWN)


def test_widgets_connect_only_where_a_part_says_so(tmp_path: Path) -> None:
    webhook = f"webhook:\n  reply_url: https://a.example\n  secret: {SECRET}\n"
    assert read_channels(written(tmp_path, webhook), {}).socketio is None
    found = read_channels(written(tmp_path, f"{webhook}socketio: {{}}\n"), {})
    assert list(found.providers) == ["webhook"]
    assert found.socketio is not None
    assert found.socketio.path == "/socket.io"
    assert found.socketio.trial is None
