"""The state of a screening as it is stored between turns, and the message that came last."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import AnswerType, Attributes, canonical
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.text import cleaned
from bot.screening.readings import ReadElsewhere, Reading, ReadNothing, ReadUnclear
from bot.screening.screening import State
from bot.store.records import Answer as StoredAnswer
from bot.store.records import Screening

TWICE_WITHIN = datetime.timedelta(seconds=10)
"""The same words again within this time may be one message sent twice."""
_YES_OR_NO = frozenset({Waiting.CONFIRM, Waiting.FACTS, Waiting.ABOUT, Waiting.GO_ON})
_HARMLESS = (ReadElsewhere, ReadNothing, ReadUnclear)
_NOT_UNDONE = frozenset({Waiting.ERASE, Waiting.RESTART})


def snapshot_of(state: State) -> dict[str, Any]:
    """All of a state but the answers, which have their own table."""
    return {
        "prompt": state.prompt.model_dump(mode="json", exclude_defaults=True),
        "asked": list(state.asked),
        "gone_on": state.gone_on,
        "about": state.about,
        "volunteered": [
            {"attribute": answer.attribute, "value": _plain(answer.value), "said": answer.said} for answer in state.volunteered.values()
        ],
    }


def state_of(snapshot: Mapping[str, Any], answers: Mapping[str, Answer], attributes: Attributes) -> State:
    """The state that a snapshot holds."""
    told = [
        Answer(fact["attribute"], Outcome.KNOWN, canonical(fact["value"]), fact["said"])
        for fact in snapshot.get("volunteered", ())
        if fact["attribute"] in attributes
    ]
    return State(
        prompt=Prompt.model_validate(snapshot["prompt"]),
        answers=answers,
        asked=tuple(snapshot["asked"]),
        gone_on=bool(snapshot["gone_on"]),
        volunteered={answer.attribute: answer for answer in told},
        about=snapshot.get("about"),
    )


def answers_of(rows: Iterable[StoredAnswer], attributes: Attributes) -> dict[str, Answer]:
    """Stored answers, oldest first, as a screening takes them: the latest on each attribute counts, a correction being one more."""
    latest = {row.attribute: row for row in rows}
    return {
        name: Answer(name, Outcome(row.state), None if row.value is None else canonical(row.value), row.said)
        for name, row in latest.items()
        if name in attributes
    }


def about_of(screening: Screening | None) -> str | None:
    """Whom a screening is about: a key of people.yaml, or None."""
    about = None if screening is None else screening.snapshot.get("about")
    return None if about is None else str(about)


def last_of(
    message_id: str | None, text: str | None, messages: Sequence[Mapping[str, Any]], took: bool, now: datetime.datetime
) -> dict[str, Any]:
    """What is kept of a turn: its reply, for the same message once more, and which words it answered, as a hash."""
    return {
        "message_id": message_id,
        "messages": [dict(message) for message in messages],
        "words": None if text is None else _hash(text),
        "took": took,
        "at": now.isoformat(),
    }


def sent_twice(last: Mapping[str, Any], state: State, attributes: Attributes, text: str, reading: Reading, now: datetime.datetime) -> bool:
    """Whether a message may be the one before, sent again under another id, and would count for something else too.

    That is so where it was taken as an answer and a yes or no is open now, or where what is open cannot be undone.
    """
    prompt = state.prompt
    if isinstance(reading, _HARMLESS) or last.get("words") is None or last["words"] != _hash(text):
        return False
    if now - datetime.datetime.fromisoformat(last["at"]) > TWICE_WITHIN:
        return False
    if prompt.waiting is Waiting.QUESTION:
        return bool(last["took"]) and attributes[prompt.asks].answer_type is AnswerType.YES_NO
    return prompt.waiting in _NOT_UNDONE or (bool(last["took"]) and prompt.waiting in _YES_OR_NO)


def _hash(text: str) -> str:
    return hashlib.sha256(cleaned(text).casefold().encode()).hexdigest()


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
