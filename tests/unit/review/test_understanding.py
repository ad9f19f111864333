"""Beside each message stands what was understood; beside each question why it was asked."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

from bot.conversations.review import Reviews
from bot.conversations.review.views import Line, Noted, Review
from bot.store import NewMessage
from tests.console.house import TRIAL, House
from tests.people import people
from tests.unit.review.conftest import reviewed, said, told

BEGUN = ("hello", "yes")


def question(review: Review, attribute: str, last: bool = False) -> Line:
    """The first line that asks for something, or the last."""
    found = [line for line in review.lines if line.kind == "question" and line.asks == attribute]
    return found[-1 if last else 0]


def test_an_answer_has_its_value_in_words_and_the_words_that_it_came_from(house: House, reviews: Reviews) -> None:
    conversation = house.conversation(*BEGUN, "non small cell lung cancer")
    understood = said(reviewed(house, reviews, conversation), "non small cell lung cancer").understood
    assert understood is not None
    assert understood.noted == (
        Noted("The patient's illness", "Non Small Cell Lung Cancer", "non small cell lung cancer", besides=False, before=None),
    )
    assert (understood.intent, understood.confidence) == ("inform", 0.93)


def test_what_was_told_unasked_says_so_and_a_correction_says_what_it_replaced(house: House, reviews: Reviews) -> None:
    conversation = house.conversation(*BEGUN, "I am 54", "actually I am 57")
    review = reviewed(house, reviews, conversation)
    first, second = (said(review, text).understood for text in ("I am 54", "actually I am 57"))
    assert first is not None
    assert second is not None
    assert [(one.value, one.besides, one.before) for one in first.noted] == [("54 years", True, None)]
    assert [(one.value, one.besides, one.before) for one in second.noted] == [("57 years", True, "54 years")]


def test_a_message_that_answered_nothing_has_nothing_noted(house: House, reviews: Reviews) -> None:
    understood = said(reviewed(house, reviews, house.conversation(*BEGUN, "bananas")), "bananas").understood
    assert understood is not None
    assert (understood.noted, understood.changes) == ((), ())


def test_a_correction_tells_which_criteria_and_which_verdict_it_changed(house: House, reviews: Reviews) -> None:
    conversation = house.conversation(*BEGUN, "I am 54", "actually I am 17")
    understood = said(reviewed(house, reviews, conversation), "actually I am 17").understood
    assert understood is not None
    (change,) = understood.changes
    assert (change.trial_id, change.verdict_before, change.verdict_after) == (TRIAL, "possible", "unlikely")
    assert [(one.point.id, one.before, one.after) for one in change.points] == [("R-age", "met", "not_met"), ("I8", "met", "not_met")]


def test_a_correction_to_what_comes_to_the_same_changes_nothing(house: House, reviews: Reviews) -> None:
    conversation = house.conversation(*BEGUN, "I am 54", "actually I am 57")
    understood = said(reviewed(house, reviews, conversation), "actually I am 57").understood
    assert understood is not None
    assert understood.changes == ()


def test_a_question_names_the_criteria_that_were_open_and_depend_on_it(house: House, reviews: Reviews) -> None:
    review = reviewed(house, reviews, house.conversation(*BEGUN))
    why = question(review, "The patient's illness").why
    assert why is not None
    assert (why.kind, [point.id for point in why.points]) == ("trial", ["I2"])
    assert why.general == "Each trial is about one illness, or a few. The exact type often matters."


def test_a_criterion_that_was_settled_before_is_no_reason_for_a_question(house: House, reviews: Reviews) -> None:
    fits = people(TRIAL)[0].answers
    asks = "The number of places the patient's cancer has spread to"
    # I3 asks for stage 4 and for few places: another stage settles it, and the question was asked for what was left.
    for stage, points in (("stage 4", ["I3", "E1"]), ("stage 2", ["E1"])):
        conversation = told(house, {**fits, "condition": f"non small cell lung cancer, {stage}"})
        why = question(reviewed(house, reviews, conversation), asks).why
        assert why is not None
        assert [point.id for point in why.points] == points


def test_nothing_is_asked_before_consent_for_any_criterion(house: House, reviews: Reviews) -> None:
    why = question(reviewed(house, reviews, house.conversation()), "The consent to questions").why
    assert why is not None
    assert (why.kind, why.points) == ("consent", ())


def test_the_criteria_stand_with_their_reasons(house: House, reviews: Reviews) -> None:
    conversation = house.conversation(*BEGUN, "I am 17")
    (trial,) = reviewed(house, reviews, conversation).trials
    age = next(point for point in trial.points if point.id == "R-age")
    assert (trial.trial_id, trial.now, age.status) == (TRIAL, "unlikely", "not_met")
    assert age.rule == "The patient's age is at least 18 years"
    assert age.reasons is not None
    assert [(one.name, one.value, one.said) for one in age.reasons] == [("The patient's age", "17 years", "I am 17")]


def test_an_open_criterion_tells_what_is_missing_and_what_nobody_knew(house: House, reviews: Reviews) -> None:
    conversation = house.conversation(*BEGUN, "not sure")
    (trial,) = reviewed(house, reviews, conversation).trials
    illness = next(point for point in trial.points if point.id == "I2")
    assert illness.reasons is not None
    assert [(one.name, one.value) for one in illness.reasons] == [
        ("The patient's illness", "not sure"),
        ("Whether a sample has confirmed the illness", "no answer"),
    ]


def test_consent_has_its_text_its_time_and_the_reply(house: House, reviews: Reviews) -> None:
    (agreement,) = reviewed(house, reviews, house.conversation(*BEGUN)).agreements
    assert agreement.given
    assert agreement.at == house.clock()
    assert agreement.text_version == house.library.in_locale("en").version
    assert len(agreement.text_hash) == 64


def test_an_old_screening_is_explained_by_the_record_of_its_day(house: House, reviews: Reviews) -> None:
    conversation = house.conversation(*BEGUN, "I am 54")
    with house.store.unit() as unit:
        stored = unit.trial(TRIAL)
        assert stored is not None
        later = deepcopy(stored.record)
        later["criteria"] = [one for one in later["criteria"] if one["id"] != "R-sex"]
        for words in later["words"].values():
            del words["criteria"]["R-sex"]
        before, after = house.clock() - timedelta(days=30), house.clock() + timedelta(days=1)
        unit.put_trial(TRIAL, version="of that day", record=stored.record, content_hash="1", criteria=[], at=before)
        unit.put_trial(TRIAL, version="later", record=later, content_hash="2", criteria=[], at=after)
    (trial,) = reviewed(house, reviews, conversation).trials
    assert "R-sex" in [point.id for point in trial.points]
    house.clock.move(days=2)
    (now,) = reviewed(house, reviews, house.conversation(*BEGUN, "I am 54")).trials
    assert "R-sex" not in [point.id for point in now.points]


def test_what_came_along_from_another_screening_was_not_understood_again(house: House, reviews: Reviews, asthma: None) -> None:
    conversation = house.conversation("hello", "yes", "asthma", "for me", "Leeds", trial=None)
    review = reviewed(house, reviews, conversation)
    chosen = review.trials[0].trial_id
    house.say(conversation, f"#trial={chosen}")
    review = reviewed(house, reviews, conversation)
    understood = said(review, f"#trial={chosen}").understood
    assert understood is not None
    assert understood.noted == ()
    assert understood.carried >= 3


def test_a_search_says_honestly_why_it_asks_and_shows_each_trial_of_its_list(house: House, reviews: Reviews, asthma: None) -> None:
    conversation = house.conversation("hello", "yes", "asthma", "for me", "Leeds", trial=None)
    review = reviewed(house, reviews, conversation)
    kinds = {line.asks: line.why.kind for line in review.lines if line.why is not None}
    assert kinds["The patient's illness"] == "first"
    assert {trial.trial_id for trial in review.trials} <= {"NCT20000001", "NCT20000002", "NCT20000003"}
    assert review.trials
    assert all(trial.given and trial.now == trial.given for trial in review.trials)


def test_danger_is_marked_where_it_is_heard_and_where_it_is_answered(house: House, reviews: Reviews) -> None:
    conversation = house.conversation(*BEGUN)
    with house.store.unit() as unit:
        heard = NewMessage("k1", "patient", "I cannot breathe", house.clock(), intent="safety_emergency", message_id="x")
        custom = {"custom": {"type": "safety", "category": "emergency"}}
        unit.add_messages(conversation, [heard, NewMessage("k2", "bot", "Call 112.", house.clock(), custom, message_id="x")])
    for revealed in (True, False):
        review = reviewed(house, reviews, conversation, revealed=revealed)
        assert [line.danger for line in review.lines[-2:]] == ["emergency", "emergency"]
        assert [(alert.danger, alert.position) for alert in review.alerts] == [("emergency", review.lines[-2].position)]
