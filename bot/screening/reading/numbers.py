"""Numbers in what people write: digits, decimal commas, number words, amounts that are none."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from bot.screening.reading.patterns import Span
from bot.screening.reading.text import Attached, PartOfName, Phrases, by_meaning, once

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?$")

_RANGE_WORDS = 2
"""How many words may join the ends of a range: "86 or maybe 87"."""
_NONE_REACH = 4
"""Words behind a "no" within which stands what there is none of."""


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
        # "Sixtynine", as many write it.
        tens = [(word, value) for value, words in by_value.items() if value in range(20, 100, 10) for word in words]
        ones = [(word, value) for value, words in by_value.items() if value in range(1, 10) for word in words if word.isalpha()]
        for (ten, left), (one, right) in itertools.product(tens, ones):
            by_value.setdefault(left + right, []).append(ten + one)
        self._words = Phrases(by_value)
        self._decades = frozenset(map(str, numbers.get("decade_marks", ())))
        self.joins = frozenset(map(str, numbers.get("joins", ())))
        self.halves = Phrases(by_meaning({word: float(value) for word, value in (numbers.get("and_parts") or {}).items()}))
        self._points = frozenset(map(str, numbers.get("points", ())))
        self._others = Phrases({True: [str(word) for word in numbers.get("no_numbers", ())]})
        self._after = {name: Phrases({True: [str(word) for word in numbers.get(f"{name}_after", ())]}) for name in ("less", "more")}
        self._thousands = Phrases(by_meaning({word: float(value) for word, value in (numbers.get("times") or {}).items()}))
        self.more_than = Phrases({True: [str(word) for word in numbers.get("more_than", ())]})
        self._reached = Phrases({True: list(map(str, numbers.get("no_bounds", ())))})
        self.less_than = Phrases({True: [str(word) for word in numbers.get("less_than", ())]})
        self._vague = Phrases({True: [str(word) for word in numbers.get("vague", ())]})
        self._none = Phrases({True: [str(word) for word in numbers.get("none", ())]})
        self._none_alone = Phrases({True: [str(word) for word in numbers.get("none_alone", ())]})
        self._of_none = Phrases({True: [str(word) for word in numbers.get("of_none", ())]})
        self._between = frozenset(map(str, numbers.get("between", ())))
        self._range = frozenset(map(str, numbers.get("range", ())))

    def find(self, words: Sequence[str]) -> Sequence[Number]:
        """Every number, left to right; "sixty four" and "one hundred and two" are one each."""
        return once(words, self, lambda: self._find(words))

    def _find(self, words: Sequence[str]) -> list[Number]:
        masked = {position for match in self._others.find(words) for position in range(match.start, match.end)}
        spoken = {match.start: match for match in self._words.find(words) if match.start not in masked}
        found: list[Number] = []
        position = 0
        while position < len(words):
            word = words[position]
            number: Number | None = None
            if not isinstance(word, PartOfName) and word.lstrip("-")[:1].isdecimal():
                value = digits(word)
                number = None if value is None else Number(value, position, position + 1)
            elif word in self._points and position == 0:
                # "Point nine": with nothing before it, nothing is before the point.
                number = self._with_decimals(Number(0.0, 0, 0), words, spoken)
                number = number if number.end else None
            elif position in spoken:
                total, end = self._spoken(words, spoken, position)
                number = Number(total, position, end)
            if number is not None and number.end < len(words) and self._is_decade(words[number.end]):
                number = None  # "In the 80s" is no number.
            if number is None:
                position += 1
                continue
            number = self._with_parts(self._with_decimals(number, words, spoken), words)
            found.append(number)
            position = number.end
        return found

    def _is_decade(self, behind: str) -> bool:
        """Whether letters written onto figures make a span of them: the "s" of "80s"."""
        return isinstance(behind, Attached) and behind in self._decades

    def spans(self, words: Sequence[str]) -> dict[int, Span]:
        """The numbers by where they start, as patterns look for them."""
        return {number.start: Span(number.start, number.end, number.value, number.value) for number in self.find(words)}

    def _with_decimals(self, number: Number, words: Sequence[str], spoken: Mapping[int, Any]) -> Number:
        """ "Twenty three point five", "one point one two"."""
        if number.end + 1 >= len(words) or words[number.end] not in self._points:
            return number
        end, figures = number.end + 1, ""
        while end < len(words):
            if words[end].isdecimal() and not isinstance(words[end], PartOfName):
                figures, end = figures + words[end], end + 1
            elif end in spoken and float(spoken[end].label) < 100:
                figures, end = f"{figures}{spoken[end].label:g}", int(spoken[end].end)
            else:
                break
        return Number(float(f"{number.value:g}.{figures}"), number.start, end) if figures else number

    def _with_parts(self, number: Number, words: Sequence[str]) -> Number:
        """ "Two and a half", "150 thousand"."""
        for phrases, joined in ((self.halves, False), (self._thousands, True)):
            part = phrases.longest_at(words, number.end) if number.end < len(words) else None
            if part is not None:
                value = number.value * part.label if joined else number.value + part.label
                number = Number(value, number.start, part.end)
        return number

    def _spoken(self, words: Sequence[str], spoken: Mapping[int, Any], start: int) -> tuple[float, int]:
        total, end = float(spoken[start].label), int(spoken[start].end)
        while True:
            nxt = end + 1 if end < len(words) and words[end] in self.joins and total >= 100 else end
            match = spoken.get(nxt)
            if match is None:
                return total, end
            value = float(match.label)
            if value == 100 and 1 <= total <= 9:
                total *= 100
            elif 1 <= total <= 9 and value in range(10, 100) and spoken[start].end - spoken[start].start == 1 and end == start + 1:
                total = total * 100 + value  # "One thirty five", as blood pressure is read out.
            elif (total % 100 == 0 and total >= 100 and value < 100) or (20 <= total % 100 <= 90 and total % 10 == 0 and 1 <= value <= 9):
                total += value
            else:
                return total, end
            end = int(match.end)

    def bound_at(self, words: Sequence[str], number: Number) -> str:
        """ "more" or "less" where the number is a bound ("over 60", "3 or more"), or nothing."""
        reached = any(match.end == number.start for match in self._reached.find(words))  # "Back up to 52" is 52.
        for name, phrases in (("less", self.less_than), ("more", self.more_than)):
            if not reached and any(match.end == number.start for match in phrases.find(words)):
                return name
            if number.end < len(words) and self._after[name].longest_at(words, number.end):
                return name
        return ""

    def is_blurred(self, words: Sequence[str]) -> bool:
        """Whether the words give a bound or a vague amount: "over 60", "a few", "3 or 4"."""
        if self._vague.find(words):
            return True
        numbers = self.find(words)
        return any(self.bound_at(words, number) for number in numbers) or bool(self.ranges(words, numbers))

    def is_vague(self, words: Sequence[str]) -> bool:
        """Whether an amount is named that is no number: "a few"."""
        return bool(self._vague.find(words))

    def ranges(self, words: Sequence[str], numbers: Sequence[Number]) -> list[tuple[float, float]]:
        """Pairs of numbers that stand for one: "3 or 4", "between 60 and 70"."""
        found = []
        for left, right in itertools.pairwise(numbers):
            between = words[left.end : right.start]
            joined = 1 <= len(between) <= _RANGE_WORDS and self._range.issuperset(between)
            # "60 and 70" are one range only behind "between".
            if joined and (between[0] not in self.joins or (left.start and words[left.start - 1] in self._between)):
                found.append((left.value, right.value))
        return found

    def is_none(self, words: Sequence[str], pauses: Set[int] = frozenset()) -> bool:
        """Whether the words say that there is none at all.

        A bare "no" does so only by itself, or right before what there is none of: "please no, not that list again" counts nothing.
        """
        if self._none.find(words):
            return True
        counted = {match.start for match in self._of_none.find(words)}
        for match in self._none_alone.find(words):
            begins = match.start == 0 or match.start in pauses
            ends = match.end == len(words) or match.end in pauses
            if (begins and ends) or counted.intersection(range(match.end, match.end + _NONE_REACH)):
                return True
        return False


def digits(word: str) -> float | None:
    """The number that figures stand for; None where they are several, as in a date."""
    # A comma before exactly three digits separates thousands ("1,200"); any other is a decimal comma.
    if _GROUPED.match(word.lstrip("-")):
        decimal = "," if word.count(".") > 1 else "."
        whole, _, rest = word.partition(decimal)
        return float(re.sub(r"[.,]", "", whole) + ("." + rest if rest else ""))
    if len(re.findall(r"[.,]", word)) > 1:
        return None
    return float(word.replace(",", "."))
