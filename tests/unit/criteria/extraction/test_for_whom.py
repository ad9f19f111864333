"""A point that counts for some people only, or beside others of which some are enough, rules nobody else out."""

from __future__ import annotations

from typing import Any

import pytest

from bot.criteria import Truth, evaluate
from bot.criteria.extraction import ReadCriterion, Reading
from tests.unit.criteria.extraction.conftest import Read


def by_text(criteria: list[ReadCriterion], text: str) -> ReadCriterion:
    return next(criterion for criterion in criteria if criterion.text.startswith(text))


def truth(criterion: ReadCriterion, facts: dict[str, Any]) -> Truth | None:
    return None if criterion.requires is None else evaluate(criterion.requires, facts).truth


HEALTHY: dict[str, Any] = {"medical_history": (), "age": 30, "bmi": 24, "tobacco_use": "never"}


@pytest.mark.parametrize(
    "text",
    [
        "Inclusion Criteria:\n\n* Two or more of the following:\n  * Diabetes\n  * Asthma\n  * Smoker",
        "Inclusion Criteria:\n\nAt least two of the following risk factors:\n\nDiabetes\n\nAsthma\n\nSmoker",
        "Inclusion Criteria:\n\n* at least two Centor criteria:\n  * Diabetes\n  * Asthma\n  * Smoker",
        "Inclusion Criteria:\n\nPersonal history of either\n\nDiabetes\n\nAsthma\n\nSmoker",
    ],
)
def test_some_of_a_list_are_not_all_of_it(read: Read, text: str) -> None:
    criteria = read(text)
    assert [truth(by_text(criteria, name), HEALTHY) for name in ("Diabetes", "Asthma", "Smoker")] == [None] * 3


def test_of_two_or_more_one_alone_does_not_decide_and_none_does(read: Read) -> None:
    lead = read("Inclusion Criteria:\n\n* Two or more of the following:\n  * Diabetes\n  * Asthma")[0]
    assert lead.reading is Reading.PART
    assert truth(lead, {"medical_history": ("Asthma",)}) is Truth.UNKNOWN
    assert truth(lead, {"medical_history": ("Gout",)}) is Truth.FALSE


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("Exclusion Criteria:\n\nCompensated heart failure subgroup\n\nAsthma\n\nGout", "Asthma"),
        ("Inclusion Criteria:\n\n* PATIENTS WITH DIABETES:\n* Age at least 40 years", "Age"),
        ("Exclusion Criteria:\n\n* Gout\n\nLiver biopsy exclusion criteria (at the last visit)\n\n* Asthma", "Asthma"),
        ("Controls: inclusion criteria\n\n* Age 40 to 50", "Age"),
        ("Inclusion Criteria (arm B)\n\n* Age 40 to 50", "Age"),
        (
            "Inclusion Criteria:\n* Gout\nExclusion Criteria:\n* Stroke\nInclusion Criteria:\n* Age 40 to 50\nExclusion Criteria:\n* Colic",
            "Age",
        ),
    ],
)
def test_what_counts_for_a_group_rules_nobody_out(read: Read, text: str, point: str) -> None:
    criterion = by_text(read(text), point)
    assert criterion.reading is not Reading.WHOLE
    assert truth(criterion, {"age": 30, "medical_history": ("Asthma",)}) is not Truth.FALSE


def test_a_section_that_is_headed_once_counts_for_all(read: Read) -> None:
    criterion = by_text(read("Key Inclusion Criteria:\n\n* Age 40 to 50\n\nExclusion Criteria:\n\n* Asthma"), "Age")
    assert truth(criterion, {"age": 30}) is Truth.FALSE


@pytest.mark.parametrize(
    ("text", "let_in", "left_open", "kept_out"),
    [
        # Kinds of an illness in brackets are examples of it or conditions besides: certain is who has all, or none.
        ("Eating disorders (like bulimia or anorexia nervosa)", ("Gout",), ("Bulimia Nervosa",), ("Bulimia Nervosa", "Anorexia Nervosa")),
        ("Pulmonary disease (COPD, asthma)", ("Gout",), ("COPD",), ("COPD", "Asthma")),
    ],
)
def test_kinds_in_brackets_are_no_further_conditions(
    read: Read, text: str, let_in: tuple[str, ...], left_open: tuple[str, ...], kept_out: tuple[str, ...]
) -> None:
    criterion = by_text(read(f"Exclusion Criteria:\n\n* {text}"), text)
    found = [truth(criterion, {"medical_history": names}) for names in (let_in, left_open, kept_out)]
    assert found == [Truth.TRUE, Truth.UNKNOWN, Truth.FALSE]


@pytest.mark.parametrize("text", ["Bleeding disorders (e.g. platelets < 50,000)", "Comorbidities such as heart failure"])
def test_an_example_of_something_unread_decides_nothing(read: Read, text: str) -> None:
    criterion = by_text(read(f"Exclusion Criteria:\n\n* {text}"), text[:10])
    assert truth(criterion, {"platelet_count": 200, "medical_history": ()}) is not Truth.TRUE


def test_a_definition_in_brackets_may_be_met_without_the_name(read: Read) -> None:
    criterion = read("Obese (BMI >= 30)")[0]
    assert truth(criterion, {"bmi": 32, "medical_history": ()}) is Truth.UNKNOWN
    assert truth(criterion, {"bmi": 22, "medical_history": ()}) is Truth.FALSE


def test_a_list_of_illnesses_among_the_inclusions_may_mean_any_of_them(read: Read) -> None:
    criterion = read("Patients with a herniated disc, spinal stenosis")[0]
    assert truth(criterion, {"medical_history": ("Spinal Stenosis",)}) is Truth.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "Exclusion Criteria:\n\n* Negative pregnancy test",
        "Exclusion Criteria:\n\n* Women must be willing to use contraception",
        "Exclusion Criteria:\n\n* ECOG performance status 0",
    ],
)
def test_what_nobody_would_ask_is_no_rule(read: Read, text: str) -> None:
    assert read(text)[0].requires is None


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Consents to HIV testing", {"medical_history": ()}),
        ("Close contact with a person with COVID-19", {"medical_history": ()}),
        ("Agree to the collection of nasopharyngeal swabs", {"medical_history": ()}),
        ("Patients with health insurance", {"willing_to_consent": False}),
        ("Confirmed or suspected COVID-19", {"medical_history": ()}),
        ("Deep vein thrombosis (with or without pulmonary embolism)", {"medical_history": ("Deep Vein Thrombosis", "Pulmonary Embolism")}),
    ],
)
def test_what_is_only_mentioned_is_not_asked_for(read: Read, text: str, facts: dict[str, Any]) -> None:
    assert truth(read(text)[0], facts) is not Truth.FALSE


def test_of_two_ways_in_neither_is_demanded(read: Read) -> None:
    criteria = read("Inclusion Criteria:\n\n* Creatinine of at most 1.5 mg/dL OR\n* GFR of at least 60 mL/min\n* Age 18 or older")
    assert [truth(one, {"creatinine": 2.0, "gfr": 40, "age": 17}) for one in criteria] == [Truth.UNKNOWN, Truth.UNKNOWN, Truth.FALSE]


def test_somebody_elses_consent_is_not_the_persons(read: Read) -> None:
    assert truth(read("Informed consent from parents or legal guardian")[0], {"willing_to_consent": True}) is not Truth.TRUE


@pytest.mark.parametrize(
    "text",
    [
        "Healthy male or female subjects, between 18 and 55 years of age",
        "Healthy men/women aged 18 to 55 years",
        "Healthy female or male, 18-55 years",
    ],
)
def test_men_or_women_are_everybody_and_tell_no_two_ways_in(read: Read, text: str) -> None:
    criterion = read(f"Inclusion Criteria:\n\n* {text}")[0]
    assert criterion.reading is Reading.WHOLE
    assert truth(criterion, {"healthy_volunteer": True, "age": 60}) is Truth.FALSE
    assert truth(criterion, {"healthy_volunteer": False, "age": 30}) is Truth.FALSE
    assert truth(criterion, {"healthy_volunteer": True, "age": 30}) is Truth.TRUE


@pytest.mark.parametrize(
    "text",
    [
        "Willing to undergo HIV and hepatitis B testing",
        "Parents of children with asthma",
        "Known cardiovascular disease: 1 point",
        "Agrees to receive treatment for hepatitis C",
    ],
)
def test_what_is_tested_scored_or_had_by_somebody_else_is_not_asked_for(read: Read, text: str) -> None:
    criterion = read(f"Inclusion Criteria:\n\n* {text}")[0]
    assert truth(criterion, {"medical_history": ()}) is not Truth.FALSE


def test_examples_in_brackets_end_with_the_brackets(read: Read) -> None:
    criterion = read("Exclusion Criteria:\n\n* Heart failure (such as after myocarditis), HIV")[0]
    assert truth(criterion, {"medical_history": ("HIV Infection",)}) is Truth.FALSE


def test_some_of_the_people_named_in_brackets_are_not_all_who_may_come(read: Read) -> None:
    criterion = read("Inclusion Criteria:\n\n* Male and female (including WOCBP) subjects aged 18 to 75 years")[0]
    assert truth(criterion, {"can_have_children": False, "age": 40}) is not Truth.FALSE
    assert truth(criterion, {"can_have_children": False, "age": 80}) is Truth.FALSE


def test_a_nursing_home_is_no_nursing(read: Read) -> None:
    criterion = read("Exclusion Criteria:\n\n* Lives in a nursing home")[0]
    assert truth(criterion, {"pregnant_or_breastfeeding": True}) is not Truth.FALSE
