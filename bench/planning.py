"""One answer taken by a screening of NCT06141070: evaluated, planned, the next question chosen."""

from __future__ import annotations

import time

from bench.tables import show
from bot.screening.prompts import Waiting
from bot.screening.readings import ReadAnswer, ReadUnsure
from bot.screening.screening import CONSENT, Interview
from bot.settings import PROJECT
from bot.trials import load_record
from bot.words import load_library

ROUNDS = 20


def main() -> None:
    """Print the table."""
    library = load_library()
    record = load_record(PROJECT / "trials" / "NCT06141070.yaml", library.attributes)
    interview = Interview(library.attributes, record.criteria, library.in_locale("en").lexicon.condition_names)
    timings: list[float] = []
    for _ in range(ROUNDS):
        state = interview.respond(interview.begin().state, ReadAnswer(CONSENT, True, "yes")).state
        while state.prompt.waiting is Waiting.QUESTION:
            begun = time.perf_counter()
            state = interview.respond(state, ReadUnsure(state.prompt.asks, "not sure")).state
            timings.append(time.perf_counter() - begun)
    show("One answer in a screening (ms)", {"taken, evaluated, next question chosen": timings})
