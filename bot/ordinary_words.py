"""The ordinary words of a language: what is one of them is no slip of the finger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources

MOST = 30_000
"""How many words of the list count, the most frequent first: rare ones are likelier slips than meant."""


def ordinary_words(dictionary: str | None) -> Callable[[str], int] | None:
    """How frequent a word is in the language, 0 where it is none, by a frequency list that a package ships (`package:file`).

    None where the language names no list: nothing is repaired then, since any word may mean itself.
    """
    if not dictionary:
        return None
    listed = _listed(dictionary)
    return lambda word: listed.get(word, 0)


@cache
def _listed(dictionary: str) -> Mapping[str, int]:
    package, _, name = dictionary.partition(":")
    with resources.files(package).joinpath(name).open(encoding="utf-8-sig") as lines:
        counted = [(word.casefold(), int(count)) for word, count in (line.split() for line in lines if line.strip())]
    return dict(sorted(counted, key=lambda entry: -entry[1])[:MOST])
