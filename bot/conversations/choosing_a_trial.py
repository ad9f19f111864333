"""Trials that a message names by their number in the registry."""

from __future__ import annotations

import re

from bot.screening.reading.text import cleaned

_NUMBER = re.compile(r"\bNCT\d{8}\b", re.IGNORECASE)


def named_trial(text: str) -> str | None:
    """The number of a trial that a message holds."""
    named = _NUMBER.search(cleaned(text))
    return None if named is None else named[0].upper()
