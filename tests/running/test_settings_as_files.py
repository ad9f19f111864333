"""Secrets as files, where the server listens, and which servers there are beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError


def test_a_secret_may_be_given_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a-key-from-a-file\n", "utf-8")
    assert Settings.from_environment({"TRIALCHAT_API_KEY_FILE": str(tmp_path / "key")}).api_key == "a-key-from-a-file"


@pytest.mark.parametrize(
    ("content", "also", "expected"),
    [
        (None, "", r"TRIALCHAT_API_KEY_FILE=.* cannot be read \(No such file"),
        (b"", "", r"TRIALCHAT_API_KEY_FILE=.* is empty"),
        (b"\xff\xfe", "", r"TRIALCHAT_API_KEY_FILE=.* cannot be read \(it is no text\)"),
        (b"one", "another", "TRIALCHAT_API_KEY and TRIALCHAT_API_KEY_FILE are both set"),
    ],
)
def test_a_file_that_gives_no_secret_is_named(tmp_path: Path, content: bytes | None, also: str, expected: str) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=expected):
        Settings.from_environment({"TRIALCHAT_API_KEY_FILE": str(path), "TRIALCHAT_API_KEY": also})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TRIALCHAT_LISTEN", "everywhere", "TRIALCHAT_LISTEN=everywhere: expected an address"),
        ("TRIALCHAT_PROXIES", "the proxy", "TRIALCHAT_PROXIES: the proxy is no network"),
        ("TRIALCHAT_TRACKER_URL", "mysql://me:hidden@host/db", "TRIALCHAT_TRACKER_URL: expected an address such as postgresql://"),
        ("TRIALCHAT_LOCKS_URL", "host:6379", "TRIALCHAT_LOCKS_URL: expected an address such as redis://"),
        ("TRIALCHAT_EVENTS_URL", "https://host", "TRIALCHAT_EVENTS_URL: expected an address such as amqp://"),
    ],
)
def test_an_address_that_cannot_be_used_is_named_and_no_password_repeated(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=expected) as error:
        Settings.from_environment({name: value})
    assert "hidden" not in str(error.value)


def test_the_processes_find_what_was_set() -> None:
    given = {
        "TRIALCHAT_LISTEN": "0.0.0.0",  # noqa: S104 - what is tested
        "TRIALCHAT_PROXIES": "10.1.0.0/16",
        "TRIALCHAT_TRACKER_URL": "postgresql://me:secret@db.example/trialchat",
        "TRIALCHAT_LOCKS_URL": "rediss://:secret@redis.example:6379/1",
        "TRIALCHAT_EVENTS_URL": "amqps://me:secret@rabbit.example/",
    }
    settings = Settings.from_environment(given)
    assert Settings.from_environment(settings.as_environment()) == settings
    assert given.items() <= settings.as_environment().items()
