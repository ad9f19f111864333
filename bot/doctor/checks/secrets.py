"""Secrets: given on purpose, long enough, and each used once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from bot.accounts.password_rules import fault_of
from bot.doctor.deployment import Deployment
from bot.doctor.finding import Finding, matters, unsafe, warning
from bot.sealing import Sealer, SealingError
from bot.settings import Settings

#: 16 characters of a program's random are some 80 bits and more; nobody types these.
SHORTEST = 16
_FEWEST_DIFFERENT = 6


def given_on_purpose(here: Deployment) -> Iterator[Finding]:
    """What `trialchat run` makes is random, and lies in the home folder beside what it protects."""
    if not here.made:
        return
    names = ", ".join(sorted(here.made))
    if here.several:
        yield unsafe(
            "secrets-made",
            f"{names} were made by this machine for itself, and several machines have to have the same",
            "give each as an environment variable, or as a file by the name with _FILE, on all of them",
        )
    else:
        yield warning(
            "secrets-made",
            f"{names} were made at the first start and lie beside the data that they protect",
            "give them as environment variables, or as files by the name with _FILE, and take them out of secrets.json",
        )


def long_enough(here: Deployment) -> Iterator[Finding]:
    """A secret that can be guessed is none."""
    settings = here.settings
    for name, value in _machine_secrets(settings):
        if value and (len(value) < SHORTEST or len(set(value)) < _FEWEST_DIFFERENT):
            yield unsafe("secret-length", f"{name} is short or simple enough to be guessed", f"use {SHORTEST} random characters or more")
    if settings.admin_password and fault_of(settings.admin_password, ("trialchat",)):
        yield matters(
            here.exposed, "secret-length", "TRIALCHAT_ADMIN_PASSWORD would not be taken as a password in the console", "choose a longer one"
        )


def sealing_keys(here: Deployment) -> Iterator[Finding]:
    """They have a shape of their own."""
    try:
        Sealer.of(here.settings.sealing_keys)
    except SealingError as problem:
        yield unsafe("sealing-keys", "contact data cannot be sealed", str(problem))


def used_once(here: Deployment) -> Iterator[Finding]:
    """Who learns one of them should not thereby know another."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in _every_secret(here):
        if value and name not in places[value]:
            places[value].append(name)
    for names in sorted(names for names in places.values() if len(names) > 1):
        yield unsafe("secret-twice", f"{' and '.join(names)} are the same", "give each a secret of its own")


def _machine_secrets(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "TRIALCHAT_API_KEY", settings.api_key
    yield "TRIALCHAT_ENGINE_SECRET", settings.engine_secret
    yield "TRIALCHAT_AUDIT_KEY", settings.audit_key


def _every_secret(here: Deployment) -> Iterator[tuple[str, str]]:
    settings = here.settings
    yield from _machine_secrets(settings)
    yield "TRIALCHAT_ADMIN_PASSWORD", settings.admin_password
    yield "TRIALCHAT_OIDC_CLIENT_SECRET", settings.oidc_client_secret
    for key in settings.sealing_keys.split(","):
        yield "TRIALCHAT_SEALING_KEYS", key.strip()
    # The same server may well be named twice: what counts is its password against all other secrets.
    for url in {settings.database_url, settings.tracker_url, settings.locks_url, settings.events_url, settings.smtp_url}:
        yield "a server's password", password_of(url)
    for secret in here.channels.secrets:
        yield f"{secret.channel}.{secret.field} of channels.yaml", secret.value


def password_of(url: str) -> str:
    """The password in an address, as it is used; empty where there is none."""
    try:
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""
