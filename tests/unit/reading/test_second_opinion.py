"""What the classifier learned of answers is a second opinion: it fills in, it raises doubts, and it never replaces a value."""

from __future__ import annotations

import pytest

from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.intent import ANY, Guess, Intent
from bot.screening.readings import ReadAnswer, ReadDecline, Reading, ReadUnclear, ReadUnsure
from tests.unit.reading.small_words import ATTRIBUTES, READER, TODAY


def read(text: str, asked: str, name: str | None = None, sure: float = 0.0, **guesses: tuple[str, float]) -> Reading:
    intent = Intent(name, sure, {attribute: Guess(means, confidence) for attribute, (means, confidence) in guesses.items()})
    return READER.read(text, Prompt(waiting=Waiting.QUESTION, attribute=asked), frozenset(ATTRIBUTES), TODAY, intent)


def test_a_sure_guess_fills_in_where_the_words_say_nothing() -> None:
    reading = read("blorp wibble flonk", "treated", treated=("yes", 0.9))
    assert isinstance(reading, ReadAnswer)
    assert reading.value is True
    assert reading.guessed, "it is said back, and read back first where it would rule somebody out"


@pytest.mark.parametrize("sure", [0.1, 0.3, 0.55])
def test_an_unsure_guess_is_asked_again(sure: float) -> None:
    assert read("blorp wibble flonk", "treated", treated=("yes", sure)) == ReadUnclear()


def test_a_guess_never_replaces_a_value_but_makes_it_doubtful() -> None:
    assert read("I never had any chemo", "treated", treated=("yes", 0.97)) == ReadUnclear()
    plain = read("I never had any chemo", "treated")
    assert isinstance(plain, ReadAnswer)
    assert plain.value is False


def test_a_guess_that_agrees_changes_nothing() -> None:
    assert read("I never had any chemo", "treated", treated=("no", 0.97)) == read("I never had any chemo", "treated")


def test_a_whole_message_that_is_known_is_not_doubted() -> None:
    reading = read("yes", "treated", treated=("no", 0.99))
    assert isinstance(reading, ReadAnswer)
    assert reading.value is True


@pytest.mark.parametrize(("means", "kind"), [("unsure", ReadUnsure), ("decline", ReadDecline)])
def test_doubts_and_refusals_are_guessed_for_any_question(means: str, kind: type) -> None:
    assert isinstance(read("blorp wibble flonk", "age", **{ANY: (means, 0.9)}), kind)


def test_a_guess_for_another_question_counts_for_nothing() -> None:
    assert read("blorp wibble flonk", "treated", sex=("female", 0.99)) == ReadUnclear()


def test_a_question_is_no_answer_however_sure_the_guess() -> None:
    assert read("blorp wibble flonk?", "treated", treated=("yes", 0.99)) == ReadUnclear()


def test_what_is_taken_for_a_command_is_not_taken_for_an_answer_as_well() -> None:
    assert not isinstance(read("blorp wibble flonk", "treated", "stop", 0.7, treated=("yes", 0.99)), ReadAnswer)


def test_what_the_engine_says_of_a_message_may_be_missing_in_parts() -> None:
    assert Intent.of({}) == Intent()
    assert Intent.of({"intent": {"name": None}, "answers": {"treated": {}}}) == Intent(None, 0.0)


# -- words of an answer that settle nothing


@pytest.mark.parametrize("text", ["I had some chemo for my dog last week", "my neighbour says I had some chemo"])
def test_the_words_of_an_answer_are_doubted_where_the_message_is_surely_none(text: str) -> None:
    assert isinstance(read("I had some chemo", "treated"), ReadAnswer)
    assert read(text, "treated", treated=("open", 0.95)) == ReadUnclear()


def test_a_guess_that_it_may_be_no_answer_doubts_nothing() -> None:
    assert isinstance(read("well I had some chemo", "treated", treated=("open", 0.8)), ReadAnswer)


def test_a_yes_or_no_that_stands_first_is_believed_whatever_follows() -> None:
    reading = read("no, my wife is the one with the dog", "treated", treated=("open", 0.99))
    assert isinstance(reading, ReadAnswer)
    assert reading.value is False


def test_that_a_message_is_no_answer_is_no_value_and_no_doubt() -> None:
    assert read("blorp wibble flonk", "treated", treated=("open", 0.99)) == ReadUnclear()
    assert read("blorp wibble flonk", "age", **{ANY: ("open", 0.99)}) == ReadUnclear()
