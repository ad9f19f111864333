"""Medicines and operations are asked for as one list each where a trial depends on them; what is named answers what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import PROJECT
from bot.store import Store
from bot.trials import load_record
from bot.trials.loading import store_records
from bot.words import Library
from bot.yaml_files import read_yaml
from tests.conversing import NOW, Talk

TRIAL = "NCT00000004"
NO_INSULIN = {"id": "E1", "section": "exclusion", "excludes_when": {"attribute": "insulin_use", "is": True}}
ON_METFORMIN = {"id": "I1", "requires": {"attribute": "current_medicines", "contains": ["Metformin", "Sitagliptin and Metformin"]}}
NO_BYPASS = {"id": "E1", "section": "exclusion", "excludes_when": {"attribute": "operations", "contains": ["Gastric Bypass"]}}


def screening(store: Store, library: Library, folder: Path, *criteria: dict[str, Any]) -> Talk:
    data = read_yaml(PROJECT / "trials" / "NCT06141070.yaml")
    texts = {item["id"]: {"plain": f"Point {item['id']} fits.", "not_met": f"Point {item['id']} does not fit."} for item in criteria}
    record = data | {
        "nct_id": TRIAL,
        "criteria": [{"section": "inclusion", "checked_by": "patient"} | item for item in criteria],
        "words": {"en": data["words"]["en"] | {"title": "A made-up study", "criteria": texts}},
    }
    path = folder / f"{TRIAL}.yaml"
    path.write_text(yaml.safe_dump(record), "utf-8")
    store_records(store, [load_record(path, library.attributes)], NOW)
    talk = Talk.open(store, library, TRIAL)
    talk.say_all("hello", "yes")
    return talk


def verdict(talk: Talk) -> str:
    assert talk.result is not None
    return str(talk.result["verdict"])


def test_medicines_are_asked_for_where_a_trial_depends_on_one(store: Store, library: Library, tmp_path: Path) -> None:
    talk = screening(store, library, tmp_path, ON_METFORMIN)
    assert talk.question == "current_medicines"
    talk.say("Janumet, and ramipril 5 mg in the morning")
    assert tuple(talk.answers()["current_medicines"][0]) == ("Sitagliptin and Metformin", "Ramipril")
    assert verdict(talk) == "likely"


def test_who_takes_none_is_told_why_it_does_not_fit(store: Store, library: Library, tmp_path: Path) -> None:
    talk = screening(store, library, tmp_path, ON_METFORMIN)
    talk.say("no medicines")
    assert "ended_early" in talk.codes
    assert "you take no medicine" in talk.texts


def test_they_are_not_asked_for_where_no_criterion_depends_on_them(store: Store, library: Library, tmp_path: Path) -> None:
    talk = screening(store, library, tmp_path, NO_INSULIN)
    assert talk.question == "insulin_use"
    talk.say("no")
    assert verdict(talk) == "likely"


@pytest.mark.parametrize(("medicines", "ended"), [("metformin and Lantus", True), ("metformin", False)])
def test_a_medicine_that_is_named_answers_what_follows_from_it(
    store: Store, library: Library, tmp_path: Path, medicines: str, ended: bool
) -> None:
    talk = screening(store, library, tmp_path, ON_METFORMIN, NO_INSULIN)
    if talk.question == "insulin_use":
        talk.say("#insulin_use=unsure")
    assert talk.question == "current_medicines"
    talk.say(medicines)
    assert ("ended_early" in talk.codes) is ended


def test_operations_are_asked_for_in_ones_own_words(store: Store, library: Library, tmp_path: Path) -> None:
    talk = screening(store, library, tmp_path, NO_BYPASS)
    assert talk.question == "operations"
    talk.say("tonsils out as a child, and a new knee")
    assert tuple(talk.answers()["operations"][0]) == ("Tonsil Removal", "Knee Replacement")
    assert verdict(talk) == "likely"
