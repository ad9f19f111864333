"""Persons out of labelled answers: what is known of them, when they had it, and what is never held against them."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.criteria.extraction.asked import Asked
from bot.criteria.operators import Partly
from bot.matching.person import LabelWords, Person, PersonReader
from bot.settings import PROJECT
from bot.words.labels import person_reader
from bot.yaml_files import read_yaml
from tests.shipped import shipped_library

TODAY = datetime.date(2026, 1, 1)
READER: PersonReader = person_reader(shipped_library())


def person(**fields: str) -> Person:
    return READER.from_fields({label.replace("_", " "): answer for label, answer in fields.items()}, TODAY)


def has(one: Person, attribute: str) -> tuple[str, ...]:
    known = one.known.get(attribute)
    return known.has if isinstance(known, Partly) else ()


def lacks(one: Person, attribute: str) -> tuple[str, ...]:
    known = one.known.get(attribute)
    return known.lacks if isinstance(known, Partly) else ()


FACTS: list[tuple[dict[str, str], str, Any]] = [
    ({"HbA1c": "8.1%"}, "hba1c", 8.1),
    ({"age": "52"}, "age", 52),
    ({"NYHA": "II"}, "nyha_class", "II"),
    ({"performance status": "ECOG 1"}, "performance_status", "1"),
    ({"alcohol and smoking": "no alcohol, 10 cigarettes a day"}, "tobacco_use", "current"),
    ({"other habits": "smokes 10 a day"}, "tobacco_use", "current"),
    ({"smoking": "half a pack"}, "tobacco_use", "current"),
    ({"metastases": "bones, several; no brain"}, "cancer_stage", "IV"),
    ({"clinical stage": "metastatic"}, "cancer_stage", "IV"),
    ({"insulin": "no"}, "insulin_use", False),
    ({"other diseases": "type 1 diabetes, insulin"}, "insulin_use", True),
    ({"other illnesses": "breast cancer 3 years ago"}, "other_cancer", "treated_over_2_years_ago"),
    ({"comorbidities": "lung cancer"}, "other_cancer", "active_or_recent"),
]


@pytest.mark.parametrize(("fields", "attribute", "value"), FACTS)
def test_an_answer_is_known(fields: dict[str, str], attribute: str, value: Any) -> None:
    assert READER.from_fields(fields, TODAY).known.get(attribute) == value


UNTOLD: list[tuple[dict[str, str], str]] = [
    ({"smoking, family": ""}, "tobacco_use"),
    ({"metastases": "no"}, "cancer_stage"),
    ({"metastases": "lymph nodes only"}, "cancer_stage"),
    ({"brain metastases": "no"}, "cancer_stage"),
    ({"stage": "not metastatic"}, "cancer_stage"),
    ({"condition": "breast cancer"}, "other_cancer"),
    ({"family history": "breast cancer, diabetes"}, "medical_history"),
    ({"allergies": "penicillin"}, "current_medicines"),
    ({"treatments before": "adalimumab, stopped"}, "current_medicines"),
    ({"testosterone": "18 ng/dl"}, "current_medicines"),
]


@pytest.mark.parametrize(("fields", "attribute"), UNTOLD)
def test_what_was_not_told_is_not_known(fields: dict[str, str], attribute: str) -> None:
    assert attribute not in READER.from_fields(fields, TODAY).known


def test_a_kind_stands_in_the_answer_to_the_name_of_the_illness() -> None:
    assert "Type 2 Diabetes" in has(person(diabetes="type 2"), "medical_history")


def test_each_thing_of_a_label_has_its_own_answer() -> None:
    assert "Diabetes" in lacks(person(**{"diabetes, HbA1c": "no, 5.6"}), "medical_history")


def test_a_pressure_is_no_yes_to_what_stands_beside_it_in_the_label() -> None:
    assert "Sleep Apnea" not in has(person(**{"blood pressure, heart, sleep apnea": "150/92, no heart trouble"}), "medical_history")


@pytest.mark.parametrize(
    ("fields", "medicine"),
    [
        ({"antidepressants now and before": "sertraline 100 for 3 months, escitalopram before"}, "Sertraline"),
        ({"other illnesses": "underactive thyroid, levothyroxine, stable"}, "Thyroid Hormone"),
        ({"other illnesses": "rheumatoid arthritis on methotrexate"}, "Methotrexate"),
        ({"attacks": "one, last week, still on prednisone"}, "Prednisone"),
        ({"current medicines": "aspirin, ramipril"}, "Ramipril"),
    ],
)
def test_a_medicine_is_taken_wherever_it_is_said(fields: dict[str, str], medicine: str) -> None:
    assert medicine in has(READER.from_fields(fields, TODAY), "current_medicines")


def test_what_was_taken_before_is_not_taken_now_but_was_taken() -> None:
    one = person(**{"antidepressants now and before": "sertraline 100 for 3 months, escitalopram before"})
    assert "Escitalopram" not in has(one, "current_medicines")
    assert one.had(Asked("Escitalopram", math.inf)) is True
    assert one.had(Asked("Escitalopram", 0)) is None


@pytest.mark.parametrize("answer", ["never", "not yet", "Never."])
def test_never_is_more_than_not_now(answer: str) -> None:
    one = person(biologics=answer)
    assert one.had(Asked("Biologics", math.inf)) is False
    assert one.had(Asked("Adalimumab", math.inf)) is False
    assert one.had(Asked("Methotrexate", math.inf)) is None


def test_no_alone_means_now() -> None:
    one = person(metformin="no")
    assert "Metformin" in lacks(one, "current_medicines")
    assert one.had(Asked("Metformin", math.inf)) is None


def test_no_to_what_is_asked_of_the_past_means_never() -> None:
    assert person(**{"prior biologics": "no"}).had(Asked("Biologics", math.inf)) is False


def test_no_treatment_for_a_cancer_is_no_medicine_for_one() -> None:
    one = person(condition="lung cancer", **{"prior chemotherapy": "no"})
    assert one.had(Asked("Chemotherapy", math.inf)) is False


WHEN: list[tuple[str, str, str, float]] = [
    # label, answer, illness, days since
    ("other illnesses", "rheumatoid arthritis", "Rheumatoid Arthritis", 0),
    ("other illnesses", "asthma since childhood", "Asthma", 0),
    ("other illnesses", "hypertension diagnosed in 2015", "Hypertension", 0),
    ("other illnesses", "pancreatitis 2020", "Pancreatitis", (TODAY - datetime.date(2020, 1, 1)).days),
    ("hospital stays", "myocardial infarction 6 months ago", "Myocardial Infarction", 6 * 30.4),
    ("other illnesses", "hepatitis C treated", "Hepatitis C", math.inf),
    ("other illnesses", "stroke", "Stroke", math.inf),
    ("past illnesses", "asthma", "Asthma", math.inf),
    ("condition", "breast cancer", "Breast Cancer", 0),
]


@pytest.mark.parametrize(("label", "answer", "illness", "days"), WHEN)
def test_when_an_illness_was(label: str, answer: str, illness: str, days: float) -> None:
    assert READER.from_fields({label: answer}, TODAY).last[illness] == days


def test_who_had_a_kind_had_the_wider_illness() -> None:
    one = person(**{"other illnesses": "breast cancer 3 years ago"})
    assert one.had(Asked("Cancer", 5 * 365.25)) is True
    assert one.had(Asked("Cancer", 2 * 365.25)) is None


@pytest.mark.parametrize("answer", ["basal cell carcinoma 3 years ago", "prostate cancer 3 years ago"])
def test_a_cancer_that_trials_make_exceptions_of_is_not_held_against_anybody(answer: str) -> None:
    assert person(**{"other illnesses": answer}).had(Asked("Cancer", 5 * 365.25)) is None


def test_the_illness_that_is_sought_is_no_other_one() -> None:
    assert person(condition="lung cancer").had(Asked("Cancer", 0)) is None


@pytest.mark.parametrize(("answer", "spread"), [("no", False), ("liver", True), ("lymph nodes only", None)])
def test_whether_a_cancer_has_spread(answer: str, spread: bool | None) -> None:
    assert person(metastases=answer).had(Asked("metastasis", 0)) is spread


@settings(max_examples=30, deadline=None)
@given(st.floats(min_value=0, max_value=1e5), st.floats(min_value=0, max_value=1e5), st.floats(min_value=0, max_value=1e5))
def test_a_longer_time_never_takes_back_a_yes(ago: float, days: float, more: float) -> None:
    one = Person({}, frozenset(), (), (), {"Stroke": ago})
    assert one.had(Asked("Stroke", days)) is not True or one.had(Asked("Stroke", days + more)) is True


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["asthma", "stroke", "aspirin", "3 years ago", "no", "never", ",", ";", "(", ")", "2020", "on", "%"]), max_size=8
    )
)
def test_no_answer_is_taken_and_never_taken_at_once(words: list[str]) -> None:
    one = READER.from_fields({"prior medicines": " ".join(words), "aspirin": " ".join(words)}, TODAY)
    assert not one.never & one.last.keys()


def test_a_no_to_all_illnesses_leaves_none_open() -> None:
    assert person(comorbidities="none").known["medical_history"] == ()
    assert lacks(person(asthma="no"), "medical_history"), "a no to one illness says nothing of the others"


def test_a_no_to_several_things_at_once_denies_each_and_a_yes_says_not_which() -> None:
    denied = READER.from_fields({"asthma, stroke": "no"}, TODAY)
    assert {"Asthma", "Stroke"} <= set(lacks(denied, "medical_history"))
    assert has(READER.from_fields({"asthma, stroke": "yes"}, TODAY), "medical_history") == ()


def test_a_none_behind_a_habit_is_a_never_that_rules_nothing_out() -> None:
    told = person(smoking_history="none")
    assert told.known["tobacco_use"] == "never"
    assert "tobacco_use" in told.doubtful


def test_a_dose_is_a_yes_to_what_it_is_a_dose_of() -> None:
    assert READER.from_fields({"insulin use": "20 units"}, TODAY).known["insulin_use"] is True
    assert READER.from_fields({"oxygen therapy": "2 litres"}, TODAY).known["oxygen_therapy"] is True


def test_a_time_is_a_yes_to_what_was_done_then() -> None:
    assert person(biopsy="2 days ago").known["diagnosis_confirmed"] is True


def test_a_second_name_of_the_illness_counts_where_it_is_a_kind_of_the_first() -> None:
    assert person(condition="lung cancer", main_diagnosis="small cell lung cancer").wanted == ("Small Cell Lung Cancer",)
    assert person(disease="lung cancer", illness="asthma").wanted == ("Lung Cancer",)


def test_what_nobody_can_count_is_no_date() -> None:
    assert person(comorbidities="stroke many months ago").last["Stroke"] == math.inf


def test_a_text_beside_the_answers_tells_what_no_label_told() -> None:
    told = READER.from_fields({"age": "52"}, TODAY, "A woman of 60 with asthma, ECOG 1")
    assert (told.known["age"], told.known["sex"], told.known["performance_status"]) == (52, "female", "1")


def test_labels_of_an_attribute_that_there_is_not_are_refused() -> None:
    library = shipped_library()
    labels = read_yaml(PROJECT / "words" / "en" / "labels.yaml")
    with pytest.raises(ValueError, match="there is no attribute shoe_size"):
        LabelWords.of({**labels, "labels": {**labels["labels"], "shoe_size": ["shoes"]}}, library.in_locale("en").lexicon)
