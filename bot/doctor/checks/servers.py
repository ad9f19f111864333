"""The servers beside the app: what goes to them over a network is encrypted, and they fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from bot.doctor.deployment import Deployment, host_of, is_here
from bot.doctor.finding import Finding, unsafe, warning
from bot.settings import SettingsError

_ENCRYPTED, _VERIFIED = {"require", "verify-ca", "verify-full"}, {"verify-ca", "verify-full"}


def postgresql_tls(here: Deployment) -> Iterator[Finding]:
    """libpq encrypts where it can, and goes on without where it cannot: nobody notices who takes the encryption away."""
    for name, url in (("TRIALCHAT_DATABASE_URL", here.settings.database_url), ("TRIALCHAT_TRACKER_URL", here.settings.tracker_url)):
        if not url.startswith("postgres"):
            continue
        query = parse_qs(urlsplit(url).query)
        hosts = query.get("host") or [host_of(url)]
        if all(map(is_here, hosts)):
            continue
        mode = (query.get("sslmode") or [here.environment.get("PGSSLMODE") or "prefer"])[-1]
        if mode not in _ENCRYPTED:
            yield unsafe("database-tls", f"{name}: what people said may cross the network in the clear", "add ?sslmode=verify-full to it")
        elif mode not in _VERIFIED:
            yield warning("database-tls", f"{name}: the server is not asked who it is", "use sslmode=verify-full and name its sslrootcert")


def queues_tls(here: Deployment) -> Iterator[Finding]:
    """Events carry what people say; locks let whoever holds them stop every conversation."""
    for name, url, plain, encrypted in (
        ("TRIALCHAT_LOCKS_URL", here.settings.locks_url, "redis", "rediss"),
        ("TRIALCHAT_EVENTS_URL", here.settings.events_url, "amqp", "amqps"),
    ):
        if url.startswith(f"{plain}://") and not is_here(host_of(url)):
            yield unsafe("queues-tls", f"{name} leads to another machine in the clear", f"use {encrypted}:// there")


def mail_tls(here: Deployment) -> Iterator[Finding]:
    """With a password STARTTLS is insisted on; without one it is only taken where it is offered."""
    url = here.settings.smtp_url
    if url.startswith("smtp://") and "@" not in url and not is_here(host_of(url)):
        yield warning("mail-tls", "mail may go to its server in the clear", "use smtps:// where the server takes it")


def fitting_each_other(here: Deployment) -> Iterator[Finding]:
    """Several engines share their memory, take turns, and hand their events on: one of the three alone is half a set-up."""
    settings = here.settings
    if not here.several:
        return
    named = {
        "TRIALCHAT_TRACKER_URL": settings.tracker_url,
        "TRIALCHAT_LOCKS_URL": settings.locks_url,
        "TRIALCHAT_EVENTS_URL": settings.events_url,
    }
    given, missing = [name for name, url in named.items() if url], [name for name, url in named.items() if not url]
    if missing:
        yield warning(
            "several-machines",
            f"{' and '.join(given)} is set and {' and '.join(missing)} is not: right for one engine, and wrong for two",
            "set all three where more than one engine runs",
        )
    if settings.database_url.startswith("sqlite"):
        yield warning(
            "several-machines",
            "the store is a file of this machine, though the engine keeps its things on servers",
            "set TRIALCHAT_DATABASE_URL to a PostgreSQL where more than one app runs",
        )


def channels(here: Deployment) -> Iterator[Finding]:
    """Messaging channels: the file can be read, its secrets are not in it, and answers go out encrypted."""
    if here.channels.problem:
        yield unsafe("channels", here.channels.problem, "the app does not start like this")
    literal = sorted({f"{one.channel}.{one.field}" for one in here.channels.secrets if one.literal})
    if literal:
        yield warning(
            "channel-secrets", f"{', '.join(literal)} stand in the file of channels itself", "write ${NAME} there and set the variable"
        )
    for one in here.channels.secrets:
        if len(one.value) < _SHORTEST_OF_A_CHANNEL:
            yield warning("channel-secrets", f"{one.channel}.{one.field} is short enough to be guessed", "make a longer one there")
    for channel, field, address in here.channels.addresses:
        if address.startswith("http://") and not is_here(host_of(address)):
            yield unsafe("channel-tls", f"{channel}.{field}: answers to people leave in the clear", "use https:// there")


_SHORTEST_OF_A_CHANNEL = 16


def single_sign_on(here: Deployment) -> Iterator[Finding]:
    """A provider on this machine may be spoken to by http; people's browsers have to get there too."""
    if here.exposed and here.settings.oidc_issuer.startswith("http://"):
        yield unsafe("single-sign-on", "the sign-in provider is reached by http", "set TRIALCHAT_OIDC_ISSUER to its https:// address")


def readable_settings(here: Deployment) -> Iterator[Finding]:
    """What can only be told once two settings are looked at together."""
    try:
        _ = here.settings.allowed_origins
    except SettingsError as problem:
        yield unsafe("settings", str(problem), "the app does not start like this")
