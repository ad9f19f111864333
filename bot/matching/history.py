"""When the people of files had their illnesses and took their medicines, as far as their answers tell it."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.screening.reading.conditions import Conditions
from bot.screening.reading.lexicon import Lexicon
from bot.screening.reading.text import Phrases, tokens

_PIECES = re.compile(r"[,;.()]\s+|[;()]|,\s*$|\s(?:and|but)\s(?=no\b)")
_YEAR = re.compile(r"(?<![\d./-])(?:19|20)\d\d(?![\d./-]|\s*(?:mg|mcg|ml|g|iu|units?)\b)", re.IGNORECASE)
_NOW = 0.0


@dataclass(frozen=True)
class HistoryWords:
    """The words of `labels.yaml` about when something was."""

    taken_now: Phrases[bool]
    past: Phrases[bool]
    over: Phrases[bool]
    """Words of an answer that say that an illness is over."""
    ongoing: Phrases[bool]
    """Words of an answer that say since when there is one, or for how long."""
    using: Phrases[bool]
    """Words before a medicine that say that it is taken."""
    not_taken: Phrases[bool]
    """Labels under which medicines stand that nobody says they take: "allergies"."""
    doses: frozenset[str]
    """Words around a medicine that say how it is taken."""
    never: frozenset[str]
    """Whole answers that mean "never until today"."""
    episodes: frozenset[str]
    """Illnesses that come and go: who names one need not have it now."""
    exempt: frozenset[str]
    """Illnesses that count as none of the wider ones where criteria make exceptions: a cancer of the skin."""
    units: Mapping[str, float]
    """The days of what stands before an "ago"."""
    ago: frozenset[str]
    numbers: Mapping[str, float]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> HistoryWords:
        """From the file's data; `KeyError` for a part that is missing."""
        taken_now, past, over, ongoing, using, not_taken = (
            Phrases({True: tuple(map(str, data[key]))}) for key in ("taken_now", "past", "over", "ongoing", "using", "not_taken")
        )
        doses, never, episodes, exempt, ago = (frozenset(map(str, data[key])) for key in ("doses", "never", "episodes", "exempt", "ago"))
        units = {str(unit): float(days) for unit, days in data["days"].items()}
        numbers = {str(word): float(number) for word, number in data["numbers"].items()}
        return cls(taken_now, past, over, ongoing, using, not_taken, doses, never, episodes, exempt, units, ago, numbers)


@dataclass
class History:
    """What was told so far."""

    last: dict[str, float] = field(default_factory=dict)
    """Days since somebody last had an illness, or took a medicine: 0 now, infinity at some time."""
    never: set[str] = field(default_factory=set)
    """Medicines, and names of kinds of them, that were never taken."""
    taking: list[str] = field(default_factory=list)
    """Medicines that are taken now."""
    illnesses: dict[str, float] = field(default_factory=dict)
    """Illnesses by themselves, without their wider names."""

    def add(self, names: Sequence[str], ago: float) -> None:
        for name in names:
            self.last[name] = min(ago, self.last.get(name, math.inf))


class HistoryReader:
    """Reads it in one language."""

    def __init__(self, lexicon: Lexicon, words: HistoryWords, medicines: str) -> None:
        self._words, self._illnesses = words, lexicon.conditions
        self._medicines: Conditions = lexicon.names_of(medicines)
        self._no = lexicon.negators
        self._doses = words.doses | lexicon.every_unit

    @staticmethod
    def pieces(value: str) -> list[str]:
        """What an answer says one after the other."""
        return [piece for piece in _PIECES.split(value) if tokens(piece)]

    def of_illnesses(
        self, history: History, names: Sequence[str], label: Sequence[str], piece: str, today: datetime.date, behind: str = ""
    ) -> None:
        """Illnesses that a piece of an answer says the person has or had, and what it says `behind` them."""
        said = tokens(piece)
        for name in names:
            ago = self._ago(piece, today)
            if self._words.ongoing.find(said) and name not in self._words.episodes:
                ago = _NOW
            elif ago is None:
                told = (*said, *tokens(behind))
                past = any(words.find(told) for words in (self._words.over, self._words.past)) or self._words.past.find(label)
                ago = math.inf if past or name in self._words.episodes else _NOW
            history.illnesses[name] = min(ago, history.illnesses.get(name, math.inf))

    def with_wider(self, history: History, wanted: Sequence[str]) -> None:
        """Add the wider names of all illnesses but for the one sought, its kinds and what counts for no wider one."""
        history.add(wanted, _NOW)
        for name, ago in history.illnesses.items():
            above = self._illnesses.above(name)
            own = name in self._words.exempt or name in wanted or any(one in above for one in wanted)
            history.add((name, *(() if own else above)), ago)

    def of_medicines(self, history: History, label: Sequence[str], value: str, *, asked_for: bool, sure: bool) -> None:
        """Medicines of an answer; where its label did not ask for them, only those that stand alone or behind a word of use.

        `sure` is whether a label that asks for them asks for those that are taken now.
        """
        if self._words.not_taken.find(label):
            return
        now_too = bool(self._words.taken_now.find(label))
        before = bool(self._words.past.find(label)) and not now_too
        for piece in self.pieces(value):
            said = tokens(piece)
            past = before or bool(self._words.past.find(said) or self._words.over.find(said))
            plain = tuple(word for word in said if word not in self._doses and not word[0].isdecimal())
            alone = self._medicines.called(plain) if plain else None
            using = next((match.end for match in self._words.using.find(said)), None)
            if alone is not None:
                names: tuple[str, ...] = (alone,)
            elif asked_for or past:
                names = () if self._no.find(said) else self._medicines.spoken(said)
            else:
                names = () if using is None or self._no.find(said) else self._medicines.spoken(said[using:])
            taken = not past and (sure or now_too or not asked_for)
            self._take(history, names, said, _NOW if taken else math.inf)
            history.taking += names if taken else ()

    def took(self, history: History, name: str, words: Sequence[str], *, now: bool) -> None:
        """A medicine that a label named, and a yes to it."""
        self._take(history, (name,), words, _NOW if now else math.inf)

    def never_took(self, history: History, name: str) -> None:
        names = (name, *self._medicines.below(name))
        history.never |= {*names, *(kind for one in names for kind in self._medicines.kinds[one])}

    def means_never(self, label: Sequence[str], value: str) -> bool:
        """Whether a no means that something has not been until today."""
        return value.casefold().strip(" .") in self._words.never or bool(self._words.past.find(label))

    def _take(self, history: History, names: Sequence[str], said: Sequence[str], ago: float) -> None:
        for name in names:
            kinds = [kind for kind in self._medicines.kinds[name] if _stands_in(tokens(kind), said)]
            history.add((name, *self._medicines.above(name), *kinds), ago)

    def _ago(self, piece: str, today: datetime.date) -> float | None:
        """How many days ago a piece says that something was: "3 years ago", "2018" (by its first day)."""
        said = tokens(piece)
        for place in range(len(said) - 2):
            number, unit, behind = said[place : place + 3]
            if behind in self._words.ago and unit in self._words.units:
                count = self._words.numbers.get(number, float(number) if number.isdecimal() else None)
                if count is not None:
                    return count * self._words.units[unit]
        years = [int(found[0]) for found in _YEAR.finditer(piece)]
        if years and max(years) <= today.year:
            return (today - datetime.date(max(years), 1, 1)).days
        return None


def _stands_in(phrase: Sequence[str], words: Sequence[str]) -> bool:
    length = len(phrase)
    return any(tuple(words[place : place + length]) == tuple(phrase) for place in range(len(words) - length + 1))
