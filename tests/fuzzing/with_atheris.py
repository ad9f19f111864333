"""`make fuzz`: atheris looks for inputs that break the readers, guided by which lines they reach. Not collected by pytest.

python -m tests.fuzzing.with_atheris messages|criteria [options of libFuzzer]
"""

from __future__ import annotations

import datetime
import sys
import time

import atheris

with atheris.instrument_imports(include=["bot.screening", "bot.criteria"]):
    from bot.criteria.extraction import read_criteria
    from bot.screening.prompts import Prompt, Waiting
    from bot.screening.reading import Intent
    from bot.words import load_library
    from bot.words.registry import criteria_language

LIBRARY = load_library()
ENGLISH = criteria_language(LIBRARY, "en")
READER = LIBRARY.in_locale("en").reader
ATTRIBUTES = sorted(LIBRARY.attributes)
TODAY = datetime.date(2026, 11, 2)
SECONDS = 10.0


def messages(data: bytes) -> None:
    """A message, said to some question or to none."""
    given = atheris.FuzzedDataProvider(data)
    attribute = given.PickValueInList([None, *ATTRIBUTES])
    text = given.ConsumeUnicodeNoSurrogates(4_000)
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=attribute) if attribute else None
    _in_time(lambda: READER.hear(text, prompt, frozenset(ATTRIBUTES), TODAY, Intent(None, 0.0)))


def criteria(data: bytes) -> None:
    """A registry's text."""
    text = atheris.FuzzedDataProvider(data).ConsumeUnicodeNoSurrogates(4_000)
    _in_time(lambda: list(read_criteria(text, ENGLISH)))


def _in_time(read: object) -> None:
    began = time.monotonic()
    read()  # type: ignore[operator]
    if (took := time.monotonic() - began) > SECONDS:
        raise TimeoutError(f"this took {took:.0f} s")


if __name__ == "__main__":
    which = {"messages": messages, "criteria": criteria}[sys.argv.pop(1)]
    atheris.Setup(sys.argv, which)
    atheris.Fuzz()
