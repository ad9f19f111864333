"""The classifier learns from examples that do not contradict each other, and knows every button."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.yaml_files import read_yaml

ROOT = Path(__file__).resolve().parents[2]
# Given by the app or by a button; never learned.
NOT_LEARNED = {"open_chat", "payload"}
INTENT_OF_BUTTON = {
    "yes": "affirm",
    "no": "deny",
    "unsure": "unsure",
    "decline": "decline",
    "why": "why",
    "repeat": "repeat",
    "back": "go_back",
    "change": "change_answer",
    "skip": "skip",
    "stop": "stop",
    "resume": "go_on",
    "restart": "start_over",
    "go_on": "go_on",
    "finish": "show_result",
    "summary": "show_result",
    "contacts": "show_contacts",
    "human": "human",
    "progress": "progress",
    "help": "help",
    "erase": "erase",
    "erase_confirm": "erase",
    "erase_cancel": "deny",
    "confirm_value": "affirm",
    "correct_value": "change_answer",
    "none_right": "deny",
    "done": "goodbye",
    "others": "start_screening",
}


def _plain(text: str) -> str:
    return re.sub(r"[^\w\s]", "", text.casefold()).strip()


def test_every_intent_of_the_domain_has_enough_examples(nlu: dict[str, list[str]]) -> None:
    intents = set(read_yaml(ROOT / "domain.yml")["intents"]) - NOT_LEARNED
    assert set(nlu) == intents
    few = {intent: len(examples) for intent, examples in nlu.items() if len(set(map(_plain, examples))) < 20}
    assert not few


def test_no_example_stands_for_two_intents(nlu: dict[str, list[str]]) -> None:
    meant: dict[str, str] = {}
    for intent, examples in nlu.items():
        for example in examples:
            if plain := _plain(example):
                assert meant.setdefault(plain, intent) == intent, f"{example!r} is {meant[plain]} and {intent}"


def test_every_button_title_is_an_example_of_what_it_does(nlu: dict[str, list[str]], words: Callable[[str], dict[str, Any]]) -> None:
    buttons = words("conversation")["buttons"]
    assert set(buttons) == set(INTENT_OF_BUTTON)
    missing = {title: intent for key, title in buttons.items() if title not in nlu[intent := INTENT_OF_BUTTON[key]]}
    assert not missing


def test_every_topic_has_an_intent(nlu: dict[str, list[str]], words: Callable[[str], dict[str, Any]]) -> None:
    assert {f"ask_{topic}" for topic in words("answers")["topics"]} == {intent for intent in nlu if intent.startswith("ask_")}


def test_examples_hold_no_markup(nlu: dict[str, list[str]]) -> None:
    assert not [example for examples in nlu.values() for example in examples if re.search(r"[\[\]{}()#/]", example)]
