"""Adding a trial is adding data: no domain, no training data, no model changes, and it is screened at once."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.settings import PROJECT
from bot.store import Store
from bot.trials.loading import store_records
from bot.trials.records import parse_record
from bot.yaml_files import read_yaml
from tests.dialogue.conversation import Conversation
from tests.product import Product, running_product
from tests.shipped import shipped_library

RASAS_OWN = ("domain.yml", "config.yml", "endpoints.yml", "credentials.yml", "data")


def digest() -> str:
    """Everything the engine is made from."""
    files = [
        path for name in RASAS_OWN for path in ([PROJECT / name] if (PROJECT / name).is_file() else sorted((PROJECT / name).rglob("*.yml")))
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def second_trial() -> dict[str, Any]:
    """A made-up study of another illness, with an attribute the first trial does not use."""
    data = read_yaml(PROJECT / "trials" / "NCT06141070.yaml")
    words = data["words"]["en"]
    return data | {
        "nct_id": "NCT00000002",
        "conditions": ["Type 2 Diabetes"],
        "criteria": [
            {"id": "R-age", "section": "registry", "checked_by": "patient", "requires": {"attribute": "age", "between": [40, 75]}},
            {"id": "I1", "section": "inclusion", "checked_by": "patient", "requires": {"attribute": "willing_to_attend", "is": True}},
            {
                "id": "E1",
                "section": "exclusion",
                "checked_by": "patient",
                "excludes_when": {"attribute": "pregnant_or_breastfeeding", "is": True},
            },
            {"id": "E2", "section": "exclusion", "checked_by": "study_team"},
        ],
        "words": {
            "en": words
            | {
                "title": "A made-up study of walking",
                "criteria": {
                    "R-age": {"plain": "You are 40 to 75 years old.", "not_met": "This trial is for people from 40 to 75."},
                    "I1": {"plain": "You can come to the visits.", "not_met": "People have to come to the visits."},
                    "E1": {"plain": "You are not pregnant or breastfeeding.", "not_met": "This trial leaves out people who are pregnant."},
                    "E2": {"plain": "Your heart is strong enough.", "to_ask": "Is my heart strong enough for this?"},
                },
            }
        },
    }


@pytest.fixture(scope="module")
def product(engine_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this module's own: every other test knows one trial only."""
    with running_product(tmp_path_factory.mktemp("two-trials")) as product:
        yield product


@pytest.fixture
def with_a_second_trial(product: Product) -> Product:
    """The running product, with one more record in its store; nothing is restarted or trained."""
    library = shipped_library()
    store = Store(f"sqlite:///{product.home / 'trialchat.db'}")
    record = parse_record(second_trial(), "second", library.attributes)
    store_records(store, [record], datetime.datetime.now(datetime.UTC))
    store.dispose()
    return product


def model_files(product: Product) -> set[tuple[str, int]]:
    folder = Path(PROJECT / ".cache" / "test-models")
    return {(path.name, path.stat().st_mtime_ns) for path in folder.glob("*.tar.gz")}


def test_a_second_trial_is_screened_without_a_change_to_the_engine(with_a_second_trial: Product) -> None:
    before, models = digest(), model_files(with_a_second_trial)
    conversation = Conversation(with_a_second_trial, metadata={"trial_id": "NCT00000002"})
    answers = {"consent": "yes", "age": "61", "sex": "female", "willing_to_attend": "yes", "pregnant_or_breastfeeding": "no"}
    conversation.finish(answers)
    assert set(conversation.asked) <= set(answers)
    assert conversation.result is not None
    assert conversation.result["nct_id"] == "NCT00000002"
    assert conversation.result["verdict"] == "likely"
    assert (digest(), model_files(with_a_second_trial)) == (before, models)


def test_the_second_trial_says_why_it_may_not_fit(with_a_second_trial: Product) -> None:
    conversation = Conversation(with_a_second_trial, metadata={"trial_id": "NCT00000002"})
    conversation.until("age", {"consent": "yes", "willing_to_attend": "yes"})
    conversation.say("39")
    assert conversation.result is not None
    assert conversation.result["verdict"] == "unlikely"
    assert "This trial is for people from 40 to 75." in conversation.text


def test_with_two_trials_and_none_named_the_person_searches(with_a_second_trial: Product) -> None:
    conversation = Conversation(with_a_second_trial, metadata={})
    conversation.say("hello")
    assert "I know 2 of them" in conversation.text
    conversation.say_all("yes", "type 2 diabetes", "for my husband")
    assert conversation.question == "location"
    assert "Where does your husband live" in conversation.text
    conversation.say("what is a clinical trial?")
    assert conversation.question == "location"
    conversation.say("Gothenburg")
    assert conversation.result is not None
    assert conversation.result["nct_id"] == "NCT00000002"
    assert "km away" in conversation.text
    conversation.say(conversation.payload_of("1. A made-up study of walking"))
    assert [custom["nct_id"] for custom in conversation.customs if custom["type"] == "handoff"] == ["NCT00000002"]


def test_a_trial_that_does_not_fit_leads_to_the_others(with_a_second_trial: Product) -> None:
    conversation = Conversation(with_a_second_trial, metadata={"trial_id": "NCT00000002"})
    conversation.until("age", {"consent": "yes", "willing_to_attend": "yes"})
    conversation.say("39")
    conversation.say(conversation.payload_of("Look for other trials"))
    assert "searching" in conversation.codes
    assert conversation.question == "condition"
