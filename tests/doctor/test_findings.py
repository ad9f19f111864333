"""Each thing that can be unsafe is found, as bad as it is; and a sound deployment has nothing to be said of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.doctor.deployment import ChannelFacts, ChannelSecret, Deployment, MachineFacts, Modes, StoreFacts
from bot.doctor.examining import examine
from tests.doctor.sound import DATABASE, SECRETS, account, sound, target

ANYWHERE = "0.0.0.0"  # noqa: S104 - what is looked for


def of(check: str, here: Deployment) -> list[str]:
    """How bad what a check found is, for each finding."""
    return [finding.level.value for finding in examine(here) if finding.check == check]


def with_store(**more: Any) -> Deployment:
    return replace(sound(), store=replace(sound().store, **more))


def with_channels(**more: Any) -> Deployment:
    return replace(sound(), channels=ChannelFacts(**more))


def at_home(**more: Any) -> Deployment:
    """On somebody's own computer, to try it."""
    return sound(public_url="", **more)


FINDINGS = [
    ("public-url", "unsafe", sound(public_url="http://trials.example.org")),
    ("public-url", "unsafe", sound(public_url="", listen=ANYWHERE, proxies="10.1.0.0/16")),
    ("public-url", "warning", at_home()),
    ("public-url", "warning", sound(public_url="http://localhost:8080")),
    ("listen", "unsafe", sound(listen=ANYWHERE)),
    ("listen", "unsafe", sound(listen="192.0.2.7")),
    ("proxies", "unsafe", sound(proxies="0.0.0.0/0")),
    ("proxies", "unsafe", sound(proxies="127.0.0.0/8,::/0")),
    ("webhook-networks", "unsafe", sound(webhook_networks="0.0.0.0/0")),
    ("inner-ports", "unsafe", replace(sound(), open_inside=(("the dialogue engine", "192.0.2.7", 8081),))),
    ("origins", "warning", sound(origins="")),
    ("secrets-made", "warning", replace(sound(), made=frozenset({"TRIALCHAT_API_KEY"}))),
    (
        "secrets-made",
        "unsafe",
        replace(sound(locks_url="rediss://r.example/1"), made=frozenset({"TRIALCHAT_API_KEY"})),
    ),
    ("secret-length", "unsafe", sound(api_key="short")),
    ("secret-length", "unsafe", sound(audit_key="a" * 40)),
    ("secret-length", "unsafe", sound(admin_password="password1234")),
    ("secret-length", "warning", at_home(admin_password="password1234")),
    ("sealing-keys", "unsafe", sound(sealing_keys="not a key")),
    ("sealing-keys", "unsafe", sound(sealing_keys="")),
    ("secret-twice", "unsafe", sound(api_key=SECRETS["audit_key"])),
    ("secret-twice", "unsafe", sound(api_key="planted-database-password")),
    ("first-password", "unsafe", with_store(accounts=(account("coordinator", password_changed_at=None),))),
    ("second-factor", "unsafe", replace(sound(require_second_factor=False), store=StoreFacts(accounts=(account(totp_secret=None),)))),
    (
        "second-factor",
        "warning",
        replace(sound(require_second_factor=False), store=StoreFacts(accounts=(account(role="auditor", totp_secret=None),))),
    ),
    ("second-factor", "warning", with_store(accounts=(account(totp_secret=None),))),
    ("modes", "unsafe", replace(sound(), modes=(Modes(Path("/srv/trialchat/secrets.json"), 0o644),))),
    ("modes", "unsafe", replace(sound(), modes=(Modes(Path("/srv/trialchat"), 0o770, is_folder=True),))),
    ("modes", "warning", replace(sound(), modes=(Modes(Path("/srv/trialchat"), 0o755, is_folder=True),))),
    ("network-disk", "unsafe", replace(sound(database_url="sqlite:////mnt/x.db"), file_system="nfs4")),
    ("database-tls", "unsafe", sound(database_url="postgresql://me:x@db.example.org/trialchat")),
    ("database-tls", "unsafe", sound(tracker_url="postgresql://me:x@db.example.org/tracker?sslmode=prefer")),
    ("database-tls", "warning", sound(database_url=DATABASE.replace("verify-full", "require"))),
    ("database-tls", "unsafe", sound(database_url="postgresql://me:x@/trialchat?host=db.example.org")),
    ("queues-tls", "unsafe", sound(locks_url="redis://redis.example:6379/1")),
    ("queues-tls", "unsafe", sound(events_url="amqp://me:x@rabbit.example/")),
    ("mail-tls", "warning", sound(smtp_url="smtp://mail.example.org")),
    ("several-machines", "warning", sound(tracker_url="postgresql://me:x@localhost/tracker")),
    (
        "several-machines",
        "warning",
        sound(
            database_url="sqlite:////srv/trialchat/trialchat.db",
            tracker_url="postgresql://me:x@localhost/t",
            locks_url="redis://localhost/1",
            events_url="amqp://localhost/",
        ),
    ),
    ("single-sign-on", "unsafe", sound(oidc_issuer="http://localhost:9000")),
    ("channels", "unsafe", with_channels(problem="channels.yaml: telegram: token: is missing")),
    ("channel-secrets", "warning", with_channels(secrets=(ChannelSecret("telegram", "secret", "x" * 32, literal=True),))),
    ("channel-secrets", "warning", with_channels(secrets=(ChannelSecret("messenger", "verify_token", "12345678", literal=False),))),
    ("channel-tls", "unsafe", with_channels(addresses=(("webhook", "reply_url", "http://chat.example.org/in"),))),
    ("database", "unsafe", with_store(problem="the database is at version 0003")),
    ("sealed", "unsafe", with_store(unopenable=1)),
    ("sealed", "unsafe", with_store(unopenable=None)),
    ("audit", "unsafe", with_store(audit_faults=2)),
    ("audit", "unsafe", with_store(audit_faults=None)),
    ("clock", "warning", with_store(skew=-7.0)),
    ("clock", "unsafe", with_store(skew=90.0)),
    ("webhook-tls", "unsafe", with_store(targets=(target("http://x.example.org"),))),
    ("webhook-tls", "warning", with_store(targets=(target("http://127.0.0.1:9000"),))),
    ("mail", "warning", replace(sound(smtp_url=""), store=StoreFacts(targets=(target("a@example.org", "mail"),)))),
    ("mail", "warning", with_store(targets=(), handoffs=True)),
    ("retention", "warning", sound(keep_days=0)),
    ("python", "unsafe", replace(sound(), machine=MachineFacts(python=(3, 11), month="2027-11"))),
    ("engine-python", "warning", replace(sound(), machine=MachineFacts(engine_python=(3, 10)))),
    ("openssl", "unsafe", replace(sound(), machine=MachineFacts(openssl=(1, 1), openssl_name="OpenSSL 1.1.1w"))),
    ("disk", "warning", replace(sound(), machine=MachineFacts(free_megabytes=900))),
    ("disk", "unsafe", replace(sound(), machine=MachineFacts(free_megabytes=100))),
    ("user", "warning", replace(sound(), machine=MachineFacts(is_root=True))),
    ("backup", "warning", replace(sound(), environment={})),
]


def test_nothing_is_said_of_a_sound_deployment() -> None:
    assert [finding.line for finding in examine(sound())] == []


@pytest.mark.parametrize(("check", "level", "here"), FINDINGS, ids=[f"{check}-{number}" for number, (check, _, _) in enumerate(FINDINGS)])
def test_what_is_wrong_is_found_and_as_bad_as_it_is(check: str, level: str, here: Deployment) -> None:
    assert level in of(check, here)


@pytest.mark.parametrize(("check", "level", "here"), FINDINGS, ids=[f"{check}-{number}" for number, (check, _, _) in enumerate(FINDINGS)])
def test_a_finding_is_one_line_with_what_to_do_and_without_a_secret(check: str, level: str, here: Deployment) -> None:
    lines = [finding.line for finding in examine(here)]
    assert not [line for line in lines if "\n" in line or "; " not in line]
    assert not [line for line in lines if "planted" in line]
    assert not [line for line in lines for secret in (*SECRETS.values(), "12345678", "not a key") if secret in line]


def test_the_unsafe_come_first() -> None:
    found = [finding.level.value for finding in examine(sound(origins="", api_key="short"))]
    assert found == sorted(found, key=lambda level: level != "unsafe")


@pytest.mark.parametrize(
    "here",
    [
        sound(listen=ANYWHERE, proxies="10.1.0.0/16"),
        sound(listen="::1"),
        sound(origins="https://a.example"),
        sound(database_url="postgresql://me:x@127.0.0.1/trialchat"),
        sound(database_url="postgresql://me:x@/trialchat?host=/run/postgresql"),
        replace(sound(database_url=DATABASE.partition("?")[0]), environment={"PGSSLMODE": "verify-full", "TRIALCHAT_BACKUP_FOR": "age1…"}),
        sound(smtp_url="smtp://me:x@mail.example.org"),
        replace(sound(database_url="sqlite:////srv/x.db"), file_system="ext4"),
        sound(webhook_networks="10.1.0.0/16"),
        replace(sound(), modes=(Modes(Path("/srv/trialchat"), 0o700, is_folder=True), Modes(Path("/srv/trialchat/x.db"), 0o600))),
        with_channels(
            secrets=(ChannelSecret("telegram", "secret", "x" * 32, literal=False),),
            addresses=(("telegram", "api_url", "https://api.telegram.org"),),
        ),
        with_store(targets=(target("http://x.example.org", active=False),)),
        with_store(accounts=(account("coordinator", state="disabled", password_changed_at=None, totp_secret=None),)),
        # Who signs in at a provider only has no password here, and that provider's factors.
        with_store(accounts=(account(password_hash=None, totp_secret=None, oidc_subject="7"),)),
        sound(
            tracker_url=DATABASE,
            locks_url="rediss://redis.example:6379/1",
            events_url="amqps://rabbit.example/",
        ),
        replace(sound(), machine=MachineFacts(python=(3, 11), engine_python=(3, 10), month="2026-10")),
    ],
)
def test_what_is_safe_is_not_complained_of(here: Deployment) -> None:
    assert [finding.line for finding in examine(here)] == []


def test_what_settings_contradict_each_other_is_a_finding_and_no_crash() -> None:
    assert of("settings", sound(public_url="https://trials.example.org:99999")) == ["unsafe"]
