"""Whatever a patient tells, a masked page is the same: it cannot give away what it does not depend on."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversations.review import Reviews
from bot.conversations.review.fixed_texts import fixed_texts
from bot.conversations.review.loading import Loaded
from bot.screening.attributes import AnswerType, Attribute
from bot.store import Answer, Message, NewMessage
from bot.trials import TrialRecord
from bot.words import Library
from tests.console.house import TRIAL, House
from tests.people import people
from tests.unit.review.conftest import loaded, reviewed, told

_WORDS = st.text(min_size=1, max_size=30)
_INTENTS = st.sampled_from(["affirm", "deny", "unsure", "decline", "statement", "ask_cost", "payload", None])


@pytest.fixture
def conversations(house: House, asthma: None) -> list[Loaded]:
    """Conversations of many kinds: whole screenings, corrections, a search, somebody else, danger, a coordinator's line."""
    told_for_another = ("hello", "my mother has lung cancer, can you help her", "yes", "she is 71", "not sure")
    found = [
        told(house, people(TRIAL)[0].answers),
        told(house, people(TRIAL)[3].answers),
        house.conversation("hello", "yes", "I'm 54 and had chemo", "actually I am 57", "why", "how much is left", "stop", "continue"),
        house.conversation("hello", "yes", "asthma", "for me", "Leeds", trial=None),
        house.conversation(*told_for_another),
        house.conversation("hello", "no"),
    ]
    colleague = house.account().id
    with house.store.unit() as unit:
        lines = [
            NewMessage("d1", "patient", "I will jump", house.clock(), intent="safety_crisis", confidence=0.9, message_id="d"),
            NewMessage("d2", "coordinator", "You said that you are 57, is that right?", house.clock(), author=colleague),
        ]
        unit.add_messages(found[2], lines)
    with house.store.unit() as unit:
        position = next(message.position for message in unit.messages(found[2]) if message.who == "patient")
        meant = {"kind": "answer", "value": 57}
        unit.flag_misreading(found[2], position, colleague, attribute="age", meant=meant, at=house.clock())
    return [loaded(house.store, conversation) for conversation in found]


def other_value(attribute: Attribute, chance: random.Random) -> object:
    """Some other answer of the attribute's type."""
    match attribute.answer_type:
        case AnswerType.YES_NO:
            return chance.random() < 0.5
        case AnswerType.NUMBER:
            low, high = attribute.possible or (0, 100)
            return chance.randint(int(low), int(high))
        case AnswerType.CHOICE:
            return chance.choice(attribute.values)
        case AnswerType.CHOICES:
            return [chance.choice(attribute.values)]
        case AnswerType.TIME_SINCE:
            return chance.choice(["never", 3, 400])
    return [chance.choice(["Asthma", "Breast Cancer", "Leeds"])]


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def _nothing_told_shows(kept: list[Loaded], reviews: Reviews, library: Library, data: st.DataObject) -> None:
    before = data.draw(st.sampled_from(kept))
    chance = data.draw(st.randoms(use_true_random=False))
    fixed = fixed_texts(library, before.conversation.locale, _records(before), before.messages)

    def line(message: Message) -> Message:
        if message.who == "patient":
            intent = message.intent if (message.intent or "").startswith("safety_") else data.draw(_INTENTS)
            return replace(message, text=data.draw(_WORDS), intent=intent, confidence=chance.random(), data={"text": data.draw(_WORDS)})
        if message.who == "bot" and message.text in fixed:
            return message
        kept_data = {**(message.data or {}), "buttons": [{"title": data.draw(_WORDS), "payload": "#x"}]}
        return replace(message, text=data.draw(_WORDS) + " ‽", data=kept_data)

    def answer(row: Answer) -> Answer:
        if row.attribute == "consent":
            return replace(row, said=data.draw(_WORDS))
        attribute = library.attributes[row.attribute]
        state = data.draw(st.sampled_from(["known", "unsure", "declined"]))
        value = other_value(attribute, chance) if state == "known" else None
        return replace(row, state=state, value=value, said=data.draw(_WORDS))

    after = replace(
        before,
        messages=[line(message) for message in before.messages],
        answers={screening: [answer(row) for row in rows] for screening, rows in before.answers.items()},
        misread={place: replace(one, meant={"kind": "answer", "value": data.draw(_WORDS)}) for place, one in before.misread.items()},
    )
    assert reviews.of(after, revealed=False) == reviews.of(before, revealed=False)


def _records(found: Loaded) -> list[TrialRecord]:
    """Of the trials that everybody sees the conversation to be about."""
    trials = {found.conversation.trial_id, *(screening.trial_id for screening in found.screenings[:1])} - {None}
    records = [found.record_of(str(trial), found.conversation.last_at) for trial in trials]
    return [record for record in records if record is not None]


def test_a_masked_page_does_not_depend_on_anything_that_was_told(
    house: House, conversations: list[Loaded], reviews: Reviews, library: Library
) -> None:
    _nothing_told_shows(conversations, reviews, library)


def test_masked_only_fixed_texts_of_the_bot_are_shown(conversations: list[Loaded], reviews: Reviews, library: Library) -> None:
    for found in conversations:
        fixed = fixed_texts(library, "en", _records(found), found.messages)
        for line in reviews.of(found, revealed=False).lines:
            assert line.text is None or (line.who == "bot" and line.text in fixed)
            assert line.text is not None or line.replies == ()
            assert line.understood is None


def test_a_restated_answer_a_doubt_and_a_refusal_are_hidden(house: House, reviews: Reviews) -> None:
    conversation = house.conversation("hello", "yes", "I am 57", "not sure", "rather not say")
    texts = [line.text for line in reviewed(house, reviews, conversation).lines if line.who == "bot"]
    restated = {text for text in texts if text and ("57" in text or "against you" in text)}
    assert len(restated) == 3
    masked = {line.text for line in reviewed(house, reviews, conversation, revealed=False).lines}
    assert not restated & masked


def test_questions_and_what_is_said_to_everybody_are_shown(house: House, reviews: Reviews) -> None:
    conversation = house.conversation("hello", "yes", "why", "help")
    shown = [line for line in reviewed(house, reviews, conversation, revealed=False).lines if line.text]
    assert any("Hello, and welcome" in str(line.text) for line in shown)
    asked = [line for line in shown if line.kind == "question" and line.asks == "The patient's illness"]
    assert asked[0].replies == ("Non Small Cell Lung Cancer", "Not sure", "I'd rather not say", "Why do you ask?")


def test_a_question_about_somebody_else_is_named_and_not_shown(house: House, reviews: Reviews) -> None:
    conversation = house.conversation("my mom has lung cancer", "yes", "yes")
    shown = reviewed(house, reviews, conversation)
    assert any(line.kind == "question" and "your mother" in str(line.text) for line in shown.lines)
    masked = reviewed(house, reviews, conversation, revealed=False)
    assert not any("mother" in str(line) for line in masked.lines)
    assert [line.asks for line in masked.lines] == [line.asks for line in shown.lines]


def test_the_trials_of_a_search_are_counted_and_not_named(house: House, reviews: Reviews, asthma: None) -> None:
    conversation = house.conversation("hello", "yes", "asthma", "for me", "Leeds", trial=None)
    masked = reviewed(house, reviews, conversation, revealed=False)
    assert masked.trials == ()
    assert masked.hidden_trials == len(reviewed(house, reviews, conversation).trials) > 0
    assert "sthma" not in str(masked)


def test_where_somebody_stands_on_a_criterion_is_hidden(house: House, reviews: Reviews) -> None:
    (trial,) = reviewed(house, reviews, house.conversation("hello", "yes", "I am 17"), revealed=False).trials
    assert {(point.status, point.reasons) for point in trial.points} == {(None, None)}
    assert trial.now is None
