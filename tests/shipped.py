"""The lexicon and the words that ship, read once for all tests of a run: nobody changes them."""

from __future__ import annotations

from functools import cache

from bot.words import Library, load_library


@cache
def shipped_library() -> Library:
    return load_library()
