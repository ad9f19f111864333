"""What a misread message meant: from a form, in the shape in which `trialchat read` writes it (contract, section 8)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bot.criteria.operators import NEVER
from bot.screening.attributes import NONE, AnswerType, Attribute
from bot.screening.reading import Lexicon
from bot.store import JsonObject

ANSWER, UNSURE, DECLINE, COMMAND, QUESTION, NOTHING = "answer", "unsure", "decline", "command", "question", "nothing"
KINDS = (ANSWER, UNSURE, DECLINE, COMMAND, QUESTION, NOTHING)
COMMANDS = ("why", "repeat", "back", "change", "skip", "stop", "restart", "human", "progress", "help", "erase", "language")
_MOST_NAMES = 20
_LONGEST_NAME = 120
_YES_NO = {"yes": True, "no": False}


class NotMeantError(ValueError):
    """A form that says nothing that could be meant. `code` is the key of the text that says so."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def meant(form: Mapping[str, Sequence[str]], attribute: Attribute | None, topics: Sequence[str], lexicon: Lexicon) -> JsonObject:
    """What a form says that a message meant, where the question about `attribute` was open (None: no question).

    Fields: `kind`, one of `KINDS`; `value`, once or several times; `command`; `topic`. Raises `NotMeantError`.
    """
    kind = _one(form, "kind")
    match kind:
        case "answer" if attribute is not None:
            return {"kind": ANSWER, "value": _value(form.get("value", ()), attribute, lexicon)}
        case "unsure" | "decline" if attribute is not None:
            return {"kind": kind}
        case "command" if (command := _one(form, "command")) in COMMANDS:
            return {"kind": COMMAND, "command": command}
        case "question" if (topic := _one(form, "topic")) in topics:
            return {"kind": QUESTION, "topic": topic}
        case "nothing":
            return {"kind": "unclear"} if attribute is not None else {"kind": "facts", "facts": {}, "about": "self"}
        case "command" | "question":
            raise NotMeantError(f"which_{kind}")
    raise NotMeantError("which_kind")


def _one(form: Mapping[str, Sequence[str]], field: str) -> str:
    values = form.get(field) or ("",)
    return values[0].strip()


def _value(given: Sequence[str], attribute: Attribute, lexicon: Lexicon) -> Any:
    """A value of the attribute's own type, as JSON."""
    texts = [text.strip() for text in given if text.strip()]
    if not texts and not attribute.complete:
        raise NotMeantError("no_value")
    match attribute.answer_type:
        case AnswerType.YES_NO if texts[0] in _YES_NO:
            return _YES_NO[texts[0]]
        case AnswerType.NUMBER:
            return _number(texts[0], attribute)
        case AnswerType.CHOICE if texts[0] in attribute.values:
            return texts[0]
        case AnswerType.CHOICES if attribute.accepts(chosen := tuple(dict.fromkeys(texts))):
            return list(chosen)
        case AnswerType.TIME_SINCE:
            return NEVER if texts[0].casefold() == NEVER else _days(texts[0])
        case AnswerType.TEXT:
            return _names(" ".join(texts), attribute, lexicon)
    raise NotMeantError("not_of_its_type")


def _number(text: str, attribute: Attribute) -> int | float:
    try:
        value = float(text)
    except ValueError:
        raise NotMeantError("no_number") from None
    low, high = attribute.possible or (-math.inf, math.inf)
    if not math.isfinite(value) or not low <= value <= high or (attribute.whole and not value.is_integer()):
        raise NotMeantError("not_of_its_type")
    return int(value) if value.is_integer() else value


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise NotMeantError("no_days")
    return int(text)


def _names(text: str, attribute: Attribute, lexicon: Lexicon) -> list[str]:
    """Names by their spelling in our lists, which is how they are read; of places, whatever was written."""
    names = [" ".join(name.split()) for name in text.replace("\n", ",").split(",") if name.strip()]
    if attribute.complete and [name.casefold() for name in names] in ([], [NONE]):
        return []
    if not 1 <= len(names) <= _MOST_NAMES or any(len(name) > _LONGEST_NAME for name in names):
        raise NotMeantError("no_value")
    if attribute.of_places:
        return names
    known = {name.casefold(): name for name in lexicon.names_of(attribute.name).names}
    if any(name.casefold() not in known for name in names):
        raise NotMeantError("unknown_name")
    return list(dict.fromkeys(known[name.casefold()] for name in names))
