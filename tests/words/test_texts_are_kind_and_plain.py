"""What patients read is plain, promises nothing, and advises nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from statistics import mean
from typing import Any

import pytest

from tests.words.texts import WORDS, Texts

Grade = Callable[[str], float]

# A text may be as hard as this; the texts of a file together may only be as hard as `ON_AVERAGE`.
AT_MOST = 9.5
ON_AVERAGE = 6.0
# A question, its other wordings and its help are read under strain.
QUESTIONS_AT_MOST = 8.0
LONGEST_SENTENCE = 25

# Files whose texts are shown, and the one that is only read. A new file has to be put under one of them.
SHOWN = ["answers", "attributes", "channels", "conditions", "conversation", "imported", "people", "rules", "safety", "site"]
FOR_PROGRAMMERS = ["api"]
ONLY_READ = ["labels", "places", "reading", "registry", "registry_terms", "treatments"]

# Two of these in one sentence, and a tired reader has to count them.
_NEGATIVE = re.compile(r"\b(?:not|no|never|none|nobody|nothing|neither|without|cannot|\w+n't|unable|unless)\b", re.IGNORECASE)
# Said of the bot's own promises these would be untrue, and of a treatment they would be advice.
_PROMISES = re.compile(
    r"\b(?:is|are|be|'re) (?:eligible|accepted|a match|qualified|cured|healed)\b|\bqualif(?:y|ies)\b"
    r"|\bguarantee|\b(?:is|are) (?:\w+ly )?safe\b"
    r"|\b(?:will|can|may) (?:cure|heal|save)\b|\ba cure\b|\bmiracle|\bbreakthrough|\bno risk|\brisk-free|\b100 ?%",
    re.IGNORECASE,
)
# What a trial finds out is no promise.
_ASKED_BY_TRIALS = re.compile(r"\b(?:tests?|finds? out) (?:if|whether) [^.]*", re.IGNORECASE)
_ADVICE = re.compile(
    r"\b(?:should|must|ought to|needs? to) (?:take|stop|start|try|have|get|choose|join|accept|refuse)\b"
    r"|\b(?:we|I) (?:recommend|advise|suggest)\b",
    re.IGNORECASE,
)
_SCARY = re.compile(
    r"\b(?:terminal|hopeless|fatal|victim|suffer(?:s|ing)? from|failed|rejected|ineligible|subjects?|death)\b", re.IGNORECASE
)
# Names of answers, which deny nothing where they are named.
_NAMED_ANSWERS = re.compile(
    r"(?:choose|or|write) not sure|yes or no|a yes or a no|Yes, no or not sure|none or not tested|choose not to say", re.IGNORECASE
)
# Lists that say no once, with weight.
_NO_LISTS = re.compile(
    r"\bnot (?:a diagnosis, not treatment and not|pregnant and not|a person and not)\b"
    r"|\bnot (?:medical advice, and it does not|answer this, or were not)\b"
    r"|\bno cookies and no\b|\bno one can open it here again, not\b"
)


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?:;])\s+", text) if part]


def test_no_text_is_hard_to_read(patient_texts: Texts, grade: Grade) -> None:
    hard = {where: round(grade(text), 1) for where, text in patient_texts if grade(text) > AT_MOST and len(text.split()) > 5}
    assert not hard


def test_questions_are_easy_to_read(patient_texts: Texts, grade: Grade) -> None:
    hard = {
        where: round(grade(text), 1)
        for where, text in patient_texts
        if re.search(r"attributes\.\w+\.(question|help)", where) and grade(text) > QUESTIONS_AT_MOST and len(text.split()) > 5
    }
    assert not hard


@pytest.mark.parametrize("part", ["attributes.", "conversation.", "answers.", "safety.", "NCT06141070", "for_other."])
def test_the_texts_of_a_file_are_easy_on_average(part: str, patient_texts: Texts, grade: Grade) -> None:
    grades = [grade(text) for where, text in patient_texts if where.startswith(part) and len(text.split()) > 5]
    assert mean(grades) <= ON_AVERAGE


def test_sentences_are_short(patient_texts: Texts) -> None:
    long = {
        where: sentence
        for where, text in patient_texts
        for sentence in _sentences(text)
        if len(sentence.split()) > LONGEST_SENTENCE and not where.endswith("title_official")
    }
    assert not long


def test_every_file_of_texts_is_checked(shipped_texts: Texts) -> None:
    assert sorted(path.stem for path in WORDS.glob("*.yaml")) == sorted(SHOWN + ONLY_READ + FOR_PROGRAMMERS)
    checked = {where.split(".", 1)[0] for where, _ in shipped_texts}
    assert checked >= set(SHOWN)


def test_no_sentence_says_no_twice(shipped_texts: Texts) -> None:
    double = {
        where: sentence for where, text in shipped_texts for sentence in _sentences(text) if len(_NEGATIVE.findall(_excused(sentence))) > 1
    }
    assert not double


def _excused(sentence: str) -> str:
    """The sentence less what denies nothing: an answer's first word, names of answers, one no spread over a list."""
    return _NAMED_ANSWERS.sub("", _NO_LISTS.sub("not", re.sub(r"^No, |\bif you say no\b", "", sentence, flags=re.IGNORECASE)))


def test_nobody_is_promised_anything(shipped_texts: Texts) -> None:
    assert not {where: text for where, text in shipped_texts if _PROMISES.search(_ASKED_BY_TRIALS.sub("", text))}


def test_nobody_is_given_medical_advice(shipped_texts: Texts) -> None:
    assert not {where: text for where, text in shipped_texts if _ADVICE.search(text)}


def test_words_that_frighten_or_belittle_are_absent(shipped_texts: Texts) -> None:
    assert not {where: text for where, text in shipped_texts if _SCARY.search(text)}


@pytest.mark.parametrize(
    "text",
    [
        "You are eligible for this trial.",
        "Your mother is eligible for it.",
        "She qualifies for the trial.",
        "You will be accepted.",
        "The treatment is safe.",
        "It is perfectly safe for your husband.",
        "This can cure the cancer.",
        "There is a cure.",
    ],
)
def test_a_promise_would_be_found(text: str) -> None:
    assert _PROMISES.search(_ASKED_BY_TRIALS.sub("", text))


@pytest.mark.parametrize(
    "text",
    [
        "You should stop your tablets.",
        "Your mother should start chemotherapy.",
        "This person needs to take a test.",
        "We advise against it.",
        "I suggest radiation.",
    ],
)
def test_advice_would_be_found(text: str) -> None:
    assert _ADVICE.search(text)


def test_questions_ask_one_thing(patient_texts: Texts) -> None:
    assert not {where: text for where, text in _questions(patient_texts) if text.count("?") > 1}


def test_no_question_leads_to_an_answer(patient_texts: Texts) -> None:
    leading = re.compile(r"\b(?:surely|of course|right\?|aren't you|don't you|haven't you|isn't it|you do not|you don't)\b", re.IGNORECASE)
    assert not {where: text for where, text in _questions(patient_texts) if leading.search(text)}


def _questions(texts: Texts) -> Texts:
    return [(where, text) for where, text in texts if re.search(r"attributes\.\w+\.question", where)]


def test_a_verdict_always_leaves_the_decision_to_the_study_team(words: Callable[[str], dict[str, Any]]) -> None:
    texts = words("conversation")["texts"]
    assert "study team decides" in texts["result_not_decision"]
    assert "Only the study team can be sure" in texts["early_end_offer"]


@pytest.mark.parametrize(
    "key",
    [
        "consent_refused",
        "human",
        "contacts_absent",
        "status_absent",
        "moving_on",
        "answer_unsure",
        "result_unlikely_why",
    ],
)
def test_every_dead_end_offers_a_person_or_the_official_page(key: str, words: Callable[[str], dict[str, Any]]) -> None:
    text = words("conversation")["texts"][key]
    assert "{registry_url}" in text or "study team" in text or "doctor" in text


def test_what_the_record_does_not_say_always_points_further(words: Callable[[str], dict[str, Any]]) -> None:
    silent = {
        topic: entry["absent"]
        for topic, entry in words("answers")["topics"].items()
        if entry["source"] and "{registry_url}" not in entry["absent"] and topic not in ("ages", "registry_id")
    }
    assert not silent


@pytest.mark.parametrize(("country", "number"), [("SE", "112"), ("SE", "1177"), ("US", "911"), ("default", "112"), ("default", "911")])
def test_an_emergency_names_the_number_to_call(country: str, number: str, words: Callable[[str], dict[str, Any]]) -> None:
    assert number in words("safety")["texts"]["emergency"][country]


@pytest.mark.parametrize(("country", "number"), [("SE", "90101"), ("SE", "112"), ("US", "988"), ("US", "911")])
def test_a_crisis_names_someone_to_talk_to(country: str, number: str, words: Callable[[str], dict[str, Any]]) -> None:
    assert number in words("safety")["texts"]["crisis"][country]
