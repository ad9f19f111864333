"""The names of a list that a message names: its illnesses, its medicines, its operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.screening.reading.patterns import Patterns, Surroundings
from bot.screening.reading.text import Phrases, cleaned, tokens


@dataclass(frozen=True)
class Named:
    """A name of a list, at `words[start:end]`."""

    name: str
    start: int
    end: int


class Conditions:
    """The illnesses of conditions.yaml: `conditions`, `other_meanings`, `leads`, the one that others only come beside, `origins`,
    and `of_trials`, how records of trials name illnesses.

    Another list of the same shape (treatments.yaml) has fewer keys, and entries with several next wider ones.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._entries: Sequence[Mapping[str, Any]] = tuple(data["conditions"])
        self.leads: str | None = data.get("leads")
        self.of_trials: Mapping[str, Any] = data.get("of_trials") or {}
        self.well = frozenset(str(entry["name"]) for entry in self._entries if entry.get("no_illness"))
        self.doubtful_kinds = frozenset(map(str, data.get("doubtful_kinds") or ()))
        """Names that the wider ones above them may not mean, where a criterion names those."""
        phrases = {str(entry["name"]): (str(entry["name"]), *_words(entry, "synonyms"), *_words(entry, "kinds")) for entry in self._entries}
        self._phrases = Phrases({**phrases, "": tuple(map(str, data.get("other_meanings") or ()))})
        self._within = Phrases({str(entry["name"]): _words(entry, "within") for entry in self._entries})
        self._patterns = Patterns([(str(entry["name"]), _words(entry, "patterns")) for entry in self._entries], {})
        origins = data.get("origins") or {}
        self._origins = Phrases({str(name): _words(origins, str(name)) for name in origins})
        self._spread = Phrases({True: _words(data, "spread_words")})
        self._broader = {str(entry["name"]): _each(entry["broader"]) for entry in self._entries if entry.get("broader")}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(str(entry["name"]) for entry in self._entries)

    def synonyms(self, name: str) -> tuple[str, ...]:
        """The other names of an illness that count wherever they stand."""
        return self._synonyms[name]

    @cached_property
    def _synonyms(self) -> Mapping[str, tuple[str, ...]]:
        return {str(entry["name"]): _words(entry, "synonyms") for entry in self._entries}

    @cached_property
    def kinds(self) -> Mapping[str, tuple[str, ...]]:
        """By name, the names of kinds that have no entry of their own."""
        return {str(entry["name"]): _words(entry, "kinds") for entry in self._entries}

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
        spoken = [Named(match.label, match.start, match.end) for match in self._patterns.find(around)]
        # "Not the small cell kind" names the other one, and not what stands in it.
        found = [named for named in found if not any(_lies_in(named, other) for other in spoken)] + spoken
        known = {above for named in found for above in (named.name,) if above in self._broader}
        for match in self._within.find(words):
            # "Lung cancer … the biopsy said adenocarcinoma": what it is within has to be named, and be more than just "cancer".
            if known.intersection(self.above(match.label)):
                found.append(Named(match.label, match.start, match.end))
        return sorted(found, key=lambda named: named.start)

    def spoken(self, words: Sequence[str]) -> tuple[str, ...]:
        """The illnesses whose names stand in these words, whatever else is said of them."""
        return tuple(dict.fromkeys(match.label for match in self._phrases.find(words) if match.label))

    def called(self, words: Sequence[str]) -> str | None:
        """The illness that these words are a name of, and nothing else."""
        return (self._phrases.whole(words) or None) if words else None

    def contradict(self, names: Sequence[str]) -> bool:
        """Whether two of the names are kinds of one illness, of which a person has one: small cell and non-small cell lung cancer."""
        above = [wider for name in names for wider in self._broader.get(name, ()) if wider != self.leads]
        return len(above) != len(set(above))

    def placed(self, names: Sequence[str], words: Sequence[str]) -> tuple[str, ...]:
        """Names of an answer, with the leading one made narrower by the one organ that stands apart from it: "pancreas, it is cancer".

        Not where anything is said to have moved: the organ may be where the illness went. The leading name beside other words
        is none: which kind it is may stand in them.
        """
        if tuple(names) != (self.leads,):
            return tuple(names)
        organs = {match.label for match in self._origins.find(words)}
        if len(organs) == 1 and not self._spread.find(words):
            return (organs.pop(),)
        return tuple(names) if self._phrases.whole(words) else ()

    def above(self, name: str) -> tuple[str, ...]:
        """The wider names of a name, the next ones first."""
        found: dict[str, None] = {}
        coming = list(self._broader.get(name, ()))
        while coming:
            if (wider := coming.pop(0)) not in found:
                found[wider] = None
                coming += self._broader.get(wider, ())
        return tuple(found)

    def is_leading(self, name: str) -> bool:
        """Whether it is the illness that leads the others, or a kind of it."""
        return self.leads in (name, *self.above(name))

    def unrelated(self, names: Sequence[str]) -> tuple[str, ...]:
        """The illnesses that share no widest name with any of the names: diseases of the joints, say, beside one of the eye."""
        mine = set().union(*(self._widest.get(name, {name}) for name in names))
        return tuple(name for name, widest in self._widest.items() if not widest & mine and name not in self.well)

    @cached_property
    def _widest(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(wider for wider in (name, *self.above(name)) if wider not in self._broader) for name in self.names}

    def below(self, name: str) -> tuple[str, ...]:
        """Every narrower name of an illness."""
        return self._below.get(name, ())

    @cached_property
    def _below(self) -> Mapping[str, tuple[str, ...]]:
        below: dict[str, list[str]] = {}
        for name in self.names:
            for wider in self.above(name):
                below.setdefault(wider, []).append(name)
        return {name: tuple(narrower) for name, narrower in below.items()}

    def narrowest(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names without those that are only a wider name of another; illnesses beside the leading one are dropped."""
        narrow = self.without_wider(names)
        leading = tuple(filter(self.is_leading, narrow))
        return leading or narrow

    def without_wider(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names without those that are only a wider name of another."""
        given = tuple(dict.fromkeys(names))
        wider = {above for name in given for above in self.above(name)}
        return tuple(name for name in given if name not in wider)


def _lies_in(inner: Named, outer: Named) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and inner.end - inner.start < outer.end - outer.start


def _each(broader: str | list[str]) -> tuple[str, ...]:
    return tuple(map(str, broader)) if isinstance(broader, list) else (str(broader),)


def _words(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(cleaned(str(word)) for word in entry.get(key) or ())
