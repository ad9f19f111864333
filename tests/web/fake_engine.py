"""An engine that remembers what it was asked and answers what the test wants, over HTTP as the real one does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from ..transcripts.broker import Broker

SECRET = "an engine's secret, long enough"
Answer = Callable[[dict[str, Any]], Awaitable[Any] | Any]


def echo(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """The plainest bot."""
    return [{"text": "Hello."}] if turn["event"] == "open" else [{"text": f"You said: {turn['text']}"}]


class FakeEngine:
    """What `bot/engine/channel.py` is to the app. With a broker it writes events, too."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.turns: list[dict[str, Any]] = []
        self.answer: Answer = echo
        # What goes wrong with the next turns: "refuse" (503, nothing kept), "drop" (the connection breaks before
        # the turn is handled), "drop the reply" (it breaks afterwards), "garbage".
        self.trouble: list[str] = []
        self.delay = 0.0
        self.at_work = 0
        self.most_at_work = 0
        # Conversations whose bot is silent, as told last.
        self.paused: set[str] = set()
        # Of which trace each turn was, as the app said.
        self.traces: list[str] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhooks/trialchat/webhook", self._turn)
        app.router.add_post("/webhooks/trialchat/pause", self._pause)
        app.router.add_get("/", self._root)
        return app

    async def _pause(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("X-Trialchat-Secret") != SECRET:
            return web.json_response({"error": "unknown caller"}, status=401)
        if self.trouble and self.trouble.pop(0) == "refuse":
            return web.json_response({"error": "the conversation's state cannot be kept"}, status=503)
        told = await request.json()
        (self.paused.add if told["paused"] else self.paused.discard)(told["conversation"])
        return web.json_response({"paused": told["paused"], "changed": True})

    async def _root(self, request: web.Request) -> web.Response:
        return web.Response(text="Hello from the fake")

    async def _turn(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("X-Trialchat-Secret") != SECRET:
            return web.json_response({"error": "unknown caller"}, status=401)
        turn = await request.json()
        self.traces.append(request.headers.get("traceparent", ""))
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "refuse":
            return web.json_response({"error": "an action could not be run"}, status=503)
        if trouble == "garbage":
            return web.json_response({"something": "else"})
        if trouble == "drop":
            return self._broken(request)
        self.turns.append(turn)
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        await asyncio.sleep(self.delay)
        self.at_work -= 1
        messages = [] if turn["paused"] else self.answer(turn)
        self._write_events(turn, messages)
        if trouble == "drop the reply":
            return self._broken(request)
        return web.json_response({"messages": messages})

    def _broken(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _write_events(self, turn: dict[str, Any], messages: Any) -> None:
        conversation = turn["conversation"]
        intent = "open_chat" if turn["event"] == "open" else "inform"
        self.broker.user(conversation, turn["text"], turn["message_id"], intent)
        for message in messages:
            self.broker.bot(conversation, message.get("text"), message.get("buttons"), message.get("custom"))
        self.broker.action(conversation, "action_listen")
