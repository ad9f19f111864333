"""How long ago: days since something happened, out of what people write."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.screening.reading.numbers import NumberReader
from bot.screening.reading.text import Phrases, cleaned

_ISO_DATE = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_CLEAR_AFTER = 120
"""A bare month is taken only where it lies this many days back: nearer, a week matters."""


class TimeReader:
    """Reads `times` of reading.yaml against a given day; never a clock of its own."""

    def __init__(self, times: Mapping[str, Any], numbers: NumberReader) -> None:
        self._numbers = numbers
        self._units = Phrases({int(unit["days"]): list(map(str, unit["words"])) for unit in times["units"].values()})
        self._vague = Phrases({True: list(map(str, times.get("vague", ())))})
        by_days: dict[int, list[str]] = {}
        for phrase, days in times["relative"].items():
            by_days.setdefault(int(days), []).append(str(phrase))
        self._relative = Phrases(by_days)
        self._months = Phrases({int(number): list(map(str, words)) for number, words in times["months"].items()})
        self._one = frozenset(map(str, times.get("one", ())))

    def days_since(self, text: str, words: Sequence[str], today: datetime.date) -> int | None:
        """Whole days before `today`, or None where the time is absent, vague or still to come."""
        date = self._date(text, words, today)
        if date is not None:
            days = (today - date).days
            return days if days >= 0 else None
        # A phrase inside a longer one does not count: "a few weeks ago" holds no "weeks".
        if self._vague.find(words) or self._numbers.is_blurred(words):
            return None
        spans = self._counted(words)
        relative = {match.label for match in self._relative.find(words)}
        found = set(spans) | (relative if not spans else set())
        return found.pop() if len(found) == 1 else None

    def names_a_month(self, words: Sequence[str]) -> bool:
        """Whether a month is named, so that a number beside it may be part of a date."""
        return bool(self._months.find(words))

    def _counted(self, words: Sequence[str]) -> list[int]:
        """Spans such as "three weeks" or "a month", added up where they stand together."""
        units = {match.start: match for match in self._units.find(words)}
        numbers = {number.end: number.value for number in self._numbers.find(words)}
        total = 0.0
        seen = False
        for start, unit in units.items():
            if start in numbers:
                total += numbers[start] * unit.label
            elif start and words[start - 1] in self._one - {"last"}:
                total += unit.label
            else:
                continue
            seen = True
        return [round(total)] if seen else []

    def _date(self, text: str, words: Sequence[str], today: datetime.date) -> datetime.date | None:
        iso = _ISO_DATE.search(cleaned(text))
        try:
            if iso:
                year, month, day = map(int, iso.groups())
                return datetime.date(year, month, day)
            months = self._months.find(words)
            years = [int(word) for word in words if word.isdigit() and 1950 <= int(word) <= today.year]
            if len(months) == 1 and len(years) <= 1:
                return self._in_month(words, months[0].label, months[0].start, months[0].end, years, today)
            figures = [word for word in words if word[0].isdigit()]
            if len(years) == 1 == len(figures) and not months and today.year - years[0] >= 1 and len(words) <= 4:
                return self._long_enough(datetime.date(years[0], 12, 31), today)
        except ValueError:
            return None
        return None

    def _in_month(
        self, words: Sequence[str], month: int, start: int, end: int, years: list[int], today: datetime.date
    ) -> datetime.date | None:
        beside = [words[i] for i in (start - 1, end) if 0 <= i < len(words)]
        days = [int(re.sub(r"\D", "", word)) for word in beside if word.isdigit() and 1 <= int(word) <= 31]
        year = years[0] if years else today.year
        if days:
            date = datetime.date(year, month, days[0])
            return date if years or date <= today else date.replace(year=year - 1)
        last_day = (datetime.date(year + month // 12, month % 12 + 1, 1)) - datetime.timedelta(days=1)
        if month == today.month and not years:
            return None  # this very month, or the same a year ago: a year apart
        if last_day > today and not years:
            last_day = last_day.replace(year=year - 1, day=28)
        return self._long_enough(last_day, today)

    @staticmethod
    def _long_enough(latest: datetime.date, today: datetime.date) -> datetime.date | None:
        return latest if (today - latest).days >= _CLEAR_AFTER else None
