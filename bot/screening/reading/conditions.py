"""The illnesses that a message names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.screening.reading.patterns import Patterns, Surroundings
from bot.screening.reading.text import Phrases, cleaned, tokens


@dataclass(frozen=True)
class Named:
    """An illness named at `words[start:end]`."""

    name: str
    start: int
    end: int


class Conditions:
    """The illnesses of conditions.yaml: `conditions`, `other_meanings`, and `leads`, the one that others only come beside."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._entries: Sequence[Mapping[str, Any]] = tuple(data["conditions"])
        self._leads = data.get("leads")
        phrases = {str(entry["name"]): (str(entry["name"]), *_words(entry, "synonyms")) for entry in self._entries}
        self._phrases = Phrases({**phrases, "": tuple(map(str, data.get("other_meanings") or ()))})
        self._within = Phrases({str(entry["name"]): _words(entry, "within") for entry in self._entries})
        self._patterns = Patterns([(str(entry["name"]), _words(entry, "patterns")) for entry in self._entries], {})
        self.broader = {str(entry["name"]): str(entry["broader"]) for entry in self._entries if entry.get("broader")}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(str(entry["name"]) for entry in self._entries)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of all names and synonyms."""
        return self._phrases.vocabulary | self._within.vocabulary

    @cached_property
    def _whole(self) -> Mapping[tuple[str, ...], str]:
        return {tokens(word): str(entry["name"]) for entry in self._entries for word in _words(entry, "whole")}

    def whole(self, words: Sequence[str]) -> str | None:
        """The illness of which these words are a short name that counts only by itself."""
        return self._whole.get(tuple(words))

    def named(self, around: Surroundings) -> list[Named]:
        """Every illness named, denied or not, from left to right."""
        words = around.utterance.words
        found = [Named(match.label, match.start, match.end) for match in self._phrases.find(words) if match.label]
        found += [Named(match.label, match.start, match.end) for match in self._patterns.find(around)]
        known = {above for named in found for above in (named.name,) if above in self.broader}
        for match in self._within.find(words):
            # "Lung cancer … the biopsy said adenocarcinoma": what it is within has to be named, and be more than just "cancer".
            if known.intersection(self.above(match.label)):
                found.append(Named(match.label, match.start, match.end))
        return sorted(found, key=lambda named: named.start)

    def above(self, name: str) -> tuple[str, ...]:
        """The wider names of an illness, the next one first."""
        found: list[str] = []
        while (name := self.broader.get(name, "")) and name not in found:
            found.append(name)
        return tuple(found)

    def narrowest(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names without those that are only a wider name of another; illnesses beside the leading one are dropped."""
        given = tuple(dict.fromkeys(names))
        wider = {above for name in given for above in self.above(name)}
        narrow = tuple(name for name in given if name not in wider)
        leading = tuple(name for name in narrow if self._leads in (name, *self.above(name)))
        return leading or narrow


def _words(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(cleaned(str(word)) for word in entry.get(key) or ())
