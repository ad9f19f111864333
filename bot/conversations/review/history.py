"""Which message gave which answers, and what was known at each line of a transcript."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bot.conversations.review.loading import Loaded
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import Attributes, canonical
from bot.store import Answer as StoredAnswer
from bot.store import Message, Screening

_BEFORE_ALL = -1


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, where in the transcript it was given, and the one of the same screening that it replaced.

    `carried`: it was given in an earlier screening, and only came along into this one.
    """

    answer: Answer
    position: int
    replaced: Answer | None
    carried: bool


class History:
    """The answers of a conversation along its transcript."""

    def __init__(self, loaded: Loaded, attributes: Attributes) -> None:
        self._attributes = attributes
        self._screenings = list(loaded.screenings)
        self._started = [screening.started_at for screening in self._screenings]
        self._patient = [message for message in loaded.messages if message.who == "patient"]
        self._positions: dict[str, int] = {}
        for message in self._patient:
            if message.message_id is not None:
                self._positions.setdefault(message.message_id, message.position)
        self._given: dict[int, tuple[Given, ...]] = {}
        # What counted at the end of a screening is what comes along into the next one.
        latest: Mapping[str, Answer] = {}
        for screening in self._screenings:
            self._given[screening.id], latest = self._of(loaded.answers.get(screening.id, ()), latest)
        self._by_position: dict[int, list[tuple[Screening, tuple[Given, ...]]]] = {}
        for screening in self._screenings:
            for position, given in groupby(self._given[screening.id], key=lambda one: one.position):
                self._by_position.setdefault(position, []).append((screening, tuple(given)))
        self._stands: dict[tuple[int, int], Mapping[str, Answer]] = {}

    def screening_at(self, moment: datetime) -> Screening | None:
        """The screening that was going on; None before the first."""
        number = bisect_right(self._started, moment)
        return self._screenings[number - 1] if number else None

    def given_by(self, message: Message) -> tuple[tuple[Screening, tuple[Given, ...]], ...]:
        """What a message of the patient answered, in each screening that it answered something in."""
        return tuple(self._by_position.get(message.position, ()))

    def known(self, screening_id: int, before: int | None = None) -> Mapping[str, Answer]:
        """The answers that counted in a screening before a position of the transcript, by attribute; without one, all that count now.

        The same mapping, not an equal one, as long as nothing was answered in between.
        """
        given = self._given.get(screening_id, ())
        count = len(given) if before is None else bisect_left(given, before, key=lambda one: one.position)
        key = (screening_id, count)
        if key not in self._stands:
            self._stands[key] = {one.answer.attribute: one.answer for one in given[:count]}
        return self._stands[key]

    def _of(self, rows: Sequence[StoredAnswer], earlier: Mapping[str, Answer]) -> tuple[tuple[Given, ...], Mapping[str, Answer]]:
        """The answers of a screening in order of the transcript, and those that count in the end."""
        latest: dict[str, Answer] = {}
        given: list[Given] = []
        for row in rows:
            if row.attribute not in self._attributes:
                continue
            answer = as_answer(row)
            carried = row.attribute not in latest and earlier.get(row.attribute) == answer
            given.append(Given(answer, self._position(row), latest.get(row.attribute), carried))
            latest[row.attribute] = answer
        return tuple(sorted(given, key=lambda one: one.position)), latest

    def _position(self, row: StoredAnswer) -> int:
        known = self._positions.get(row.message_id or "")
        if known is not None:
            return known
        earlier = [message.position for message in self._patient if message.at <= row.at]
        return earlier[-1] if earlier else _BEFORE_ALL


def as_answer(row: StoredAnswer) -> Answer:
    """A stored answer as the pure core has it."""
    return Answer(row.attribute, Outcome(row.state), None if row.value is None else canonical(row.value), row.said)
