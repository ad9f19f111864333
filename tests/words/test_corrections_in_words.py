"""Changing an earlier answer in one's own words: which answer is meant, and the new value and never the old one."""

from __future__ import annotations

import pytest

from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import Intent
from bot.screening.readings import Command, ReadAnswer, ReadCommand, Reading, ReadUnclear
from tests.words.test_words_are_read_as_meant import TODAY, english


def read(text: str, asked: str = "fluid_buildup", recognised: bool = False) -> Reading:
    """What is read while `asked` is open; `recognised` where only the classifier knows that it is a change."""
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=asked)
    intent = Intent("change_answer", 0.95) if recognised else Intent()
    return english().reader.read(text, prompt, set(english().attributes), TODAY, intent)


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("change my age to 61", "age", 61),
        ("make my age 39 please, it was my birthday on Sunday", "age", 39),
        ("correction on the gene thing, it's EGFR, I put none", "driver_mutations", ("egfr",)),
        ("sorry, it is stage 4, not stage 3 as I told you", "cancer_stage", "IV"),
        ("about how many spots: I said 2, it should be 3", "metastasis_count", 3),
        ("for the brain lining I clicked yes. It's a no.", "leptomeningeal_disease", False),
        ("the radiation answer was wrong, I did have radiotherapy", "prior_radiotherapy", True),
        ("The biopsy one, switch that to yes", "diagnosis_confirmed", True),
        ("the age one should be 65", "age", 65),
        ("the stage one is wrong, should be 3", "cancer_stage", "III"),
        ("change my stage to one", "cancer_stage", "I"),
    ],
)
def test_the_new_value_counts_and_the_old_one_is_set_aside(text: str, attribute: str, value: object) -> None:
    reading = read(text)
    assert isinstance(reading, ReadCommand), reading
    assert (reading.command, reading.attribute, reading.value) == (Command.CHANGE, attribute, value)


def test_a_yes_that_was_a_mistake_is_a_no() -> None:
    reading = read("could we change the pregnancy answer, I put yes by accident")
    assert isinstance(reading, ReadCommand)
    assert (reading.attribute, reading.value) == ("pregnant_or_breastfeeding", False)


@pytest.mark.parametrize(
    "text",
    [
        "I want to change my reply on contraception",
        "please amend my radiation answer",
        "my age needs changing",
        "change the age one",
        "the age one, switch it to what",
        "actually the ecog one is wrong",
    ],
)
def test_the_name_of_an_answer_is_no_value(text: str) -> None:
    reading = read(text)
    assert isinstance(reading, ReadCommand)
    assert reading.command is Command.CHANGE
    assert reading.attribute is not None
    assert reading.value is None


def test_which_answer_is_meant_may_be_told_by_its_value_alone() -> None:
    reading = read("oops, when I wrote that I'm bedridden that was not so", recognised=True)
    assert isinstance(reading, ReadCommand)
    assert (reading.attribute, reading.value) == ("performance_status", None)


def test_starting_over_outranks_a_value_in_passing() -> None:
    prompt = Prompt(waiting=Waiting.QUESTION, attribute="cancer_stage")
    text = "sorry, I answered as a woman of 61 and it's all wrong, start again please"
    reading = english().reader.read(text, prompt, set(english().attributes), TODAY, Intent("start_over", 0.97))
    assert reading == ReadCommand(Command.RESTART)


def test_of_whom_it_is_told_is_not_what_is_to_be_changed() -> None:
    reading = read("she is 66 and female", recognised=True)
    assert isinstance(reading, ReadCommand)
    assert (reading.attribute, reading.value) == ("age", 66)


def test_of_two_answers_that_are_named_the_one_with_a_new_value_is_changed() -> None:
    reading = read("stage 4 and 61 years old", recognised=True)
    assert isinstance(reading, ReadCommand)
    assert (reading.attribute, reading.value) == ("cancer_stage", "IV")


def test_of_two_answers_that_are_only_told_the_one_with_a_new_value_is_changed() -> None:
    reading = read("after I had radiotherapy they found that I'm stage 4", recognised=True)
    assert isinstance(reading, ReadCommand)
    assert (reading.attribute, reading.value) == ("cancer_stage", "IV")


def test_who_gave_the_old_answer_is_no_new_one() -> None:
    reading = read("I keyed stage 3, which is wrong", recognised=True)
    assert isinstance(reading, ReadCommand)
    assert (reading.attribute, reading.value) == ("cancer_stage", None)


def test_an_answer_that_is_named_without_a_value_is_no_correction_of_itself() -> None:
    assert read("sorry, age", "sex") == ReadUnclear()


def test_a_change_to_nothing_that_is_known_changes_nothing() -> None:
    text = "the radiation one, switch that to something"
    assert read(text, "age") == ReadCommand(Command.CHANGE, "prior_radiotherapy", None, text)


@pytest.mark.parametrize("text", ["I typed 64, that's wrong, should be 65", "oops, typo, meant 65", "I put 3, should be 2"])
def test_a_figure_that_is_put_right_is_no_answer_to_a_yes_or_no(text: str) -> None:
    assert read(text) == ReadCommand(Command.CHANGE, said=text)


@pytest.mark.parametrize("text", ["no that is wrong", "no, should be fine"])
def test_nor_is_a_no_without_a_figure_put_right(text: str) -> None:
    assert read(text) == ReadAnswer("fluid_buildup", value=False, said=text)
