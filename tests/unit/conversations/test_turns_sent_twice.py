"""A message that arrives again, after a lost reply or a crash, changes nothing and gets the same answer."""

from __future__ import annotations

from tests.conversing import Talk
from tests.people import people

FITS = people("NCT06141070")[0].answers


def test_the_same_message_again_gets_the_same_reply_and_counts_once(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    first = talk.say("no", message_id="the-same")
    again = talk.say("no", message_id="the-same")
    assert again == first
    with talk.store.reading() as unit:
        screening = unit.current_screening(talk.conversation_id)
        assert screening is not None
        answered = [answer for answer in unit.answers(screening.id) if answer.attribute == "prior_radiotherapy"]
    assert len(answered) == 1


def test_an_answer_is_in_the_store_when_the_reply_leaves(talk: Talk) -> None:
    talk.until("prior_radiotherapy", FITS)
    talk.say("no")
    with talk.store.reading() as unit:
        screening = unit.current_screening(talk.conversation_id)
        assert screening is not None
        last = unit.answers(screening.id)[-1]
    assert (last.attribute, last.value, last.said) == ("prior_radiotherapy", False, "no")
