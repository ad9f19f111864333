"""Where a channel shows no buttons there is a list, and people answer it as people do."""

from __future__ import annotations

import pytest

from bot.channels.lists import NOTHING, Choice, ListReader, Offer, marks_for
from tests.shipped import shipped_library

READER = ListReader(shipped_library().in_locale("en").files["channels"]["places"])
YES_NO = Offer((Choice("1", "Yes", "#x=yes"), Choice("2", "No", "#x=no"), Choice("3", "Not sure", "#x=unsure")))
STAGES = Offer(tuple(Choice(mark, title, f"#s={title}") for mark, title in zip("abcd", ("0", "I", "II", "III"), strict=True)))
SITES = Offer(
    (Choice("1", "Brain", "#m=brain", True), Choice("2", "Bone", "#m=bone", True), Choice("3", "Not sure", "#m=unsure")), several=True
)


@pytest.mark.parametrize(
    "text", ["1", "1.", " 1) ", "#1", "one", "One!", "first", "the first", "the first one", "number 1", "option one", "1st", "01"]
)
def test_the_first_place_is_chosen_in_many_ways(text: str) -> None:
    assert READER.chosen(text, YES_NO) == "#x=yes"


@pytest.mark.parametrize(
    ("text", "payload"), [("2", "#x=no"), ("the last one", "#x=unsure"), ("three", "#x=unsure"), ("answer 2", "#x=no")]
)
def test_any_place_can_be_chosen(text: str, payload: str) -> None:
    assert READER.chosen(text, YES_NO) == payload


@pytest.mark.parametrize(
    "text", ["yes", "4", "0", "no one", "1 year ago", "one of my lungs", "I had 2", "", "...", "12", "the first time was in May", "1 2"]
)
def test_what_is_no_reply_to_the_list_is_read_as_words(text: str) -> None:
    assert READER.chosen(text, YES_NO) is None


def test_without_a_list_a_figure_chooses_nothing() -> None:
    assert READER.chosen("1", NOTHING) is None


@pytest.mark.parametrize(("text", "payload"), [("c", "#s=II"), ("C.", "#s=II"), ("letter c", "#s=II"), ("the third", "#s=II")])
def test_a_list_with_letters_is_answered_with_letters(text: str, payload: str) -> None:
    assert READER.chosen(text, STAGES) == payload


@pytest.mark.parametrize("text", ["3", "three", "stage 3", "iii"])
def test_beside_letters_a_figure_is_left_to_be_the_answer_itself(text: str) -> None:
    assert READER.chosen(text, STAGES) is None


@pytest.mark.parametrize(
    ("text", "chosen"),
    [("1, 2", "Brain, Bone"), ("1 and 2", "Brain, Bone"), ("one & two", "Brain, Bone"), ("2 2", "Bone"), ("1", "#m=brain")],
)
def test_several_can_be_chosen_where_several_may_be(text: str, chosen: str) -> None:
    assert READER.chosen(text, SITES) == chosen


@pytest.mark.parametrize("text", ["1 and 3", "1 and 9", "1 and the ribs"])
def test_all_of_a_list_or_nothing_of_it_is_chosen(text: str) -> None:
    assert READER.chosen(text, SITES) is None


def test_marks_are_letters_where_a_figure_could_be_the_answer() -> None:
    assert marks_for(3, lambda _: False) == ("1", "2", "3")
    assert marks_for(3, lambda mark: mark == "2") == ("a", "b", "c")
    assert marks_for(3, lambda mark: mark in ("2", "b")) == ("a", "c", "d")
    assert marks_for(30, lambda mark: mark == "2")[:3] == ("1", "2", "3")
