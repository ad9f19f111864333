"""What a story tells in words that nobody listed: guesses at its sentences add facts, and replace none."""

from __future__ import annotations

import pytest

from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.intent import ANY, Guess, Intent
from bot.screening.sentences import MOST, sentences_of
from tests.shipped import shipped_library
from tests.unit.reading.small_words import TODAY

LIBRARY = shipped_library()
READER = LIBRARY.in_locale("en").reader


def told(text: str, *guesses: dict[str, tuple[str, float]], asked: str | None = None) -> dict[str, object]:
    """The facts of a message whose sentences were guessed at so; of a single sentence it is the message that was."""
    sentences = tuple({name: Guess(*guess) for name, guess in of_one.items()} for of_one in guesses)
    intent = Intent("statement", 0.9, sentences[0] if len(sentences) == 1 else {}, sentences if len(sentences) > 1 else ())
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=asked) if asked else None
    heard = READER.hear(text, prompt, frozenset(LIBRARY.attributes), TODAY, intent)
    return {fact.attribute: fact.value for fact in heard.facts}


TREATED = {"prior_systemic_therapy": ("for_current_disease", 0.9)}


def test_a_sure_guess_at_a_sentence_adds_a_fact() -> None:
    assert told("I have lung cancer. They flim me with flam since June.", {}, TREATED)["prior_systemic_therapy"] == "for_current_disease"


def test_an_unsure_guess_adds_none() -> None:
    unsure = {"prior_systemic_therapy": ("for_current_disease", 0.5)}
    assert "prior_systemic_therapy" not in told("I have lung cancer. They flim me with flam since June.", {}, unsure)


def test_a_guess_never_replaces_what_words_tell() -> None:
    assert told("I have lung cancer. I never had any chemo.", {}, TREATED)["prior_systemic_therapy"] == "none"


def test_what_is_told_two_ways_is_not_decided_by_a_guess() -> None:
    both = "I have lung cancer stage 3. I have lung cancer stage 4. They flim me with flam."
    assert "cancer_stage" not in told(both, {}, {}, {"cancer_stage": ("IV", 0.99)})


@pytest.mark.parametrize(
    "text",
    [
        "I have lung cancer. Would they flim me with flam now?",
        "I have lung cancer. My mother was flimmed with flam in June.",
        "I have lung cancer. Maybe they flim me with flam since June.",
        "I have lung cancer. Flim flam.",
    ],
    ids=["a question", "of somebody else", "a doubt", "too few words"],
)
def test_only_statements_about_the_patient_count(text: str) -> None:
    assert "prior_systemic_therapy" not in told(text, {}, TREATED)


def test_a_sentence_that_sounds_more_like_a_doubt_says_nothing() -> None:
    doubted = {**TREATED, ANY: ("unsure", 0.95)}
    assert "prior_systemic_therapy" not in told("I have lung cancer. They flim me with flam since June.", {}, doubted)


def test_a_sentence_about_a_trial_drug_is_none_about_treatment() -> None:
    about_both = {**TREATED, "last_trial_drug": ("never", 0.6)}
    assert "prior_systemic_therapy" not in told("I have lung cancer. They flim me with flam since June.", {}, about_both)


def test_sentences_that_contradict_each_other_say_nothing() -> None:
    other = {"prior_systemic_therapy": ("none", 0.9)}
    assert "prior_systemic_therapy" not in told("They flim me with flam. They flam me with flim now.", TREATED, other)


def test_another_cancer_is_told_apart_from_the_one_that_is_sought() -> None:
    facts = told(
        "I was flimmed for bowel cancer in spring. Now they found lung cancer as well.",
        {"other_cancer": ("active_or_recent", 0.9)},
        {},
    )
    assert facts["condition"] == ("Lung Cancer",)
    assert facts["other_cancer"] == "active_or_recent"


def test_another_cancer_needs_an_illness_that_is_named() -> None:
    assert "other_cancer" not in told("I have lung cancer. I was flimmed in the spring.", {}, {"other_cancer": ("active_or_recent", 0.9)})


def test_beside_an_answer_nothing_is_guessed() -> None:
    assert "prior_systemic_therapy" not in told("I am 61. They flim me with flam since June.", {}, TREATED, asked="age")


def test_an_engine_that_cuts_elsewhere_is_not_believed() -> None:
    assert "prior_systemic_therapy" not in told("I have lung cancer. They flim me with flam since June.", {}, {}, TREATED)


@pytest.mark.parametrize(
    ("text", "count"),
    [("One. Two! Three? Four", 4), ("e.g. 3.5 mg", 2), ("Line one\n\nline two", 2), ("... !!! ???", 0), ("", 0), ("a. " * 40, MOST)],
)
def test_messages_are_cut_at_their_stops(text: str, count: int) -> None:
    assert len(sentences_of(text)) == count


def test_a_sentence_that_surely_answers_nothing_else_may_still_tell_a_fact() -> None:
    beside = {**TREATED, ANY: ("open", 0.99), "last_trial_drug": ("open", 0.99)}
    assert told("I have lung cancer. They flim me with flam since June.", {}, beside)["prior_systemic_therapy"] == "for_current_disease"


def test_a_guess_that_a_sentence_answers_nothing_adds_nothing() -> None:
    assert "prior_systemic_therapy" not in told(
        "I have lung cancer. They flim me with flam.", {}, {"prior_systemic_therapy": ("open", 0.99)}
    )
