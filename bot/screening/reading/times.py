"""How long ago: days since something happened, out of what people write."""

from __future__ import annotations

import calendar
import datetime
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dateutil.easter import easter

from bot.screening.reading.numbers import Number, NumberReader
from bot.screening.reading.patterns import Span
from bot.screening.reading.text import Attached, Phrases, Utterance, by_meaning

_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DATE = re.compile(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?!\d)")
_CLEAR_AFTER = 120
"""From this many days back on, a time that spans weeks is precise enough; nearer, a week matters."""
_NEAR_ENOUGH = 14
"""How many days a nearer time may span."""
_OLDEST_YEAR = 1920
_EASTER = "easter"


@dataclass(frozen=True)
class Time:
    """Days before today at `words[start:end]`: at least `low`, at most `high`. `bare`: only a length ("3 weeks")."""

    start: int
    end: int
    low: float
    high: float
    bare: bool = False

    @property
    def days(self) -> int | None:
        """The days where the time is precise enough to be counted."""
        if self.high == math.inf:
            return round(self.low) if self.low >= _CLEAR_AFTER else None
        if self.low >= _CLEAR_AFTER or self.high - self.low <= _NEAR_ENOUGH:
            return round((self.low + self.high) / 2)
        return None


class TimeReader:
    """Reads `times` of reading.yaml against a given day; never a clock of its own."""

    def __init__(self, times: Mapping[str, Any], numbers: NumberReader) -> None:
        self._numbers = numbers
        self._units = Phrases({int(unit["days"]): list(map(str, unit["words"])) for unit in times["units"].values()})
        self._calendar = Phrases({str(name): list(map(str, words)) for name, words in (times.get("calendar") or {}).items()})
        self._ago = Phrases({True: list(map(str, times.get("ago", ())))})
        self._since = Phrases({True: list(map(str, times.get("since", ())))})
        self._vague = Phrases({True: list(map(str, times.get("vague", ())))})
        self._almost = Phrases({True: list(map(str, times.get("almost", ())))})
        self._relative = Phrases(by_meaning({phrase: int(days) for phrase, days in times["relative"].items()}))
        self._habits = frozenset(map(str, times.get("habits", ())))
        self._fuzzy = Phrases(by_meaning({word: (float(low), float(high)) for word, (low, high) in (times.get("fuzzy") or {}).items()}))
        self._plural = frozenset(map(str, times.get("plural", ())))
        self._months = Phrases({int(number): list(map(str, words)) for number, words in times["months"].items()})
        self._weekdays = Phrases({int(number): list(map(str, words)) for number, words in (times.get("weekdays") or {}).items()})
        self._seasons = Phrases(by_meaning({word: (int(first), int(last)) for word, (first, last) in (times.get("seasons") or {}).items()}))
        self._feasts = Phrases({str(day): list(map(str, words)) for day, words in (times.get("feasts") or {}).items()})
        self._parts = Phrases({int(third): list(map(str, words)) for third, words in (times.get("parts") or {}).items()})
        self._one = frozenset(map(str, times.get("one", ())))
        self._last = frozenset(map(str, times.get("last", ())))
        self._this = frozenset(map(str, times.get("this", ())))
        self._in_year = frozenset(map(str, times.get("in_year", ())))

    def days_since(self, said: Utterance, today: datetime.date) -> int | None:
        """Whole days before `today`, or None where the time is absent, vague or still to come."""
        found = self.find(said, today)
        if not found or self._vague_outside(said.words, found):
            return None
        if len(found) > 1:
            # "Two years ago this week": a span that holds today only says how exact it was.
            found = [time for time in found if time.low > 0 or time.high == time.low] or found
        exact = [time for time in found if time.days is not None]
        if len(found) == 1:
            return found[0].days
        # Said twice ("in March, about eight months ago"): the more precise one, if the other agrees.
        best = min(exact, key=lambda time: time.high - time.low, default=None)
        if best is None or any(time.low > best.high * 1.25 + 7 or time.high < best.low * 0.8 - 7 for time in found):
            return None
        return best.days

    def _vague_outside(self, words: Sequence[str], found: Sequence[Time]) -> bool:
        covered = {position for time in found for position in range(time.start, time.end)}
        return any(not covered.issuperset(range(match.start, match.end)) for match in self._vague.find(words))

    def spans(self, said: Utterance, today: datetime.date) -> dict[int, Span]:
        """The times by where they start, as patterns look for them."""
        return {time.start: Span(time.start, time.end, time.low, time.high) for time in self.find(said, today) if not time.bare}

    def names_a_month(self, words: Sequence[str]) -> bool:
        """Whether a month is named, so that a number beside it may be part of a date."""
        return bool(self._months.find(words))

    def find(self, said: Utterance, today: datetime.date) -> Sequence[Time]:
        """Every time before today, left to right, none overlapping another."""
        return said.words.once((self, today), lambda: self._find(said, today))

    def _find(self, said: Utterance, today: datetime.date) -> list[Time]:
        candidates = [
            *self._dates(said, today),
            *self._phrases(said.words, today),
            *self._counted(said.words),
            *self._calendar_times(said.words, today),
        ]
        taken: list[Time] = []
        for time in sorted(candidates, key=lambda time: (-(time.end - time.start), time.start)):
            if time.high >= 0 and all(time.end <= other.start or other.end <= time.start for other in taken):
                taken.append(time)
        return sorted(taken, key=lambda time: time.start)

    # -- lengths: "three weeks back", "over a year ago", "a few months ago"

    def _counted(self, words: Sequence[str]) -> Iterator[Time]:
        numbers = {number.end: number for number in self._numbers.find(words)}
        units = self._units.find(words)
        fuzzy = {match.end: match for match in self._fuzzy.find(words)}
        position = 0
        while position < len(units):
            unit = units[position]
            amount = self._amount(words, unit.start, numbers, fuzzy)
            if amount is None or (amount[0] and words[amount[0] - 1] in self._habits):
                position += 1  # "Every couple of years" is no time.
                continue
            start, low, high = amount
            low, high, end = low * unit.label, high * unit.label, unit.end
            # "Three weeks and two days", "1 yr 2 months".
            while position + 1 < len(units):
                following = numbers.get(units[position + 1].start)
                if following is None or following.start - end > 1 or (following.start - end == 1 and words[end] not in self._numbers.joins):
                    break
                position += 1
                unit = units[position]
                low, high, end = low + following.value * unit.label, high + following.value * unit.label, unit.end
            half = self._numbers.halves.longest_at(words, end) if end < len(words) else None
            if half is not None:
                low, high, end = low + half.label * unit.label, high + half.label * unit.label, half.end
            yield self._bounded(words, start, end, low, high)
            position += 1

    def _amount(
        self, words: Sequence[str], before: int, numbers: Mapping[int, Number], fuzzy: Mapping[int, Any]
    ) -> tuple[int, float, float] | None:
        if before in fuzzy:
            return fuzzy[before].start, *fuzzy[before].label
        if before in numbers:
            number = numbers[before]
            ranges = self._numbers.ranges(words, list(numbers.values()))
            lowest = next((low for low, high in ranges if high == number.value), number.value)  # "Between two and four months."
            return number.start, min(lowest, number.value), number.value
        if before and words[before - 1] in self._one - self._last:
            return before - 1, 1, 1
        if words[before] in self._plural and before + 1 < len(words) and self._ago.longest_at(words, before + 1):
            return before, 2, 12
        return None

    def _bounded(self, words: Sequence[str], start: int, end: int, low: float, high: float) -> Time:
        before = range(max(0, start - 4), start)
        for phrases, bounds in (
            (self._numbers.more_than, (low, math.inf)),
            (self._numbers.less_than, (0.0, high)),
            (self._almost, (0.9 * low, high)),
        ):
            for first in before:
                match = phrases.longest_at(words, first)
                if match is not None and match.end == start:
                    start, (low, high) = match.start, bounds
                    break
            else:
                match = phrases.longest_at(words, end) if end < len(words) else None
                if match is not None:
                    end, (low, high) = match.end, bounds
        ago = self._ago.longest_at(words, end) if end < len(words) else None
        since = bool(start) and any(
            (m := self._since.longest_at(words, first)) and m.end == start for first in range(max(0, start - 3), start)
        )
        bare = ago is None and not since
        if ago is not None:
            end = ago.end
            more = self._numbers.more_than.longest_at(words, end) if end < len(words) else None
            if more is not None:
                end, high = more.end, math.inf
        # A unit written onto its figures begins where the figures do.
        return Time(start, end, low, high, bare)

    # -- phrases: "yesterday", "last friday"

    def _phrases(self, words: Sequence[str], today: datetime.date) -> Iterator[Time]:
        for match in self._relative.find(words):
            yield Time(match.start, match.end, match.label, match.label)
        for day in self._weekdays.find(words):
            days = (today.isoweekday() - day.label) % 7 or 7
            start = day.start - 1 if day.start and words[day.start - 1] in self._last else day.start
            yield Time(start, day.end, days, days + (7 if start < day.start and days < 3 else 0))

    # -- the calendar: "last month", "since Easter", "in March 2025", "2019"

    def _calendar_times(self, words: Sequence[str], today: datetime.date) -> Iterator[Time]:
        for match in self._calendar.find(words):
            before = words[match.start - 1] if match.start else ""
            if before in self._last:
                yield _between(match.start - 1, match.end, *_last_of(match.label, today), today)
            elif before in self._this:
                yield _between(match.start - 1, match.end, *_this_of(match.label, today), today)
        for season in self._seasons.find(words):
            yield from self._in_months(words, season.start, season.end, season.label, today)
        for feast in self._feasts.find(words):
            start, end, year = self._with_year(words, feast.start, feast.end, today)
            day = _feast(feast.label, year or today.year)
            if year is None and day > today:
                day = _feast(feast.label, today.year - 1)
            yield _between(start, end, day, day, today)
        for month in self._months.find(words):
            if isinstance(words[month.start], Attached):
                continue
            yield from self._in_month(words, month.start, month.end, month.label, today)
        for position, word in enumerate(words):
            if word.isdecimal() and _OLDEST_YEAR <= int(word) <= today.year:
                start = position - 1 if position and words[position - 1] in self._in_year else position
                first, last = datetime.date(int(word), 1, 1), datetime.date(int(word), 12, 31)
                yield _between(start, position + 1, first, min(last, today), today)

    def _with_year(self, words: Sequence[str], start: int, end: int, today: datetime.date) -> tuple[int, int, int | None]:
        """The year after a name, or the last one where "last" stands before it; and the words that it takes."""
        after = end
        while after < len(words) and after - end < 2 and words[after] in self._in_year:
            after += 1
        if after < len(words) and words[after].isdecimal() and _OLDEST_YEAR <= int(words[after]) <= today.year:
            return start, after + 1, int(words[after])
        if start and words[start - 1] in self._last:
            return start - 1, end, None
        return start, end, None

    def _in_months(self, words: Sequence[str], start: int, end: int, months: tuple[int, int], today: datetime.date) -> Iterator[Time]:
        start, end, year = self._with_year(words, start, end, today)
        first_month, last_month = months

        def span(of: int) -> tuple[datetime.date, datetime.date]:
            last_year = of + 1 if last_month < first_month else of
            return datetime.date(of, first_month, 1), _month_end(last_year, last_month)

        first, last = span(year or today.year)
        while year is None and last > today and (first > today or words[start] in self._last):
            first, last = span(first.year - 1)
        yield _between(start, end, first, min(last, today), today)

    def _in_month(self, words: Sequence[str], start: int, end: int, month: int, today: datetime.date) -> Iterator[Time]:
        day, start, end = self._day_beside(words, start, end)
        start, end, year = self._with_year(words, start, end, today)
        try:
            if day is not None:
                date = datetime.date(year or today.year, month, day)
                if year is None and date > today:
                    date = date.replace(year=today.year - 1)
                yield _between(start, end, date, date, today)
                return
        except ValueError:
            return
        if month == today.month and year is None and words[start] not in self._last:
            return  # this very month, or the same a year ago: a year apart
        of = year or (today.year if month < today.month else today.year - 1)
        first, last = datetime.date(of, month, 1), _month_end(of, month)
        part = next((match for match in self._parts.find(words[:start]) if match.end == start), None)
        if part is not None:
            # "End of August", "mid-May": a third of it.
            start, third = min(start, part.start), (last - first) / 3
            first, last = first + part.label * third, first + (part.label + 1) * third
        yield _between(start, end, first, min(last, today), today)

    def _day_beside(self, words: Sequence[str], start: int, end: int) -> tuple[int | None, int, int]:
        """The day of the month that stands by a month's name: "12 May", "May 12th", "the 1st of May"."""

        def day(position: int) -> int | None:
            word = words[position] if 0 <= position < len(words) else ""
            return int(word) if word.isdecimal() and 1 <= int(word) <= 31 else None

        before = start - 1
        while before > start - 4 and before >= 0 and (words[before] in self._in_year | self._one or self._is_ending(words, before)):
            before -= 1
        if day(before) is not None:
            return day(before), before, end
        if day(end) is not None:
            return day(end), start, end + 2 if self._is_ending(words, end + 1) else end + 1
        return None, start, end

    def _is_ending(self, words: Sequence[str], position: int) -> bool:
        """The "th" of "12th"."""
        return position < len(words) and isinstance(words[position], Attached) and not self._units.longest_at(words, position)

    # -- dates in figures

    def _dates(self, said: Utterance, today: datetime.date) -> Iterator[Time]:
        for match in [*_ISO_DATE.finditer(said.lowered), *_DATE.finditer(said.lowered)]:
            covered = [position for position, (start, end) in enumerate(said.spans) if start < match.end() and match.start() < end]
            days = sorted((today - date).days for date in _meant(match.groups()))
            days = [count for count in days if count >= 0]
            if covered and days:
                yield Time(covered[0], covered[-1] + 1, days[0], days[-1])


def _meant(figures: tuple[str, ...]) -> Iterator[datetime.date]:
    """The days that three figures may mean: year first, or day and month either way round."""
    first, second, third = figures
    year = int(third) if len(third) == 4 else 2000 + int(third)
    orders = (
        ((int(first), int(second), int(third)),) if len(first) == 4 else ((year, int(second), int(first)), (year, int(first), int(second)))
    )
    for order in orders:
        try:
            yield datetime.date(*order)
        except ValueError:
            continue


def _between(start: int, end: int, first: datetime.date, last: datetime.date, today: datetime.date) -> Time:
    return Time(start, end, (today - last).days, (today - first).days)


def _month_end(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def _last_of(unit: str, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    match unit:
        case "week":
            monday = today - datetime.timedelta(days=today.weekday() + 7)
            return monday, monday + datetime.timedelta(days=6)
        case "month":
            last = today.replace(day=1) - datetime.timedelta(days=1)
            return last.replace(day=1), last
    return datetime.date(today.year - 1, 1, 1), datetime.date(today.year - 1, 12, 31)


def _this_of(unit: str, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    match unit:
        case "week":
            return today - datetime.timedelta(days=today.weekday()), today
        case "month":
            return today.replace(day=1), today
    return datetime.date(today.year, 1, 1), today


def _feast(day: str, year: int) -> datetime.date:
    if day == _EASTER:
        return easter(year)
    month, _, number = day.partition("-")
    return datetime.date(year, int(month), int(number))
