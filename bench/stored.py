"""A turn where 1,000 conversations are stored, where 100,000 are, and where 100,000 of an older release are made searchable meanwhile.

Products side by side, whose turns alternate.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

from bench.console_filling import NOW, SCOPE, fill
from bench.long import Person
from bench.tables import show
from bot.store import Store
from bot.words import Library, load_library
from tests.console.house import Clock, make_house
from tests.people import people
from tests.product import Product, running_product

FEW, MANY = 1_000, 100_000
#: How many, and whether this release has already caught up with them.
CASES = {
    f"{FEW:,} conversations": (FEW, True),
    f"{MANY:,} conversations": (MANY, True),
    f"{MANY:,}, just upgraded": (MANY, False),
}
CONVERSATIONS, TURNS, WARM_UP = 10, 12, 2


def main() -> None:
    """Print the table."""
    library, answers = load_library(), people("NCT06141070")[0].answers
    timings: dict[str, list[float]] = {case: [] for case in CASES}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        products = {}
        for number, (case, (size, caught_up)) in enumerate(CASES.items()):
            home = Path(folder) / str(number)
            home.mkdir()
            _fill_store(home, library, size, caught_up=caught_up)
            products[case] = running.enter_context(running_product(home))
            _fill_tracker(products[case], size)
        for number in range(CONVERSATIONS + WARM_UP):
            writing = {case: Person(product, answers) for case, product in products.items()}
            for _ in range(TURNS):
                for case, person in writing.items():
                    took = person.turn()
                    if number >= WARM_UP:
                        timings[case].append(took)
    show("One turn, one person (ms), by what is stored", timings, beside=next(iter(CASES)))


def _fill_store(home: Path, library: Library, size: int, *, caught_up: bool) -> None:
    path = home / "trialchat.db"
    url = f"sqlite:///{path}"
    Store(url).migrate()
    house = make_house(home, library, url, clock=Clock(NOW))
    fill(url, size, house.account(trials=SCOPE).id)
    house.store.dispose()
    with closing(sqlite3.connect(path)) as store, store:
        # The log of notifications is of its own time: what is older than it is kept would be tidied up while turns are measured.
        store.execute("DELETE FROM deliveries")
        if caught_up:
            # What `bot/web/catching_up.py` would do in its first minutes is done: all of these can be searched.
            store.execute("INSERT INTO ingest_positions (source, position) VALUES ('search-words', 1)")


def _fill_tracker(product: Product, size: int) -> None:
    """What the engine keeps of so many conversations: for each the three events that a screening under way leaves."""
    at = (NOW - timedelta(days=1)).timestamp()
    events = (
        ("session_started", None, {"event": "session_started", "timestamp": at}),
        ("active_loop", "action_screening", {"event": "active_loop", "timestamp": at, "name": "action_screening"}),
        ("action", "action_listen", {"event": "action", "timestamp": at, "name": "action_listen"}),
    )
    rows = (
        (f"{number:032x}", kind, at, action, json.dumps(data))
        for number in range(size)
        for kind, action, data in events
    )  # fmt: skip
    with closing(sqlite3.connect(product.home / "tracker.db", timeout=30)) as tracker, tracker:
        tracker.executemany("INSERT INTO events (sender_id, type_name, timestamp, action_name, data) VALUES (?, ?, ?, ?, ?)", rows)
