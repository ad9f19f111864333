"""Who asks for their mother is asked about their mother, in words that are right for whomever they ask for."""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter
from typing import Any

import pytest

from tests.words.texts import FORMS, Texts, said_of, spoken_of, texts_in

People = dict[str, dict[str, str]]
Entries = dict[str, dict[str, Any]]

# Each part that may stand in `for_other`; the first four always do, unless nobody is asked.
ALWAYS = ("name", "question", "question_again", "said")
ALLOWED = {*ALWAYS, "why", "help", "options"}

# A person whose names hold no "you", and no word that could be taken for one.
MS_X = {"who": "Ms X", "whose": "Ms X's", "them": "HER", "their": "HER"}

# "You" as the one who writes: who allows, chooses, asks and looks, but has no illness.
_WRITER = re.compile(
    r"\b(?:ask you some questions|(?:before|if) you say|(?:if|as far as) you know|do you know of"
    r"|thank you|you can (?:also |still )?(?:add|ask|choose|name|read|say))\b",
    re.IGNORECASE,
)
_PATIENT_AS_YOU = re.compile(r"\b(?:you|your|yours|yourself|you're|you've)\b", re.IGNORECASE)
# In a title "I" is the patient; in a text it is the bot.
_PATIENT_AS_I = re.compile(r"\b(?:I|I'm|I've|me|my|mine|myself)\b")
_SUBJECT = re.compile(r"\b(?:he|she|himself|herself|themselves|themself|he's|she's|s/he)\b", re.IGNORECASE)
# "They" as one person: right after the person, or before a verb of living with an illness.
_THEY = re.compile(r"\bthey\b", re.IGNORECASE)
# Verbs that do not go with one person.
_PLURAL = re.compile(
    r"(?<!does )(?<!did )(?<!could )(?<!would )\bMs X (?:have|are|were|do|weigh|need|look|manage|want|take)\b"
    r"|\b(?:have|are|were|do) Ms X\b(?!'s)",
    re.IGNORECASE,
)


@pytest.fixture(scope="session")
def entries(words: Callable[[str], dict[str, Any]]) -> Entries:
    found: Entries = words("attributes")["attributes"]
    return found


def test_every_attribute_can_be_asked_about_somebody_else(entries: Entries) -> None:
    for name, entry in entries.items():
        other = entry["for_other"]
        assert set(ALWAYS) & set(entry) <= set(other) <= ALLOWED & set(entry), name
        for part in set(other) - {"options"}:
            own = entry[part]
            assert type(other[part]) is type(own), f"{name}.{part} has another shape"
            if isinstance(own, dict):
                assert list(other[part]) == list(own), f"{name}.{part} has other values"
            if isinstance(own, list):
                assert len(other[part]) == len(own), f"{name}.{part} has another length"
        if "question" in entry:
            assert len({other["question"], *other["question_again"]}) == 3, f"{name} is not asked in three ways"
        for value, title in (other.get("options") or {}).items():
            assert title != entry["options"][value]["title"], f"{name}={value} says the same as the ordinary title"


def test_only_the_person_and_the_value_are_filled_in(entries: Entries) -> None:
    for name, entry in entries.items():
        for path, text in texts_in(entry["for_other"]):
            found = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
            allowed = {*FORMS, "value"} if path.startswith("said") else set() if path.startswith("options") else set(FORMS)
            assert found <= allowed, f"{name}.{path}"
        shown = {path for path, text in texts_in(entry["said"]) if "{value}" in text}
        assert {path for path, text in texts_in(entry["for_other"]["said"]) if "{value}" in text} == shown, name


def test_no_sentence_begins_with_a_person(entries: Entries) -> None:
    # Labels and clauses stand inside a sentence; elsewhere a capital would be missing.
    for name, entry in entries.items():
        for path, text in texts_in(entry["for_other"]):
            if not path.startswith(("name", "said")):
                assert not re.search(r"(?:^|[.?!:] )\{", text), f"{name}.{path}"


def test_the_patient_is_nowhere_called_you_or_i(entries: Entries) -> None:
    wrong = {}
    for name, entry in entries.items():
        for path, text in texts_in(spoken_of(MS_X, entry)):
            left = _WRITER.sub("", text)
            if _PATIENT_AS_YOU.search(left) or (path.startswith("options") and _PATIENT_AS_I.search(left)):
                wrong[f"{name}.{path}"] = text
    assert not wrong


def test_what_has_no_words_for_others_speaks_of_nobody(entries: Entries) -> None:
    # And the other way round: words of its own are there because the ordinary ones speak of the patient.
    for name, entry in entries.items():
        for part in {"why", "help"} & set(entry["for_other"]):
            assert entry["for_other"][part] != entry[part], f"{name}.{part} says the same as the ordinary one"


def test_the_person_is_named_in_every_question_and_restatement(entries: Entries) -> None:
    unnamed = {
        f"{name}.{path}": text
        for name, entry in entries.items()
        for path, text in texts_in({part: text for part, text in spoken_of(MS_X, entry).items() if part in ("question", "said")})
        if "Ms X" not in text
    }
    assert not unnamed


def test_no_pronoun_could_be_the_wrong_one(entries: Entries, words: Callable[[str], dict[str, Any]]) -> None:
    wrong = {}
    for name, entry in entries.items():
        for path, text in texts_in(said_of(MS_X, entry["for_other"])):
            if _SUBJECT.search(text) or _PLURAL.search(text) or (_THEY.search(text) and name not in THEY_ARE_THINGS):
                wrong[f"{name}.{path}"] = text
    replaced = said_of(MS_X, words("conversation")["texts_for_other"])
    wrong |= {key: text for key, text in replaced.items() if _SUBJECT.search(text) or _PLURAL.search(text)}
    assert not wrong


# "They" are fats in the blood there.
THEY_ARE_THINGS = {"triglycerides"}


def test_a_pronoun_comes_after_the_person_it_stands_for(entries: Entries) -> None:
    """Nobody has to guess whose letters are meant: the question names the person, and only then comes "her" or "their"."""
    for name, entry in entries.items():
        for path, text in texts_in({part: text for part, text in entry["for_other"].items() if part in ("name", "question", "said")}):
            first = re.search(r"\{(\w+)\}", text.replace("{value}", ""))
            assert first is None or first[1] in ("who", "whose"), f"{name}.{path}"


def test_everybody_is_spoken_of_in_every_form(people: People) -> None:
    for key, person in people.items():
        assert all(person[form].strip() for form in FORMS), key
        assert person["whose"].endswith(("'s", "s'")), key
        assert (person["them"], person["their"]) in {("her", "her"), ("him", "his"), ("them", "their")}, key


def test_nothing_is_left_to_fill_in(texts_for_other: Texts) -> None:
    left = {where: text for where, text in texts_for_other if any(f"{{{form}}}" in text for form in FORMS)}
    assert not left


def test_no_words_stand_twice_or_apart(texts_for_other: Texts) -> None:
    # "the the", "your your mother", a space before a point.
    assert not {where: text for where, text in texts_for_other if re.search(r"\b(\w+) \1\b(?!')|\s[.,?]|\s\s", text)}


@pytest.mark.parametrize(
    ("attribute", "part", "text"),
    [
        ("consent", "question", "Is it okay if I ask you some questions about your mother's health?"),
        ("age", "question", "How old is your mother?"),
        ("age", "said", "your mother is {value} old"),
        ("sex", "question", "What sex was recorded for your mother at birth?"),
        ("fluid_buildup", "question", "Has a doctor found fluid around your mother's lungs or in her belly that comes from the cancer?"),
        ("hemoglobin", "said", "your mother's last hemoglobin was {value}"),
    ],
)
def test_a_mother_is_asked_about_like_this(attribute: str, part: str, text: str, entries: Entries, people: People) -> None:
    assert spoken_of(people["mother"], entries[attribute])[part] == text


def test_somebody_unnamed_is_asked_about_like_this(entries: Entries, people: People) -> None:
    said = spoken_of(people["someone"], entries["prior_systemic_therapy"])
    assert said["question"].startswith("Has the person you ask for had medicine treatment")
    assert said["said"]["none"] == "the person you ask for has had no medicine treatment for this cancer so far"
