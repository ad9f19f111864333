"""What a message tells without being asked, and of whom: only what is clearly stated counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screening.reading import Reader
from bot.screening.reading.facts import FactReader
from bot.screening.readings import SELF, Fact
from tests.shipped import shipped_library
from tests.unit.reading.small_words import ATTRIBUTES, PEOPLE, SMALL, TITLES, TODAY, VALUES, hear, lexicon, message

FACTS = FactReader(SMALL, VALUES)


def told(text: str, about: str | None = None) -> dict[str, object]:
    """The facts that count: those of the patient, by attribute."""
    return {fact.attribute: fact.value for fact in hear(text, about=about).facts}


def whom(text: str, about: str | None = None) -> str | None:
    return hear(text, about=about).about


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm 61", {"age": 61}),
        ("I am sixty one and well", {"age": 61}),
        ("a 61 year old woman", {"sex": "female"}),
        ("lung cancer, stage 4", {"condition": ("Lung Cancer",), "cancer_stage": "IV"}),
        ("t2n1m1 they wrote", {"cancer_stage": "IV"}),
        ("it has spread to the brain and spread to the bone", {"sites": ("brain", "bone")}),
        ("they saw 3 spots", {"count": 3}),
        ("I had some chemo", {"treated": True}),
        ("I never had any chemo", {"treated": False}),
        ("I haven't had any chemo", {"treated": False}),
        ("my last dose was 3 weeks ago", {"last_dose": 21}),
        ("in bed all day", {"stay": "indoors"}),
        ("not in bed all day", {"stay": "outdoors"}),
        ("my weight is 82 kg, pressure 130/80", {"weight": 82, "upper": 130, "lower": 80}),
        ("I'm 61, stage 4, had chemo, 82 kg", {"age": 61, "cancer_stage": "IV", "treated": True, "weight": 82}),
    ],
)
def test_what_is_clearly_stated_is_told(text: str, expected: dict[str, object]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "hello there",
        "61",
        "chemo",
        "brain",
        "maybe stage 4",
        "I might be stage 4",
        "I will have had my chemo",
        "waiting for stage 4",
        "I'm over 60",
        "they saw 3 or 4 spots",
        "last dose was a while ago",
        "my last dose was a few weeks ago",
        "weight over 80 kg",
        "hb 900 g/dl",
        "no lung cancer",
        "room 61",
        "I'm in room 61",
        "barely 61",
        "maybe lung cancer",
    ],
)
def test_what_is_only_named_doubted_planned_or_vague_is_not_told(text: str) -> None:
    assert told(text) == {}


def test_where_every_place_named_is_denied_there_is_none() -> None:
    assert told("it has not spread to the brain") == {"sites": ("none",)}


def test_a_denied_place_beside_another_is_left_out() -> None:
    assert told("spread to the bone, not spread to the brain") == {"sites": ("bone",)}


def test_of_two_stages_neither_is_told() -> None:
    assert told("stage 3 at first. Now stage 4, I'm 61") == {"age": 61}


def test_two_values_of_two_people_are_two_facts() -> None:
    tales = FACTS.tales(message("I'm 40. My mother, she's 71")).clear
    assert {(tale.owner, tale.attribute): tale.value for tale in tales} == {(SELF, "age"): 40, ("mother", "age"): 71}


def test_of_an_illness_and_a_wider_one_the_narrower_is_told() -> None:
    assert told("cancer, lung cancer, the small cell one") == {"condition": ("Small Cell Lung Cancer",)}


def test_a_fact_keeps_the_words_that_it_was_told_in() -> None:
    assert hear("well, I'm 61").facts == (Fact("age", 61, "well, I'm 61"),)


# -- of whom


@pytest.mark.parametrize(
    ("text", "expected", "about"),
    [
        ("I'm 61 with lung cancer", {"age": 61, "condition": ("Lung Cancer",)}, SELF),
        ("my mother has lung cancer, she's 71", {"age": 71, "sex": "female", "condition": ("Lung Cancer",)}, "mother"),
        ("my mother died of gout. I have lung cancer", {"condition": ("Lung Cancer",)}, SELF),
        ("a trial for my father: lung cancer, stage 4", {"sex": "male", "condition": ("Lung Cancer",), "cancer_stage": "IV"}, "father"),
        ("I'm 40, my mother has lung cancer", {"sex": "female", "condition": ("Lung Cancer",)}, "mother"),
        ("my sister's boy has lung cancer", {"sex": "male", "condition": ("Lung Cancer",)}, "son"),
        ("my friend has lung cancer", {"condition": ("Lung Cancer",)}, "friend"),
        ("lung cancer", {"condition": ("Lung Cancer",)}, None),
    ],
)
def test_only_what_is_told_of_the_patient_counts(text: str, expected: dict[str, object], about: str | None) -> None:
    assert (told(text), whom(text)) == (expected, about)


def test_who_is_spoken_of_only_in_passing_is_not_the_patient() -> None:
    text = "my mother and my sister had it, I never had any chemo"
    assert whom(text) == SELF
    assert told(text) == {"treated": False}


def test_whom_the_screening_is_about_stays_where_nobody_else_is_named() -> None:
    assert told("stage 4 and she's 71", about="mother")["cancer_stage"] == "IV"
    assert whom("stage 4", about="mother") is None


def test_nobody_who_died_is_the_patient_however_they_are_called() -> None:
    reader = Reader(lexicon(people={**PEOPLE, "someone": {"anybody": True, "words": ["a woman"]}}))
    alive = hear("for a woman, 61 years old, with lung cancer", reader=reader)
    assert (alive.about, {fact.attribute for fact in alive.facts}) == ("someone", {"age", "condition"})
    for text in ("for a woman who died, 61 years old, with lung cancer", "for my mother who died, 61 years old, with lung cancer"):
        gone = hear(text, reader=reader)
        assert (gone.about, gone.facts) == (None, ())


def test_a_quick_reply_of_another_question_is_nobodys_sex() -> None:
    reader = Reader(lexicon(titles={**TITLES, "confirm_value": "That is right"}))
    heard = hear("lung cancer, woman, that is right", reader=reader)
    assert {fact.attribute: fact.value for fact in heard.facts} == {"condition": ("Lung Cancer",), "sex": "female"}


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader_and_every_fact_fits_its_attribute(text: str) -> None:
    heard = hear(text)
    names = [fact.attribute for fact in heard.facts]
    assert len(names) == len(set(names))
    assert all(ATTRIBUTES[fact.attribute].accepts(fact.value) for fact in heard.facts)


told_parts = st.sampled_from(
    ["I'm 61", "my mother", "she has", "lung cancer", "stage 4", "not", "maybe", "had chemo", ",", ".", "but", "82 kg", "died"]
)


@given(st.lists(told_parts, max_size=10).map(" ".join))
def test_whatever_is_told_of_one_person_never_holds_two_values_of_one_attribute(text: str) -> None:
    told_of = [(tale.owner, tale.attribute) for tale in FACTS.tales(message(text)).clear]
    assert len(told_of) == len(set(told_of))


@given(st.lists(st.sampled_from(["I'm 61", "had chemo", "lung cancer", "82 kg", ",", "."]), max_size=6).map(" ".join))
def test_two_stages_of_one_person_are_never_one(text: str) -> None:
    assert "cancer_stage" not in told(f"stage 3. {text}. stage 4")


# -- in the words of English


def told_in_english(text: str) -> dict[str, object]:
    library = shipped_library()
    heard = library.in_locale("en").reader.hear(text, None, frozenset(library.attributes), TODAY)
    return {fact.attribute: fact.value for fact in heard.facts}


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        # A "negative" behind a comma is of what it stands beside.
        ("Stage III lung cancer, EGFR negative", "cancer_stage", "III"),
        # Two places in one sentence, of one person.
        ("I have lung cancer. It spread to lymph nodes in my armpit and in my liver.", "metastasis_sites", ("liver", "lymph_nodes")),
        # Words that leave a matter open do so in their own sentence.
        ("I had a hysterectomy in 2015. I have lung cancer, a single spot.", "can_have_children", False),
        ("Took sunitinib for a year. I have kidney cancer.", "prior_systemic_therapy", "for_current_disease"),
        ("Lung cancer with ALK, and I am 44.", "driver_mutations", ("alk",)),
        ("I have lung cancer. We'd always use protection.", "willing_contraception", True),
    ],
)
def test_a_story_tells(text: str, attribute: str, value: object) -> None:
    assert told_in_english(text).get(attribute) == value


def test_a_number_that_belongs_to_something_else_is_no_age() -> None:
    assert "age" not in told_in_english("My uncle's performance status is 2. He has lung cancer.")
