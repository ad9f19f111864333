"""`trialchat read` on the running product (contract, section 8): one line in, one line out, each as the chat would read it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.product import TRIALCHAT, Product, free_ports

MESSAGES: list[dict[str, Any]] = [
    {"id": "number", "utterance": "I am sixty-two years old", "attribute": "age"},
    {"id": "choice", "utterance": "stage 4", "attribute": "cancer_stage"},
    {"id": "choices", "utterance": "the brain and the liver", "attribute": "metastasis_sites"},
    {"id": "yes", "utterance": "yes", "attribute": "prior_radiotherapy"},
    {"id": "text", "utterance": "non small cell lung cancer", "attribute": "condition"},
    {"id": "time", "utterance": "three weeks ago", "attribute": "last_trial_drug"},
    {"id": "never", "utterance": "never", "attribute": "last_trial_drug"},
    {"id": "measured", "utterance": "135 g/l", "attribute": "hemoglobin"},
    {"id": "more", "utterance": "I am 62 and I never had any radiation", "attribute": "age"},
    {"id": "unsure", "utterance": "I don't know", "attribute": "cancer_stage"},
    {"id": "decline", "utterance": "I'd rather not say", "attribute": "age"},
    {"id": "unclear", "utterance": "over 60", "attribute": "age"},
    {"id": "slash", "utterance": "/restart", "attribute": "age"},
    {"id": "command", "utterance": "why do you ask?", "attribute": "age"},
    {"id": "change", "utterance": "change my age to 61", "attribute": "cancer_stage"},
    {"id": "question", "utterance": "How many people take part in this study?", "attribute": "age"},
    {"id": "question before", "utterance": "Where does the trial take place?"},
    {"id": "emergency", "utterance": "I can't breathe and my chest hurts badly", "attribute": "age"},
    {"id": "crisis", "utterance": "I want to kill myself"},
    {"id": "facts", "utterance": "I am a 62 year old woman with lung cancer, stage 4"},
    {"id": "facts of another", "utterance": "My mother has lung cancer, she is 71 years old"},
    {"id": "out of scope", "utterance": "What is the weather in Paris today?"},
]


def run(product: Product | None, source: Path, target: Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`trialchat read` in a shell of its own, that knows no more than where the product's home is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIALCHAT_") and name != "PORT"}
    given = {"TRIALCHAT_HOME": str(home or (product.home if product else ""))}
    if product is not None:
        given["TRIALCHAT_ENGINE_SECRET"] = product.engine_secret
    return subprocess.run(
        [str(TRIALCHAT), "read", "--in", str(source), "--out", str(target)],
        env=kept | given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def written(folder: Path, *lines: Mapping[str, Any] | str) -> Path:
    source = folder / "messages.jsonl"
    source.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), "utf-8")
    return source


@pytest.fixture(scope="module")
def read(product: Product, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the chat made of the messages."""
    folder = tmp_path_factory.mktemp("read")
    done = run(product, written(folder, *MESSAGES), folder / "read.jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in (folder / "read.jsonl").read_text("utf-8").splitlines()]


def test_one_line_out_for_each_line_in_and_in_their_order(read: list[dict[str, Any]]) -> None:
    assert [line["id"] for line in read] == [message["id"] for message in MESSAGES]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("number", {"kind": "answer", "value": 62}),
        ("choice", {"kind": "answer", "value": "IV"}),
        ("choices", {"kind": "answer", "value": ["brain", "liver"]}),
        ("yes", {"kind": "answer", "value": True}),
        ("text", {"kind": "answer", "value": ["Non Small Cell Lung Cancer"]}),
        ("time", {"kind": "answer", "value": 21}),
        ("never", {"kind": "answer", "value": "never"}),
        ("measured", {"kind": "answer", "value": 13.5}),
        ("more", {"kind": "answer", "value": 62, "facts": {"prior_radiotherapy": False}}),
        ("unsure", {"kind": "unsure"}),
        ("decline", {"kind": "decline"}),
        ("unclear", {"kind": "unclear"}),
        ("slash", {"kind": "unclear"}),
        ("command", {"kind": "command", "command": "why"}),
        ("change", {"kind": "command", "command": "change:age", "value": 61}),
        ("question", {"kind": "question", "topic": "enrollment"}),
        ("question before", {"kind": "question", "topic": "locations"}),
        ("emergency", {"kind": "safety", "category": "emergency"}),
        ("crisis", {"kind": "safety", "category": "crisis"}),
        (
            "facts",
            {"kind": "facts", "facts": {"age": 62, "sex": "female", "condition": ["Lung Cancer"], "cancer_stage": "IV"}, "about": "self"},
        ),
        ("facts of another", {"kind": "facts", "facts": {"age": 71, "sex": "female", "condition": ["Lung Cancer"]}, "about": "other"}),
        ("out of scope", {"kind": "out_of_scope"}),
    ],
)
def test_each_message_is_read_as_its_kind(name: str, expected: dict[str, Any], read: list[dict[str, Any]]) -> None:
    (line,) = (line for line in read if line["id"] == name)
    assert line == {"id": name, **expected}


def test_reading_leaves_no_trace_in_a_conversation(product: Product, read: list[dict[str, Any]]) -> None:
    assert not any(
        "62 year old woman" in path.read_text("utf-8", "replace") for path in (product.home / "logs").rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ("this is not JSON", "expected a JSON object"),
        ('["a", "list"]', "expected a JSON object"),
        ('{"id": "1"}', "expected `id` and `utterance`"),
        ('{"id": "1", "utterance": 58}', "expected `id` and `utterance`"),
        ('{"utterance": "58"}', "expected `id` and `utterance`"),
        ('{"id": "1", "utterance": "58", "attribute": "shoe_size"}', "there is no attribute 'shoe_size'"),
    ],
)
def test_a_malformed_line_is_named_with_its_number(product: Product, tmp_path: Path, bad: str, complaint: str) -> None:
    done = run(product, written(tmp_path, MESSAGES[0], "", bad, MESSAGES[1]), tmp_path / "read.jsonl")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: line 3: ")
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "read.jsonl").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run(None, tmp_path / "nothing.jsonl", tmp_path / "read.jsonl", home=tmp_path)
    assert done.returncode == 2
    assert "nothing.jsonl" in done.stderr


def test_an_empty_file_gives_an_empty_file(product: Product, tmp_path: Path) -> None:
    done = run(product, written(tmp_path), tmp_path / "read.jsonl")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "read.jsonl").read_text("utf-8") == ""


def test_where_nothing_is_running_the_error_says_what_to_do(tmp_path: Path) -> None:
    done = run(None, written(tmp_path, MESSAGES[0]), tmp_path / "read.jsonl", home=tmp_path / "home")
    assert done.returncode == 1
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_where_the_engine_does_not_answer_the_error_says_so(tmp_path: Path) -> None:
    port, engine, actions = free_ports(3)
    (tmp_path / "running.json").write_text(json.dumps({"port": port, "engine_port": engine, "actions_port": actions}))
    done = run(None, written(tmp_path, MESSAGES[0]), tmp_path / "read.jsonl", home=tmp_path)
    assert done.returncode == 1
    assert str(engine) in done.stderr
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr
