"""Everything that can be set from outside, read from the environment in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot import setting_values as read
from bot.json_logs import FORMATS as LOG_FORMATS
from bot.json_logs import SETTING as LOG_FORMAT
from bot.origins import AllowedOrigins, OriginsFault
from bot.setting_values import LONGEST_KEEP_DAYS as LONGEST_KEEP_DAYS
from bot.setting_values import SettingsError as SettingsError

#: The folder of the project: Rasa's files, the trials, the lexicon and the words are in it.
PROJECT = Path(__file__).resolve().parent.parent
#: Where everything listens. The app's public port alone may be told otherwise (`TRIALCHAT_LISTEN`).
INTERFACE = "127.0.0.1"
LOOPBACK_NETWORKS = "127.0.0.0/8,::1"
DEFAULT_PORT = 8080
#: The registry that trials are imported from, by number or by query.
REGISTRY_URL = "https://clinicaltrials.gov/api/v2"

#: Which criteria that a program has read, and nobody has approved, may rule a trial out (`bot.trials.screened.Deciding`).
UNREVIEWED = ("age-and-sex", "none", "all")

#: For how many days after their last message conversations are kept, unless the installation or a trial says otherwise.
DEFAULT_KEEP_DAYS = 730


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
    # Which address the public port listens on, and whose word on where a request comes from is taken (networks, by commas).
    listen: str = INTERFACE
    proxies: str = LOOPBACK_NETWORKS
    # Where the engine keeps conversations, takes turns with other engines, and hands its events on. Empty: files of this machine.
    tracker_url: str = ""
    locks_url: str = ""
    events_url: str = ""
    # Where people find the site, where a proxy stands before it. HTTPS there makes cookies secure ones.
    public_url: str = ""
    # Which websites may open a chat with the widget (`bot.origins`); empty: every one.
    origins: str = ""
    # Mail to coordinators: smtp[s]://user:password@host:port, and the address it comes from.
    smtp_url: str = ""
    mail_from: str = ""
    # The file that says which messaging channels there are (docs/channels/README.md); without one there are none.
    channels: Path | None = None
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
    # What opens `GET /metrics` (without it there is no such address), where spans are sent, and how log lines look.
    metrics_key: str = ""
    otlp_url: str = ""
    log_format: str = LOG_FORMATS[0]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; `SettingsError` names the variable that is not as expected."""
        given = read.with_files(os.environ if environment is None else environment)
        port = read.port(given, "PORT", DEFAULT_PORT)
        home = Path(given.get("TRIALCHAT_HOME") or "var").absolute()
        settings = cls(
            port=port,
            engine_port=read.port(given, "TRIALCHAT_ENGINE_PORT", port + 1),
            actions_port=read.port(given, "TRIALCHAT_ACTIONS_PORT", port + 2),
            home=home,
            models=Path(given.get("TRIALCHAT_MODELS") or home / "models").absolute(),
            database_url=given.get("TRIALCHAT_DATABASE_URL") or f"sqlite:///{home / 'trialchat.db'}",
            api_key=given.get("TRIALCHAT_API_KEY", ""),
            admin_password=given.get("TRIALCHAT_ADMIN_PASSWORD", ""),
            engine_secret=given.get("TRIALCHAT_ENGINE_SECRET", ""),
            sealing_keys=given.get("TRIALCHAT_SEALING_KEYS", ""),
            audit_key=given.get("TRIALCHAT_AUDIT_KEY", ""),
            listen=read.address(given, "TRIALCHAT_LISTEN", INTERFACE),
            proxies=read.networks(given, "TRIALCHAT_PROXIES") or LOOPBACK_NETWORKS,
            tracker_url=read.server(given, "TRIALCHAT_TRACKER_URL", "postgresql", "postgresql://user:password@host/database"),
            locks_url=read.server(given, "TRIALCHAT_LOCKS_URL", "rediss?", "redis://:password@host:6379/1"),
            events_url=read.server(given, "TRIALCHAT_EVENTS_URL", "amqps?", "amqp://user:password@host:5672/"),
            public_url=read.url(given, "TRIALCHAT_PUBLIC_URL"),
            origins=read.origins(given, "TRIALCHAT_ORIGINS"),
            smtp_url=read.smtp_url(given),
            mail_from=read.mail_address(given, "TRIALCHAT_MAIL_FROM"),
            webhook_networks=read.networks(given, "TRIALCHAT_WEBHOOK_NETWORKS"),
            channels=Path(given["TRIALCHAT_CHANNELS"]).absolute() if given.get("TRIALCHAT_CHANNELS") else None,
            registry_url=given.get("TRIALCHAT_REGISTRY_URL") or REGISTRY_URL,
            contact=given.get("TRIALCHAT_CONTACT", ""),
            unreviewed=read.one_of(given, "TRIALCHAT_UNREVIEWED", UNREVIEWED),
            require_second_factor=read.one_of(given, "TRIALCHAT_REQUIRE_SECOND_FACTOR", ("0", "1")) == "1",
            oidc_issuer=read.issuer(given, "TRIALCHAT_OIDC_ISSUER"),
            oidc_client_id=given.get("TRIALCHAT_OIDC_CLIENT_ID", ""),
            oidc_client_secret=given.get("TRIALCHAT_OIDC_CLIENT_SECRET", ""),
            oidc_name=given.get("TRIALCHAT_OIDC_NAME", ""),
            takeover_hours=read.hours(given, "TRIALCHAT_TAKEOVER_HOURS", 12),
            keep_days=read.days(given, "TRIALCHAT_KEEP_DAYS", DEFAULT_KEEP_DAYS),
            metrics_key=read.metrics_key(given),
            otlp_url=read.collector(given, "TRIALCHAT_OTLP_URL"),
            log_format=read.one_of(given, LOG_FORMAT, LOG_FORMATS),
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
        if settings.events_url and not settings.locks_url:
            raise SettingsError("TRIALCHAT_EVENTS_URL needs TRIALCHAT_LOCKS_URL: by it the apps tell each other how far events were read")
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
            "TRIALCHAT_LISTEN": self.listen,
            "TRIALCHAT_PROXIES": self.proxies,
            "TRIALCHAT_TRACKER_URL": self.tracker_url,
            "TRIALCHAT_LOCKS_URL": self.locks_url,
            "TRIALCHAT_EVENTS_URL": self.events_url,
            "TRIALCHAT_PUBLIC_URL": self.public_url,
            "TRIALCHAT_ORIGINS": self.origins,
            "TRIALCHAT_SMTP_URL": self.smtp_url,
            "TRIALCHAT_MAIL_FROM": self.mail_from,
            "TRIALCHAT_WEBHOOK_NETWORKS": self.webhook_networks,
            "TRIALCHAT_CHANNELS": "" if self.channels is None else str(self.channels),
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
            "TRIALCHAT_METRICS_KEY": self.metrics_key,
            "TRIALCHAT_OTLP_URL": self.otlp_url,
            LOG_FORMAT: self.log_format,
            "TRIALCHAT_TRACKER_DB": str(self.tracker_database),
            "TRIALCHAT_EVENTS_DB": str(self.events_database),
        }

    @property
    def site_url(self) -> str:
        """Where people find the site."""
        return self.public_url or f"http://{INTERFACE}:{self.port}"

    @property
    def allowed_origins(self) -> AllowedOrigins:
        """Which websites may open a chat; the site's own pages may open each."""
        own = (self.public_url,) if self.public_url else (f"http://{name}:{self.port}" for name in (INTERFACE, "localhost"))
        try:
            return AllowedOrigins.of(self.origins, *own)
        except OriginsFault as fault:
            raise SettingsError(f"TRIALCHAT_PUBLIC_URL: {fault}") from None

    @property
    def widgets(self) -> Path:
        """The folder of every version of the widget that was served: host pages that name a hash go on asking for theirs."""
        return self.home / "widgets"

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
