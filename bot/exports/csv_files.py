"""CSV after RFC 4180, and safe to open in a spreadsheet: no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.exports.shown import Ninety, ShownAnswer, ShownConversation

BOM = "\ufeff"
"""With it, older spreadsheets read UTF-8 as such."""
# What a spreadsheet may begin to compute with, also where quotes, spaces or what cannot be seen stand before it.
_FORMULA = re.compile(
    r"[\s\"'`\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x1f\x7f]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b]"
)
_BREAKS = ("\t", "\r", "\n")

_CONVERSATION = (
    "export_id",
    "trial",
    "channel",
    "language",
    "stage",
    "status",
    "verdict",
    "begun_in_year",
    "days_to_last_message",
    "consented",
    "screenings",
)
_IDENTIFIED = ("conversation", "begun_at", "last_at")
_ANSWER = ("export_id", "trial", "screening", "attribute", "state", "value", "unit", "day", "counts")
_SAID = ("conversation", "said", "at")


def safe(cell: str) -> str:
    """A cell that no spreadsheet computes: with an apostrophe before what could be a formula."""
    return f"'{cell}" if _FORMULA.match(cell) or cell.startswith(_BREAKS) else cell


def lines(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV, each ended by CR LF."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([[safe(_text(cell)) for cell in row] for row in rows])
    return written.getvalue()


class ConversationRows:
    """One row a conversation, with a column for the last answer to each attribute."""

    def __init__(self, attributes: Iterable[str], *, identified: bool = False) -> None:
        self._attributes = tuple(attributes)
        self._identified = identified

    @property
    def head(self) -> tuple[str, ...]:
        """The names of the columns."""
        return (*_CONVERSATION, *(_IDENTIFIED if self._identified else ()), *(f"answer.{name}" for name in self._attributes))

    def rows(self, shown: ShownConversation) -> Iterator[Sequence[Any]]:
        """The row of a conversation."""
        answers = shown.last_answers
        more = (shown.conversation_id, shown.begun_at, shown.last_at) if self._identified else ()
        yield (
            shown.export_id,
            shown.trial_id,
            shown.channel,
            shown.language,
            shown.stage,
            shown.status,
            shown.verdict,
            shown.begun_in,
            shown.days,
            shown.consented,
            len(shown.screenings),
            *more,
            *(_answered(answers.get(name)) for name in self._attributes),
        )


class AnswerRows:
    """One row an answer; `counts` says whether a later one took its place."""

    def __init__(self, units: dict[str, str], *, identified: bool = False) -> None:
        self._units = units
        self._identified = identified

    @property
    def head(self) -> tuple[str, ...]:
        """The names of the columns."""
        return (*_ANSWER, *(_SAID if self._identified else ()))

    def rows(self, shown: ShownConversation) -> Iterator[Sequence[Any]]:
        """The rows of a conversation."""
        for screening in shown.screenings:
            last = screening.last_answers
            for answer in screening.answers:
                yield (
                    shown.export_id,
                    screening.trial_id,
                    screening.number,
                    answer.attribute,
                    answer.state,
                    answer.value,
                    "" if answer.value is None else self._units.get(answer.attribute, ""),
                    answer.day,
                    answer is last[answer.attribute],
                    *((shown.conversation_id, answer.said, answer.at) if self._identified else ()),
                )


def _answered(answer: ShownAnswer | None) -> Any:
    if answer is None:
        return None
    return answer.value if answer.state == "known" else f"({answer.state})"


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case tuple():
            return "; ".join(cell)
        case float() if cell.is_integer():
            return str(int(cell))
        case int() | float() | Ninety():
            return str(cell)
    text = cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
