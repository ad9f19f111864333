"""Which channels an installation has: `channels.yaml`, a part for each, its secrets by name from the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from bot.channels.providers.base import AnyProvider, Config
from bot.channels.providers.botframework import BotFramework, BotFrameworkConfig
from bot.channels.providers.google_chat import GoogleChat, GoogleChatConfig
from bot.channels.providers.mattermost import Mattermost, MattermostConfig
from bot.channels.providers.messenger import Messenger, MessengerConfig
from bot.channels.providers.rocketchat import RocketChat, RocketChatConfig
from bot.channels.providers.slack import Slack, SlackConfig
from bot.channels.providers.telegram import Telegram, TelegramConfig
from bot.channels.providers.twilio import TwilioConfig, TwilioSms, TwilioWhatsapp
from bot.channels.providers.webex import Webex, WebexConfig
from bot.channels.providers.webhook import Webhook, WebhookConfig
from bot.channels.socketio import NAME as SOCKETIO
from bot.channels.socketio import SocketIoConfig
from bot.settings import SettingsError

_NAMED = re.compile(r"\$\{(\w+)\}")

_KNOWN: Mapping[str, tuple[type[Config], Callable[[Any], AnyProvider]]] = {
    "webhook": (WebhookConfig, Webhook),
    "telegram": (TelegramConfig, Telegram),
    "twilio_sms": (TwilioConfig, TwilioSms),
    "twilio_whatsapp": (TwilioConfig, TwilioWhatsapp),
    "slack": (SlackConfig, Slack),
    "messenger": (MessengerConfig, Messenger),
    "botframework": (BotFrameworkConfig, BotFramework),
    "webex": (WebexConfig, Webex),
    "mattermost": (MattermostConfig, Mattermost),
    "rocketchat": (RocketChatConfig, RocketChat),
    "google_chat": (GoogleChatConfig, GoogleChat),
}
KNOWN = (*_KNOWN, SOCKETIO)
"""The channels that can be set up."""

Shape = TypeVar("Shape", bound=Config)


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of a file. `providers`, by name, are called by their webhooks; to `socketio` widgets connect, and it has no provider."""

    providers: Mapping[str, AnyProvider] = field(default_factory=dict)
    socketio: SocketIoConfig | None = None


def read_channels(path: Path, environment: Mapping[str, str]) -> Channels:
    """The channels of a file. `SettingsError` names the channel and the field that is not as expected, never its value."""
    try:
        given = yaml.safe_load(path.read_text("utf-8"))
    except OSError as problem:
        raise SettingsError(f"TRIALCHAT_CHANNELS={path}: it cannot be read ({problem.strerror})") from None
    # A date that is none is a ValueError, as is text in another encoding.
    except (yaml.YAMLError, ValueError, RecursionError):
        raise SettingsError(f"TRIALCHAT_CHANNELS={path}: it is not YAML in UTF-8") from None
    if not isinstance(given, dict):
        raise SettingsError(f"TRIALCHAT_CHANNELS={path}: expected a part for each channel, such as `telegram:`")
    parts = {str(name): fields for name, fields in given.items()}
    if unknown := next((name for name in parts if name not in KNOWN), None):
        raise SettingsError(f"{path}: there is no channel {unknown}; there are {', '.join(KNOWN)}")
    providers: dict[str, AnyProvider] = {}
    socketio: SocketIoConfig | None = None
    for name, fields in parts.items():
        if name == SOCKETIO:
            socketio = _read(path, name, fields, environment, SocketIoConfig)
        else:
            shape, make = _KNOWN[name]
            providers[name] = make(_read(path, name, fields, environment, shape))
    return Channels(providers, socketio)


def _read(path: Path, name: str, fields: Any, environment: Mapping[str, str], shape: type[Shape]) -> Shape:
    if not isinstance(fields, dict):
        raise SettingsError(f"{path}: {name}: expected its fields, one a line")
    try:
        return shape.model_validate({str(field): _filled(path, name, field, value, environment) for field, value in fields.items()})
    except ValidationError as problem:
        # A pydantic error repeats what was given, which may be a secret.
        found = "; ".join(f"{'.'.join(map(str, one['loc'])) or name}: {one['msg']}" for one in problem.errors(include_input=False))
        raise SettingsError(f"{path}: {name}: {found}") from None


def _filled(path: Path, name: str, field: object, value: Any, environment: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value

    def of(found: re.Match[str]) -> str:
        if found[1] not in environment:
            raise SettingsError(f"{path}: {name}: {field} asks for {found[1]}, which is not set")
        return environment[found[1]]

    return _NAMED.sub(of, value)
