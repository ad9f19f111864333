"""The generic messaging channel: `POST /webhooks/rest/webhook`, the shape that every Rasa integrator knows."""

from __future__ import annotations

import asyncio
import uuid

from aiohttp import web
from sqlalchemy.exc import IntegrityError

from bot.many.locks import KeyedLocks
from bot.store import ApiKey, Conversation, JsonObject, UnknownConversationError
from bot.web.errors import ApiError, malformed
from bot.web.requests import read_id, read_message, read_object, read_optional_text, read_sender
from bot.web.services import LIMITS, SERVICES, TURNS, Services, known_locale, trial_number
from bot.web.sessions import require_api_key

CHANNEL = "rest"
_OPENING: web.AppKey[KeyedLocks] = web.AppKey("rest_opening", KeyedLocks)


def add_rest(app: web.Application) -> None:
    """Add the channel's route."""
    app[_OPENING] = KeyedLocks()
    app.router.add_post("/webhooks/rest/webhook", receive)


async def receive(request: web.Request) -> web.Response:
    """Take a message of a sender and answer it; a given `message_id` sent again gets the same answer."""
    services = request.app[SERVICES]
    key = await require_api_key(request, services.api_key, services.store, services.clock)
    body = await read_object(request)
    sender = read_sender(body)
    text = read_message(body, "message")
    message_id = read_id(body, "message_id") or uuid.uuid4().hex
    metadata = body.get("metadata")
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, dict):
        raise malformed("metadata: an object is expected.")
    request.app[LIMITS].check_conversation(sender)
    conversation = await _conversation(request, key, sender, metadata)
    try:
        messages = await request.app[TURNS].take(conversation, message_id, text)
    except UnknownConversationError:
        # Erased between the two: as after any erasure, the next message begins a new conversation.
        conversation = await _conversation(request, key, sender, metadata)
        messages = await request.app[TURNS].take(conversation, message_id, text)
    return web.json_response([{"recipient_id": sender, **message} for message in messages], headers={"Cache-Control": "no-store"})


async def _conversation(request: web.Request, key: ApiKey, sender: str, metadata: JsonObject) -> Conversation:
    # Two first messages at once must not open two conversations.
    async with request.app[_OPENING].held(sender):
        return await asyncio.to_thread(_find_or_open, request.app[SERVICES], key, sender, metadata)


def _find_or_open(services: Services, key: ApiKey, sender: str, metadata: JsonObject) -> Conversation:
    found = _found(services, key, sender)
    if found is not None:
        return found
    trial_id = trial_number(read_optional_text(metadata, "trial_id", 20))
    if not key.sees_trial(trial_id):
        raise _not_theirs()
    locale = known_locale(read_optional_text(metadata, "locale", 35), services.locales)
    try:
        with services.store.unit() as unit:
            return unit.conversation_by_sender(CHANNEL, sender) or unit.open_conversation(
                channel=CHANNEL, sender=sender, at=services.clock(), trial_id=trial_id, locale=locale
            )
    except IntegrityError:
        # Another process of the app heard of the same sender in the same moment, and was faster. Theirs is the conversation.
        found = _found(services, key, sender)
        if found is None:
            raise
        return found


def _found(services: Services, key: ApiKey, sender: str) -> Conversation | None:
    """The sender's conversation. A key for some trials goes on with those that are, or once were, about one of them."""
    with services.store.reading() as unit:
        found = unit.conversation_by_sender(CHANNEL, sender)
        if found is None or key.sees_trial(found.trial_id):
            return found
        about = [screening.trial_id for screening in unit.screenings(found.id)]
    if not any(map(key.sees_trial, about)):
        raise _not_theirs()
    return found


def _not_theirs() -> ApiError:
    return ApiError(403, "forbidden", "This API key is for other trials. Name one of its trials in metadata.trial_id.")
