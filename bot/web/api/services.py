"""What the API's operations work with, and where they find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sealing import Sealer
from bot.store import Store
from bot.store.clock import Clock, utc_now
from bot.trials.record_cache import RecordCache
from bot.trials.screened import Deciding
from bot.web.limits import Buckets, Rate
from bot.words import Library
from bot.yaml_files import read_yaml

API_RATE = Rate(burst=240, per_second=20)
"""Of one key: a nightly copy of everything is let through; a loop gone wild is not."""
_STRANGERS = Rate(burst=60, per_second=1)
_WORDS = Path(__file__).resolve().parents[3] / "words" / "en" / "api.yaml"


def load_api_texts() -> Mapping[str, Any]:
    """What the API says of itself."""
    return read_yaml(_WORDS)


@dataclass(frozen=True)
class ApiServices:
    """Everything that the API is made of. Tests put their own clock and rates in."""

    store: Store
    library: Library
    sealer: Sealer
    # The installation's own key.
    api_key: str
    # Where people find the site.
    site_url: str
    clock: Clock = utc_now
    unreviewed: Deciding = Deciding.AGE_AND_SEX
    rate: Rate = API_RATE
    texts: Mapping[str, Any] = field(default_factory=load_api_texts)
    records: RecordCache = field(default_factory=RecordCache)
    keys: Buckets = field(init=False)
    # Of requests without a key that is good, from one address.
    strangers: Buckets = field(default_factory=lambda: Buckets(_STRANGERS))

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", Buckets(self.rate))


API: web.AppKey[ApiServices] = web.AppKey("api", ApiServices)
