"""Reading what a client sent: JSON of the expected shape, a text that can be passed on."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from aiohttp import web

from bot.store import JsonObject
from bot.web.errors import malformed, too_long

LONGEST_MESSAGE = 4_000
LONGEST_SENDER = 128
LONGEST_ID = 64
# 4,000 characters take up to 12 bytes each when a client writes them as escapes; the rest is room for the other fields.
LARGEST_BODY = 128 * 1024


async def read_object(request: web.Request) -> JsonObject:
    """The JSON object in a request's body, whatever content type the client claims."""
    try:
        body = await request.read()
        found = json.loads(body.decode("utf-8"))
    except web.HTTPRequestEntityTooLarge:
        raise too_long(f"The request is too long; a message may have {LONGEST_MESSAGE} characters.") from None
    except (ValueError, RecursionError):
        raise malformed("The body is not JSON in UTF-8.") from None
    if not isinstance(found, dict):
        raise malformed("The body must be a JSON object.")
    return found


async def is_readable_form(request: web.Request) -> bool:
    """Whether the body is a form, as the request says it is. It is read once, and whoever asks for its fields afterwards has them.

    Without a boundary, in an unknown encoding, or broken off in the middle of a part, aiohttp raises whatever it came upon.
    """
    try:
        await request.post()
    except (ValueError, LookupError, AssertionError):
        return False
    return True


def read_message(body: JsonObject, field: str) -> str:
    """The person's text without what nobody can see or store; it may turn out empty, which the bot answers in words."""
    text = body.get(field)
    if not isinstance(text, str):
        raise malformed(f"{field}: a text is expected.")
    if len(text) > LONGEST_MESSAGE:
        raise too_long(f"{field}: at most {LONGEST_MESSAGE} characters; this has {len(text)}.")
    return printable(text)


def printable(text: str) -> str:
    """The text without control characters and halves of characters; line ends become one kind."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})


def read_id(body: JsonObject, field: str) -> str | None:
    """A message's id, None where there is none."""
    found = body.get(field)
    if found is None:
        return None
    if not isinstance(found, str) or not 1 <= len(found) <= LONGEST_ID or not found.isascii() or not found.isprintable():
        raise malformed(f"{field}: 1 to {LONGEST_ID} printable ASCII characters are expected.")
    return found


def read_sender(body: JsonObject) -> str:
    """Who is writing, as the channel calls them."""
    sender = body.get("sender")
    if not isinstance(sender, str) or not 1 <= len(sender) <= LONGEST_SENDER or printable(sender) != sender:
        raise malformed(f"sender: 1 to {LONGEST_SENDER} characters, no control characters, are expected.")
    return sender


def read_optional_text(body: JsonObject, field: str, longest: int) -> str | None:
    """A short text that may be missing."""
    found: Any = body.get(field)
    if found is None or found == "":
        return None
    if not isinstance(found, str) or len(found) > longest or printable(found) != found:
        raise malformed(f"{field}: a text of at most {longest} characters is expected.")
    return found
