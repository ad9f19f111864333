"""What the classifier learned of answers is a second opinion: it fills in, it raises doubts, and it never replaces a value."""

from __future__ import annotations

import pytest

from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.intent import ANY, Guess, Intent
from bot.screening.readings import Command, ReadAnswer, ReadCommand, ReadDecline, ReadElsewhere, Reading, ReadUnclear, ReadUnsure
from tests.unit.reading.small_words import ATTRIBUTES, READER, TODAY, hear


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


# -- intents beside what words gave


def told(text: str, name: str, sure: float) -> Reading:
    """What is read where nothing is asked yet."""
    return hear(text, None, name, sure).reading


def test_a_maybe_in_passing_does_not_hide_an_answer_that_is_surely_one() -> None:
    reading = read("no idea about that, blorp wibble", "treated", treated=("yes", 0.95))
    assert isinstance(reading, ReadAnswer)
    assert reading.guessed
    assert isinstance(read("no idea about that, blorp wibble", "treated", treated=("yes", 0.8)), ReadUnsure)


def test_the_words_of_an_answer_are_a_doubt_where_the_message_surely_is_one() -> None:
    assert isinstance(read("I had some chemo", "treated", treated=("unsure", 0.95)), ReadUnsure)
    assert isinstance(read("I had some chemo", "treated", treated=("unsure", 0.8)), ReadAnswer)


@pytest.mark.parametrize("means", ["unsure", "decline"])
def test_an_intent_to_leave_the_question_open_does(means: str) -> None:
    expected = ReadUnsure if means == "unsure" else ReadDecline
    assert isinstance(read("blorp wibble flonk", "treated", means, 0.7), expected)


def test_a_story_with_a_wish_in_it_is_the_wish() -> None:
    assert told("my mum is 86 years old, blorp", "human", 0.95) == ReadCommand(Command.HUMAN)
    assert told("my mum is 86 years old, blorp", "human", 0.7) != ReadCommand(Command.HUMAN)


def test_a_story_that_asks_for_advice_is_a_question() -> None:
    assert told("I am 61, stage 4", "medical_advice", 0.95) == ReadElsewhere()
    assert told("I am 61, stage 4", "medical_advice", 0.8) != ReadElsewhere()


def test_an_answer_told_as_a_change_changes_that_answer() -> None:
    reading = told("I am 61", "change_answer", 0.95)
    assert isinstance(reading, ReadCommand)
    assert (reading.command, reading.attribute, reading.value) == (Command.CHANGE, "age", 61)


def test_the_words_of_a_command_in_a_question_about_the_trial_are_that_question() -> None:
    assert read("how many more then", "age", "ask_visits", 0.9) == ReadElsewhere()
    assert read("why do you ask me blorp", "age", "ask_visits", 0.95) == ReadCommand(Command.WHY)


def test_the_words_of_a_command_in_something_else_are_none_before_anything_was_asked() -> None:
    assert told("go back blorp", "out_of_scope", 0.9) == ReadUnclear()
    assert told("go back blorp", "out_of_scope", 0.7) == ReadCommand(Command.BACK)


def test_to_skip_by_way_of_refusing_is_to_refuse() -> None:
    assert isinstance(read("skip this blorp", "age", "decline", 0.9, age=("decline", 0.9)), ReadDecline)
    assert read("skip this blorp", "age", "decline", 0.9) == ReadCommand(Command.SKIP)


def test_a_change_outranks_commands_about_one_answer_and_not_those_about_all() -> None:
    change = read("change my answer now", "age", "stop", 0.95)
    assert isinstance(change, ReadCommand)
    assert change.command is Command.CHANGE
    assert read("change my answer now", "age", "human", 0.95) == ReadCommand(Command.HUMAN)


def test_advice_that_is_asked_for_comes_before_the_answer() -> None:
    assert read("I never had any chemo blorp", "treated", "medical_advice", 0.95) == ReadElsewhere()


def test_to_go_on_is_no_other_answer_than_the_one_given() -> None:
    assert isinstance(read("I had chemo blorp", "treated", "go_on", 0.95), ReadAnswer)


def test_a_lone_word_of_an_answer_in_a_sure_command_is_the_command() -> None:
    assert read("chemo", "treated", "stop", 0.95) == ReadCommand(Command.STOP)
    assert isinstance(read("chemo", "treated", "stop", 0.7), ReadAnswer)
