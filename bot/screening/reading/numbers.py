"""Numbers in what people write: digits, decimal commas, number words."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.screening.reading.text import PartOfName, Phrases


@dataclass(frozen=True)
class Number:
    """A number at `tokens[start:end]`."""

    value: float
    start: int
    end: int


class NumberReader:
    """Finds numbers with the number words of one language (`numbers` of reading.yaml)."""

    def __init__(self, numbers: Mapping[str, Any]) -> None:
        by_value: dict[float, list[str]] = {}
        for word, value in numbers["words"].items():
            by_value.setdefault(float(value), []).append(str(word))
        self._words = Phrases(by_value)
        self._joins = {"and"} & set(map(str, numbers.get("range", ())))
        self._blurs = Phrases({True: [str(w) for key in ("vague", "more_than", "less_than") for w in numbers.get(key, ())]})
        self._none = Phrases({True: [str(word) for word in numbers.get("none", ())]})
        self._range = frozenset(map(str, numbers.get("range", ())))

    def find(self, words: Sequence[str]) -> list[Number]:
        """Every number, left to right; "sixty four" and "one hundred and two" are one each."""
        spoken = {match.start: match for match in self._words.find(words)}
        found: list[Number] = []
        position = 0
        while position < len(words):
            word = words[position]
            if isinstance(word, PartOfName):
                position += 1
            elif word.lstrip("-")[:1].isdigit():
                found.append(Number(_digits(word), position, position + 1))
                position += 1
            elif position in spoken:
                total, end = self._spoken(words, spoken, position)
                found.append(Number(total, position, end))
                position = end
            else:
                position += 1
        return found

    def _spoken(self, words: Sequence[str], spoken: Mapping[int, Any], start: int) -> tuple[float, int]:
        total, end = float(spoken[start].label), int(spoken[start].end)
        while True:
            nxt = end + 1 if end < len(words) and words[end] in self._joins and total >= 100 else end
            match = spoken.get(nxt)
            if match is None:
                return total, end
            value = float(match.label)
            if value == 100 and 1 <= total <= 9:
                total *= 100
            elif (total % 100 == 0 and total >= 100 and value < 100) or (20 <= total % 100 <= 90 and total % 10 == 0 and 1 <= value <= 9):
                total += value
            else:
                return total, end
            end = int(match.end)

    def is_blurred(self, words: Sequence[str]) -> bool:
        """Whether the words give a bound or a vague amount: "over 60", "a few", "3 or 4"."""
        if self._blurs.find(words):
            return True
        numbers = self.find(words)
        return any(right.start - left.end == 1 and words[left.end] in self._range for left, right in itertools.pairwise(numbers))

    def is_none(self, words: Sequence[str]) -> bool:
        """Whether the words say that there is none at all."""
        return bool(self._none.find(words))


def _digits(word: str) -> float:
    # A comma before exactly three digits separates thousands ("1,200"); any other is a decimal comma.
    whole, comma, rest = word.partition(",")
    if comma and len(rest) == 3 and whole != "0":
        return float(whole + rest)
    return float(word.replace(",", "."))
