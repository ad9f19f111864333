"""A deployment that nothing is wrong with, to make one thing wrong at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.doctor.deployment import Deployment, StoreFacts
from bot.settings import Settings
from bot.store import Account, DeliveryTarget

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
#: Planted: no finding may ever show them.
SECRETS = {
    "api_key": "planted-api-key-yQ4vZ8",
    "admin_password": "planted basket of eleven herons",
    "engine_secret": "planted-engine-secret-kT7w",
    "audit_key": "planted-audit-key-Lm3pX9",
    "oidc_client_secret": "planted-client-secret-aa81",
    "sealing_keys": "cGxhbnRlZCBzZWFsaW5nIGtleSwgMzIgYnl0ZXMgISE=",
}
DATABASE = "postgresql://me:planted-database-password@db.example.org/trialchat?sslmode=verify-full"


def account(login: str = "ada", **more: Any) -> Account:
    """Somebody with a password of their own and a second factor."""
    fields: dict[str, Any] = {
        "id": 1,
        "login": login,
        "name": "Ada",
        "email": None,
        "role": "administrator",
        "all_trials": True,
        "trials": frozenset(),
        "state": "active",
        "password_hash": "a hash",
        "password_changed_at": NOON,
        "totp_secret": "sealed",
        "totp_step": None,
        "recovery_hashes": (),
        "oidc_issuer": None,
        "oidc_subject": None,
        "failures": 0,
        "locked_until": None,
        "created_at": NOON,
    }
    return Account(**(fields | more))


def target(address: str, kind: str = "webhook", *, active: bool = True) -> DeliveryTarget:
    return DeliveryTarget(4, None, kind, address, None, active, frozenset(), NOON)  # type: ignore[arg-type]  # one of two words


def settings(**more: Any) -> Settings:
    """Those of a house that has thought of everything."""
    given = Settings(
        port=8080,
        engine_port=8081,
        actions_port=8082,
        home=Path("/srv/trialchat"),
        models=Path("/srv/trialchat/models"),
        database_url=DATABASE,
        public_url="https://trials.example.org",
        origins="https://hospital.example",
        smtp_url="smtps://mail.example.org:465",
        mail_from="trials@example.org",
        require_second_factor=True,
        **SECRETS,  # type: ignore[arg-type]  # all of them texts
    )
    return replace(given, **more)


def sound(**of_settings: Any) -> Deployment:
    """The deployment, with some settings otherwise."""
    return Deployment(
        settings=settings(**of_settings),
        environment={"TRIALCHAT_BACKUP_FOR": "age1…"},
        store=StoreFacts(accounts=(account(),), sealed=3, audit_entries=9, targets=(target("https://x.example.org"),), skew=0.2),
    )
