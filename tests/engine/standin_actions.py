"""An action server in miniature: just enough of a screening to watch how the engine treats it.

Whatever it is called with is kept in `calls`, by action and latest text, so that a test can tell who ran, and when.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SCREENING = "action_screening"
#: Intents that the stand-in screening hands on, as the real one does.
HANDED_ON = frozenset({"human", "help", "goodbye", "thanks", "greet", "out_of_scope", "erase", "safety_emergency", "safety_crisis"})


@dataclass
class StandInActions:
    """The calls received so far, and where the server listens."""

    secret: str
    port: int = 0
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    #: How many events each of them was handed.
    events: list[int] = field(default_factory=list)
    #: The connections that calls came over.
    connections: set[object] = field(default_factory=set)
    secrets_seen: set[str] = field(default_factory=set)
    #: Set by a test: actions that answer with an error.
    broken: set[str] = field(default_factory=set)

    async def webhook(self, request: web.Request) -> web.Response:
        self.secrets_seen.add(request.headers.get("X-Trialchat-Secret", ""))
        self.connections.add(request.transport and request.transport.get_extra_info("peername"))
        call = await request.json()
        tracker = call["tracker"]
        name, text = call["next_action"], tracker["latest_message"]["text"] or ""
        intent = tracker["latest_message"]["intent"].get("name") or ""
        self.calls.append((name, text, intent))
        self.events.append(len(tracker["events"]))
        if name in self.broken:
            return web.Response(status=500, text="broken on purpose")
        if name == SCREENING:
            return self._screening(tracker, text, intent)
        return web.json_response({"events": [], "responses": [{"text": f"[{name}]"}]})

    def _screening(self, tracker: dict[str, Any], text: str, intent: str) -> web.Response:
        if tracker["active_loop"].get("name") != SCREENING:
            return _say("[begin]", [{"event": "active_loop", "name": SCREENING}])
        if tracker["latest_action_name"] != "action_listen":
            return _say("[open question]")
        if intent in HANDED_ON or intent.startswith("ask_"):
            return web.json_response({"action_name": SCREENING, "error": "not mine"}, status=400)
        return web.json_response(
            {
                "events": [],
                "responses": [
                    {"text": f"[took {text.strip()}]", "buttons": [{"title": "Yes", "payload": "#a=yes"}], "custom": {"type": "question"}}
                ],
            }
        )

    @contextlib.contextmanager
    def serving(self, port: int) -> Iterator[StandInActions]:
        """Serve on loopback, in a thread of its own."""
        loop = asyncio.new_event_loop()
        started = threading.Event()
        self.port = port

        async def start() -> web.AppRunner:
            app = web.Application()
            app.router.add_post("/webhook", self.webhook)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            started.set()
            return runner

        def serve() -> None:
            asyncio.set_event_loop(loop)
            runner = loop.run_until_complete(start())
            loop.run_forever()
            loop.run_until_complete(runner.cleanup())
            loop.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        if not started.wait(10):
            raise RuntimeError(f"the stand-in action server did not start on port {port}")
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)


def _say(text: str, events: list[dict[str, Any]] | None = None) -> web.Response:
    return web.json_response({"events": events or [], "responses": [{"text": text}]})
