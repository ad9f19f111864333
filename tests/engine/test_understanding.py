"""The classifier of messages: learns, is kept as plain data, understands other words, and needs nobody outside the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Inside

WAYS = ("with", "without")


@pytest.fixture(scope="module")
def found(inside: Inside, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return inside("understanding.py", str(tmp_path_factory.mktemp("home")))


def rankings(found: dict[str, Any], way: str) -> dict[str, list[tuple[str, float]]]:
    return {text: [(name, sure) for name, sure in ranking] for text, ranking in zip(found["asked"], found[way]["loaded"], strict=True)}


@pytest.mark.parametrize("way", WAYS)
def test_what_was_learned_is_known_whatever_the_case_and_the_quotes(found: dict[str, Any], way: str) -> None:
    first = {text: ranking[0][0] for text, ranking in rankings(found, way).items()}
    assert (first["is it free"], first["where is it?"], first["STOP"], first["i’m 70"]) == (
        "ask_cost",
        "ask_locations",
        "stop",
        "statement",
    )


def test_the_meaning_of_words_that_no_example_has_is_known(found: dict[str, Any]) -> None:
    first = {text: ranking[0][0] for text, ranking in rankings(found, "with").items()}
    assert {text: first[text] for text in found["other_words"]} == found["other_words"]


@pytest.mark.parametrize("way", WAYS)
def test_a_saved_model_says_exactly_what_the_trained_one_said(found: dict[str, Any], way: str) -> None:
    assert found[way]["loaded"] == found[way]["trained"]


@pytest.mark.parametrize("way", WAYS)
def test_a_ranking_is_of_all_intents_sinks_and_sums_to_one(found: dict[str, Any], way: str) -> None:
    for text, ranking in rankings(found, way).items():
        confidences = [sure for _, sure in ranking]
        assert len({name for name, _ in ranking}) == 4, text
        assert confidences == sorted(confidences, reverse=True), text
        assert sum(confidences) == pytest.approx(1), text


@pytest.mark.parametrize("way", WAYS)
def test_a_ranking_can_be_kept_short(found: dict[str, Any], way: str) -> None:
    assert set(found[way]["short"]) == {2}


def test_nothing_known_in_a_message_means_nothing_sure(found: dict[str, Any]) -> None:
    for text in ("", "   ", "xqzt wvvk", "🤷"):
        assert rankings(found, "without")[text][0][1] < 0.5, text


@pytest.mark.parametrize("way", WAYS)
def test_a_model_is_arrays_and_json(found: dict[str, Any], way: str) -> None:
    assert {Path(name).suffix for name in found[way]["files"]} == {".npy", ".json"}


def test_a_message_means_the_same_alone_and_among_others(found: dict[str, Any]) -> None:
    assert found["alone_as_together"]
    assert found["numbers_alone_as_together"]
    assert found["none"] == [0, 384]


def test_a_long_message_is_heard_to_its_end_and_costs_little(found: dict[str, Any]) -> None:
    assert found["the_end_is_heard"]
    assert found["seconds_for_a_long_one"] < 0.5


def test_one_or_two_intents_are_enough(found: dict[str, Any]) -> None:
    assert found["one_intent"] == [[1.0]]
    (no, yes), *_ = found["two_intents"]
    assert yes > no


def test_what_cannot_work_says_so(found: dict[str, Any]) -> None:
    assert found["unknown_model"] == "embeddings: there is no model 'nosuch'; there are all-minilm-l6-v2, or null for none"
    assert "trained with other embeddings" in found["other_embeddings"]
    assert "no examples" in found["no_examples"]
