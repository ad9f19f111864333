"""The public app with its real pages and widget, and a scripted chat that fails when it is told to.

The real dialogue has tests of its own; here the browser meets lost connections, slow and doubled
replies, limits and restarts, one at a time and on demand.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import secrets
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.origins import AllowedOrigins
from bot.trials.records import TrialRecord
from bot.web.cross_origin import check_origin
from bot.web.errors import ApiError, error_response
from bot.web.pages import Pages, error_pages, setup_pages
from bot.web.security import security_headers
from bot.web.views import Outcome, SummaryData
from bot.yaml_files import read_yaml
from tests.browser import script
from tests.browser.script import BotMessage

ROOT = Path(__file__).parents[2]
SUMMARY_KEY = "a-summary-key-for-the-browser-tests"
HOST_POLICY = "default-src 'none'; script-src {app}; connect-src {app}; style-src 'none'"

# What the next request meets: a status; "refuse": cut off before it is handled; "lose": handled, and the reply cut off.
Trouble = int | Literal["refuse", "lose"]


@dataclass
class Chat:
    """One conversation: its transcript, and the replies already given by message id."""

    step: int = 0
    entries: list[dict[str, Any]] = field(default_factory=list)
    replies: dict[str, list[BotMessage]] = field(default_factory=dict)
    open: bool = True
    taken_over: bool = False
    # Where the lines are that came without being asked for.
    unasked: list[int] = field(default_factory=list)
    # How many lines the widget has had.
    seen: int = 0

    def push(self, **entry: Any) -> None:
        """A line that the widget did not ask for."""
        self.unasked.append(len(self.entries))
        self.entries.append(entry)

    def join(self, name: str | None = "Ann") -> None:
        """A person takes over."""
        self.taken_over = True
        self.push(**{"from": "bot", **script.joined(name)})

    def write(self, text: str, name: str | None = "Ann") -> None:
        """The person writes."""
        self.push(**{"from": "coordinator", "text": text, **({"name": name} if name else {})})

    def hand_back(self, *messages: BotMessage) -> None:
        """The bot is back, with these messages."""
        self.taken_over = False
        for message in (script.HANDED_BACK, *messages):
            self.push(**{"from": "bot", **message})


@dataclass(frozen=True)
class HostFile:
    """A page or a file of another website, with the policy that goes out with it."""

    text: str
    content_type: str = "text/html"
    policy: str = ""


@dataclass
class FakeBackend:
    """What the tests turn and look at. Lives in the test's thread; the server only reads and appends."""

    url: str = ""
    chats: dict[str, Chat] = field(default_factory=dict)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    slow: float = 0.0
    down: bool = False
    widget_away: bool = False
    # The places from which streams were asked to go on; and what cuts those that are open.
    streams: list[int] = field(default_factory=list)
    full: bool = False
    cuts: int = 0
    origins: AllowedOrigins = field(default_factory=AllowedOrigins)
    # Pages and files of other websites, which this server plays as well where a browser takes it for them: by host and path.
    sites: dict[str, dict[str, HostFile]] = field(default_factory=dict)
    greeting: list[BotMessage] = field(default_factory=lambda: [{"text": script.GREETING}, script.CONSENT])
    next_replies: list[list[BotMessage]] = field(default_factory=list)

    @property
    def other_url(self) -> str:
        """The same server under another origin, as a page that embeds the widget has it."""
        return self.url.replace("127.0.0.1", "localhost")

    @property
    def texts_posted(self) -> list[str]:
        return [post["text"] for post in self.posts]

    def reset(self) -> None:
        """As new, at the same address."""
        fresh = FakeBackend(url=self.url)
        self.__dict__.update(fresh.__dict__)

    # -------------------------------------------------------------- the conversation

    def replies_to(self, chat: Chat, text: str) -> list[BotMessage]:
        """The next lines of the script; a few words and payloads lead elsewhere."""
        if self.next_replies:
            return self.next_replies.pop(0)
        steps: list[list[BotMessage]] = [
            [{"text": "Thank you."}, script.AGE],
            [script.STAGE],
            [script.SITES],
            [script.result(), script.summary(f"{self.url}/summary/{SUMMARY_KEY}"), script.HANDOFF],
        ]
        named: dict[str, list[BotMessage]] = {
            "#erase": [script.ERASE_ASKED],
            "#erase=confirm": [script.ERASED],
            "#why": [{"text": "The trial takes people of certain ages only."}, script.AGE],
        }
        if text in named:
            return named[text]
        chat.step = min(chat.step + 1, len(steps))
        return steps[chat.step - 1]


async def _session(backend: FakeBackend, request: web.Request) -> web.StreamResponse:
    backend.sessions.append(await request.json())
    token = secrets.token_urlsafe(32)
    chat = backend.chats[token] = Chat()
    messages = backend.greeting
    chat.entries += [{"from": "bot", **message} for message in messages]
    return web.json_response({"token": token, "locale": "en", "messages": messages}, status=201)


async def _session_of_a_site(backend: FakeBackend, request: web.Request) -> web.StreamResponse:
    """As the app does it: websites that are not on the list are told so."""
    try:
        check_origin(request, backend.origins, (await request.json()).get("trial_id"))
    except ApiError as error:
        return error_response(error.status, error.code, error.message)
    return await _session(backend, request)


def _chat(backend: FakeBackend, request: web.Request) -> Chat:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token not in backend.chats:
        raise web.HTTPUnauthorized
    return backend.chats[token]


async def _history(backend: FakeBackend, request: web.Request) -> web.StreamResponse:
    chat = _chat(backend, request)
    last = len(chat.entries) - 1
    chat.seen = len(chat.entries)
    return web.json_response({"messages": chat.entries, "last": last, "open": chat.open, "taken_over": chat.taken_over})


async def _seen(backend: FakeBackend, request: web.Request) -> web.StreamResponse:
    _chat(backend, request).seen = (await request.json())["last"] + 1
    return web.Response(status=204)


async def _news(backend: FakeBackend, request: web.Request) -> web.StreamResponse:
    chat = _chat(backend, request)
    return web.json_response({"waiting": len([position for position in chat.unasked if position >= chat.seen])})


async def _events(backend: FakeBackend, request: web.Request) -> web.StreamResponse:
    """The stream of lines that the widget did not ask for; it looks for them as long as nobody cuts it."""
    chat, after = _chat(backend, request), int(request.query.get("after", -1))
    backend.streams.append(after)
    if backend.down:
        return _cut(request)
    if backend.full:
        return web.json_response({"error": {"code": "no_room", "message": "as told"}}, status=429, headers=CORS)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **CORS})
    await response.prepare(request)
    await response.write(b": listening\n\n")
    with contextlib.suppress(ConnectionError):
        await _tell(backend, request, response, chat, after)
    return response


async def _tell(backend: FakeBackend, request: web.Request, response: web.StreamResponse, chat: Chat, after: int) -> None:
    cuts = backend.cuts
    while not (backend.down or request.app[STOPPING].is_set() or backend.cuts != cuts or chat not in backend.chats.values()):
        for position in [position for position in list(chat.unasked) if position > after]:
            after = position
            await response.write(f"id: {position}\ndata: {json.dumps(chat.entries[position])}\n\n".encode())
        await asyncio.sleep(0.02)


async def _erase(backend: FakeBackend, request: web.Request) -> web.StreamResponse:
    gone = _chat(backend, request)
    backend.chats = {token: chat for token, chat in backend.chats.items() if chat is not gone}
    return web.Response(status=204)


async def _message(backend: FakeBackend, request: web.Request) -> web.StreamResponse:
    chat = _chat(backend, request)
    body = await request.json()
    backend.posts.append(body)
    if body["id"] not in chat.replies:
        chat.entries.append({"from": "patient", "text": _title(chat, body["text"])})
        replies = [] if chat.taken_over else backend.replies_to(chat, body["text"])
        chat.replies[body["id"]] = replies
        chat.entries += [{"from": "bot", **message} for message in replies]
        if any(message.get("custom", {}).get("code") == "erased" for message in replies):
            backend.chats = {token: other for token, other in backend.chats.items() if other is not chat}
    return web.json_response({"messages": chat.replies[body["id"]]})


def _title(chat: Chat, text: str) -> str:
    buttons = [button for entry in chat.entries for button in entry.get("buttons", ())]
    return next((button["title"] for button in buttons if button["payload"] == text), text)


Answer = Callable[[FakeBackend, web.Request], Awaitable[web.StreamResponse]]


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _troubled(backend: FakeBackend, answer: Answer) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if backend.slow:
            await asyncio.sleep(backend.slow)
        if backend.down:
            return _cut(request)
        trouble = backend.trouble.pop(0) if backend.trouble else None
        if trouble == "refuse":
            return _cut(request)
        if isinstance(trouble, int):
            headers = {"Retry-After": "1"} if trouble == 429 else {}
            return web.json_response({"error": {"code": "trouble", "message": "as told"}}, status=trouble, headers=headers)
        response = await answer(backend, request)
        return _cut(request) if trouble == "lose" else response

    return handle


CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Expose-Headers": "Retry-After",
}
STOPPING: web.AppKey[asyncio.Event] = web.AppKey("stopping", asyncio.Event)


async def _stop(app: web.Application) -> None:
    app[STOPPING].set()


@web.middleware
async def _cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.path.startswith("/chat/"):
        return await handler(request)
    if request.method == "OPTIONS":
        return web.Response(status=204, headers=CORS)
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(CORS)
        raise
    response.headers.update(CORS)
    return response


# ------------------------------------------------------------------ the pages' source


def sample_record() -> TrialRecord:
    """The record that ships."""
    return TrialRecord.model_validate(read_yaml(ROOT / "trials" / "NCT06141070.yaml"))


def _outcomes(record: TrialRecord) -> tuple[Outcome, ...]:
    """Most criteria met, one not, one open; one thing said that tries to be markup."""
    special: dict[str, tuple[Literal["met", "not_met", "unknown"], tuple[str, ...]]] = {
        "E3": ("not_met", ("EGFR, I think <script>window.broken=1</script>",)),
        "E6": ("unknown", ("yes, a little",)),
        "E8": ("unknown", ()),
        "I8": ("met", ("I am 61 years old",)),
        "R-age": ("met", ("I am 61 years old",)),
    }
    outcomes = []
    for criterion in record.criteria:
        patient = criterion.checked_by == "patient"
        status, said = special.get(criterion.id, ("met", ("no",)) if patient else ("unknown", ()))
        outcomes.append(Outcome(id=criterion.id, status=status, checked_by="patient" if patient else "study_team", said=said))
    return tuple(outcomes)


class SampleSource:
    """One trial and one summary. A trial numbered NCT00000000 breaks, as a store may."""

    def __init__(self) -> None:
        self.record = sample_record()

    async def trials(self, offset: int, limit: int) -> tuple[Sequence[TrialRecord], int]:
        return [self.record][offset : offset + limit], 1

    async def trial(self, nct_id: str) -> TrialRecord | None:
        if nct_id == "NCT00000000":
            raise RuntimeError("a secret of the store")
        return self.record if nct_id == self.record.nct_id else None

    async def summary(self, key: str) -> SummaryData | None:
        if key != SUMMARY_KEY:
            return None
        outcomes = _outcomes(self.record)
        words = self.record.in_words("en").criteria
        questions = tuple(text for outcome in outcomes if outcome.status == "unknown" and (text := words[outcome.id].to_ask))
        return SummaryData(
            record=self.record,
            locale="en",
            verdict="unlikely",
            made_on=datetime.date(2026, 11, 23),
            outcomes=outcomes,
            questions=questions,
        )


def _all_texts() -> dict[str, dict[str, Any]]:
    """English as it ships, and the same with its direction turned, to stand for a right-to-left language."""
    english = read_yaml(ROOT / "words" / "en" / "site.yaml")
    turned = {**english, "locale": "ar", "language": {**english["language"], "direction": "rtl"}}
    return {"en": english, "ar": turned}


async def _host_page(request: web.Request) -> web.Response:
    """A page of another site, with a strict policy of its own and odd styles that must not leak in."""
    app = f"http://127.0.0.1:{request.url.port}"
    locale = "ar" if "rtl" in request.query else "en"
    head = '<title>Host</title><meta name="viewport" content="width=device-width">'
    body = '<main><h1>Another site</h1><p><a href="#x">A link</a></p></main>'
    widget = f'<script src="{app}/widget.js" data-trial="NCT06141070" data-locale="{locale}" async></script>'
    html = f'<!doctype html><html lang="{locale}"><head>{head}</head><body>{body}{widget}</body></html>'
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": HOST_POLICY.format(app=app)})


def make_app(backend: FakeBackend) -> web.Application:
    """The whole public app, with the scripted chat in place of the real one."""

    @web.middleware
    async def widget_away(request: web.Request, handler: Handler) -> web.StreamResponse:
        if backend.widget_away and request.path == "/widget/texts":
            return web.json_response({}, status=503, headers=CORS)
        return await handler(request)

    @web.middleware
    async def of_other_sites(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host not in backend.sites:
            return await handler(request)
        found = backend.sites[request.host].get(request.path)
        if found is None:
            return web.Response(status=404)
        headers = {"Content-Security-Policy": found.policy} if found.policy else {}
        return web.Response(text=found.text, content_type=found.content_type, headers=headers)

    async def seen(request: web.Request) -> web.StreamResponse:
        return await _seen(backend, request)

    async def news(request: web.Request) -> web.StreamResponse:
        return await _news(backend, request)

    async def events(request: web.Request) -> web.StreamResponse:
        return await _events(backend, request)

    app = web.Application(middlewares=[of_other_sites, security_headers, error_pages, _cors, widget_away])
    setup_pages(app, Pages(_all_texts()), SampleSource())
    app.router.add_get("/host", _host_page)
    app.router.add_post("/chat/session", _troubled(backend, _session_of_a_site))
    app.router.add_get("/chat/messages", _troubled(backend, _history))
    app.router.add_post("/chat/messages", _troubled(backend, _message))
    app.router.add_delete("/chat/session", _troubled(backend, _erase))
    # Without the troubles of the other requests, which count those.
    app.router.add_get("/chat/events", events)
    app.router.add_get("/chat/news", news)
    app.router.add_post("/chat/seen", seen)
    app[STOPPING] = asyncio.Event()
    app.on_shutdown.append(_stop)
    app.router.add_route("OPTIONS", "/chat/{rest}", _message_options)
    return app


async def _message_options(request: web.Request) -> web.Response:
    return web.Response(status=204)


@contextlib.contextmanager
def running(backend: FakeBackend, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[FakeBackend]:
    """Serve in a thread of its own until the block ends."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(make_app(backend), access_log=None)

    async def start() -> int:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls)
        await site.start()
        address: tuple[str, int] = runner.addresses[0]
        return address[1]

    thread = threading.Thread(target=loop.run_forever, name="fake backend", daemon=True)
    thread.start()
    try:
        bound = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        backend.url = f"http{'s' if tls else ''}://127.0.0.1:{bound}"
        yield backend
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
