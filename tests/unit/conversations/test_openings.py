"""What people tell before they were asked anything waits for their consent, and for their yes to how it was understood."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.conversations.desk import Incoming
from bot.screening.readings import Command, Heard, ReadAnswer, ReadCommand, ReadElsewhere, ReadNo, ReadYes
from tests.conversing import Talk, told
from tests.people import people

FITS = people("NCT06141070")[0].answers
STORY = told(age=61, cancer_stage="IV", prior_systemic_therapy="none", said="61, stage 4, no treatment yet")
ALL = {"age", "cancer_stage", "prior_systemic_therapy"}
CONSENTS = Heard(ReadAnswer("consent", True, "yes"))


@pytest.fixture
def opened(talk: Talk) -> Talk:
    """Somebody who told their story in the first message."""
    talk.tell("61, stage 4, no treatment yet", STORY)
    return talk


@pytest.fixture
def repeated(opened: Talk) -> Talk:
    """The same, after a yes to being asked."""
    opened.tell("yes", CONSENTS)
    return opened


def volunteered(talk: Talk) -> set[str]:
    with talk.store.reading() as unit:
        screening = unit.current_screening(talk.conversation_id)
        assert screening is not None
        return {fact["attribute"] for fact in screening.snapshot["volunteered"]}


def test_a_story_in_the_first_message_is_kept_aside_and_that_is_said(opened: Talk) -> None:
    assert opened.codes == ["greeting", "not_advice", "data", "volunteered"]
    assert opened.question == "consent"
    assert opened.answers() == {}
    assert volunteered(opened) == ALL


def test_without_a_story_nothing_is_said_of_one(talk: Talk) -> None:
    talk.say("hello")
    assert "volunteered" not in talk.codes


def test_a_story_told_to_the_consent_question_waits_too_and_counts_as_no_attempt(talk: Talk) -> None:
    talk.say("hi")
    for age in (61, 62, 63, 64):
        talk.tell("my age", told(age=age))
        assert talk.codes == ["volunteered"]
        assert talk.question == "consent"
    assert talk.answers() == {}


def test_a_no_drops_what_was_told_for_good(opened: Talk) -> None:
    opened.tell("no", Heard(ReadAnswer("consent", False, "no")))
    assert volunteered(opened) == set()
    opened.say_all("#consent=yes")
    assert opened.codes == ["noted"]
    assert opened.question == "condition"
    assert set(opened.answers()) == {"consent"}


def test_what_is_told_after_a_no_is_not_even_kept(talk: Talk) -> None:
    talk.say_all("hi", "no")
    talk.tell("61, stage 4", STORY)
    assert talk.codes == ["consent_declined"]
    assert volunteered(talk) == set()


def test_a_yes_leads_to_one_message_that_repeats_it_back(repeated: Talk) -> None:
    assert repeated.codes == ["noted", "understood"]
    assert "you are 61 years old" in repeated.texts
    assert "your cancer is stage 4" in repeated.texts
    assert "Is that right?" in repeated.texts
    assert repeated.titles == ["Yes, that is right", "No, let me correct it"]
    assert set(repeated.answers()) == {"consent"}


def test_consent_and_story_in_one_message_are_both_heard(talk: Talk) -> None:
    talk.say("hi")
    talk.tell("yes, I am 61", told(ReadAnswer("consent", True, "yes, I am 61"), age=61))
    assert talk.codes == ["noted", "understood"]
    assert set(talk.answers()) == {"consent"}


@pytest.mark.parametrize("answer", ["yes", "#yes", "Yes, that is right"])
def test_a_yes_stores_it_in_the_persons_words_and_asks_only_what_is_left(repeated: Talk, answer: str) -> None:
    repeated.say(answer)
    assert repeated.answers()["age"] == (61, "61, stage 4, no treatment yet")
    assert set(repeated.answers()) == {"consent", *ALL}
    asked = []
    while repeated.question:
        asked.append(repeated.question)
        repeated.say(FITS[repeated.question])
    assert not ALL & set(asked)
    assert repeated.result is not None


def test_a_no_asks_which_is_wrong_and_then_that_question_alone(repeated: Talk) -> None:
    repeated.say("no")
    assert repeated.codes == ["choose_change"]
    assert repeated.titles == ["Your age: 61 years", "The stage of your cancer: Stage 4", *repeated.titles[2:3], "None of them is right"]
    repeated.say("#change=cancer_stage")
    assert repeated.question == "cancer_stage"
    assert set(repeated.answers()) == {"consent", "age", "prior_systemic_therapy"}


@pytest.mark.parametrize("named", ["my age", "the age is wrong", "Your age: 61 years"])
def test_what_is_wrong_can_be_named_in_words(repeated: Talk, named: str) -> None:
    repeated.say_all("no", named)
    assert repeated.question == "age"


def test_one_misunderstood_fact_is_simply_asked(talk: Talk) -> None:
    talk.tell("61", told(age=61))
    talk.tell("yes", CONSENTS)
    talk.say("no")
    assert talk.question == "age"
    assert set(talk.answers()) == {"consent"}


@pytest.mark.parametrize("answer", ["#no", "None of them is right"])
def test_where_none_is_right_everything_is_asked(repeated: Talk, answer: str) -> None:
    repeated.say_all("no", answer)
    assert repeated.codes == ["noted"]
    assert repeated.question == "condition"
    assert set(repeated.answers()) == {"consent"}
    assert volunteered(repeated) == set()


@pytest.mark.parametrize("reading", [ReadNo(), ReadYes(), None])
def test_a_correction_in_words_is_repeated_back_once_more(repeated: Talk, reading: ReadYes | ReadNo | None) -> None:
    repeated.tell("62", told(reading, age=62))
    assert repeated.codes == ["understood"]
    assert "you are 62 years old" in repeated.texts
    repeated.say("yes")
    assert repeated.answers()["age"][0] == 62


def test_the_command_to_change_works_on_it_too(repeated: Talk) -> None:
    repeated.tell("change my age to 62", Heard(ReadCommand(Command.CHANGE, "age", 62, "change my age to 62")))
    assert "you are 62 years old" in repeated.texts
    repeated.tell("change my age", Heard(ReadCommand(Command.CHANGE, "age")))
    assert repeated.question == "age"
    assert set(repeated.answers()) == {"consent", "cancer_stage", "prior_systemic_therapy"}


def test_what_is_never_confirmed_never_counts(repeated: Talk) -> None:
    repeated.say("bananas")
    assert repeated.codes == ["unclear", "understood"]
    repeated.say("bananas")
    assert repeated.question == "condition"
    assert set(repeated.answers()) == {"consent"}


def test_a_skip_leaves_it_aside(repeated: Talk) -> None:
    repeated.tell("skip", Heard(ReadCommand(Command.SKIP)))
    assert repeated.question == "condition"
    assert volunteered(repeated) == set()


@pytest.mark.parametrize(("command", "code"), [(Command.PROGRESS, "progress"), (Command.HUMAN, "human"), (Command.HELP, "help")])
def test_after_an_interruption_it_is_repeated_back_again(repeated: Talk, command: Command, code: str) -> None:
    repeated.tell("something else", Heard(ReadCommand(command)))
    assert repeated.codes == [code, "understood"]


def test_a_question_about_the_trial_loses_nothing(repeated: Talk) -> None:
    assert repeated.tell("which phase?", Heard(ReadElsewhere())).handed_over
    again = repeated.desk.ask_again(Incoming(repeated.conversation_id, "which phase?", "id"))
    assert [message["custom"]["code"] for message in again.messages] == ["understood"]


def test_a_pause_keeps_it(repeated: Talk) -> None:
    repeated.say_all("stop for now", "I'm back")
    assert repeated.codes == ["resumed", "understood"]


def test_starting_over_drops_what_waits_but_asks_first(repeated: Talk) -> None:
    repeated.say("start over")
    assert repeated.codes == ["confirm_restart"]
    repeated.say("yes")
    assert volunteered(repeated) == set()
    assert repeated.question == "condition"


def test_an_early_end_comes_after_the_yes_and_is_of_the_fact_that_decides(talk: Talk) -> None:
    talk.tell("I am 61 and had radiation", told(age=61, prior_radiotherapy=True, sex="female"))
    talk.tell("yes", CONSENTS)
    assert talk.result is None
    talk.say("yes")
    assert "ended_early" in talk.codes
    with talk.store.reading() as unit:
        screening = unit.current_screening(talk.conversation_id)
        assert screening is not None
        assert screening.snapshot["prompt"]["attribute"] == "prior_radiotherapy"


def test_erasing_leaves_nothing_of_what_was_told(repeated: Talk) -> None:
    repeated.say("erase my answers")
    assert repeated.say("Yes, erase everything").erased
    engine = sa.create_engine(str(repeated.store._engine.url))
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        kept = [repr(row) for table in tables for row in connection.execute(sa.text(f'SELECT * FROM "{table}"'))]  # noqa: S608
    engine.dispose()
    assert not [row for row in kept if "no treatment yet" in row]


def test_a_story_behind_a_question_that_others_answered_is_heard(talk: Talk) -> None:
    talk.desk.ask_again(Incoming(talk.conversation_id, "I have lung cancer and never had chemo. Where does the trial run?", "id"))
    assert {"condition", "prior_systemic_therapy"} <= volunteered(talk)


def test_a_question_about_the_trial_tells_nothing_of_the_person(talk: Talk) -> None:
    talk.desk.ask_again(Incoming(talk.conversation_id, "is this trial for stage 4 lung cancer?", "id"))
    assert volunteered(talk) == set()


def test_real_words_go_the_whole_way(talk: Talk) -> None:
    talk.say("I have non-small cell lung cancer and never had chemo")
    assert "volunteered" in talk.codes
    talk.say_all("yes", "yes")
    assert talk.answers()["condition"][0] == ["Non Small Cell Lung Cancer"]
    assert talk.answers()["prior_systemic_therapy"][0] == "none"


def test_facts_told_where_a_story_was_read_back_are_heard(repeated: Talk) -> None:
    repeated.say("a camera test showed it, and he is 63")
    assert repeated.codes, "something is said"
