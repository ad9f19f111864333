"""The reader as a whole: which of answer, command, question and correction a message is, against what is open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screening.prompts import Prompt, Waiting
from bot.screening.readings import (
    SELF,
    Command,
    Fact,
    ReadAnswer,
    ReadCommand,
    ReadDecline,
    ReadElsewhere,
    Reading,
    ReadNo,
    ReadNothing,
    ReadUnclear,
    ReadUnsure,
    ReadYes,
)
from tests.unit.reading.small_words import ATTRIBUTES, hear


def read(text: str, asked: str | Prompt | None = None, intent: str | None = None, confidence: float = 0.9) -> Reading:
    return hear(text, asked, intent, confidence).reading


def value(text: str, asked: str) -> object:
    """The value taken for the open question; None where there is none."""
    reading = read(text, asked)
    return reading.value if isinstance(reading, ReadAnswer) and reading.attribute == asked else None


# -- answers


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("treated", "yes", True),
        ("treated", "yes, chemo", True),
        ("treated", "ok", True),
        ("treated", "nope", False),
        ("treated", "no, never", False),
        ("treated", "I never had any chemo", False),
        ("treated", "a clean slate", False),
        ("treated", "I haven't had chemo", False),
        ("age", "61", 61),
        ("age", "sixty-one", 61),
        ("age", "it is 61 I think", 61),
        ("age", "about 61", 61),
        ("sex", "a woman", "female"),
        ("condition", "oat cell", ("Small Cell Lung Cancer",)),
        ("condition", "sclc", ("Small Cell Lung Cancer",)),
        ("condition", "cancer, of the lung: cancer of the lung", ("Lung Cancer",)),
        ("cancer_stage", "4", "IV"),
        ("cancer_stage", "it is 4", "IV"),
        ("cancer_stage", "t3 n2 m1", "IV"),
        ("sites", "the hip and my head", ("brain", "bone")),
        ("sites", "liver, not the brain", ("liver",)),
        ("sites", "brain not found", ("none",)),
        ("sites", "brain, nowhere else", ("brain",)),
        ("count", "none", 0),
        ("count", "3 spots", 3),
        ("count", "2 in the liver and one in the bone", 3),
        ("stay", "mostly in the house", "indoors"),
        ("stay", "not in bed", "outdoors"),
        ("stay", "in bed at night, out and about by day", "outdoors"),
        ("last_dose", "3 weeks ago", 21),
        ("last_dose", "never", "never"),
        ("weight", "180 pounds", 81.65),
    ],
)
def test_an_answer_is_taken(asked: str, text: str, expected: object) -> None:
    assert value(text, asked) == expected


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("treated", "yes and no"),
        ("treated", "yes but it was my mother"),
        ("treated", "maybe chemo"),
        ("treated", "I will have chemo"),
        ("treated", "had chemo? had it?"),
        ("age", "over 60"),
        ("age", "60 or 61"),
        ("age", "a few"),
        ("age", "61 kg"),
        ("age", "stage 4"),
        ("age", "not 61"),
        ("age", "200"),
        ("age", "room 61"),
        ("age", "barely 61"),
        ("age", "66, wait, it was 5 weeks ago"),
        ("cancer_stage", "stage 3 or stage 4"),
        ("cancer_stage", "stage 3 or 4"),
        ("cancer_stage", "might be stage 4"),
        ("cancer_stage", "I'm 4 but they are not sure of stage 2"),
        ("sites", "waiting for the brain scan"),
        ("count", "2 in the liver and some in the bone"),
        ("count", "3, i had five before"),
        ("last_dose", "long ago"),
        ("last_dose", "never, 3 weeks ago"),
        ("weight", "80 or 85 kg"),
        ("condition", "no cancer"),
        ("stay", "in bed, though now better"),
    ],
)
def test_what_could_mean_two_things_is_no_answer(asked: str, text: str) -> None:
    assert value(text, asked) is None


@pytest.mark.parametrize("asked", ATTRIBUTES)
@pytest.mark.parametrize("text", ["not sure", "no idea", "?", "dunno"])
def test_not_knowing_is_no_answer(asked: str, text: str) -> None:
    assert isinstance(read(text, asked), ReadUnsure)


@pytest.mark.parametrize("asked", ATTRIBUTES)
@pytest.mark.parametrize("text", ["rather not say", "I'd rather not say", "private", "sorry but I rather not say"])
def test_declining_is_no_answer(asked: str, text: str) -> None:
    assert isinstance(read(text, asked), ReadDecline)


def test_an_attribute_has_its_own_ways_of_not_knowing() -> None:
    assert isinstance(read("some stuff by drip", "treated"), ReadUnsure)


def test_a_doubt_before_a_but_does_not_undo_what_is_said_outright_behind_it() -> None:
    assert value("not sure when but I never had any chemo", "treated") is False


def test_a_no_with_a_doubt_in_it_is_marked_as_such() -> None:
    reading = read("not that i know", "treated")
    assert isinstance(reading, ReadAnswer)
    assert (reading.value, reading.hedged) == (False, True)


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "\x07"])
def test_nothing_readable_is_nothing(text: str) -> None:
    assert isinstance(read(text, "age"), ReadNothing)


# -- more than the answer


def test_what_is_told_beside_the_answer_comes_with_it() -> None:
    heard = hear("I'm 61 and never had any chemo", "age")
    assert isinstance(heard.reading, ReadAnswer)
    assert heard.reading.value == 61
    assert [(fact.attribute, fact.value) for fact in heard.facts] == [("treated", False)]


def test_what_is_told_instead_of_the_answer_is_kept_and_the_question_stays_open() -> None:
    heard = hear("I'm 61", "treated")
    assert isinstance(heard.reading, ReadUnclear)
    assert heard.facts == (Fact("age", 61, "I'm 61"),)


def test_the_open_question_is_never_among_the_facts() -> None:
    assert [fact.attribute for fact in hear("I had chemo, I'm 61", "treated").facts] == ["age"]


def test_an_illness_named_in_passing_is_not_told_beside_an_answer() -> None:
    assert hear("yes, chemo for lung cancer", "treated").facts == ()


def test_an_answer_may_be_told_in_a_story() -> None:
    assert (
        value(
            "well, you see, they looked and looked for a long time. In the end I had, as it were, chemo. It is over now. Now I rest",
            "treated",
        )
        is True
    )


def test_what_is_told_of_somebody_else_is_not_taken_for_the_one_it_is_about() -> None:
    heard = hear("my mother had some chemo", "treated", about=SELF)
    assert not isinstance(heard.reading, ReadAnswer) or heard.about == "mother"
    assert value("my mother had some chemo, she died of it", "treated") is None


def test_whom_an_answer_is_about_is_heard() -> None:
    assert hear("my mother is ill, she's 71", "age").about == "mother"
    assert hear("I'm 61", "age").about == SELF
    assert hear("61", "age").about is None


# -- few values it may be


def test_a_message_that_points_to_two_numbers_names_both() -> None:
    assert read("3 or 4", "count") == ReadUnclear((3, 4))


def test_a_message_that_points_to_two_choices_names_both() -> None:
    assert read("stage 3 or stage 4", "cancer_stage") == ReadUnclear(("III", "IV"))


@pytest.mark.parametrize(
    ("asked", "text"),
    [("count", "many"), ("age", "150 or 160"), ("treated", "yes and no"), ("cancer_stage", "stage 1, stage 2, stage 3, stage 4")],
)
def test_a_message_that_points_nowhere_names_none(asked: str, text: str) -> None:
    assert read(text, asked) == ReadUnclear()


# -- commands


@pytest.mark.parametrize("asked", ["age", "treated", "sites", "last_dose", "condition", None])
@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("why", Command.WHY),
        ("why do you ask?", Command.WHY),
        ("say that again", Command.REPEAT),
        ("back", Command.BACK),
        ("please go back", Command.BACK),
        ("skip", Command.SKIP),
        ("stop asking", Command.STOP),
        ("start over", Command.RESTART),
        ("a real person", Command.HUMAN),
        ("how many more", Command.PROGRESS),
        ("help", Command.HELP),
        ("delete my data", Command.ERASE),
        ("another language", Command.LANGUAGE),
        ("change my answer", Command.CHANGE),
    ],
)
def test_a_command_is_heard_whatever_is_open(asked: str | None, text: str, command: Command) -> None:
    reading = read(text, asked)
    assert isinstance(reading, ReadCommand)
    assert reading.command is command


def test_stopping_outweighs_an_answer_and_other_commands_do_not() -> None:
    assert isinstance(read("yes, chemo, and please stop asking", "treated"), ReadCommand)
    assert value("yes, chemo, why do you ask", "treated") is True


def test_a_long_answer_with_a_skip_in_it_is_no_skip() -> None:
    assert not isinstance(read("the nurse told me that I may skip this if I like", "treated"), ReadCommand)


def test_a_word_of_a_command_inside_an_answer_is_no_command() -> None:
    assert value("back bone", "sites") == ("bone",)


@pytest.mark.parametrize(
    ("text", "attribute", "expected"),
    [
        ("change my age to 61", "age", 61),
        ("please correct the stage to stage 3", "cancer_stage", "III"),
        ("change my age", "age", None),
        ("sorry, my age is 61", "age", 61),
        ("wait, stage stage 2", "cancer_stage", "II"),
    ],
)
def test_a_correction_names_what_and_perhaps_to_what(text: str, attribute: str, expected: object) -> None:
    reading = read(text, "treated")
    assert isinstance(reading, ReadCommand)
    assert (reading.command, reading.attribute, reading.value) == (Command.CHANGE, attribute, expected)


def test_what_was_not_asked_yet_is_not_corrected_by_a_sorry() -> None:
    assert hear("sorry, my age is 61", "treated", offered=["treated"]).reading == ReadUnclear()


def test_a_sorry_before_the_answer_to_the_open_question_is_that_answer() -> None:
    assert value("sorry, my age is 61", "age") == 61


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age", ReadCommand(Command.CHANGE, "age", said="age")),
        ("the age I gave", ReadCommand(Command.CHANGE, "age", said="the age I gave")),
        ("no", ReadNo()),
        ("stop", ReadCommand(Command.STOP)),
        ("age and stage", ReadUnclear()),
        ("something", ReadUnclear()),
    ],
)
def test_asked_what_to_change_a_name_is_enough(text: str, expected: Reading) -> None:
    assert read(text, Prompt(waiting=Waiting.CHANGE)) == expected


# -- yes or no to an offer


OFFERS = [Waiting.FACTS, Waiting.ABOUT, Waiting.GO_ON, Waiting.PAUSED, Waiting.ERASE, Waiting.RESTART, Waiting.NOTHING, Waiting.DECLINED]


@pytest.mark.parametrize("waiting", OFFERS)
def test_an_offer_takes_a_yes_a_no_or_a_command(waiting: Waiting) -> None:
    offer = Prompt(waiting=waiting)
    assert read("yes", offer) == ReadYes()
    assert read("nope", offer) == ReadNo()
    assert read("stop", offer) == ReadCommand(Command.STOP)
    assert read("the weather", offer) == ReadUnclear()
    assert read("yes and no", offer) == ReadUnclear()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no, they walk about all day and wash and dress and cook by themselves as they always did", ReadNo()),
        ("no, yes", ReadUnclear()),
        ("the weather, no, they walk about all day and wash and dress and cook as they always did", ReadUnclear()),
    ],
)
def test_a_no_that_stands_first_is_a_no_to_what_was_read_back(text: str, expected: Reading) -> None:
    assert read(text, Prompt(waiting=Waiting.FACTS)) == expected


def test_an_unusual_value_is_confirmed_or_said_again() -> None:
    confirm = Prompt(waiting=Waiting.CONFIRM, attribute="age", value=112)
    assert read("yes", confirm) == ReadYes()
    assert read("no", confirm) == ReadNo()
    again = read("61", confirm)
    assert isinstance(again, ReadAnswer)
    assert again.value == 61


def test_after_an_early_end_another_value_corrects_the_answer_that_ended_it() -> None:
    ended = Prompt(waiting=Waiting.GO_ON, attribute="last_dose")
    reading = read("no, it was 8 weeks ago", ended)
    assert isinstance(reading, ReadAnswer)
    assert reading.value == 56
    assert read("no", ended) == ReadNo()


def test_after_a_pause_a_yes_is_to_going_on_and_a_number_is_the_answer() -> None:
    asking = Prompt(waiting=Waiting.QUESTION, attribute="age")
    paused = Prompt(waiting=Waiting.PAUSED, before=asking)
    assert read("yes", paused) == ReadYes()
    reading = read("61", paused)
    assert isinstance(reading, ReadAnswer)
    assert reading.value == 61
    assert isinstance(read("hello", paused, "greet"), ReadUnclear)


# -- quick replies and what looks like one


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("#treated=yes", ReadAnswer("treated", True, "yes", tapped=True)),
        ("#cancer_stage=IV", ReadAnswer("cancer_stage", "IV", "IV", tapped=True)),
        ("#sites=brain,bone", ReadAnswer("sites", ("brain", "bone"), "brain, bone", tapped=True)),
        ("#last_dose=never", ReadAnswer("last_dose", "never", "never", tapped=True)),
        ("#last_dose=30", ReadAnswer("last_dose", 30, "30", tapped=True)),
        ("#age=unsure", ReadUnsure("age", "", tapped=True)),
        ("#age=decline", ReadDecline("age", "", tapped=True)),
        ("#why", ReadCommand(Command.WHY)),
        ("#change=age", ReadCommand(Command.CHANGE, "age")),
        ("#erase=confirm", ReadYes()),
        ("#yes", ReadYes()),
        ("#no", ReadNo()),
    ],
)
def test_a_quick_reply_means_what_it_offers(payload: str, expected: Reading) -> None:
    assert read(payload, "age") == expected


@pytest.mark.parametrize(
    "payload",
    [
        "#nothing",
        "#nothing=yes",
        "#treated=maybe",
        "#sites=brain,none",
        "#cancer_stage=V",
        "#last_dose=-3",
        "#why=now",
        "#change=nothing",
        "#TREATED=yes",
        "# treated=yes",
    ],
)
def test_a_quick_reply_that_was_never_offered_is_ordinary_text(payload: str) -> None:
    assert read(payload, "age") == ReadUnclear()


def test_a_quick_reply_for_a_question_that_was_not_shown_is_ordinary_text() -> None:
    assert hear("#treated=yes", "age", offered=["age"]).reading == ReadUnclear()


@pytest.mark.parametrize("text", ["/restart", "/61", '/answer{"value": "yes"}', "  /yes", "\u2060/stop", "/"])
@pytest.mark.parametrize("asked", ["age", "treated", None])
def test_a_text_with_a_slash_has_no_power(text: str, asked: str | None) -> None:
    heard = hear(text, asked, "stop")
    assert heard.reading == ReadUnclear()
    assert heard.facts == ()


# -- what the classifier says comes last


def test_a_question_about_the_trial_is_left_to_the_rest_of_the_dialogue() -> None:
    assert isinstance(read("who pays for it?", "age", "ask_cost"), ReadElsewhere)
    assert isinstance(read("who pays for it", None, "ask_cost"), ReadElsewhere)


def test_an_answer_is_believed_before_the_classifier() -> None:
    assert isinstance(read("61", "age", "ask_ages", 1.0), ReadAnswer)
    assert isinstance(read("had chemo", "treated", "ask_risks", 1.0), ReadAnswer)
    assert isinstance(read("back bone", "sites", "go_back", 0.7), ReadAnswer)


def test_words_that_are_no_question_are_not_taken_for_one_on_a_weak_guess() -> None:
    assert read("my daughter drives", "treated", "ask_locations", 0.2) == ReadUnclear()


def test_a_question_with_an_answers_words_in_it_is_a_question() -> None:
    assert isinstance(read("does the chemo hurt?", "treated", "ask_risks"), ReadElsewhere)


@pytest.mark.parametrize("asked", ["age", "treated", None])
@pytest.mark.parametrize("intent", ["safety_emergency", "safety_crisis"])
def test_danger_outweighs_everything(asked: str | None, intent: str) -> None:
    heard = hear("I'm 61, yes, stop", asked, intent, 0.1)
    assert heard.reading == ReadElsewhere()
    assert heard.facts == ()


def test_a_command_in_other_words_is_taken_from_the_classifier_where_it_is_sure() -> None:
    assert read("let us leave that", "age", "skip", 0.9) == ReadCommand(Command.SKIP)
    assert read("let us leave that", "age", "skip", 0.1) == ReadUnclear()


def test_a_greeting_is_short() -> None:
    assert isinstance(read("hello", "age", "greet"), ReadElsewhere)
    assert read("hello it is the usual thing with me", "age", "greet") == ReadUnclear()


# -- any text


@given(
    st.sampled_from([*ATTRIBUTES, None]),
    st.text(max_size=80),
    st.sampled_from([None, "ask_cost", "skip", "greet", "change_answer", "nothing"]),
)
def test_no_text_breaks_the_reader_and_every_value_fits_its_attribute(asked: str | None, text: str, intent: str | None) -> None:
    reading = read(text, asked, intent)
    if isinstance(reading, ReadAnswer):
        assert ATTRIBUTES[reading.attribute].accepts(reading.value)


@given(st.sampled_from([waiting for waiting in Waiting if waiting not in (Waiting.QUESTION, Waiting.CONFIRM)]), st.text(max_size=40))
def test_no_text_breaks_the_reader_where_an_offer_is_open(waiting: Waiting, text: str) -> None:
    assert read(text, Prompt(waiting=waiting)) is not None


@given(st.text(max_size=40))
def test_a_slash_never_leads_to_anything(text: str) -> None:
    assert isinstance(read("/" + text, "treated"), ReadUnclear)
