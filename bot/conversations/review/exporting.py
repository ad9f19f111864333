"""Misread messages as files: expectations to test by, and examples to look at before anything learns from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from bot.store import FlaggedMessage
from bot.store.records import JsonObject

WARNING = (
    "These files hold what patients wrote about their health. Keep them where only the study team reads, put them into no"
    " repository and send them to nobody. Write examples of your own in their place before anything learns from them."
)
EXPECTED_FILE, EXAMPLES_FILE = "misreadings.jsonl", "misreadings.yml"
_INTENTS: Mapping[str, str] = {"back": "go_back", "change": "change_answer", "restart": "start_over"}
"""Where an intent is called otherwise than the command that it is read as."""
_MARKUP = frozenset("[](){}#/")
"""Signs by which the format of examples marks entities and the like."""
_YES_NO = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Exported:
    """The texts of both files, how many messages they hold, and how many the second could not take."""

    expected: str
    examples: str
    messages: int
    left_out: int


def exported(flagged: Iterable[FlaggedMessage]) -> Exported:
    """The files of some flagged messages."""
    lines: list[str] = []
    groups: dict[tuple[str, str | None, str | None], list[str]] = {}
    left_out = 0
    for one in flagged:
        lines.append(json.dumps(expectation(one), ensure_ascii=False) + "\n")
        group, example = _group(one), " ".join(one.text.split())
        if group is None or not example or _MARKUP & set(example):
            left_out += 1
        elif example not in groups.setdefault(group, []):
            groups[group].append(example)
    return Exported("".join(lines), _as_yaml(groups), len(lines), left_out)


def expectation(one: FlaggedMessage) -> JsonObject:
    """One line of what `trialchat read` should make of a message."""
    open_question = {} if one.attribute is None else {"attribute": one.attribute}
    return {"id": f"misread-{one.id}", "utterance": one.text, **open_question, "locale": one.locale, "expected": one.meant}


def _group(one: FlaggedMessage) -> tuple[str, str | None, str | None] | None:
    """Under which intent an example stands, and for an answer which question it answers and what it means; None: under none."""
    match one.meant:
        case {"kind": "answer", "value": bool() | str() as value} if one.attribute is not None:
            return "statement", one.attribute, _YES_NO[value] if isinstance(value, bool) else value
        case {"kind": "answer", "value": [str() as value]} if one.attribute is not None:
            return "statement", one.attribute, value
        case {"kind": "unsure" | "decline" as kind} if one.attribute is not None:
            return "statement", one.attribute, str(kind)
        case {"kind": "unclear"} if one.attribute is not None:
            return "statement", one.attribute, "open"
        case {"kind": "command", "command": str() as command}:
            return _INTENTS.get(command, command), None, None
        case {"kind": "question", "topic": str() as topic}:
            return f"ask_{topic}", None, None
    # Numbers and lists are read by patterns and not learned; what means nothing teaches nothing.
    return None


class _Block(str):
    """A text that is written as a block, a line for each example."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|"))


def _as_yaml(groups: Mapping[tuple[str, str | None, str | None], Sequence[str]]) -> str:
    entries: list[dict[str, Any]] = []
    for (intent, attribute, means), examples in groups.items():
        about = {} if attribute is None else {"metadata": {"attribute": attribute, "means": means}}
        entries.append({"intent": intent, **about, "examples": _Block("".join(f"- {example}\n" for example in examples))})
    body = yaml.dump({"version": "3.1", "nlu": entries}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return f"# {WARNING}\n{body}"
