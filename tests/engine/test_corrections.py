"""Each correction of Rasa is needed, works, and changes nothing else.

A test here that fails after an update of Rasa is good news: the fault is gone, and its correction can go too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Inside


@pytest.fixture(scope="module")
def measured(inside: Inside, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return inside("measure_corrections.py", str(tmp_path_factory.mktemp("home")))


def test_rasa_still_checks_the_schema_of_every_reply(measured: dict[str, Any]) -> None:
    assert measured["before"]["schema_checks"] == 10


def test_the_schema_is_checked_once_and_wrong_replies_are_still_refused(measured: dict[str, Any]) -> None:
    assert measured["after"]["schema_checks"] == 0
    assert measured["wrong_reply_refused"]


def test_rasa_still_walks_all_event_classes_for_every_event(measured: dict[str, Any]) -> None:
    assert measured["before"]["walks"] >= 10


def test_event_classes_are_remembered_and_are_the_same(measured: dict[str, Any]) -> None:
    assert measured["after"]["walks"] == 0
    assert measured["same_classes"]


def test_skops_still_looks_through_every_loaded_module(inside: Inside) -> None:
    assert inside("skops_order.py")["looked_at"] > 100


def test_skops_is_imported_before_anything_heavy(measured: dict[str, Any]) -> None:
    order = measured["order"]
    assert order.index("skops.io") < order.index("rasa.core.run")
    assert order.index("skops.io") < order.index("tensorflow")


@pytest.fixture(scope="module")
def copies(inside: Inside, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return inside("count_copies.py", str(tmp_path_factory.mktemp("home")), "domain.yml", "config.yml")


def test_rasa_still_reads_the_examples_twice_and_copies_them_again_and_again(copies: dict[str, Any]) -> None:
    assert copies["before"]["reads"] == 2
    assert copies["before"]["copies"] >= 8


def test_for_training_examples_are_read_once_and_never_copied(copies: dict[str, Any]) -> None:
    assert (copies["after"]["reads"], copies["after"]["copies"]) == (1, 0)
    assert copies["after"]["texts"] == copies["before"]["texts"] == ["leave this one out", "next please"]


def test_rasa_still_imports_tensorflow_whatever_the_pipeline(measured: dict[str, Any]) -> None:
    assert "tensorflow" in measured["order"]


def test_tensorflow_is_left_out(measured: dict[str, Any]) -> None:
    assert measured["tensorflow_file"] is None


def test_a_stand_in_for_tensorflow_refuses_to_compute(inside: Inside, tmp_path: Path) -> None:
    result = inside("stand_ins.py", str(tmp_path), "config.yml")
    assert result["light"]
    assert "config.yml was taken to need none" in result["message"]
    # The embeddings take about a third of it (docs/decisions/0008-the-pipeline.md); TensorFlow alone would add 280.
    assert result["megabytes"] < 420
