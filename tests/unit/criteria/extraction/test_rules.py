"""What is read becomes a rule; what is not stays in it as a judgement, joined so that it is never decided without the study team."""

from __future__ import annotations

from typing import Any

import pytest

from bot.criteria import Truth, evaluate
from bot.criteria.extraction import Reading
from bot.criteria.rules import mentioned
from tests.unit.criteria.extraction.conftest import Read, only, shown

WHOLE: list[tuple[str, str, Any]] = [
    ("I", "Age ≥ 18 years", "age at_least 18.0"),
    ("I", "Children aged ≥ 24 months", "age at_least 2.0"),
    ("I", "weigh less than 110 pounds", "weight below 49.895161"),
    ("I", "platelets ≥ 50,000", "platelet_count at_least 50.0"),
    ("I", "platelets ≥ 50.000/mm3", "platelet_count at_least 50.0"),
    ("I", "Age 24 to 36 months", {"all": ["age at_least 2.0", "age at_most 3.0"]}),
    ("I", "Hemoglobin > 90 g/L", "hemoglobin above 9.0"),
    ("I", "WHO performance status 0-2", "performance_status one_of ['0', '1', '2']"),
    ("I", "BMI between 20 to 25 or BMI 30 to 35",
     {"any": [{"all": ["bmi at_least 20.0", "bmi at_most 25.0"]}, {"all": ["bmi at_least 30.0", "bmi at_most 35.0"]}]}),
    ("E", "BMI > 40", {"not": "bmi above 40.0"}),
    ("E", "BMI greater than 35 or less than 20", {"not": {"any": ["bmi above 35.0", "bmi below 20.0"]}}),
    ("E", "age less than 40 and above 75 years old", {"not": {"any": ["age below 40.0", "age above 75.0"]}}),
    ("E", "Pregnant or breast-feeding women", {"not": "pregnant_or_breastfeeding is True"}),
    ("I", "Negative pregnancy test", "pregnant_or_breastfeeding is False"),
    ("I", "No pregnancy", {"not": "pregnant_or_breastfeeding is True"}),
    ("E", "Type 1 diabetes",
     {"not": {"any": ["medical_history contains Type 1 Diabetes", {"all": ["medical_history contains Diabetes", "?"]}]}}),
    ("E", "HIV negative", {"not": {"not": "medical_history contains HIV Infection"}}),
    ("E", "Participation in another clinical trial within the last 4 weeks", {"not": "last_trial_drug within_days 28"}),
    ("E", "Participation in another study within the past four (4) weeks", {"not": "last_trial_drug within_days 28"}),
    ("E", "HbA1c less than (<) 7% or greater than (>) 10%", {"not": {"any": ["hba1c below 7.0", "hba1c above 10.0"]}}),
    ("I", "Age 25 - 45 years and 55 - 70 years",
     {"any": [{"all": ["age at_least 25.0", "age at_most 45.0"]}, {"all": ["age at_least 55.0", "age at_most 70.0"]}]}),
    # Both pressures, or one? Who has both, or neither, is certain.
    ("E", "BP > 140/90 mmHg",
     {"not": {"any": [{"all": ["systolic_bp above 140.0", "diastolic_bp above 90.0"]},
                      {"all": [{"any": ["systolic_bp above 140.0", "diastolic_bp above 90.0"]}, "?"]}]}}),
    ("I", "BP < 140/90 mmHg", {"all": ["systolic_bp below 140.0", "diastolic_bp below 90.0"]}),
    ("E", "Unable to give informed consent", {"not": "willing_to_consent is False"}),
    ("E", "Inability to obtain informed consent", {"not": {"not": "willing_to_consent is True"}}),
    ("E", "Leptomeningeal disease", {"not": "leptomeningeal_disease is True"}),
    ("I", "GOLD stage II to III", {"all": ["gold_stage one_of ['II', 'III', 'IV']", "gold_stage one_of ['I', 'II', 'III']"]}),
    ("I", "HER-2 negative", "her2_status is negative"),
    ("I", "HER2-positive", "her2_status is positive"),
    ("I", "ER and/or PR positive", "hormone_receptors contains er"),
    ("I", "Hospitalized patients", "hospitalized_now is True"),
    ("I", "Not hospitalized", "hospitalized_now is False"),
    ("I", "Requires supplemental oxygen", "oxygen_therapy is True"),
    ("E", "Patients who are on a ventilator", {"not": "breathing_machine is True"}),
    ("E", "Received a COVID-19 vaccine", {"not": "covid_vaccinated is True"}),
    ("E", "Suicidal ideation", {"not": "suicidal_thoughts is True"}),
    ("I", "Eastern Cooperative Oncology Group (ECOG) performance status of 0-1", "performance_status one_of ['0', '1']"),
    # Brackets that say it again in another unit say nothing more.
    ("I", "Fasting plasma glucose ≤ 270 mg/dL (15.0 mmol/L)", "fasting_glucose at_most 270.0"),
    ("E", "HbA1c > 47 mmol/mol (> 6.4 %)", {"not": "hba1c above 6.45156"}),
    ("E", "Serum potassium < 3.5 mmol/L or > 5.5 mmol/L", {"not": {"any": ["potassium below 3.5", "potassium above 5.5"]}}),
    ("I", "pain VAS ≥ 40 mm", "pain_score at_least 4.0"),
    ("E", "MMSE < 24/30", {"not": "mmse below 24.0"}),
    ("I", "≥ 2 COPD exacerbations in the previous 12 months", "exacerbations_last_year at_least 2.0"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "text", "rule"), WHOLE)
def test_a_criterion_that_is_read_whole(read: Read, section: str, text: str, rule: Any) -> None:
    criterion = only(read(f"{'Inclusion' if section == 'I' else 'Exclusion'} Criteria:\n* {text}"))
    assert (criterion.reading, shown(criterion)) == (Reading.WHOLE, rule)


PART: list[tuple[str, str, Any]] = [
    # Oxygen is asked by itself; whether it is used at home, only the study team can say.
    ("E", "Use of home oxygen", {"not": {"all": ["oxygen_therapy is True", "?"]}}),
    # What else is asked has to hold too.
    ("I", "BMI < 40, stable for three months", {"all": ["bmi below 40.0", "?"]}),
    # A condition opens a way in among the inclusions, and a way out among the exclusions.
    ("I", "HbA1c < 8 % unless approved by the investigator", {"any": ["hba1c below 8.0", "?"]}),
    ("E", "BMI > 40 unless approved by the investigator", {"not": {"all": ["bmi above 40.0", "?"]}}),
    ("E", "Cancer other than basal cell carcinoma", {"not": {"all": ["medical_history contains Cancer", "?"]}}),
    # An item that is not read leaves those beside it as they are; words at an end may belong to all.
    ("E", "Pregnant, breast-feeding, or planning to have a child", {"not": {"any": ["pregnant_or_breastfeeding is True", "?"]}}),
    ("E", "Severe hypertension", {"not": {"all": ["medical_history contains Hypertension", "?"]}}),
    # "Both" or "each of them"? Only who has both, or neither, is certain.
    ("E", "SBP < 90 mmHg and heart rate < 60 bpm",
     {"not": {"any": [{"all": ["systolic_bp below 90.0", "heart_rate below 60.0"]},
                      {"all": [{"any": ["systolic_bp below 90.0", "heart_rate below 60.0"]}, "?"]}]}}),
]  # fmt: skip


@pytest.mark.parametrize(("section", "text", "rule"), PART)
def test_a_criterion_that_is_read_in_part(read: Read, section: str, text: str, rule: Any) -> None:
    criterion = only(read(f"{'Inclusion' if section == 'I' else 'Exclusion'} Criteria:\n* {text}"))
    found = _without_wider(shown(criterion))
    assert found == rule
    assert criterion.reading in (Reading.PART, Reading.WHOLE)


def _without_wider(rule: Any) -> Any:
    """An illness without the part that asks which kind of a wider one it is."""
    if isinstance(rule, dict):
        parts = rule.get("any")
        if parts and len(parts) == 2 and isinstance(parts[0], str) and isinstance(parts[1], dict) and parts[1].get("all", [""])[-1] == "?":
            first = parts[1]["all"][0]
            if isinstance(first, str) and first.startswith("medical_history") and parts[0].startswith("medical_history"):
                return parts[0]
        return {
            key: [_without_wider(part) for part in value] if isinstance(value, list) else _without_wider(value)
            for key, value in rule.items()
        }
    return rule


TEXT_ONLY = [
    "Measurable disease per RECIST 1.1",
    "Known hypersensitivity to the study drug",
    "Family history of diabetes",
    "A score of 16 or more on the Hamilton Depression Scale",
    "AST ≤ 2.5 x ULN",
    # A number that nobody has is a slip of the record, or of the reader.
    "Serum creatinine > 220 mmol/L",
    "Blood pressure difference between the arms, systolic blood pressure ≥ 10 mmHg",
    # Nor is anybody older than 60 and younger than 30.
    "between the age of 12 and 35 years (changed to between the age of 40 and 50 years)",
    # Something was read, but nothing that answers could decide.
    "Severe allergy or uncontrolled diabetes with complications",
    "Any condition that, in the opinion of the investigator, would interfere with the study",
]


@pytest.mark.parametrize("text", TEXT_ONLY)
def test_a_criterion_that_answers_cannot_settle_stays_text(read: Read, text: str) -> None:
    criterion = only(read(f"Exclusion Criteria:\n* {text}"))
    assert criterion.requires is None
    assert criterion.text == text


ALTERNATIVES = """Inclusion Criteria:

* Meets at least one of the following:
  * BMI ≥ 30
  * HbA1c ≥ 6.5 %
* Age ≥ 18 years
"""


def test_at_least_one_of_is_not_all_of(read: Read) -> None:
    lead, first, second, last = read(ALTERNATIVES)
    assert shown(lead) == {"any": ["bmi at_least 30.0", "hba1c at_least 6.5"]}
    assert [first.reading, second.reading] == [Reading.INSIDE, Reading.INSIDE]
    assert first.requires is None
    assert second.requires is None
    assert [first.parent, second.parent, last.parent] == [lead.id, lead.id, None]
    assert lead.requires is not None
    assert evaluate(lead.requires, {"bmi": 22, "hba1c": 7.0}).truth is Truth.TRUE
    # Their bounds are told where they stand.
    assert [bound.attribute for bound in first.bounds] == ["bmi"]


def test_a_heading_for_some_people_never_rules_out_the_others(read: Read) -> None:
    criterion = only(read("Inclusion Criteria:\n\nCohort B only:\n\n* Age ≥ 60 years"))
    assert shown(criterion) == {"any": ["age at_least 60.0", "?"]}
    assert criterion.headings == ("Cohort B only:",)
    assert criterion.requires is not None
    assert evaluate(criterion.requires, {"age": 40}).truth is Truth.UNKNOWN


def test_a_point_that_only_leads_to_others_asks_nothing_itself(read: Read) -> None:
    lead, inside = read("Inclusion Criteria:\n\n* Women of childbearing potential must have:\n  * a negative pregnancy test")
    assert (lead.reading, lead.requires) == (Reading.LEAD, None)
    # And what stands below it is not asked of everybody.
    assert shown(inside) == {"any": ["pregnant_or_breastfeeding is False", "?"]}


def test_a_wider_illness_than_the_trial_names_is_not_known_to_fit(read: Read) -> None:
    rule = only(read("Inclusion Criteria:\n* Type 2 diabetes")).requires
    assert rule is not None
    assert evaluate(rule, {"medical_history": ("Type 2 Diabetes",)}).truth is Truth.TRUE
    assert evaluate(rule, {"medical_history": ("Diabetes",)}).truth is Truth.UNKNOWN
    assert evaluate(rule, {"medical_history": ("Asthma",)}).truth is Truth.FALSE


@pytest.mark.parametrize(
    "text",
    ["Waist circumference: men > 102 cm, women > 88 cm", "QTcF > 450 ms (men) or > 470 ms (women)", "Waist ≥ 102/88 cm (M/F)"],
)
def test_limits_for_different_people_are_nobodys_rule(read: Read, text: str) -> None:
    assert only(read(f"Exclusion Criteria:\n* {text}")).requires is None


@pytest.mark.parametrize(
    "text",
    [
        "HER2-targeted therapy",
        "HER2 mutation",
        "hyperbaric oxygen therapy",
        "non-invasive ventilation",
        "inpatients or outpatients",
        "willing to be vaccinated against COVID-19",
        "COPD by the GOLD 2023 criteria",
    ],
)
def test_what_only_sounds_like_a_statement_states_nothing(read: Read, text: str) -> None:
    criterion = only(read(f"Inclusion Criteria:\n* {text}"))
    asked = () if criterion.requires is None else mentioned(criterion.requires)
    assert set(asked) <= {"medical_history"}
