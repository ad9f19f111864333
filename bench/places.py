"""Places: reading the gazetteer, finding places in messages, and how far every trial is from a person."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench.tables import show
from bot.matching.distances import distances_km
from bot.matching.nearest import Located
from bot.matching.site_columns import SiteColumns
from bot.places import Gazetteer

ROUNDS = 20
TRIALS, SITES = 500_000, 10
LISTS = (15_000, 5_000, 1_000)
MESSAGES = {
    "a town and nothing else": "Charlotte NC",
    "a story of a hundred letters": "My husband has lung cancer stage 4, we live in Charlotte NC and he is 67, he had chemo and is tired",
    "a slip": "I live near Gothenberg",
    "no place": "I have a nice doctor and reading glasses",
    "4,000 letters": "My husband has lung cancer, we live in Charlotte NC and he is 67. " * 60,
}
PERSON = Located("SE", None, 57.7, 12.0)


def main() -> None:
    """Print the tables."""
    print("\nReading the gazetteer, once for a process (processor seconds; the package's lists by people of their smallest town)")
    print(f"  {'from':>6} {'towns':>9} {'seconds':>8}")
    for smallest in LISTS:
        begun = time.process_time()
        towns = len(Gazetteer.load(smallest=smallest).atlas.towns.names)
        print(f"  {smallest:>6} {towns:>9,} {time.process_time() - begun:>8.2f}")
    gazetteer = Gazetteer.load()
    show("Finding places in a message", {name: _timed(partial(gazetteer.find, text)) for name, text in MESSAGES.items()})
    columns = _columns()
    tracemalloc.start()
    columns.nearest_open_km(PERSON)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    rows = {
        "nearest open site of each": _timed(lambda: columns.nearest_open_km(PERSON)),
        "haversine of each site alone": _timed(lambda: distances_km(57.7, 12.0, columns.latitudes, columns.longitudes)),
    }
    show(f"{TRIALS:,} trials of {SITES} sites", rows, beside="nearest open site of each")
    print(f"  memory while the first one is worked out: {peak / 2**20:.0f} MB")


def _timed(call: Callable[[], object]) -> Sequence[float]:
    seconds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        call()
        seconds.append(time.process_time() - begun)
    return seconds


def _columns() -> SiteColumns:
    """Made-up sites all over the land, two of three of them open."""
    chance = np.random.default_rng(1)
    count = TRIALS * SITES

    def spread(low: float, high: float) -> NDArray[np.float32]:
        return chance.uniform(low, high, count).astype(np.float32)

    starts = np.arange(0, count + 1, SITES, dtype=np.int64)
    return SiteColumns(spread(-50, 65), spread(-180, 180), chance.random(count) < 2 / 3, np.ones(count, np.int16), starts, ("", "SE"))


if __name__ == "__main__":
    main()
