"""Nothing about health is asked, kept or used before a clear yes."""

from __future__ import annotations

import pytest

from tests.conversing import Talk


def test_the_first_message_is_answered_by_who_speaks_what_this_is_not_and_what_happens_to_the_data(talk: Talk) -> None:
    talk.say("hi")
    assert talk.codes == ["greeting", "not_advice", "data"]
    assert talk.question == "consent"


@pytest.mark.parametrize("answer", ["yes", "Yes, go ahead", "ok", "sure", "#consent=yes", "go ahead"])
def test_a_yes_begins_the_questions(talk: Talk, answer: str) -> None:
    talk.say_all("hi", answer)
    assert talk.question not in (None, "consent")


@pytest.mark.parametrize("answer", ["no", "No, thank you", "I'd rather not say", "skip", "#consent=no"])
def test_a_no_ends_it_without_a_health_question_and_names_a_way_on(talk: Talk, answer: str) -> None:
    talk.say_all("hi", answer)
    assert talk.question is None
    assert talk.codes == ["consent_declined"]
    assert "clinicaltrials.gov" in talk.texts


def test_a_no_can_become_a_yes(talk: Talk) -> None:
    talk.say_all("hi", "no", "yes")
    assert talk.question == "consent"
    talk.say("yes")
    assert talk.question == "condition"


@pytest.mark.parametrize("answer", ["not sure", "maybe", "what happens to my data?"])
def test_anything_less_than_a_yes_asks_again(talk: Talk, answer: str) -> None:
    talk.say_all("hi", answer)
    assert talk.question == "consent"


def test_three_messages_that_are_no_answer_count_as_no(talk: Talk) -> None:
    talk.say_all("hi", "bananas", "bananas", "bananas")
    assert talk.codes == ["consent_declined"]


def test_what_was_volunteered_before_a_yes_is_not_kept(talk: Talk) -> None:
    talk.say_all("hi", "I am 58 and have stage 4 lung cancer")
    with talk.store.reading() as unit:
        screening = unit.current_screening(talk.conversation_id)
        assert screening is not None
        assert unit.answers(screening.id) == []


def test_a_quick_reply_to_a_question_never_asked_is_ordinary_text(talk: Talk) -> None:
    talk.say_all("hi", "#age=64")
    assert talk.question == "consent"
    assert talk.codes == ["unclear"]


@pytest.mark.parametrize(("answer", "given"), [("yes", True), ("no", False)])
def test_the_choice_is_kept_with_the_text_that_was_shown(talk: Talk, answer: str, given: bool) -> None:
    talk.say_all("hi", answer)
    with talk.store.reading() as unit:
        (consent,) = unit.consents(talk.conversation_id)
    assert consent.given is given
    assert consent.text_version
    assert len(consent.text_hash) == 64


@pytest.mark.parametrize("said", [("no",), ("no", "stop"), ("no", "hello?"), ("no", "delete my data"), ("no", "stop", "thanks")])
def test_whoever_said_no_stays_withdrawn_whatever_they_say_then(talk: Talk, said: tuple[str, ...]) -> None:
    talk.say_all("hi", *said)
    assert stage(talk) == "withdrawn"


@pytest.mark.parametrize("said", [(), ("stop",), ("no", "yes"), ("no", "stop", "#consent=yes"), ("yes", "stop")])
def test_whoever_may_still_say_yes_or_did_is_in_progress(talk: Talk, said: tuple[str, ...]) -> None:
    talk.say_all("hi", *said)
    assert stage(talk) == "in_progress"


def stage(talk: Talk) -> str:
    with talk.store.reading() as unit:
        conversation = unit.conversation(talk.conversation_id)
    assert conversation is not None
    return conversation.stage
