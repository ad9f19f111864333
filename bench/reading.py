"""Reading one message, for every kind of answer: pure code, one core, no engine."""

from __future__ import annotations

import datetime
import time

from bench.tables import show
from bot.screening.prompts import Prompt, Waiting
from bot.words import load_library

TODAY = datetime.date(2026, 1, 1)
ROUNDS = 200
MESSAGES = {
    "age": "I turned fifty-eight in march",
    "prior_radiotherapy": "no, I have never had any radiation",
    "metastasis_sites": "two spots on the liver and one on the hip bone",
    "last_trial_drug": "about three weeks ago I think",
    "condition": "adenocarcinoma of the lung, non small cell",
    "performance_status": "I can do light work but I get tired",
}


def main() -> None:
    """Print the table."""
    reader = load_library().in_locale("en").reader
    rows: dict[str, list[float]] = {}
    for attribute, text in MESSAGES.items():
        prompt = Prompt(waiting=Waiting.QUESTION, attribute=attribute)
        reader.read(text, prompt, {attribute}, TODAY)
        timings = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            reader.read(text, prompt, {attribute}, TODAY)
            timings.append(time.perf_counter() - begun)
        rows[attribute] = timings
    show("Reading one message (ms)", rows)
