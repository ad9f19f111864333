"""The coordinators' console over a store of 1,000 and of 100,000 conversations: whole pages, by HTTP, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from aiohttp import web
from sqlalchemy import make_url

from bench.console_filling import NOW, SCOPE, fill, word
from bench.tables import percentile
from bot.accounts.roles import Role
from bot.store import Store
from bot.store.inbox_records import InboxKey
from bot.web.console.inbox_address import key_text
from bot.words import Library, load_library
from tests.console.house import Clock, Guest, make_house

SIZES = (1_000, 100_000)
TIMES, WARM_UP = 30, 3
GOAL = 200.0
"""Milliseconds that a page may take."""
POSTGRES_URL = os.environ.get("TRIALCHAT_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test")

Timings = dict[str, list[float]]


def main() -> None:
    """Print a table for each database."""
    library = load_library()
    for database in ("SQLite", "PostgreSQL"):
        measured = {}
        for size in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    with _empty(database, Path(folder)) as url:
                        measured[size] = asyncio.run(_measure(Path(folder), url, library, size))
                except psycopg.OperationalError:
                    break
        if measured:
            _show(f"The console on {database}", measured[SIZES[0]], measured[SIZES[1]])
        else:
            print(f"\nThe console on {database}: none answers; TRIALCHAT_TEST_POSTGRES_URL names a server where databases may be made")


@contextmanager
def _empty(database: str, folder: Path) -> Iterator[str]:
    """The URL of a database of this run's own."""
    if database == "SQLite":
        yield f"sqlite:///{folder}/store.db"
        return
    name = f"trialchat_bench_{secrets.token_hex(4)}"
    with psycopg.connect(POSTGRES_URL, autocommit=True, connect_timeout=3) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _measure(folder: Path, url: str, library: Library, size: int) -> Timings:
    Store(url).migrate()
    house = make_house(folder, library, url, clock=Clock(NOW))
    worker = house.account(trials=SCOPE)
    for _ in range(20):
        house.account(trials=SCOPE)
    conversation = await asyncio.to_thread(fill, url, size, worker.id)
    runner = web.AppRunner(house.app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    house.url = "http://{}:{}/".format(*runner.addresses[0])
    of_some, of_all, manager = Guest(house), Guest(house), Guest(house)
    await of_some.sign_in(worker)
    await of_all.sign_in(house.account(Role.ADMINISTRATOR))
    await manager.sign_in(house.account(Role.TRIAL_MANAGER, trials=SCOPE[1:]))
    # As the app does it when it begins to serve.
    gc.collect()
    gc.freeze()
    try:
        found = {}
        for name, (path, searched) in _pages(size, conversation).items():
            guest = of_all if name.endswith("(all trials)") else manager if name.startswith("notifications") else of_some
            timings = [await _timed(guest, path, searched) for _ in range(TIMES + WARM_UP)]
            taken = [seconds for seconds in timings if seconds is not None]
            if len(taken) < len(timings):
                raise RuntimeError(f"{name}: a page was not shown")
            found[name] = taken[WARM_UP:]
        return found
    finally:
        await of_some.close()
        await of_all.close()
        await manager.close()
        await runner.cleanup()
        house.store.dispose()


async def _timed(guest: Guest, path: str, searched: Mapping[str, str] | None) -> float | None:
    begun = time.perf_counter()
    status, _ = await guest.get(path) if searched is None else await guest.post(path, searched)
    return time.perf_counter() - begun if status == 200 else None


def _pages(size: int, conversation: str) -> Mapping[str, tuple[str, Mapping[str, str] | None]]:
    """What is measured: a name, with an address, and with what is searched for there. A search is sent, and leads to a page."""
    middle = InboxKey(NOW - timedelta(minutes=7 * size // 2), "f" * 32)
    lists: dict[str, dict[str, str]] = {
        "first page": {},
        "first page (all trials)": {},
        "a page in the middle": {"older": key_text(middle)},
        "the page before it": {"newer": key_text(middle)},
        "of one small trial": {"trial": SCOPE[2]},
        "of one trial (all trials)": {"trial": "NCT00000009"},
        "about no one trial (all trials)": {"trial": "none"},
        "finished": {"stage": "finished"},
        "taken over": {"stage": "taken_over"},
        "unlikely": {"verdict": "unlikely"},
        "enrolled": {"status": "enrolled"},
        "mine": {"who": "me"},
        "nobody's": {"who": "nobody"},
        "waiting": {"waiting": "yes"},
        "not delivered": {"undelivered": "yes"},
        "of a seldom channel": {"channel": "slack"},
        "in Spanish": {"locale": "es"},
        "with a usual tag": {"tag": "call back"},
        "with a seldom tag": {"tag": "site visit"},
        "of some days": {"since": "2026-10-01", "until": "2026-10-20"},
        "a mixture that nothing fits": {"channel": "slack", "status": "enrolled", "locale": "es", "stage": "taken_over"},
        "search: a word of most": {"words": "yes "},
        "search: a word of one in ten": {"words": word(30)},
        "search: a word of one in a hundred": {"words": word(400)},
        "search: a word of a few": {"words": word(20_000)},
        "search: a word of none": {"words": "unheard"},
        "search: two usual words": {"words": f"{word(3)} {word(7)}"},
        "search: two words, one seldom": {"words": f"yes {word(5_000)}"},
        "search: the beginning of words": {"words": "aword"},
        "search: usual, and a mixture of filters": {"words": "yes", "channel": "slack", "status": "enrolled", "locale": "es"},
    }
    pages: dict[str, tuple[str, Mapping[str, str] | None]] = {
        f"inbox: {name}": ("/console/inbox/search", query) if "words" in query else (f"/console/inbox?{urlencode(query)}", None)
        for name, query in lists.items()
    }
    logs: dict[str, dict[str, object]] = {
        "first page": {},
        "first page (all trials)": {},
        "a page in the middle (all trials)": {"before": 2 * size},
        "to a seldom receiver (all trials)": {"target": 9},
        "of a seldom event (all trials)": {"event": "test"},
        "given up (all trials)": {"outcome": "given_up"},
        "given up": {"outcome": "given_up"},
        "a mixture that is seldom (all trials)": {"target": 4, "event": "conversation.flagged", "outcome": "given_up"},
    }
    pages |= {f"notifications: {name}": (f"/console/deliveries?{urlencode(query)}", None) for name, query in logs.items()}
    return pages | {
        "inbox: the list alone, as it renews itself": ("/console/inbox/list", None),
        "a conversation of 60 lines": (f"/console/conversations/{conversation}", None),
        "figures: the last twelve weeks": ("/console/figures", None),
        "figures: two years": (f"/console/figures?{urlencode({'from': '2024-W48', 'to': '2026-W48'})}", None),
        "figures: two years (all trials)": (f"/console/figures?{urlencode({'from': '2024-W48', 'to': '2026-W48'})}", None),
    }


def _show(title: str, small: Timings, large: Timings) -> None:
    print(f"\n{title}: {SIZES[1]:,} conversations, and the ratio to the same page with {SIZES[0]:,}")
    print(f"  {'':<58} {'n':>4} {'p50 ms':>9} {'p95 ms':>9} {'ratio':>7}")
    for name, seconds in large.items():
        ratio = statistics.median(seconds) / statistics.median(small[name]) if name in small else float("nan")
        p95 = percentile(seconds, 0.95)
        over = "" if p95 <= GOAL else f"  more than {GOAL:.0f}"
        print(f"  {name:<58} {len(seconds):>4} {percentile(seconds, 0.5):>9.1f} {p95:>9.1f} {ratio:>7.2f}{over}")
