"""Who asks for somebody else is asked about that person, is told so once, and nobody's answers are mixed up."""

from __future__ import annotations

import re

import pytest

from bot.conversations.trial_rendering import TrialRenderer
from bot.screening import steps
from bot.screening.answers import Answer, Outcome
from bot.screening.prompts import Prompt, Waiting
from bot.screening.readings import SELF, Heard, ReadAnswer, ReadNo, ReadUnclear
from bot.screening.screening import Interview, State
from bot.settings import PROJECT
from bot.trials import TrialRecord, load_records
from bot.words import Library
from tests.conversing import Talk, told
from tests.people import people

FITS = people("NCT06141070")[0].answers
MOTHER = Heard(ReadUnclear(), about="mother")


@pytest.fixture
def caring(talk: Talk) -> Talk:
    """Somebody who said at once that it is for their mother."""
    talk.tell("it is for my mum", MOTHER)
    return talk


@pytest.fixture(scope="module")
def record(library: Library) -> TrialRecord:
    return load_records(PROJECT / "trials", library.attributes)[0]


def about(talk: Talk) -> str | None:
    with talk.store.reading() as unit:
        screening = unit.current_screening(talk.conversation_id)
        assert screening is not None
        kept = screening.snapshot["about"]
        return None if kept is None else str(kept)


def test_it_is_said_once_whom_it_is_about_and_how_to_change_that(caring: Talk) -> None:
    assert caring.codes == ["greeting", "not_advice", "data", "about"]
    assert "this is about your mother, so I will ask about her" in caring.texts
    assert "If it is about you, just say so." in caring.texts
    caring.say("yes")
    assert "about" not in caring.codes


def test_consent_is_asked_for_questions_about_that_person(caring: Talk) -> None:
    assert "your mother's health" in caring.texts
    assert "your health" not in caring.texts


def test_every_question_speaks_of_that_person(caring: Talk) -> None:
    caring.say("yes")
    while caring.question:
        asked = caring.texts
        assert not re.search(r"\b(?:you have|do you|have you|are you|your (?:cancer|tumor|health|age))\b", asked, re.IGNORECASE), asked
        caring.say(FITS[caring.question])
    assert caring.result is not None


def test_what_was_noted_is_said_of_that_person(caring: Talk) -> None:
    caring.until("age", FITS)
    caring.say("she is 71")
    assert "I noted that your mother is 71 years old" in caring.texts
    caring.say("change my age to 72" if caring.question is None else "change her age to 72")
    assert "you are" not in caring.texts


def test_why_and_the_result_say_whom_the_trials_words_mean(caring: Talk) -> None:
    caring.until("age", FITS)
    caring.say("why?")
    assert 'Here, "you" means your mother.' in caring.texts
    caring.say("12")
    assert "may not be the right one for your mother" in caring.texts
    assert "You said that your mother is 12 years old" in caring.texts
    caring.say("show my result")
    assert 'Here, "you" means your mother.' in caring.texts
    assert "will probably not suit your mother" in caring.texts


def test_nothing_is_said_of_it_where_people_write_for_themselves(talk: Talk) -> None:
    talk.tell("I am 61", told(about=SELF, age=61))
    assert "about" not in talk.codes
    assert "your health" in talk.texts


def test_a_story_about_somebody_else_is_repeated_back_of_that_person(talk: Talk) -> None:
    talk.tell("my mum is 71", told(about="mother", age=71, sex="female"))
    assert talk.codes[-2:] == ["about", "volunteered"]
    talk.say("yes")
    assert "your mother is 71 years old" in talk.texts
    talk.say("yes")
    assert talk.answers()["age"][0] == 71


def test_before_anything_was_answered_another_person_is_simply_taken(talk: Talk) -> None:
    talk.say_all("hi", "yes")
    talk.tell("it is for my dad, he has nsclc", told(ReadAnswer("condition", ("Non Small Cell Lung Cancer",), "nsclc"), about="father"))
    assert talk.codes == ["about", "noted"]
    assert about(talk) == "father"
    assert "your father" in talk.texts


def test_a_relative_in_the_middle_is_asked_about_and_nothing_is_taken_yet(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.tell("my mum is 71", told(ReadAnswer("age", 71, "my mum is 71"), about="mother"))
    assert talk.codes == ["confirm_about"]
    assert "Are your answers about your mother?" in talk.texts
    assert "age" not in talk.answers()


def test_who_said_that_it_is_about_them_is_asked_before_a_relative_takes_their_place(talk: Talk) -> None:
    talk.tell("I am ill", Heard(ReadUnclear(), about=SELF))
    talk.say("yes")
    talk.tell("my dad had it too", told(about="father", condition=("Lung Cancer",)))
    assert talk.codes == ["confirm_about"]
    assert about(talk) is None or about(talk) == SELF


def test_a_yes_takes_what_was_said_of_that_person(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.tell("my mum is 71", told(ReadAnswer("age", 71, "my mum is 71"), about="mother"))
    talk.say("yes")
    assert talk.codes == ["about", "noted"]
    assert talk.answers()["age"] == (71, "my mum is 71")
    assert about(talk) == "mother"
    assert talk.question not in (None, "age")


def test_a_no_takes_nothing_and_the_question_returns(talk: Talk) -> None:
    talk.until("other_cancer", FITS)
    talk.tell("my mother had breast cancer", told(about="mother", condition=("Breast Cancer",), sex="female"))
    talk.say("no")
    assert "Your answers stay about you" in talk.texts
    assert talk.question == "other_cancer"
    assert talk.answers()["condition"][0] == ["Non Small Cell Lung Cancer"]
    assert about(talk) is None


def test_an_unclear_reply_keeps_whom_it_is_about(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.tell("my mum is 71", told(ReadAnswer("age", 71, "71"), about="mother"))
    talk.say("bananas")
    assert talk.codes == ["unclear", "confirm_about"]
    talk.say("bananas")
    assert talk.question == "age"
    assert "age" not in talk.answers()
    assert about(talk) is None


def test_the_reply_may_name_the_person(talk: Talk) -> None:
    talk.until("age", FITS)
    talk.tell("my mum is 71", told(ReadAnswer("age", 71, "71"), about="mother"))
    talk.tell("no, it is my dad", Heard(ReadNo(), about="father"))
    assert "Are your answers about your father?" in talk.texts
    talk.tell("yes, my dad", Heard(ReadUnclear(), about="father"))
    assert about(talk) == "father"


def test_who_says_that_it_is_about_them_is_asked_about_themselves_again(caring: Talk) -> None:
    caring.until("age", FITS)
    caring.tell("no it is about me", Heard(ReadUnclear(), about=SELF))
    assert caring.codes == ["about"]
    assert "this is about you" in caring.texts
    assert "How old are you?" in caring.texts
    assert about(caring) == SELF


def test_an_answer_of_their_own_is_asked_about_before_it_counts_for_the_other(caring: Talk) -> None:
    caring.until("age", FITS)
    caring.tell("I'm 45", told(ReadAnswer("age", 45, "I'm 45"), about=SELF))
    assert caring.codes == ["confirm_about"]
    assert "Are your answers about you?" in caring.texts
    caring.say("no")
    assert caring.question == "age"
    assert "Your answers stay about your mother" in caring.texts
    assert "age" not in caring.answers()


def test_a_pause_and_a_restart_keep_whom_it_is_about(caring: Talk) -> None:
    caring.until("age", FITS)
    caring.say_all("stop for now", "I'm back")
    assert "How old is your mother?" in caring.texts
    caring.say_all("start over", "yes")
    assert about(caring) == "mother"
    assert "your mother" in caring.texts


def test_interruptions_speak_of_that_person_too(caring: Talk) -> None:
    caring.until("age", FITS)
    assert "Your mother's doctor" in caring.desk.setting(caring.conversation_id).words.text("human", registry_url="x")


def test_each_option_says_it_of_that_person(caring: Talk) -> None:
    caring.until("performance_status", FITS)
    assert not [title for title in caring.titles if re.search(r"\bI\b|\bmy\b", title) and "rather not" not in title]


def every_step(interview: Interview, library: Library) -> list[steps.Step]:
    """Everything that can be said of attributes: asked, explained, noted, repeated back."""
    said: list[steps.Step] = []
    for attribute in library.attributes.values():
        values = {
            "yes_no": [True, False], "number": [3], "time_since": [30, "never"], "text": [("Non Small Cell Lung Cancer",)],
            "choice": list(attribute.values), "choices": [(value,) for value in attribute.values],
        }[attribute.answer_type.value]  # fmt: skip
        if attribute.asked:
            said += [steps.Ask(attribute.name, steps.Progress(0, 1), attempt) for attempt in range(3)]
            said += [steps.Why(attribute.name, ("I3", "I7")), steps.Help(attribute.name)]
        said.append(steps.Noted(Answer(attribute.name, Outcome.UNREAD), False))
        said += [steps.Told((Answer(attribute.name, Outcome.KNOWN, value, ""),)) for value in values]
    return said


def test_every_text_can_be_said_of_every_person(library: Library, record: TrialRecord) -> None:
    interview = Interview(library.attributes, record.criteria)
    words = library.in_locale("en")
    for key in (None, SELF, *words.files["people"]["people"]):
        voice = words.speaking_of(key)
        renderer = TrialRenderer(voice, State(Prompt(waiting=Waiting.NOTHING), about=key), None, False, record)
        shown = renderer.render(every_step(interview, library))
        assert all(message.text for message in shown)
        assert not [message.text for message in shown if "{" in message.text]


def test_a_text_without_words_for_others_is_said_as_it_is(library: Library) -> None:
    words = library.in_locale("en").speaking_of("mother")
    assert words.text("thanks") == library.in_locale("en").text("thanks")


def test_a_person_who_begins_a_sentence_has_a_capital(library: Library) -> None:
    words = library.in_locale("en").speaking_of("mother")
    assert ". Your mother's doctor" in words.text("human", registry_url="x")


def test_an_unknown_person_is_taken_for_the_one_who_writes(library: Library) -> None:
    assert library.in_locale("en").speaking_of("nobody").person == {}
