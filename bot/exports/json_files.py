"""JSON, in a shape that is described in `docs/exports.md`; `version` goes up when it changes."""

from __future__ import annotations

import datetime
import json
from typing import Any

from bot.exports.shown import Ninety, ShownAnswer, ShownConversation, ShownScreening

FORMAT, VERSION = "trialchat-export", 1


def opening(made_on: datetime.date, *, identified: bool) -> str:
    """What stands before the first conversation."""
    head = {"format": FORMAT, "version": VERSION, "deidentified": not identified, "made_on": made_on.isoformat()}
    return json.dumps(head)[:-1] + ', "conversations": [\n'


CLOSING = "\n]}\n"
BETWEEN = ",\n"


def conversation(shown: ShownConversation) -> str:
    """One conversation, as a line."""
    return json.dumps(as_json(shown), ensure_ascii=False)


def as_json(shown: ShownConversation) -> dict[str, Any]:
    """The object of a conversation."""
    found: dict[str, Any] = {
        "export_id": shown.export_id,
        "trial": shown.trial_id,
        "channel": shown.channel,
        "language": shown.language,
        "stage": shown.stage,
        "status": shown.status,
        "verdict": shown.verdict,
        "begun_in_year": shown.begun_in,
        "days_to_last_message": shown.days,
        "consented": shown.consented,
        "screenings": [_screening(each) for each in shown.screenings],
    }
    if shown.conversation_id is not None:
        found |= {"conversation": shown.conversation_id, "begun_at": _moment(shown.begun_at), "last_at": _moment(shown.last_at)}
    return found


def _screening(shown: ShownScreening) -> dict[str, Any]:
    return {
        "number": shown.number,
        "trial": shown.trial_id,
        "begun_on_day": shown.begun_on,
        "finished_on_day": shown.finished_on,
        "verdict": shown.verdict,
        "answers": [_answer(answer) for answer in shown.answers],
        "verdicts": [
            {"trial": each.trial_id, "verdict": each.verdict, "day": each.day, "criteria": dict(each.criteria)} for each in shown.verdicts
        ],
    }


def _answer(shown: ShownAnswer) -> dict[str, Any]:
    value = shown.value
    found: dict[str, Any] = {
        "attribute": shown.attribute,
        "state": shown.state,
        "value": str(value) if isinstance(value, Ninety) else list(value) if isinstance(value, tuple) else value,
        "day": shown.day,
    }
    if shown.at is not None:
        found |= {"said": _clean(shown.said or ""), "at": _moment(shown.at)}
    return found


def _moment(at: datetime.datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
