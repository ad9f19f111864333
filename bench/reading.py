"""What understanding one message costs: the reader alone (pure code, one core), and with the engine's classifier before it.

The messages are those of tests/unseen, each read against the question that it is written to. The engine takes part only
where a product is running (TRIALCHAT_HOME says whose); it classifies each message by itself, as it does in a turn.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.tables import show
from bot.running.errors import CannotRun
from bot.running.home import as_running
from bot.running.reading_commands import intents_of
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import Intent, Reader
from bot.settings import PROJECT, Settings, SettingsError
from bot.words import load_library

TODAY = datetime.date(2026, 11, 24)
ROUNDS = 3
"""The reader alone is timed this often over all messages."""
CLASSIFIED = 300
"""So many messages, spread over all, are classified."""
FULL_SENTENCES = 12
"""Words from which on a message is a long one."""


@dataclass(frozen=True)
class Given:
    """A message, and the question that is open."""

    text: str
    attribute: str | None

    @property
    def prompt(self) -> Prompt | None:
        return Prompt(waiting=Waiting.QUESTION, attribute=self.attribute) if self.attribute else None


def main() -> None:
    """Print the table."""
    begun = time.perf_counter()
    library = load_library()
    loaded = time.perf_counter()
    reader, attributes = library.in_locale("en").reader, frozenset(library.attributes)
    built = time.perf_counter()
    messages = _messages()
    for given in messages:  # what is left to build is built when it is first needed
        reader.hear(given.text, given.prompt, attributes, TODAY)
    print(f"\nWords loaded in {loaded - begun:.1f} s, reader built in {built - loaded:.1f} s; {len(messages)} messages of tests/unseen")
    chosen = messages[:: max(1, len(messages) // CLASSIFIED)]
    alone = dict(zip(messages, _read(reader, messages, attributes), strict=True))
    rows = {
        "reader, a question open": [s for g, s in alone.items() if g.attribute],
        "reader, no question open": [s for g, s in alone.items() if not g.attribute],
        f"reader, up to {FULL_SENTENCES} words": [s for g, s in alone.items() if len(g.text.split()) <= FULL_SENTENCES],
        f"reader, more than {FULL_SENTENCES} words": [s for g, s in alone.items() if len(g.text.split()) > FULL_SENTENCES],
        "reader, all": list(alone.values()),
    }
    try:
        classified = _classified(chosen)
    except (CannotRun, SettingsError) as problem:
        print(f"without the engine: {problem}")
    else:
        rows["engine's classifier"] = classified
        rows["classifier and reader"] = [seconds + alone[given] for seconds, given in zip(classified, chosen, strict=True)]
    show("Understanding one message (ms)", rows, beside="reader, all")


def _messages() -> list[Given]:
    """Every message of tests/unseen once, in the order of the files."""
    found: dict[Given, None] = {}
    for path in sorted((PROJECT / "tests" / "unseen").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            data = json.loads(line)
            found[Given(data["utterance"], data.get("attribute"))] = None
    return list(found)


def _read(reader: Reader, messages: Iterable[Given], attributes: frozenset[str]) -> list[float]:
    """Seconds for each message: the median of several rounds."""
    timings = []
    for given in messages:
        rounds = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            reader.hear(given.text, given.prompt, attributes, TODAY, Intent())
            rounds.append(time.perf_counter() - begun)
        timings.append(sorted(rounds)[ROUNDS // 2])
    return timings


def _classified(messages: Sequence[Given]) -> list[float]:
    """Seconds for each message at the running engine's door, one after the other."""
    settings = as_running(Settings.from_environment())

    async def each() -> list[float]:
        timings = []
        for given in messages:
            begun = time.perf_counter()
            await intents_of([given.text], settings)
            timings.append(time.perf_counter() - begun)
        return timings

    return asyncio.run(each())
