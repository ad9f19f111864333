"""When somebody had an illness, and what else of a history a criterion asks for: read into judgements that a history answers."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.criteria import Truth, evaluate
from bot.criteria.extraction.asked import Asked, asked, can_be_settled, read_asked, settled
from bot.criteria.rules import AllOf, AnyOf, Comparison, Judgement, Not, Rule, walk
from tests.unit.criteria.extraction.conftest import Read, only


def rule_of(read: Read, section: str, text: str) -> Rule | None:
    return only(read(f"{'Inclusion' if section == 'I' else 'Exclusion'} Criteria:\n* {text}")).requires


def questions(read: Read, section: str, text: str) -> set[Asked]:
    rule = rule_of(read, section, text)
    judgements = [] if rule is None else [part for part in walk(rule) if isinstance(part, Judgement)]
    return {question for question in map(read_asked, judgements) if question is not None}


ASKED: list[tuple[str, str, Asked]] = [
    ("E", "Active malignancy", Asked("Cancer", 0)),
    ("E", "Malignancy within 5 years", Asked("Cancer", 1826)),
    ("E", "History of malignancy within the last 5 years", Asked("Cancer", 1826)),
    ("E", "Malignancy within the last 5 years, except basal cell carcinoma of the skin", Asked("Cancer", 1826)),
    ("E", "Other malignancy, except adequately treated carcinoma in situ of the cervix", Asked("Cancer", math.inf)),
    ("E", "Stroke within the past 6 months", Asked("Stroke", 183)),
    ("E", "Myocardial infarction or stroke within 6 months", Asked("Myocardial Infarction", 183)),
    ("E", "Within the last 6 months prior to screening: myocardial infarction or stroke", Asked("Stroke", 183)),
    ("E", "Within the last 6 months: history of stroke, or heart failure requiring hospitalization", Asked("Stroke", 183)),
    ("E", "Myocardial infarction or coronary artery bypass surgery within 6 months", Asked("Myocardial Infarction", 183)),
    ("I", "Active rheumatoid arthritis", Asked("Rheumatoid Arthritis", 0)),
    ("E", "Active autoimmune disease", Asked("Rheumatoid Arthritis", 0)),
    ("I", "Metastatic prostate cancer", Asked("metastasis", 0)),
    ("E", "Metastatic disease", Asked("metastasis", 0)),
    ("I", "Untreated hypertension", Asked("Blood Pressure Medicines", 0)),
]


@pytest.mark.parametrize(("section", "text", "question"), ASKED)
def test_when_it_was_is_asked(read: Read, section: str, text: str, question: Asked) -> None:
    assert question in questions(read, section, text)


NOT_ASKED: list[tuple[str, str]] = [
    ("E", "Type 2 diabetes diagnosed less than 1 year prior to screening"),
    ("E", "Asthma with onset within 2 years"),
    ("E", "Severe stroke with aphasia within 6 months"),
    ("E", "Stroke within 6 months or myocardial infarction within 3 months"),
    ("I", "No stroke within 6 months"),
    ("E", "Stroke"),
]


@pytest.mark.parametrize(("section", "text"), NOT_ASKED)
def test_a_time_that_may_be_something_else_is_not_asked_for(read: Read, section: str, text: str) -> None:
    assert not questions(read, section, text)


def test_an_exception_that_was_not_read_stays_with_the_study_team(read: Read) -> None:
    has_had = {"medical_history": ("Cancer", "Lung Cancer"), "other_cancer": "active_or_recent"}
    for exception, truth in (
        ("except basal cell carcinoma", Truth.FALSE),
        ("unless treated", Truth.UNKNOWN),
        ("except of the lung", Truth.UNKNOWN),
    ):
        rule = rule_of(read, "E", f"Malignancy within the last 5 years, {exception}")
        assert rule is not None
        assert evaluate(settled(rule, lambda _: True), has_had).truth is truth


@pytest.mark.parametrize("course", ["acute or chronic", "chronic or acute", "acute and/or chronic", "current or past"])
def test_all_courses_of_an_illness_are_the_illness(read: Read, course: str) -> None:
    rule = rule_of(read, "E", f"History of {course} pancreatitis")
    assert rule is not None
    assert evaluate(rule, {"medical_history": ("Pancreatitis",)}).truth is Truth.FALSE


def test_who_may_have_it_is_meant_as_well_as_who_has_it(read: Read) -> None:
    excluding, including = (
        rule_of(read, "E", "Known or suspected autoimmune disease"),
        rule_of(read, "I", "Confirmed or suspected COVID-19"),
    )
    assert excluding is not None
    assert including is not None
    assert evaluate(excluding, {"medical_history": ("Rheumatoid Arthritis",)}).truth is Truth.FALSE
    assert evaluate(including, {"medical_history": ()}).truth is Truth.UNKNOWN


def test_a_stage_is_not_the_illness_alone(read: Read) -> None:
    rule = rule_of(read, "I", "Metastatic prostate cancer")
    assert rule is not None
    prostate = {"medical_history": ("Prostate Cancer",)}
    assert evaluate(rule, {**prostate, "cancer_stage": "II"}).truth is Truth.FALSE
    assert evaluate(settled(rule, lambda _: True), {**prostate, "cancer_stage": "IV"}).truth is Truth.TRUE
    assert evaluate(rule, prostate).truth is Truth.UNKNOWN


def test_a_stroke_between_units_joins_nothing(read: Read) -> None:
    rule = rule_of(read, "I", "Type 2 diabetes treated with metformin 1500 mg/day for at least 12 weeks")
    assert rule is not None
    assert evaluate(rule, {"medical_history": ()}).truth is Truth.FALSE


# -- the judgements themselves

names = st.sampled_from(["Stroke", "Type 2 Diabetes", "St. John's Wort", "HER2-Positive Breast Cancer"])
questions_asked = st.builds(Asked, names, st.one_of(st.just(math.inf), st.integers(0, 10**5).map(float)))
leaves: st.SearchStrategy[Any] = st.one_of(
    st.builds(lambda one: asked(*one), questions_asked),
    st.builds(lambda text: Judgement(judgement=text), st.sampled_from(["fit for surgery", "≤ 5 d", "Stroke"])),
    st.builds(lambda value: Comparison(attribute="age", operator="at_least", operand=value), st.integers(1, 99)),
)
rules: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: AllOf(all=tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: AnyOf(any=tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: Not(**{"not": part}), inner),
    ),
    max_leaves=8,
)


@given(questions_asked)
def test_a_question_is_read_as_it_was_written(question: Asked) -> None:
    assert read_asked(asked(*question)) == question


@pytest.mark.parametrize("text", ["Stroke", "stroke ≤ six d", "BMI ≤ 40", " ≤ 5 d"])
def test_another_judgement_asks_nothing_of_a_history(text: str) -> None:
    assert read_asked(Judgement(judgement=text)) is None


@given(rules)
def test_no_answer_changes_nothing(rule: Rule) -> None:
    assert settled(rule, lambda _: None) == rule


@given(rules, st.booleans(), st.integers(1, 120))
def test_an_answer_never_turns_what_was_certain(rule: Rule, answer: bool, age: int) -> None:
    before = evaluate(rule, {"age": age}).truth
    after = evaluate(settled(rule, lambda _: answer), {"age": age}).truth
    assert before is Truth.UNKNOWN or after is before


@given(st.sampled_from(["a", "b"]))
def test_a_judgement_alone_cannot_be_settled(text: str) -> None:
    assert not can_be_settled(Judgement(judgement=text))
    assert can_be_settled(asked(text, 0))
