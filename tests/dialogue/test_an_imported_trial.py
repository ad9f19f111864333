"""A trial imported while the product runs can be chatted about at once, and what nobody has approved rules nobody out."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dialogue.conversation import Conversation
from tests.fakes.registry_api import a_study
from tests.product import TRIALCHAT, Product, running_product

NUMBER = "NCT00000021"
TEXT = """Inclusion Criteria:

* ECOG performance status 0 to 1
* Hemoglobin of at least 9 g/dL
* Willing to keep a diary of dreams

Exclusion Criteria:

* History of stroke
"""
ANSWERS = {
    "consent": "yes",
    "age": "61",
    "sex": "female",
    "performance_status": "as active as before I was ill",
    "hemoglobin": "13.2",
    "medical_history": "asthma and gout, nothing else",
}


@pytest.fixture(scope="module")
def product(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this module's own, with a trial brought in by the command while it runs."""
    folder = tmp_path_factory.mktemp("imported")
    with running_product(folder) as product:
        study = a_study(
            NUMBER, title="A study of sleep", criteria=TEXT, cities=["Springfield", "Shelbyville"], sponsor="Institute of Sleep"
        )
        (folder / "record.json").write_text(json.dumps(study))
        done = trialchat(product, "trials", "import", str(folder / "record.json"))
        assert done.returncode == 0, done.stderr
        yield product


def trialchat(product: Product, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TRIALCHAT_HOME": str(product.home)}
    environment.pop("TRIALCHAT_DATABASE_URL", None)
    return subprocess.run([TRIALCHAT, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120)


def talk_about(product: Product) -> Conversation:
    return Conversation(product, metadata={"trial_id": NUMBER})


def test_it_is_screened_by_what_was_read_and_shows_the_registrys_words_for_the_rest(product: Product) -> None:
    conversation = talk_about(product)
    conversation.finish(ANSWERS)
    assert set(conversation.asked) <= set(ANSWERS)
    assert conversation.result is not None
    assert conversation.result["verdict"] == "likely"
    assert "A program has read this trial's points" in conversation.text
    assert "“Willing to keep a diary of dreams”" in conversation.text


def test_an_answer_against_an_unapproved_point_leaves_it_open(product: Product) -> None:
    conversation = talk_about(product)
    conversation.finish(ANSWERS | {"medical_history": "I had a stroke, nothing else"})
    assert conversation.result is not None
    assert conversation.result["verdict"] == "possible"
    assert {one["id"]: one["status"] for one in conversation.result["criteria"]}["E1"] == "unknown"


def test_the_records_age_rules_out(product: Product) -> None:
    conversation = talk_about(product)
    conversation.until("age", ANSWERS)
    conversation.say("16")
    assert conversation.result is not None
    assert conversation.result["verdict"] == "unlikely"


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Where does the trial take place?", "Springfield, Nowhere and Shelbyville, Nowhere"),
        ("Who runs this trial?", "Institute of Sleep"),
        ("Is it still looking for people?", "takes new people"),
        ("Which drugs are used in this trial?", "Drug X"),
    ],
)
def test_questions_about_it_are_answered_from_its_record(product: Product, question: str, part: str) -> None:
    conversation = talk_about(product)
    conversation.say(question)
    assert part in conversation.text


def test_an_approval_counts_from_the_next_conversation_on(product: Product) -> None:
    done = trialchat(product, "criteria", "review", "approve", NUMBER, "E1", "--by", "Ada")
    assert done.returncode == 0, done.stderr
    conversation = talk_about(product)
    conversation.until("medical_history", ANSWERS)
    conversation.say("I had a stroke, nothing else")
    while conversation.result is None:
        conversation.say(ANSWERS[str(conversation.question)])
    assert conversation.result["verdict"] == "unlikely"


def test_its_page_is_there(product: Product) -> None:
    with urllib.request.urlopen(f"{product.base_url}/trials/{NUMBER}", timeout=10) as answer:  # noqa: S310 - our own
        page = answer.read().decode()
    assert "A study of sleep" in page
    assert "History of stroke" in page
