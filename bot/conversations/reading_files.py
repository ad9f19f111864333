"""Messages in files, and what the chat would make of each (contract, section 8)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.criteria.operators import Value
from bot.json_lines import LineFault, objects
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import Intent
from bot.screening.readings import (
    SELF,
    Command,
    Heard,
    ReadAnswer,
    ReadCommand,
    ReadDecline,
    ReadElsewhere,
    ReadUnsure,
)
from bot.words import Library

_TOPIC = "ask_"
_DANGER = "safety_"
_ADVICE = "medical_advice"
_OUT_OF_SCOPE = "out_of_scope"
_COMMANDS = frozenset({"why", "repeat", "back", "change", "skip", "stop", "restart", "human", "progress", "help", "erase", "language"})
#: What a person says to go on is, where a question is open, the wish to hear it again.
_SAME_AS = {Command.RESUME: "repeat", Command.GO_ON: "repeat"}


@dataclass(frozen=True)
class Line:
    """One message to be read."""

    id: str
    utterance: str
    attribute: str | None
    locale: str | None


def lines_of(source: Iterable[str], library: Library) -> Iterator[Line]:
    """The messages of a JSON Lines file; `LineFault` names the line that is none."""
    for number, data in objects(source):
        if not isinstance(data.get("utterance"), str) or "id" not in data:
            raise LineFault(number, "expected `id` and `utterance`")
        attribute = data.get("attribute")
        if attribute is not None and (not isinstance(attribute, str) or attribute not in library.attributes):
            raise LineFault(number, f"there is no attribute {attribute!r}; `trialchat attributes` lists them")
        if not isinstance(data.get("locale"), str | None):
            raise LineFault(number, '`locale` is to be the name of a language, such as "en"')
        yield Line(str(data["id"]), data["utterance"], attribute, data.get("locale"))


def as_read(line: Line, intent: Intent, library: Library, today: datetime.date) -> dict[str, Any]:
    """What the chat makes of one message: the fields of contract section 8."""
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=line.attribute) if line.attribute else None
    reader = library.in_locale(line.locale).reader
    heard = reader.hear(line.utterance, prompt, frozenset(library.attributes), today, intent)
    return {"id": line.id, **_fields(heard, intent, line.attribute)}


def _fields(heard: Heard, intent: Intent, attribute: str | None) -> dict[str, Any]:
    facts = {fact.attribute: _plain(fact.value) for fact in heard.facts}
    beside = {"facts": facts} if facts else {}
    match heard.reading:
        case ReadAnswer(value=value):
            return {"kind": "answer", "value": _plain(value), **beside}
        case ReadUnsure():
            return {"kind": "unsure", **beside}
        case ReadDecline():
            return {"kind": "decline", **beside}
        case ReadCommand(command=command, attribute=named, value=value):
            return _command(command, named, value, attribute)
        case ReadElsewhere():
            return _elsewhere(intent.name or "", attribute)
    if attribute is not None:
        return {"kind": "unclear", **beside}
    if not facts and intent.name == _OUT_OF_SCOPE:
        return {"kind": _OUT_OF_SCOPE}
    return {"kind": "facts", "facts": facts, "about": "self" if heard.about in (None, SELF) else "other"}


def _command(command: Command, named: str | None, value: Value | None, attribute: str | None) -> dict[str, Any]:
    name = _SAME_AS.get(command, command.value)
    if command is Command.CONTACTS:
        return {"kind": "question", "topic": "contacts"}
    if name not in _COMMANDS:
        # Wishes of this chat alone, such as for its summary; a feeling is no command at all.
        return _nothing(attribute) if command is Command.FEELING else {"kind": "command", "command": name}
    if command is Command.CHANGE and named:
        return {"kind": "command", "command": f"{name}:{named}", **({} if value is None else {"value": _plain(value)})}
    return {"kind": "command", "command": name}


def _elsewhere(intent: str, attribute: str | None) -> dict[str, Any]:
    if intent.startswith(_DANGER):
        return {"kind": "safety", "category": intent.removeprefix(_DANGER)}
    if intent == _ADVICE:
        return {"kind": "safety", "category": intent}
    if intent.startswith(_TOPIC):
        return {"kind": "question", "topic": intent.removeprefix(_TOPIC)}
    return _nothing(attribute)


def _nothing(attribute: str | None) -> dict[str, Any]:
    return {"kind": "unclear"} if attribute else {"kind": "facts", "facts": {}, "about": "self"}


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value
