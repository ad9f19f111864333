"""What a form says that a message meant, and how that is written into files."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from bot.conversations.review.exporting import exported
from bot.conversations.review.misread import COMMANDS, NotMeantError, meant
from bot.settings import PROJECT
from bot.store import FlaggedMessage
from bot.words import Library

TOPICS = ("cost", "risks")


def said(library: Library, attribute: str | None, **fields: Any) -> Any:
    """What a form comes to where that question was open."""
    form = {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    known = None if attribute is None else library.attributes[attribute]
    return meant(form, known, TOPICS, library.in_locale("en").lexicon)


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("diagnosis_confirmed", "yes", True),
        ("diagnosis_confirmed", "no", False),
        ("age", "57", 57),
        ("hemoglobin", "13.5", 13.5),
        ("cancer_stage", "IV", "IV"),
        ("metastasis_sites", ["brain", "bone"], ["brain", "bone"]),
        ("last_trial_drug", "never", "never"),
        ("last_trial_drug", "30", 30),
        ("condition", "asthma, Breast Cancer", ["Asthma", "Breast Cancer"]),
        ("medical_history", "none", []),
        ("location", "Leeds", ["Leeds"]),
    ],
)
def test_an_answer_has_a_value_of_the_questions_own_type(library: Library, attribute: str, value: Any, expected: Any) -> None:
    assert said(library, attribute, kind="answer", value=value) == {"kind": "answer", "value": expected}


@pytest.mark.parametrize(
    ("attribute", "value", "code"),
    [
        ("diagnosis_confirmed", "maybe", "not_of_its_type"),
        ("age", "", "no_value"),
        ("age", "old", "no_number"),
        ("age", "nan", "not_of_its_type"),
        ("age", "1e9", "not_of_its_type"),
        ("cancer_stage", "V", "not_of_its_type"),
        ("metastasis_sites", ["brain", "moon"], "not_of_its_type"),
        ("last_trial_drug", "-3", "no_days"),
        ("last_trial_drug", "999999", "no_days"),
        ("condition", "the blues", "unknown_name"),
        ("condition", ",", "no_value"),
        ("location", "x" * 121, "no_value"),
    ],
)
def test_a_value_of_another_type_is_refused(library: Library, attribute: str, value: Any, code: str) -> None:
    with pytest.raises(NotMeantError) as refused:
        said(library, attribute, kind="answer", value=value)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("attribute", "fields", "expected"),
    [
        ("age", {"kind": "unsure"}, {"kind": "unsure"}),
        ("age", {"kind": "decline"}, {"kind": "decline"}),
        ("age", {"kind": "nothing"}, {"kind": "unclear"}),
        (None, {"kind": "nothing"}, {"kind": "facts", "facts": {}, "about": "self"}),
        (None, {"kind": "command", "command": "erase"}, {"kind": "command", "command": "erase"}),
        ("age", {"kind": "question", "topic": "cost"}, {"kind": "question", "topic": "cost"}),
    ],
)
def test_what_is_no_answer_is_written_as_the_contract_has_it(
    library: Library, attribute: str | None, fields: dict[str, str], expected: Any
) -> None:
    assert said(library, attribute, **fields) == expected


@pytest.mark.parametrize(
    ("attribute", "fields", "code"),
    [
        ("age", {}, "which_kind"),
        ("age", {"kind": "joke"}, "which_kind"),
        (None, {"kind": "answer", "value": "3"}, "which_kind"),
        (None, {"kind": "unsure"}, "which_kind"),
        ("age", {"kind": "command", "command": "sing"}, "which_command"),
        ("age", {"kind": "question"}, "which_question"),
    ],
)
def test_a_form_that_is_not_filled_in_says_what_is_missing(
    library: Library, attribute: str | None, fields: dict[str, str], code: str
) -> None:
    with pytest.raises(NotMeantError) as refused:
        said(library, attribute, **fields)
    assert refused.value.code == code


def flagged(number: int, text: str, attribute: str | None, **what: Any) -> FlaggedMessage:
    return FlaggedMessage(number, text, "en", attribute, what)


def test_each_message_is_a_line_and_each_meaning_a_group_of_examples() -> None:
    found = exported(
        [
            flagged(1, "it has\n gone up: to four", "cancer_stage", kind="answer", value="IV"),
            flagged(2, "the last one", "cancer_stage", kind="answer", value="IV"),
            flagged(3, "the last one", "cancer_stage", kind="answer", value="IV"),
            flagged(4, "no clue, hasn't come up", "age", kind="unsure"),
            flagged(5, "sixty [ish]", "age", kind="answer", value=60),
            flagged(6, "take me (back)", "age", kind="command", command="back"),
            flagged(7, "again from the top", None, kind="command", command="restart"),
            flagged(8, "hm", "diagnosis_confirmed", kind="unclear"),
            flagged(9, "aye", "diagnosis_confirmed", kind="answer", value=True),
        ]
    )
    assert [json.loads(line)["id"] for line in found.expected.splitlines()] == [f"misread-{number}" for number in range(1, 10)]
    assert json.loads(found.expected.splitlines()[6]) == {
        "id": "misread-7",
        "utterance": "again from the top",
        "locale": "en",
        "expected": {"kind": "command", "command": "restart"},
    }
    groups = {(one["intent"], *(one.get("metadata") or {}).values()): one["examples"] for one in yaml.safe_load(found.examples)["nlu"]}
    assert groups == {
        ("statement", "cancer_stage", "IV"): "- it has gone up: to four\n- the last one\n",
        ("statement", "age", "unsure"): "- no clue, hasn't come up\n",
        ("start_over",): "- again from the top\n",
        ("statement", "diagnosis_confirmed", "open"): "- hm\n",
        ("statement", "diagnosis_confirmed", "yes"): "- aye\n",
    }
    # What is a number, and what has signs of the format, is only in the lines.
    assert (found.messages, found.left_out) == (9, 2)


def test_nothing_flagged_makes_files_without_examples() -> None:
    found = exported([])
    assert (found.expected, found.messages, yaml.safe_load(found.examples)["nlu"]) == ("", 0, [])


def test_every_command_becomes_an_intent_that_the_classifier_has() -> None:
    intents = set(yaml.safe_load((PROJECT / "domain.yml").read_text("utf-8"))["intents"])
    found = exported([flagged(number, f"say {name}", None, kind="command", command=name) for number, name in enumerate(COMMANDS)])
    assert {one["intent"] for one in yaml.safe_load(found.examples)["nlu"]} <= intents
