"""Turns of phrase in answers: what is said twice, in passing, of somebody else, or in another way than the question expects."""

from __future__ import annotations

from typing import Any

import pytest

from bot.criteria.operators import Partly
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import Intent
from bot.screening.reading.intent import Guess
from bot.screening.readings import Command, Heard, ReadAnswer, ReadCommand, ReadElsewhere, ReadUnclear, ReadUnsure
from tests.words.test_words_are_read_as_meant import TODAY, english


def hear(text: str, asked: str | Prompt | None = None, about: str | None = None, intent: Intent | None = None) -> Heard:
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=asked) if isinstance(asked, str) else asked
    return english().reader.hear(text, prompt, frozenset(english().attributes), TODAY, intent or Intent(), about)


def facts(text: str) -> dict[str, Any]:
    return {fact.attribute: fact.value for fact in hear(text).facts}


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        # numbers
        ("systolic_bp", "One thirty five over eighty", 135),
        ("platelet_count", "135,000", 135),
        ("life_expectancy", "about a year", 12),
        ("metastasis_count", "they said seven, now it's six", 6),
        ("metastasis_count", "Three: two in the liver, one in the hip.", 3),
        ("metastasis_count", "scan showed three, two in the liver, one in the hip", 3),
        # ages
        ("age", "I'll be 60 in December", 59),
        ("age", "born on 3 May 1960", 66),
        ("age", "my mother in law is 80, I'm 60", 60),
        # times, counted back to their middle
        ("last_trial_drug", "end of August", 89),
        ("last_trial_drug", "the end of august 2026", 89),
        ("last_trial_drug", "3 years ago at least", 1095),
        ("last_trial_drug", "in mid-august", 99),
        # lists
        ("condition", "pancreas, it is cancer", ("Pancreatic Cancer",)),
        ("metastasis_sites", "spread to the liver", ("liver",)),
    ],
)
def test_what_is_meant_is_read(asked: str, text: str, value: object) -> None:
    reading = hear(text, asked).reading
    assert isinstance(reading, ReadAnswer), reading
    assert reading.value == value


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("metastasis_count", "at least 3 spots"),
        ("metastasis_count", "more than 2 in the liver and 1 in the bone"),
        ("metastasis_count", "spots none there"),
        ("life_expectancy", "maybe a year"),
        ("triglycerides", "Cholesterol is 5.2"),
        ("metastasis_sites", "no brain, liver"),
        ("metastasis_sites", "brain and liver negative"),
        ("willing_to_attend", "no I can travel, though my husband cannot"),
        ("prior_radiotherapy", "a sister of mine had it"),
        # Days that there are not, and times too wide to count from.
        ("last_trial_drug", "31 February"),
        ("last_trial_drug", "this month"),
        ("last_trial_drug", "5mar"),
        ("last_trial_drug", "3 weeks at most ago"),
    ],
)
def test_what_may_mean_two_things_is_asked_again(asked: str, text: str) -> None:
    assert hear(text, asked).reading == ReadUnclear()


def test_a_number_that_is_the_answer_is_told_of_nothing_else() -> None:
    heard = hear("I am 61", "weight")
    assert isinstance(heard.reading, ReadAnswer)
    assert heard.facts == ()


def test_who_answers_for_somebody_and_mentions_another_is_still_asked_for_the_first() -> None:
    heard = hear("61 years old, my sister is 70", "age", about="mother")
    assert isinstance(heard.reading, ReadAnswer)
    assert heard.reading.value == 61
    assert heard.about in (None, "mother")


def test_after_the_end_a_no_with_something_else_behind_it_is_no_goodbye() -> None:
    ended = Prompt(waiting=Waiting.GO_ON, attribute="last_trial_drug")
    assert hear("no, it was something else entirely", ended).reading == ReadUnclear()


def test_a_command_counts_also_where_a_yes_or_no_is_due() -> None:
    reading_back = Prompt(waiting=Waiting.CONFIRM, attribute="age", value=130)
    assert hear("please stop asking me that", reading_back).reading == ReadCommand(Command.STOP)


def test_to_carry_on_with_another_question_is_to_skip_this_one() -> None:
    intent = Intent("skip", 0.6)
    assert hear("let's continue please", "age", intent=intent).reading == ReadCommand(Command.SKIP)


def test_an_answer_that_asks_whether_it_is_right_is_a_question() -> None:
    assert hear("is 61 ok?", "age", intent=Intent("ask_age", 0.9)).reading == ReadElsewhere()


@pytest.mark.parametrize(("text", "place"), [("the last one", 3), ("the second", 2), ("the big red one", None)])
def test_one_of_a_list_is_chosen_by_its_place(text: str, place: int | None) -> None:
    assert english().reader.place_in_list(text, 3) == place


def test_a_doubt_about_what_was_read_back_is_a_doubt() -> None:
    reading_back = Prompt(waiting=Waiting.CONFIRM, attribute="medical_history", value=("Asthma",))
    assert isinstance(hear("not sure about asthma really", reading_back).reading, ReadUnsure)


# -- told unasked


def test_another_cancer_without_the_one_that_is_sought_is_not_guessed() -> None:
    guess = Intent(answers={"other_cancer": Guess("treated_over_2_years_ago", 0.99)})
    assert hear("We were told bowel cancer in 2014 and all clear since then.", intent=guess).facts == ()


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("70 lung cancer", "age", 70),
        ("mets in the liver, my brain mets", "metastasis_sites", ("brain", "liver")),
        ("3 mets. The scan showed the liver, a rib and one node.", "metastasis_sites", ("bone", "liver", "lymph_nodes")),
        ("more than 2 in the liver and 1 in the bone", "metastasis_count", None),
        ("it hasn't spread to the brain, spread to the liver", "metastasis_sites", None),
    ],
)
def test_what_is_told_in_passing_is_heard_where_it_is_certain(text: str, attribute: str, value: object) -> None:
    assert facts(text).get(attribute) == value


@pytest.mark.parametrize(
    ("text", "has"), [("my dad had lung cancer, I have asthma", ("Asthma",)), ("with asthma planned", ()), ("I may have asthma", ())]
)
def test_illnesses_of_others_and_those_to_come_are_not_the_patients(text: str, has: tuple[str, ...]) -> None:
    assert english().reader.illnesses(text, TODAY) == Partly(has)


@pytest.mark.parametrize(("text", "count"), [("spread to the liver maybe", None), ("5 spots, bone and none", 5)])
def test_places_that_are_doubted_or_contradict_each_other_are_no_fact(text: str, count: int | None) -> None:
    told = facts(text)
    assert "metastasis_sites" not in told
    assert told.get("metastasis_count") == count


def test_what_is_guessed_of_a_sentence_about_the_patient_is_theirs() -> None:
    guess = Intent(answers={"performance_status": Guess("1", 0.99)})
    heard = hear("She gets tired but she does all of the cooking for us", about="mother", intent=guess)
    assert {fact.attribute: fact.value for fact in heard.facts}["performance_status"] == "1"


def test_a_story_that_ends_in_a_question_about_the_trial_is_that_question() -> None:
    assert hear("I am 61, when does it start?", intent=Intent("ask_visits", 0.9)).reading == ReadElsewhere()
