"""What patients read is plain, promises nothing, and advises nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from statistics import mean
from typing import Any

import pytest

Texts = list[tuple[str, str]]
Grade = Callable[[str], float]

# A text may be as hard as this; the texts of a file together may only be as hard as `ON_AVERAGE`.
AT_MOST = 9.5
ON_AVERAGE = 6.0
# A question, its other wordings and its help are read under strain.
QUESTIONS_AT_MOST = 8.0
LONGEST_SENTENCE = 25

# Two of these in one sentence, and a tired reader has to count them.
_NEGATIVE = re.compile(r"\b(?:not|no|never|none|nobody|nothing|neither|without|cannot|\w+n't|unable|unless)\b", re.IGNORECASE)
# Said of the bot's own promises these would be untrue, and of a treatment they would be advice.
_PROMISES = re.compile(
    r"\byou (?:are|will be|'re) (?:eligible|accepted|a match|qualified|cured|healed)\b|\byou qualify\b"
    r"|\bguarantee|\b(?:is|are) (?:completely |totally |)safe\b"
    r"|\b(?:will|can) (?:cure|heal|save)\b|\bmiracle|\bbreakthrough|\bno risk|\brisk-free|\b100 ?%",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\byou (?:should|must|ought to|need to) (?:take|stop|start|try|have|get|choose|join|accept|refuse)\b|\b(?:we|I) recommend\b",
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
_NO_LISTS = re.compile(r"\bnot (?:a diagnosis, not treatment and not|pregnant and not|a person and not)\b")


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


@pytest.mark.parametrize("part", ["attributes.", "conversation.", "answers.", "safety.", "NCT06141070"])
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


def test_no_sentence_says_no_twice(patient_texts: Texts) -> None:
    double = {
        where: sentence for where, text in patient_texts for sentence in _sentences(text) if len(_NEGATIVE.findall(_excused(sentence))) > 1
    }
    assert not double


def _excused(sentence: str) -> str:
    """The sentence less what denies nothing: an answer's first word, names of answers, one no spread over a list."""
    return _NAMED_ANSWERS.sub("", _NO_LISTS.sub("not", re.sub(r"^No, ", "", sentence)))


def test_nobody_is_promised_anything(patient_texts: Texts) -> None:
    assert not {where: text for where, text in patient_texts if _PROMISES.search(text)}


def test_nobody_is_given_medical_advice(patient_texts: Texts) -> None:
    assert not {where: text for where, text in patient_texts if _ADVICE.search(text)}


def test_words_that_frighten_or_belittle_are_absent(patient_texts: Texts) -> None:
    assert not {where: text for where, text in patient_texts if _SCARY.search(text)}


def test_questions_ask_one_thing(words: Callable[[str], dict[str, Any]]) -> None:
    asked = {
        name: wording
        for name, entry in words("attributes")["attributes"].items()
        for wording in (entry["question"], *entry["question_again"])
        if wording.count("?") > 1
    }
    assert not asked


def test_no_question_leads_to_an_answer(words: Callable[[str], dict[str, Any]]) -> None:
    leading = re.compile(r"\b(?:surely|of course|right\?|aren't you|don't you|haven't you|isn't it|you do not|you don't)\b", re.IGNORECASE)
    wordings = [w for entry in words("attributes")["attributes"].values() for w in (entry["question"], *entry["question_again"])]
    assert not [wording for wording in wordings if leading.search(wording)]


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
