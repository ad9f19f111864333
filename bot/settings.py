"""Everything that can be set from outside, read from the environment in one place."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: The folder of the project: Rasa's files, the trials, the lexicon and the words are in it.
PROJECT = Path(__file__).resolve().parent.parent
#: The app is the one public door, and in part 1 it too stays on this machine.
INTERFACE = "127.0.0.1"
DEFAULT_PORT = 8080
#: The registry that trials are imported from, by number or by query.
REGISTRY_URL = "https://clinicaltrials.gov/api/v2"

#: Which criteria that a program has read, and nobody has approved, may rule a trial out (`bot.trials.screened.Deciding`).
UNREVIEWED = ("age-and-sex", "none", "all")

#: For how many days after their last message conversations are kept, unless the installation or a trial says otherwise.
DEFAULT_KEEP_DAYS = 730
LONGEST_KEEP_DAYS = 36_500


class SettingsError(ValueError):
    """A setting that cannot be used; says which, and what is expected."""


@dataclass(frozen=True)
class Settings:
    """How this installation runs. `from_environment` makes it; `bot.running` fills in the secrets that are missing."""

    port: int
    engine_port: int
    actions_port: int
    home: Path
    models: Path
    database_url: str
    api_key: str = ""
    admin_password: str = ""
    engine_secret: str = ""
    # What contact data and the like are sealed with, newest first, separated by commas; and what seals the audit's end.
    sealing_keys: str = ""
    audit_key: str = ""
    # Where people find the site, where a proxy stands before it. HTTPS there makes cookies secure ones.
    public_url: str = ""
    # Mail to coordinators: smtp[s]://user:password@host:port, and the address it comes from.
    smtp_url: str = ""
    mail_from: str = ""
    # Networks inside one's own house that webhooks may be sent into, separated by commas: 10.1.0.0/16, 127.0.0.1.
    webhook_networks: str = ""
    registry_url: str = REGISTRY_URL
    contact: str = ""
    unreviewed: str = UNREVIEWED[0]
    # Whether whoever signs in to the console must have a second factor.
    require_second_factor: bool = False
    # Where people may sign in instead, by OpenID Connect; without an issuer, nowhere. The name is what the button says.
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = ""
    # How long a patient may wait for whoever took the conversation over, before the console says that nobody sees to it.
    takeover_hours: int = 12
    # For how many days after its last message a conversation is kept, where its trial sets nothing else; 0: for ever.
    keep_days: int = DEFAULT_KEEP_DAYS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; `SettingsError` names the variable that is not as expected."""
        given = os.environ if environment is None else environment
        port = _port(given, "PORT", DEFAULT_PORT)
        home = Path(given.get("TRIALCHAT_HOME") or "var").absolute()
        settings = cls(
            port=port,
            engine_port=_port(given, "TRIALCHAT_ENGINE_PORT", port + 1),
            actions_port=_port(given, "TRIALCHAT_ACTIONS_PORT", port + 2),
            home=home,
            models=Path(given.get("TRIALCHAT_MODELS") or home / "models").absolute(),
            database_url=given.get("TRIALCHAT_DATABASE_URL") or f"sqlite:///{home / 'trialchat.db'}",
            api_key=given.get("TRIALCHAT_API_KEY", ""),
            admin_password=given.get("TRIALCHAT_ADMIN_PASSWORD", ""),
            engine_secret=given.get("TRIALCHAT_ENGINE_SECRET", ""),
            sealing_keys=given.get("TRIALCHAT_SEALING_KEYS", ""),
            audit_key=given.get("TRIALCHAT_AUDIT_KEY", ""),
            public_url=_url(given, "TRIALCHAT_PUBLIC_URL"),
            smtp_url=_smtp_url(given),
            mail_from=_mail_address(given, "TRIALCHAT_MAIL_FROM"),
            webhook_networks=_networks(given, "TRIALCHAT_WEBHOOK_NETWORKS"),
            registry_url=given.get("TRIALCHAT_REGISTRY_URL") or REGISTRY_URL,
            contact=given.get("TRIALCHAT_CONTACT", ""),
            unreviewed=_one_of(given, "TRIALCHAT_UNREVIEWED", UNREVIEWED),
            require_second_factor=_one_of(given, "TRIALCHAT_REQUIRE_SECOND_FACTOR", ("0", "1")) == "1",
            oidc_issuer=_issuer(given, "TRIALCHAT_OIDC_ISSUER"),
            oidc_client_id=given.get("TRIALCHAT_OIDC_CLIENT_ID", ""),
            oidc_client_secret=given.get("TRIALCHAT_OIDC_CLIENT_SECRET", ""),
            oidc_name=given.get("TRIALCHAT_OIDC_NAME", ""),
            takeover_hours=_hours(given, "TRIALCHAT_TAKEOVER_HOURS", 12),
            keep_days=_days(given, "TRIALCHAT_KEEP_DAYS", DEFAULT_KEEP_DAYS),
        )
        if settings.oidc_issuer and not (settings.oidc_client_id and settings.oidc_client_secret):
            raise SettingsError(
                "TRIALCHAT_OIDC_ISSUER needs TRIALCHAT_OIDC_CLIENT_ID and TRIALCHAT_OIDC_CLIENT_SECRET, which the provider gave you"
            )
        if len({settings.port, settings.engine_port, settings.actions_port}) < 3:
            raise SettingsError(
                f"PORT, TRIALCHAT_ENGINE_PORT and TRIALCHAT_ACTIONS_PORT must differ; "
                f"they are {settings.port}, {settings.engine_port} and {settings.actions_port}"
            )
        if settings.smtp_url and not settings.mail_from:
            raise SettingsError("TRIALCHAT_MAIL_FROM is not set; TRIALCHAT_SMTP_URL needs the address that mail comes from")
        return settings

    def as_environment(self) -> dict[str, str]:
        """What the processes started by `trialchat run` find in their environment: this, and nothing to guess."""
        return {
            "PORT": str(self.port),
            "TRIALCHAT_ENGINE_PORT": str(self.engine_port),
            "TRIALCHAT_ACTIONS_PORT": str(self.actions_port),
            "TRIALCHAT_HOME": str(self.home),
            "TRIALCHAT_MODELS": str(self.models),
            "TRIALCHAT_DATABASE_URL": self.database_url,
            "TRIALCHAT_API_KEY": self.api_key,
            "TRIALCHAT_ADMIN_PASSWORD": self.admin_password,
            "TRIALCHAT_ENGINE_SECRET": self.engine_secret,
            "TRIALCHAT_SEALING_KEYS": self.sealing_keys,
            "TRIALCHAT_AUDIT_KEY": self.audit_key,
            "TRIALCHAT_PUBLIC_URL": self.public_url,
            "TRIALCHAT_SMTP_URL": self.smtp_url,
            "TRIALCHAT_MAIL_FROM": self.mail_from,
            "TRIALCHAT_WEBHOOK_NETWORKS": self.webhook_networks,
            "TRIALCHAT_REGISTRY_URL": self.registry_url,
            "TRIALCHAT_CONTACT": self.contact,
            "TRIALCHAT_UNREVIEWED": self.unreviewed,
            "TRIALCHAT_REQUIRE_SECOND_FACTOR": "1" if self.require_second_factor else "0",
            "TRIALCHAT_OIDC_ISSUER": self.oidc_issuer,
            "TRIALCHAT_OIDC_CLIENT_ID": self.oidc_client_id,
            "TRIALCHAT_OIDC_CLIENT_SECRET": self.oidc_client_secret,
            "TRIALCHAT_OIDC_NAME": self.oidc_name,
            "TRIALCHAT_TAKEOVER_HOURS": str(self.takeover_hours),
            "TRIALCHAT_KEEP_DAYS": str(self.keep_days),
            "TRIALCHAT_TRACKER_DB": str(self.tracker_database),
            "TRIALCHAT_EVENTS_DB": str(self.events_database),
        }

    @property
    def site_url(self) -> str:
        """Where people find the site."""
        return self.public_url or f"http://{INTERFACE}:{self.port}"

    @property
    def engine_url(self) -> str:
        """Where the app finds the dialogue engine."""
        return f"http://{INTERFACE}:{self.engine_port}"

    @property
    def tracker_database(self) -> Path:
        """Rasa's own memory of each conversation."""
        return self.home / "tracker.db"

    @property
    def events_database(self) -> Path:
        """Every event of every conversation, in order, as Rasa's event broker wrote it; transcripts are made from it."""
        return self.home / "events.db"

    @property
    def logs(self) -> Path:
        """The folder of what each process has to say."""
        return self.home / "logs"


def _one_of(given: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    text = given.get(name) or values[0]
    if text not in values:
        raise SettingsError(f"{name}={text}: expected one of {', '.join(values)}")
    return text


def _hours(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 24 * 365):
        raise SettingsError(f"{name}={text}: expected a number of hours, such as 12")
    return int(text)


def _url(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "").rstrip("/")
    if text and not re.fullmatch(r"https?://[^\s/?#]+", text):
        raise SettingsError(f"{name}={text}: expected http:// or https:// and a host, such as https://trials.example.org")
    return text


def _issuer(given: Mapping[str, str], name: str) -> str:
    """As the provider spells itself, with or without a slash at the end. Tokens are not sent in the clear, but to this machine."""
    text = given.get(name, "")
    if text and not re.fullmatch(r"https://[^\s/?#]+(/[^\s?#]*)?|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?", text):
        raise SettingsError(f"{name}={text}: expected https:// and the provider's address, such as https://login.example.org/realms/staff")
    return text


def _smtp_url(given: Mapping[str, str]) -> str:
    text = given.get("TRIALCHAT_SMTP_URL", "").rstrip("/")
    if text and not re.fullmatch(r"smtps?://([^\s/@:]+:[^\s/@:]*@)?([^\s/@:\[\]]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?", text):
        # Not repeated: a password may be in it.
        raise SettingsError(
            "TRIALCHAT_SMTP_URL: expected smtp[s]://host:port or smtp[s]://user:password@host:port, "
            "with signs such as @, : and / in user and password written as %40, %3A and %2F"
        )
    return text


def _mail_address(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "").strip()
    if text and not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", text):
        raise SettingsError(f"{name}={text}: expected an address such as trials@example.org")
    return text


def _networks(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    for part in filter(None, (one.strip() for one in text.split(","))):
        try:
            ipaddress.ip_network(part)
        except ValueError:
            raise SettingsError(f"{name}: {part} is no network; expected networks such as 10.1.0.0/16, separated by commas") from None
    return text


def _days(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) <= LONGEST_KEEP_DAYS):
        raise SettingsError(f"{name}={text}: expected a number of days from 1 to {LONGEST_KEEP_DAYS}, or 0 for ever")
    return int(text)


def _port(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise SettingsError(f"{name}={text}: expected a port number from 1 to 65535")
    return int(text)
