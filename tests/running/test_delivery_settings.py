"""What notifications go out by, as the environment says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.deliveries.webhooks import networks_of
from bot.sealing import new_key
from bot.settings import Settings, SettingsError
from bot.web.assembly import assemble
from bot.web.outbox import OUTBOX


def settings(home: Path, **given: str) -> Settings:
    return Settings.from_environment({"TRIALCHAT_HOME": str(home), **given})


def test_the_processes_find_them_as_they_were_set(tmp_path: Path) -> None:
    made = settings(
        tmp_path,
        TRIALCHAT_SMTP_URL="smtps://ada%40x:p%2Fw@mail.example.org:2465/",
        TRIALCHAT_MAIL_FROM="trials@example.org",
        TRIALCHAT_WEBHOOK_NETWORKS="10.1.0.0/16, ::1",
    )
    assert made.smtp_url == "smtps://ada%40x:p%2Fw@mail.example.org:2465"
    assert Settings.from_environment(made.as_environment()) == made


def test_without_them_there_are_none(tmp_path: Path) -> None:
    made = settings(tmp_path)
    assert (made.smtp_url, made.mail_from, made.webhook_networks) == ("", "", "")


@pytest.mark.parametrize("url", [
    "mail.example.org", "http://mail.example.org", "smtp://", "smtp://ada:hunter2@", "smtp://ada:hunter2:x@mail", "smtp://mail/box",
    "smtp://a b",
])  # fmt: skip
def test_a_server_that_cannot_be_one_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"^TRIALCHAT_SMTP_URL: expected smtp\[s\]://") as told:
        settings(tmp_path, TRIALCHAT_SMTP_URL=url, TRIALCHAT_MAIL_FROM="a@example.org")
    assert "hunter2" not in str(told.value)


def test_a_server_without_an_address_that_mail_comes_from_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TRIALCHAT_MAIL_FROM is not set"):
        settings(tmp_path, TRIALCHAT_SMTP_URL="smtp://mail.example.org")


@pytest.mark.parametrize(("name", "value", "said"), [
    ("TRIALCHAT_MAIL_FROM", "Trials <trials@example.org>", "expected an address such as"),
    ("TRIALCHAT_WEBHOOK_NETWORKS", "10.1.0.0/16, nonsense", "nonsense is no network"),
    ("TRIALCHAT_WEBHOOK_NETWORKS", "10.1.0.5/16", "10.1.0.5/16 is no network"),
])  # fmt: skip
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings(tmp_path, **{name: value})


def test_the_app_sends_by_what_is_set(tmp_path: Path) -> None:
    made = settings(
        tmp_path,
        TRIALCHAT_SMTP_URL="smtp://mail.example.org",
        TRIALCHAT_MAIL_FROM="trials@example.org",
        TRIALCHAT_WEBHOOK_NETWORKS="10.1.0.0/16",
        TRIALCHAT_API_KEY="key",
        TRIALCHAT_ENGINE_SECRET="secret",
        TRIALCHAT_ADMIN_PASSWORD="a long enough password",
        TRIALCHAT_SEALING_KEYS=new_key(),
        TRIALCHAT_AUDIT_KEY="key",
    )
    assembled = assemble(made)
    outbox = assembled.public[OUTBOX]
    assert outbox.sends_mail
    assert outbox.webhooks.networks == networks_of("10.1.0.0/16")
    assembled.store.dispose()
