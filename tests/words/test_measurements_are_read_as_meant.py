"""Answers to the questions about measured values, as people give them."""

from __future__ import annotations

import pytest

from bot.screening.attributes import AnswerType
from bot.screening.prompts import Prompt, Waiting
from tests.words.test_words_are_read_as_meant import TODAY, english, value

MEASURED = [a.name for a in english().attributes.values() if a.group == "measurement" and a.asked]
NUMBERS = [name for name in MEASURED if english().attributes[name].answer_type is AnswerType.NUMBER]


def told(attribute: str | None, text: str) -> dict[str, object]:
    """What a message tells besides the answer to the open question."""
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=attribute) if attribute else None
    return {fact.attribute: fact.value for fact in english().reader.hear(text, prompt, (), TODAY).facts}


@pytest.mark.parametrize("attribute", MEASURED)
@pytest.mark.parametrize(
    "text", ["it was normal", "a bit high, they said", "within the range", "yes", "it was 3 weeks ago", "the last one was in 2019"]
)
def test_what_names_no_value_is_none(attribute: str, text: str) -> None:
    assert value(attribute, text) is None


@pytest.mark.parametrize("attribute", MEASURED)
@pytest.mark.parametrize(
    "text", ["no idea", "never heard of that", "I don't have it with me", "it was never measured", "I haven't got my results here"]
)
def test_who_has_no_value_is_not_sure(attribute: str, text: str) -> None:
    assert value(attribute, text) == "unsure"


# A number that each may have; 60 for all others.
ORDINARY = {
    "bmi": 24, "hba1c": 7, "hemoglobin": 13, "anc": 3, "wbc": 6, "creatinine": 1, "bilirubin": 1, "inr": 2, "body_temperature": 37,
    "albumin": 4, "potassium": 4, "intraocular_pressure": 16, "das28": 4, "qtc": 430, "mmse": 25, "moca": 25, "edss": 4, "phq9": 12,
    "gad7": 10, "hama": 20, "pain_score": 6, "waist": 96, "ldl_cholesterol": 130, "total_cholesterol": 200,
}  # fmt: skip


@pytest.mark.parametrize("attribute", NUMBERS)
def test_a_number_about_right_is_taken_and_one_that_cannot_be_is_not(attribute: str) -> None:
    number, possible = ORDINARY.get(attribute, 60), english().attributes[attribute].possible
    assert value(attribute, f"about {number} or so") == number
    assert value(attribute, "99999999") is None
    assert possible is not None
    # Far below, so that it is none in another unit either.
    assert not possible[0] or value(attribute, f"{possible[0] / 1000:f}") is None


@pytest.mark.parametrize("attribute", [name for name in MEASURED if name not in ("systolic_bp", "diastolic_bp")])
@pytest.mark.parametrize("text", ["120/80", "my blood pressure is 130 over 80"])
def test_a_blood_pressure_answers_no_other_question_and_counts(attribute: str, text: str) -> None:
    assert value(attribute, text) is None
    assert told(attribute, text).keys() == {"systolic_bp", "diastolic_bp"}


@pytest.mark.parametrize("attribute", [name for name in MEASURED if name not in ("alt", "ast")])
def test_two_named_values_answer_no_other_question_and_count(attribute: str) -> None:
    text = "my ALT is 30 and AST 28"
    assert value(attribute, text) is None
    assert told(attribute, text) == {"alt": 30, "ast": 28}


@pytest.mark.parametrize(
    ("attribute", "text", "meaning"),
    [
        ("systolic_bp", "130 over 80", 130),
        ("diastolic_bp", "130 over 80", 80),
        ("systolic_bp", "130/80, pulse 72", 130),
        ("systolic_bp", "the higher one was 130", 130),
        ("systolic_bp", "the lower one is 80", None),
        ("diastolic_bp", "lower one 80, upper one 130", 80),
        ("systolic_bp", "120/80 in the morning, 140/90 at night", None),
        ("diastolic_bp", "it was 150/95, now it is 130/80", 80),
        ("heart_rate", "130/80 and 72", 72),
        ("heart_rate", "72 beats a minute", 72),
        ("alt", "my ALT is 30 and AST 28", 30),
        ("ast", "my ALT is 30 and AST 28", 28),
        ("hemoglobin", "135 g/l", 13.5),
        ("hemoglobin", "7.4 percent", None),
        ("hemoglobin", "13.5 (12-16)", 13.5),
        ("hba1c", "7.4 percent", 7.4),
        ("lvef", "55-60%", None),
        ("spo2", "97/100", None),
        ("bilirubin", "14", None),
        ("bilirubin", "14 µmol/L", 0.82),
        ("bilirubin", "0.8", 0.8),
        ("anc", "65 percent", None),
        ("gfr", "stage 3a", None),
        ("gfr", "stage 3, it was 45", 45),
        ("bmi", "1.70 m and 68 kg", None),
        ("mmse", "24 out of 30", 24),
        ("mmse", "24/30", 24),
        ("pain_score", "7/10", 7),
        ("pain_score", "seven out of ten", 7),
        ("pain_score", "some days 3, some days 8", None),
        ("albumin", "39", 3.9),
        ("ldl_cholesterol", "3.4", 131.48),
        ("total_cholesterol", "LDL 130, total 210", 210),
        ("crp", "0.8", None),
        ("crp", "0.8 mg/dl", 8),
        ("waist", "38 inches", 96.52),
        ("waist", "60", None),
        ("fev1", "62 %", 62),
        ("fev1", "1.8 liters", None),
        ("cd4_count", "22 %", None),
        ("ntprobnp", "my bnp was 300", None),
        ("qtc", "0.44 s", 440),
        ("ahi", "22 an hour", 22),
        ("intraocular_pressure", "16 and 18", None),
        ("pack_years", "30 pack years", 30),
        ("pack_years", "a pack a day for 20 years", None),
        ("exacerbations_last_year", "none", 0),
        ("exacerbations_last_year", "twice", 2),
        ("exacerbations_last_year", "3 times last year", 3),
        ("exacerbations_last_year", "a few", None),
        ("pain_crises_last_year", "4 crises", 4),
        ("pain_crises_last_year", "lost count", "unsure"),
        ("tender_joints", "about 6", 6),
        ("tender_joints", "6 tender, 4 swollen", None),
        ("swollen_joints", "none", 0),
        ("gold_stage", "GOLD II", "II"),
        ("gold_stage", "stage 3", "III"),
        ("gold_stage", "very severe", "IV"),
        ("gold_stage", "2 or 3", None),
        ("gold_stage", "group B", None),
        ("nyha_class", "my heart is fine", "I"),
        ("nyha_class", "I don't have heart failure", "I"),
        ("nyha_class", "my heart is not fine", None),
        ("nyha_class", "short of breath even at rest", "IV"),
        ("nyha_class", "not short of breath at rest", None),
        ("nyha_class", "between 2 and 3", None),
    ],
)
def test_an_answer_is_read_as_meant(attribute: str, text: str, meaning: object) -> None:
    assert value(attribute, text) == meaning


@pytest.mark.parametrize(
    ("attribute", "text", "meaning"),
    [
        ("her2_status", "ER positive, HER2 negative", "negative"),
        ("her2_status", "HER2 low", None),
        ("her2_status", "2+", None),
        ("hormone_receptors", "ER and PR positive", ("er", "pr")),
        ("hormone_receptors", "ER positive, PR negative", ("er",)),
        ("hormone_receptors", "ER and PR negative", ("none",)),
        ("hormone_receptors", "hormone positive", None),
        ("hormone_receptors", "I take hormone tablets", None),
    ],
)
def test_a_test_of_the_tumor_is_read_as_meant(attribute: str, text: str, meaning: object) -> None:
    assert value(attribute, text) == meaning


@pytest.mark.parametrize("text", ["GOLD stage 2", "gold 3", "COPD, GOLD stage IV", "my COPD is GOLD 3"])
def test_a_stage_of_copd_is_told_and_is_none_of_a_cancer(text: str) -> None:
    assert "gold_stage" in told(None, text)
    assert "cancer_stage" not in told(None, text)
    assert "cancer_stage" not in told("cancer_stage", text)
    assert value("cancer_stage", text) is None


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("I have suicidal thoughts", {"suicidal_thoughts": True}),
        ("I have no suicidal thoughts", {"suicidal_thoughts": False}),
        ("my brother was suicidal", {}),
    ],
)
def test_what_nobody_is_asked_counts_where_it_is_told(text: str, facts: dict[str, object]) -> None:
    assert told(None, text) == facts


@pytest.mark.parametrize(("attribute", "text"), [("gfr", "stage 3a"), ("creatinine", "stage 4 kidneys"), ("nyha_class", "stage 3")])
def test_a_stage_of_the_kidneys_or_the_heart_is_none_of_a_cancer(attribute: str, text: str) -> None:
    assert "cancer_stage" not in told(attribute, text)


def test_a_stage_of_cancer_beside_another_value_is_one() -> None:
    assert told("nyha_class", "class 2, and I have stage IV lung cancer")["cancer_stage"] == "IV"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("my blood pressure is 130/80", {"systolic_bp": 130, "diastolic_bp": 80}),
        ("bp 120/80 or 130/85", {}),
        ("80/100", {}),
        ("the prognosis is 12 months", {"life_expectancy": 12}),
        ("my LDL is 130 and HDL 45", {"ldl_cholesterol": 130, "hdl_cholesterol": 45}),
        ("FEV1 is 45%", {"fev1": 45}),
        ("my PHQ-9 was 14", {"phq9": 14}),
        ("20 pack years of smoking", {"pack_years": 20}),
        ("I have 6 tender joints", {"tender_joints": 6}),
        ("I have a pain in the knee for 8 years", {}),
    ],
)
def test_what_is_told_at_another_question_counts(text: str, facts: dict[str, object]) -> None:
    assert told("prior_radiotherapy", text) == facts
