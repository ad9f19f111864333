"""The widget's own channel: a session bound to a token, its messages, its transcript."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.conversations.erasing import PATIENT, SYSTEM
from bot.conversations.taking_over import WIDGET
from bot.conversations.transcripts import message_json
from bot.store import Conversation, Message, UnknownConversationError
from bot.web.cross_origin import check_origin
from bot.web.delivering import DELIVERS
from bot.web.errors import malformed
from bot.web.requests import read_id, read_message, read_object, read_optional_text
from bot.web.services import LIMITS, SERVICES, TURNS, Services, known_locale, trial_number
from bot.web.sessions import bearer_or_401, new_token, token_hash, unknown_session
from bot.web.turns import OPENING

CHANNEL = WIDGET
_LAST_POSITION = 999_999_999
_PRIVATE = {"Cache-Control": "no-store"}


def add_chat(app: web.Application) -> None:
    """Add the widget's routes."""
    app.router.add_post("/chat/session", open_session)
    app.router.add_delete("/chat/session", erase)
    app.router.add_get("/chat/messages", transcript)
    app.router.add_get("/chat/news", news)
    app.router.add_post("/chat/seen", seen)
    app.router.add_post("/chat/messages", send)


async def open_session(request: web.Request) -> web.Response:
    """Open a conversation and let the bot greet."""
    request.app[LIMITS].check_new_session(request)
    services = request.app[SERVICES]
    body = await read_object(request) if request.body_exists else {}
    trial_id = trial_number(read_optional_text(body, "trial_id", 20))
    check_origin(request, services.origins, trial_id)
    locale = known_locale(read_optional_text(body, "locale", 35), services.locales)
    token = new_token()
    conversation = await asyncio.to_thread(_open, services, trial_id, locale, token)
    try:
        messages = await request.app[TURNS].take(conversation, OPENING, "", "open")
    except BaseException:
        # Nobody has its token, so nobody will ever come back to it.
        await asyncio.shield(request.app[TURNS].erase(conversation.id, SYSTEM))
        raise
    return web.json_response({"token": token, "locale": locale, "messages": messages}, status=201, headers=_PRIVATE)


async def transcript(request: web.Request) -> web.Response:
    """Everything said so far, for a page that was loaded again."""
    conversation = await conversation_of(request)
    services = request.app[SERVICES]
    lines = await asyncio.to_thread(_lines, services, conversation.id)
    said = [message_json(line) for line in lines]
    state = {"open": conversation.state == "open", "taken_over": conversation.taken_over_by is not None}
    # Where a stream goes on from here.
    last = lines[-1].position if lines else -1
    return web.json_response({"messages": said, "last": last, **state}, headers=_PRIVATE)


async def news(request: web.Request) -> web.Response:
    """How many lines of a person wait to be seen, for a page on which the chat was not opened yet."""
    conversation = await conversation_of(request)
    waiting = await asyncio.to_thread(_waiting, request.app[SERVICES], conversation.id)
    return web.json_response({"waiting": waiting}, headers=_PRIVATE)


async def seen(request: web.Request) -> web.Response:
    """The chat is open, and shows every line up to a position."""
    conversation = await conversation_of(request)
    last = (await read_object(request)).get("last")
    if type(last) is not int or not 0 <= last <= _LAST_POSITION:
        raise malformed("last: the id of the last event that was shown is expected.")
    await asyncio.to_thread(_note_seen, request.app[SERVICES], conversation.id, last)
    return web.Response(status=204, headers=_PRIVATE)


async def erase(request: web.Request) -> web.Response:
    """Erase the conversation, whoever has it: the bot, which would ask first, or a person, while the bot says nothing."""
    conversation = await conversation_of(request)
    await request.app[TURNS].erase(conversation.id, PATIENT)
    await request.app[DELIVERS][CHANNEL].deliver(conversation)
    return web.Response(status=204, headers=_PRIVATE)


async def send(request: web.Request) -> web.Response:
    """Take a message and answer it; the same id again gets the same answer. No messages: a person will answer."""
    conversation = await conversation_of(request)
    body = await read_object(request)
    text = read_message(body, "text")
    message_id = read_id(body, "id")
    if message_id is None:
        raise malformed("id: the message's id is missing; make a new one for each message.")
    request.app[LIMITS].check_conversation(conversation.id)
    try:
        messages = await request.app[TURNS].take(conversation, message_id, text)
    except UnknownConversationError:
        raise unknown_session() from None
    return web.json_response({"messages": messages}, headers=_PRIVATE)


async def conversation_of(request: web.Request) -> Conversation:
    """The conversation whose token the request carries."""
    request.app[LIMITS].check_address(request)
    digest = token_hash(bearer_or_401(request))
    conversation = await asyncio.to_thread(_by_token, request.app[SERVICES], digest)
    if conversation is None:
        raise unknown_session()
    return conversation


def _open(services: Services, trial_id: str | None, locale: str, token: str) -> Conversation:
    with services.store.unit() as unit:
        return unit.open_conversation(
            channel=CHANNEL,
            at=services.clock(),
            trial_id=trial_id,
            locale=locale,
            token_hash=token_hash(token),
        )


def _by_token(services: Services, digest: str) -> Conversation | None:
    with services.store.reading() as unit:
        return unit.conversation_by_token(digest)


def _waiting(services: Services, conversation_id: str) -> int:
    with services.store.reading() as unit:
        return len(unit.waiting_lines(conversation_id))


def _lines(services: Services, conversation_id: str) -> list[Message]:
    services.events.ingest()
    with services.store.reading() as unit:
        lines = unit.messages(conversation_id)
    if any(line.delivery == "waiting" for line in lines):
        _note_seen(services, conversation_id, lines[-1].position)
    return lines


def _note_seen(services: Services, conversation_id: str, last: int) -> None:
    with services.store.unit(to_disk=False) as unit:
        unit.note_delivered(conversation_id, last)
