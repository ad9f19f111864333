"""Reading one setting at a time: what each kind of value looks like, and what to say of one that does not."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from bot.origins import AllowedOrigins, OriginsFault

#: Settings that are secrets. Each may be given as a file instead, under its name with `_FILE`: that is how containers are handed secrets.
SECRETS = (
    "TRIALCHAT_DATABASE_URL",
    "TRIALCHAT_TRACKER_URL",
    "TRIALCHAT_LOCKS_URL",
    "TRIALCHAT_EVENTS_URL",
    "TRIALCHAT_API_KEY",
    "TRIALCHAT_ADMIN_PASSWORD",
    "TRIALCHAT_ENGINE_SECRET",
    "TRIALCHAT_SEALING_KEYS",
    "TRIALCHAT_AUDIT_KEY",
    "TRIALCHAT_SMTP_URL",
    "TRIALCHAT_OIDC_CLIENT_SECRET",
    "TRIALCHAT_METRICS_KEY",
)

LONGEST_KEEP_DAYS = 36_500
SHORTEST_METRICS_KEY = 16


class SettingsError(ValueError):
    """A setting that cannot be used; says which, and what is expected."""


def with_files(given: Mapping[str, str]) -> Mapping[str, str]:
    """The settings with those secrets filled in that are given as the name of a file."""
    read: dict[str, str] = {}
    for name in SECRETS:
        path = given.get(f"{name}_FILE")
        if not path:
            continue
        if given.get(name):
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them")
        try:
            read[name] = Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "it is no text"
            raise SettingsError(f"{name}_FILE={path} cannot be read ({why}); it is to hold the secret and nothing else") from None
        if not read[name]:
            raise SettingsError(f"{name}_FILE={path} is empty; it is to hold the secret and nothing else")
    return {**given, **read}


def address(given: Mapping[str, str], name: str, default: str) -> str:
    """An address of this machine to listen on."""
    text = given.get(name) or default
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise SettingsError(f"{name}={text}: expected an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them") from None


def server(given: Mapping[str, str], name: str, schemes: str, example: str) -> str:
    """Where a server is, with whatever signs us in there; or nothing."""
    text = given.get(name, "")
    if text and not re.fullmatch(rf"({schemes})://[^\s/]*(/[^\s]*)?", text):
        # Not repeated: a password may be in it.
        raise SettingsError(f"{name}: expected an address such as {example}")
    return text


def metrics_key(given: Mapping[str, str]) -> str:
    """What opens `GET /metrics`: it goes into a header, and is not to be guessed."""
    text = given.get("TRIALCHAT_METRICS_KEY", "")
    if text and not re.fullmatch(rf"[!-~]{{{SHORTEST_METRICS_KEY},}}", text):
        # Not repeated: it is a secret.
        raise SettingsError(
            f"TRIALCHAT_METRICS_KEY: expected at least {SHORTEST_METRICS_KEY} letters, digits and signs without spaces, "
            "such as `openssl rand -hex 24` makes"
        )
    return text


def collector(given: Mapping[str, str], name: str) -> str:
    """Where spans are sent. A collector that asks for a key gets it by a header, so none belongs into the address."""
    text = given.get(name, "")
    if text and not re.fullmatch(r"https?://[^\s/?#@]+/[^\s?#@]*", text):
        # Not repeated: a password may be in it.
        raise SettingsError(
            f"{name}: expected a collector's address for traces by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; "
            "what it asks to be let in by goes into OTEL_EXPORTER_OTLP_HEADERS"
        )
    return text


def one_of(given: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    text = given.get(name) or values[0]
    if text not in values:
        raise SettingsError(f"{name}={text}: expected one of {', '.join(values)}")
    return text


def hours(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 24 * 365):
        raise SettingsError(f"{name}={text}: expected a number of hours, such as 12")
    return int(text)


def url(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "").rstrip("/")
    if text and not re.fullmatch(r"https?://[^\s/?#]+", text):
        raise SettingsError(f"{name}={text}: expected http:// or https:// and a host, such as https://trials.example.org")
    return text


def origins(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    try:
        AllowedOrigins.of(text)
    except OriginsFault as fault:
        raise SettingsError(f"{name}: {fault}") from None
    return text


def issuer(given: Mapping[str, str], name: str) -> str:
    """As the provider spells itself, with or without a slash at the end. Tokens are not sent in the clear, but to this machine."""
    text = given.get(name, "")
    if text and not re.fullmatch(r"https://[^\s/?#]+(/[^\s?#]*)?|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?", text):
        raise SettingsError(f"{name}={text}: expected https:// and the provider's address, such as https://login.example.org/realms/staff")
    return text


def smtp_url(given: Mapping[str, str]) -> str:
    text = given.get("TRIALCHAT_SMTP_URL", "").rstrip("/")
    if text and not re.fullmatch(r"smtps?://([^\s/@:]+:[^\s/@:]*@)?([^\s/@:\[\]]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?", text):
        # Not repeated: a password may be in it.
        raise SettingsError(
            "TRIALCHAT_SMTP_URL: expected smtp[s]://host:port or smtp[s]://user:password@host:port, "
            "with signs such as @, : and / in user and password written as %40, %3A and %2F"
        )
    return text


def mail_address(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "").strip()
    if text and not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", text):
        raise SettingsError(f"{name}={text}: expected an address such as trials@example.org")
    return text


def networks(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    for part in filter(None, (one.strip() for one in text.split(","))):
        try:
            ipaddress.ip_network(part)
        except ValueError:
            raise SettingsError(f"{name}: {part} is no network; expected networks such as 10.1.0.0/16, separated by commas") from None
    return text


def days(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) <= LONGEST_KEEP_DAYS):
        raise SettingsError(f"{name}={text}: expected a number of days from 1 to {LONGEST_KEEP_DAYS}, or 0 for ever")
    return int(text)


def port(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise SettingsError(f"{name}={text}: expected a port number from 1 to 65535")
    return int(text)
