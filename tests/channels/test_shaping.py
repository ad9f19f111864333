"""Messages in the form of a channel: nothing is lost on the way, and nothing is longer than the channel takes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.limits import channel_table
from bot.channels.shaping import shaped, split
from tests.shipped import shipped_library

WORDS = shipped_library().in_locale("en")
SMS, TELEGRAM = channel_table()["twilio_sms"], channel_table()["telegram"]
STAGE: dict[str, Any] = {
    "text": "Which stage is it?\nYou can choose one of these:\n- Stage I\n- Stage II",
    "buttons": [{"title": title, "payload": f"#cancer_stage={value}"} for title, value in (("Stage I", "I"), ("Stage II", "II"))],
    "custom": {
        "type": "question",
        "attribute": "cancer_stage",
        "answer_type": "choice",
        "prompt": "Which stage is it?",
        "options": [{"value": "I", "title": "Stage I"}, {"value": "II", "title": "Stage II"}],
    },
}


def test_where_buttons_are_shown_the_text_does_not_say_them_again() -> None:
    (piece,) = shaped(STAGE, TELEGRAM, WORDS, lambda *_: False).pieces
    assert piece.text == "Which stage is it?"
    assert piece.buttons == (("Stage I", "#cancer_stage=I"), ("Stage II", "#cancer_stage=II"))


def test_where_none_are_shown_they_are_a_list_that_says_how_to_answer() -> None:
    put = shaped(STAGE, SMS, WORDS, lambda *_: False)
    assert put.pieces[0].text == "Which stage is it?\n1. Stage I\n2. Stage II\nReply with a number, or in your own words."
    assert [choice.payload for choice in put.offer.choices] == ["#cancer_stage=I", "#cancer_stage=II"]


def test_where_a_figure_could_be_the_answer_the_list_has_letters() -> None:
    put = shaped(STAGE, SMS, WORDS, lambda attribute, mark: attribute == "cancer_stage" and mark == "1")
    assert put.pieces[0].text.endswith("a. Stage I\nb. Stage II\nReply with a letter, or in your own words.")


def test_a_question_for_a_number_offers_no_numbers_to_choose() -> None:
    question = {
        "text": "How old are you?",
        "buttons": [{"title": "Not sure", "payload": "#age=unsure"}, {"title": "Why do you ask?", "payload": "#why"}],
        "custom": {"type": "question", "attribute": "age", "answer_type": "number", "prompt": "How old are you?", "options": []},
    }
    put = shaped(question, SMS, WORDS, lambda *_: False)
    assert put.offer.choices == ()
    assert put.pieces[0].text == "How old are you?\n\nYou can also reply: Not sure and Why do you ask?"


def test_a_title_that_is_too_long_for_a_button_makes_a_list() -> None:
    long = {"text": "Well?", "buttons": [{"title": "x" * 65, "payload": "#a"}]}
    assert shaped(long, TELEGRAM, WORDS, lambda *_: False).pieces[0].buttons == ()


def test_a_payload_is_measured_in_bytes() -> None:
    wide = {"text": "Well?", "buttons": [{"title": "Yes", "payload": "ä" * 40}]}
    assert shaped(wide, TELEGRAM, WORDS, lambda *_: False).pieces[0].buttons == ()


def test_sentences_and_links_stay_whole() -> None:
    link = "https://clinicaltrials.gov/study/NCT06141070?with=" + "x" * 60
    text = f"First sentence. Second one, which is longer! The page: {link} has all of it.\n\nA last paragraph."
    parts = split(text, 140)
    assert all(len(part) <= 140 for part in parts)
    assert any(link in part for part in parts)
    assert parts[0].endswith(("!", "."))


@given(st.text(alphabet=st.sampled_from("ab .!?\n/:"), max_size=600), st.integers(140, 300))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, longest: int) -> None:
    parts = split(text, longest)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    longest_word = max((len(word) for word in text.split()), default=0)
    assert all(len(part) <= max(longest, longest_word) for part in parts)


@pytest.mark.parametrize("name", channel_table())
def test_every_row_of_the_table_says_where_its_figures_are_from(name: str) -> None:
    assert channel_table()[name].source
