"""Lines that a widget did not ask for, brought to it as they are said: `GET /chat/events`, a stream of server-sent events."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field

from aiohttp import web

from bot.conversations.transcripts import message_json
from bot.store import Conversation, Message, Store, StoreError
from bot.web.changes import Changes
from bot.web.chat import conversation_of
from bot.web.cross_origin import open_to_all
from bot.web.errors import ApiError, malformed
from bot.web.security import set_security_headers
from bot.web.stream_rules import StreamRules

_FULL_SECONDS = 60


@dataclass(eq=False, slots=True)
class Stream:
    """One stream that is open. `woken`: there may be something new; `closed`: it is to end."""

    conversation_id: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    def close(self) -> None:
        """Let it end soon."""
        self.closed = True
        self.woken.set()


class Streams:
    """The streams that are open in this process; how the widget's channel is delivered to (`bot.web.delivering`)."""

    def __init__(self, store: Store, changes: Changes, rules: StreamRules) -> None:
        self.rules = rules
        self._store, self._changes = store, changes
        self._open: dict[str, list[Stream]] = {}
        self._number = 0
        self._listening: asyncio.Task[None] | None = None
        self._is_shutting_down = False

    def __len__(self) -> int:
        return self._number

    @contextmanager
    def opened(self, conversation_id: str) -> Iterator[Stream]:
        """A stream of a conversation, while it is served. Raises 429 where there is no room for another."""
        if self._number >= self.rules.at_most or self._is_shutting_down:
            message = "There is no room for another stream now. Read the messages instead, and try again later."
            raise ApiError(429, "no_room", message, retry_after=_FULL_SECONDS)
        stream = Stream(conversation_id)
        of_one = self._open.setdefault(conversation_id, [])
        of_one.append(stream)
        self._number += 1
        for oldest in of_one[: -self.rules.of_one]:
            oldest.close()
        if self._listening is None:
            # Nobody asks the store for changes where no stream is open.
            self._listening = asyncio.create_task(self._listen())
        try:
            yield stream
        finally:
            of_one.remove(stream)
            self._number -= 1
            if not of_one:
                del self._open[conversation_id]
            if not self._open:
                self._listening.cancel()
                self._listening = None

    async def deliver(self, conversation: Conversation) -> None:
        """Wake the streams of a conversation."""
        self._wake(conversation.id)

    def lines(self, conversation_id: str, after: int) -> list[Message] | None:
        """The lines behind a position; None where the conversation was erased."""
        with self._store.reading() as unit:
            if unit.conversation(conversation_id) is None:
                return None
            return unit.unasked_lines(conversation_id, after)

    async def close(self, _app: web.Application) -> None:
        """Let all of them end, and open no more."""
        self._is_shutting_down = True
        for streams in self._open.values():
            for stream in streams:
                stream.close()

    def _wake(self, conversation_id: str) -> None:
        for stream in self._open.get(conversation_id, ()):
            stream.woken.set()

    async def _listen(self) -> None:
        """Wake streams for what was said in other processes, too."""
        with self._changes.listening() as changed:
            while True:
                self._wake(await changed.get())


STREAMS: web.AppKey[Streams] = web.AppKey("streams", Streams)


def add_streams(app: web.Application) -> None:
    """Add the route."""
    app.router.add_get("/chat/events", events, allow_head=False)
    app.on_shutdown.append(app[STREAMS].close)


async def events(request: web.Request) -> web.StreamResponse:
    """Bring what comes behind the line that the widget had last. It ends after some minutes, and the widget comes again.

    That something was sent is no proof that anybody has it: a laptop may have fallen asleep. The widget says what was seen.
    """
    conversation = await conversation_of(request)
    streams, after = request.app[STREAMS], _after(request)
    with streams.opened(conversation.id) as stream:
        response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        response.content_type = "text/event-stream"
        response.charset = "utf-8"
        open_to_all(response)
        set_security_headers(response)
        await response.prepare(request)
        # The store is away, or the other end is: it comes again, from the line that it had last.
        with suppress(StoreError, ConnectionError):
            async with aclosing(_pieces(streams, stream, after)) as pieces:
                async for piece in pieces:
                    await response.write(piece)
    return response


async def _pieces(streams: Streams, stream: Stream, after: int) -> AsyncGenerator[bytes]:
    loop, rules = asyncio.get_running_loop(), streams.rules
    ends = loop.time() + rules.lasts_seconds
    yield b": listening\n\n"
    while not stream.closed and loop.time() < ends:
        stream.woken.clear()
        lines = await asyncio.to_thread(streams.lines, stream.conversation_id, after)
        if lines is None:
            return
        if lines:
            yield b"".join(map(_event, lines))
            after = lines[-1].position
        try:
            await asyncio.wait_for(stream.woken.wait(), rules.every_seconds)
        except TimeoutError:
            yield b": still here\n\n"


def _event(line: Message) -> bytes:
    return f"id: {line.position}\ndata: {json.dumps(message_json(line))}\n\n".encode()


def _after(request: web.Request) -> int:
    given = request.query.get("after") or request.headers.get("Last-Event-ID") or "-1"
    if given == "-1":
        return -1
    if not re.fullmatch(r"[0-9]{1,9}", given):
        raise malformed("after: the id of the last event is expected.")
    return int(given)
