"""What clients send, and what they are sent: the events' payloads as Rasa's channel has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.limits import ChannelLimits
from bot.channels.shaping import shaped
from bot.store import JsonObject
from bot.web.errors import malformed
from bot.web.requests import read_id, read_message, read_optional_text
from bot.words import Words

_LONGEST_SESSION = 200
_COMES = re.compile(r"/[A-Za-z][\w./-]*\s*(\{.*\})?", re.DOTALL)
_COMES_AGAIN = frozenset({"/session_start", "/get_started", "/greet"})


@dataclass(frozen=True, slots=True)
class Uttered:
    """What `user_uttered` brought. `text` is None where a widget has nothing to send when it is opened, and sends that."""

    session_id: str | None
    text: str | None
    message_id: str | None
    trial: str | None
    locale: str | None

    @property
    def may_open(self) -> bool:
        """Whether nobody said this, if it comes first: what a widget sends by itself when it is opened."""
        return self.text is None or not self.text.strip() or _COMES.fullmatch(self.text.strip()) is not None

    @property
    def opens_again(self) -> bool:
        """Whether nobody said this, whenever it comes. What people may have typed is none of it."""
        return self.text is None or self.text.strip() in _COMES_AGAIN


def read_session_request(given: Sequence[object]) -> str | None:
    """The session that a client would go on with."""
    if not given or given[0] is None:
        return None
    return _session(_object(given))


def read_uttered(given: Sequence[object]) -> Uttered:
    """A message. Raises `ApiError` naming the field that is not as expected, and nothing of what stood there."""
    data = _object(given)
    beside = _beside(data)
    return Uttered(
        session_id=_session(data),
        text=None if data.get("message") is None else read_message(data, "message"),
        message_id=read_id(data, "message_id"),
        trial=read_optional_text(beside, "trial_id", 20),
        locale=read_optional_text(beside, "locale", 35) or read_optional_text(beside, "language", 35),
    )


def said(messages: Sequence[JsonObject], limits: ChannelLimits, words: Words) -> Iterator[JsonObject]:
    """Messages as Rasa's channel sends them: a bubble for each paragraph, quick replies with the last.

    Widgets tell kinds of messages apart by which fields there are, so there is none but these two.
    """
    for message in messages:
        for piece in shaped(message, limits, words, _means_nothing).pieces:
            *before, last = re.split(r"\n{2,}", piece.text.strip())
            yield from ({"text": text} for text in before)
            if piece.buttons:
                replies = [{"content_type": "text", "title": title, "payload": payload} for title, payload in piece.buttons]
                yield {"text": last, "quick_replies": replies}
            elif last:
                yield {"text": last}


def _means_nothing(_attribute: str, _mark: str) -> bool:
    """All buttons are shown, so there are no lists to choose from by a figure."""
    return False


def _object(given: Sequence[object]) -> JsonObject:
    if not given or not isinstance(given[0], dict):
        raise malformed("The event's data must be an object.")
    return given[0]


def _session(data: JsonObject) -> str | None:
    found = data.get("session_id")
    if found is None or found == "":
        return None
    if not isinstance(found, str) or len(found) > _LONGEST_SESSION:
        raise malformed(f"session_id: a text of at most {_LONGEST_SESSION} characters is expected.")
    return found


def _beside(data: JsonObject) -> JsonObject:
    """What the page adds: `metadata`, or `customData` as some widgets call it; an object, or its JSON."""
    found: Any = data.get("metadata")
    if found is None:
        found = data.get("customData")
    if isinstance(found, str) and found:
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            raise malformed("metadata: an object is expected.") from None
    if found is None or found == "":
        return {}
    if not isinstance(found, dict):
        raise malformed("metadata: an object is expected.")
    return found
