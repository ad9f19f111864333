"""What all providers have in common: what came in, what was heard, what is to be sent, and what became of it."""

from __future__ import annotations

import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.channels.limits import channel_table
from bot.channels.shaping import Piece
from bot.store.records import JsonObject

FRESH = timedelta(minutes=5)
"""How far a signed timestamp may be off: what is older may be a recording."""


def _address(url: str) -> str:
    parts = urlsplit(url)
    try:
        is_one = parts.port != 0 and parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        # A port that is none; what is said of it would repeat it.
        is_one = False
    if not is_one:
        raise ValueError("expected https:// and an address; http only inside one's own network")
    return url


ServerUrl = Annotated[str, AfterValidator(_address)]
"""The address of a server, as a setting."""


class Config(BaseModel):
    """How one channel is set up, as `channels.yaml` has it. `trial` and `locale` are those of conversations that begin there."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    trial: str | None = Field(default=None, pattern=r"^NCT\d{8}$")
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it came. `url` is the address that the provider knows; header names are in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    at: datetime

    def json(self) -> Any:
        """The body's JSON; `NotUnderstoodError` where it is none."""
        try:
            return json.loads(self.body.decode("utf-8"))
        except (ValueError, RecursionError):
            raise NotUnderstoodError("the body is not JSON in UTF-8") from None

    def object(self) -> JsonObject:
        """The body's JSON object."""
        found = self.json()
        if not isinstance(found, dict):
            raise NotUnderstoodError("the body is no JSON object")
        return found


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of a person. `message_id` is the provider's, the same each time that it is delivered, and kept as a digest; `order` says
    what was written first, where the provider tells. `address` is all that an answer needs. `opens`: they only came, and said nothing yet.
    `look_up`: what to ask the provider for (`LooksUp`) where it tells only that there is a message."""

    sender: str
    message_id: str
    text: str
    address: JsonObject
    order: int = 0
    opens: bool = False
    trial: str | None = None
    locale: str | None = None
    look_up: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a provider: a GET without `form` or `data`, which are a POST's body; `auth` is a name and a password."""

    url: str
    data: JsonObject | None = None
    form: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What a request brought, and what it is answered with. `calls` are made beside, and nothing depends on them."""

    heard: tuple[Heard, ...] = ()
    status: int = 200
    text: str = ""
    data: JsonObject | None = None
    content_type: str = "text/plain"
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """What a provider answered to a call. `data` is its JSON object, empty where it sent none."""

    status: int
    headers: Mapping[str, str]
    data: JsonObject


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: `sent`; or else whether to try again, at the soonest `after` so many seconds. `why` holds no content."""

    sent: bool
    again: bool = False
    after: float | None = None
    why: str = ""


class Ask(ABC):
    """Something of the provider's that has to be known before it can be heard or answered: a token, or keys."""

    @abstractmethod
    def call(self, now: datetime) -> Call | None:
        """The request that brings it; None while what is known is good."""

    @abstractmethod
    def learn(self, answered: Answered, now: datetime) -> None:
        """Take what was answered. `NotUnderstoodError` where it is not what was asked for."""

    def missed(self, now: datetime) -> bool:
        """It was not told. Whether what was known before is good enough to go on with."""
        return False


class NotUnderstoodError(Exception):
    """A request that is not as the provider sends them. What is said names the field, and nothing of what stood there."""


class ForgedError(Exception):
    """A request that the provider has not signed, or signed long ago."""


Setting = TypeVar("Setting", bound=Config)


class Provider(ABC, Generic[Setting]):
    """One channel, as it is set up. `name`: as it is called in addresses, in the table of channels and in `channels.yaml`."""

    name: ClassVar[str]

    def __init__(self, config: Setting) -> None:
        self.config = config
        self.limits = channel_table()[self.name]
        self.to_receive: tuple[Ask, ...] = ()
        self.to_send: tuple[Ask, ...] = ()

    @property
    def begins_with(self) -> str | None:
        """What each message to us has to begin with, where what begins otherwise never reaches us; people are told so."""
        return None

    @abstractmethod
    def receive(self, arrived: Arrived) -> Received:
        """Check and read a request. Raises `ForgedError` or `NotUnderstoodError`."""

    @abstractmethod
    def call(self, address: JsonObject, piece: Piece, key: str, now: datetime) -> Call:
        """The request that brings a piece of a message to somebody. `key` is the same each time that it is tried."""

    @abstractmethod
    def outcome(self, answered: Answered) -> Outcome:
        """What became of it."""


AnyProvider = Provider[Any]


class LooksUp(ABC):
    """What a provider also is that tells only that there is a message."""

    @abstractmethod
    def look_up(self, what: str) -> Call:
        """The request that brings the words of a message (`Heard.look_up`)."""

    @abstractmethod
    def looked_up(self, answered: Answered) -> str:
        """The words that it brought, none where there is no such message any more."""


def is_same(given: str, expected: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def check_fresh(timestamp: str, now: datetime) -> None:
    """`ForgedError` for a signed time that is not a number of seconds, or more than `FRESH` off."""
    if not timestamp:
        raise ForgedError("there is no timestamp")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise ForgedError("the timestamp is no number of seconds")
    if abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds():
        raise ForgedError("the timestamp is more than five minutes off")


def part(data: JsonObject, name: str) -> JsonObject:
    """An object inside an object; empty where there is none."""
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def items(data: JsonObject, name: str) -> list[JsonObject]:
    """The objects of a list inside an object."""
    found = data.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def word(data: JsonObject, name: str) -> str:
    """A text inside an object; empty where there is none. A number counts as one."""
    found = data.get(name)
    return found if isinstance(found, str) else str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def needed(data: JsonObject, name: str, longest: int = 200) -> str:
    """A text that has to be there."""
    found = word(data, name)
    if not found or len(found) > longest:
        raise NotUnderstoodError(f"{name}: expected a text of at most {longest} characters")
    return found


def moment(text: str) -> int:
    """When something was written, in milliseconds, of a time as ISO 8601 has it; 0 where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int(found.timestamp() * 1000) if found.tzinfo is not None and found.year >= 1970 else 0


def by_status(answered: Answered) -> Outcome:
    """What most providers mean by a status: 2xx is sent, 429 and 5xx may be tried again, the rest is refused for good."""
    if 200 <= answered.status < 300:
        return Outcome(sent=True)
    again = answered.status in (408, 425, 429) or answered.status >= 500
    return Outcome(sent=False, again=again, after=seconds(answered.headers.get("retry-after")), why=f"answered {answered.status}")


def seconds(text: str | None) -> float | None:
    """A number of seconds, as `Retry-After` has it; None where it is none."""
    return float(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 6 else None
