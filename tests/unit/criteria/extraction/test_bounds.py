"""What a criterion says about a measured value, as bounds for being let in. Boundary cases by name."""

from __future__ import annotations

import pytest

from tests.unit.criteria.extraction.conftest import Read, only

Bounds = list[tuple[str, str, float, bool, str]]


def bounds(read: Read, text: str) -> Bounds:
    return [
        (bound.attribute, bound.side, bound.value, bound.inclusive, bound.unit) for criterion in read(text) for bound in criterion.bounds
    ]


INCLUDED: list[tuple[str, Bounds]] = [
    # comparisons in signs and in words
    ("BMI > 40 kg/m2", [("bmi", "lower", 40, False, "kg/m2")]),
    ("Body mass index of at least 18.5", [("bmi", "lower", 18.5, True, "")]),
    ("HbA1c no more than 9 %", [("hba1c", "upper", 9, True, "%")]),
    ("Age \\>= 18 years", [("age", "lower", 18, True, "years")]),
    ("Age &lt; 65 years", [("age", "upper", 65, False, "years")]),
    ("Karnofsky >/= 70%", [("karnofsky", "lower", 70, True, "%")]),
    ("platelets not below 100 x 10^9/L", [("platelet_count", "lower", 100, True, "10^9/l")]),
    ("a minimum life expectancy of 12 weeks", [("life_expectancy", "lower", 12, True, "weeks")]),
    ("weight of 50 kg or more", [("weight", "lower", 50, True, "kg")]),
    ("HbA1c = 7 % or above", [("hba1c", "lower", 7, True, "%")]),
    ("ECOG = 1 or less", [("performance_status", "upper", 1, True, "")]),
    ("body mass index greater than (>) 18.5", [("bmi", "lower", 18.5, False, "")]),
    # ranges
    ("Age 18 to 65 years", [("age", "lower", 18, True, "years"), ("age", "upper", 65, True, "years")]),
    ("aged between 18 and 65", [("age", "lower", 18, True, ""), ("age", "upper", 65, True, "")]),
    ("HbA1c ≥ 7.0% and ≤ 12.5%", [("hba1c", "lower", 7, True, "%"), ("hba1c", "upper", 12.5, True, "%")]),
    ("HbA1c >6.0% to <=11.5%", [("hba1c", "lower", 6, False, "%"), ("hba1c", "upper", 11.5, True, "%")]),
    ("6% ≤ HbA1c ≤ 9.5%", [("hba1c", "lower", 6, True, "%"), ("hba1c", "upper", 9.5, True, "%")]),
    ("children 2 to <12 years old", [("age", "lower", 2, True, "years old"), ("age", "upper", 12, False, "years old")]),
    # the unit that one end names is the other's too
    ("age 24 to 36 months", [("age", "lower", 24, True, "months"), ("age", "upper", 36, True, "months")]),
    ("age ≥ 24 and ≤ 36 months", [("age", "lower", 24, True, "months"), ("age", "upper", 36, True, "months")]),
    ("ALT 1.5 - 3 x ULN", [("alt", "lower", 1.5, True, "×ULN"), ("alt", "upper", 3, True, "×ULN")]),
    # whose number it is
    ("18 years of age or older", [("age", "lower", 18, True, "years of age")]),
    ("55 and older", [("age", "lower", 55, True, "")]),
    ("adults over 18 with asthma", [("age", "lower", 18, False, "")]),
    ("transplant patients (≥ 21 years)", [("age", "lower", 21, True, "years")]),
    ("patients less than 31 pounds", [("weight", "upper", 31, False, "pounds")]),
    ("patient < 30.0 kilograms (kg) in weight", [("weight", "upper", 30, False, "kilograms")]),
    (
        "≥140 mmHg systolic and/or ≥90 mmHg diastolic",
        [("systolic_bp", "lower", 140, True, "mmhg"), ("diastolic_bp", "lower", 90, True, "mmhg")],
    ),
    ("blood pressure > 140/90", [("systolic_bp", "lower", 140, False, ""), ("diastolic_bp", "lower", 90, False, "")]),
    ("AST and ALT ≤ 2.5 x ULN", [("ast", "upper", 2.5, True, "×ULN"), ("alt", "upper", 2.5, True, "×ULN")]),
    ("total bilirubin ≤ 1.5 times the upper limit of normal", [("bilirubin", "upper", 1.5, True, "×ULN")]),
    ("sgot/sgpt ≤ 3 x ULN or ≤ 5 x ULN if liver metastases", [("ast", "upper", 3, True, "×ULN"), ("alt", "upper", 3, True, "×ULN")]),
    ("ECOG performance status of 0, 1, or 2", [("performance_status", "lower", 0, True, ""), ("performance_status", "upper", 2, True, "")]),
    ("NYHA II-IV", [("nyha_class", "lower", 2, True, ""), ("nyha_class", "upper", 4, True, "")]),
    ("> NYHA class II", [("nyha_class", "lower", 2, False, "")]),
    ("NYHA class II or III", [("nyha_class", "lower", 2, True, ""), ("nyha_class", "upper", 3, True, "")]),
    # what is written once more in another unit is not a second bound
    ("HbA1c > 47 mmol/mol (> 6.4 %)", [("hba1c", "lower", 47, False, "mmol/mol")]),
    # numbers as they are written
    ("platelets ≥ 50,000/mm3", [("platelet_count", "lower", 50000, True, "/mm3")]),
    ("platelets ≥ 100 000/mm3", [("platelet_count", "lower", 100000, True, "/mm3")]),
    ("platelets ≥ 50.000/mm3", [("platelet_count", "lower", 50000, True, "/mm3")]),
    ("platelets < 1.000.000/mm3", [("platelet_count", "upper", 1000000, False, "/mm3")]),
    ("creatinine ≤ 1.125 mg/dL", [("creatinine", "upper", 1.125, True, "mg/dl")]),
    ("HbA1c < 8,5 %", [("hba1c", "upper", 8.5, False, "%")]),
    ("life expectancy of at least three months", [("life_expectancy", "lower", 3, True, "months")]),
    ("eighteen (18) years of age or older", [("age", "lower", 18, True, "years of age")]),
    # tests and scores
    (
        "fasting plasma glucose of 70 to 110 mg/dL",
        [("fasting_glucose", "lower", 70, True, "mg/dl"), ("fasting_glucose", "upper", 110, True, "mg/dl")],
    ),
    ("LDL-C >= 1.8 mmol/L (70 mg/dL)", [("ldl_cholesterol", "lower", 1.8, True, "mmol/l")]),
    ("serum potassium <= 5.0 mEq/L", [("potassium", "upper", 5, True, "meq/l")]),
    ("FEV1 < 50 % predicted", [("fev1", "upper", 50, False, "% predicted")]),
    ("FEV1/FVC < 0.7 and FEV1 30 to 80 %", [("fev1", "lower", 30, True, "%"), ("fev1", "upper", 80, True, "%")]),
    ("17-item HAM-D >= 18", [("hamd", "lower", 18, True, "")]),
    ("PHQ-9 score of at least 10", [("phq9", "lower", 10, True, "")]),
    ("Mini-Mental State Examination (MMSE) >= 24/30", [("mmse", "lower", 24, True, "")]),
    ("pain score >= 4 on a 0-10 pain scale", [("pain_score", "lower", 4, True, "")]),
    ("pain VAS >= 40 mm", [("pain_score", "lower", 40, True, "mm")]),
    ("at least 10 pack-years", [("pack_years", "lower", 10, True, "pack-years")]),
    (
        ">= 6 tender joints and >= 4 swollen joints",
        [("tender_joints", "lower", 6, True, "tender joints"), ("swollen_joints", "lower", 4, True, "swollen joints")],
    ),
    (">= 2 COPD exacerbations in the past 12 months", [("exacerbations_last_year", "lower", 2, True, "")]),
    ("CD4+ T cell count >= 200 cells/mm3", [("cd4_count", "lower", 200, True, "cells/mm3")]),
    ("AHI >= 15 events/hour", [("ahi", "lower", 15, True, "events/hour")]),
    # double negation
    ("BMI not above 40", [("bmi", "upper", 40, True, "")]),
]


@pytest.mark.parametrize(("text", "expected"), INCLUDED)
def test_an_inclusion(read: Read, text: str, expected: Bounds) -> None:
    found = bounds(read, f"Inclusion Criteria:\n* {text}")
    assert [(*bound[:4], bound[4].replace(" ", "")) for bound in found] == [(*bound[:4], bound[4].replace(" ", "")) for bound in expected]


EXCLUDED: list[tuple[str, Bounds]] = [
    # Turned round. `inclusive` says whether the comparison as written takes in the number (docs/decisions/0014).
    ("BMI > 40", [("bmi", "upper", 40, False, "")]),
    ("age > 21 or less than 2", [("age", "upper", 21, False, ""), ("age", "lower", 2, False, "")]),
    ("HbA1c < 7.5% or > 11%", [("hba1c", "lower", 7.5, False, "%"), ("hba1c", "upper", 11, False, "%")]),
    ("ECOG ≥ 3", [("performance_status", "upper", 3, True, "")]),
    ("more than NYHA class II", [("nyha_class", "upper", 2, False, "")]),
    ("NYHA > II or LVEF < 40%", [("nyha_class", "upper", 2, False, ""), ("lvef", "lower", 40, False, "%")]),
    ("NYHA class III or IV", [("nyha_class", "upper", 3, False, "")]),
    ("Age not ≥ 18", [("age", "lower", 18, True, "")]),
    # A range that is excluded leaves both sides open.
    ("BMI between 18.5 and 25", []),
]


@pytest.mark.parametrize(("text", "expected"), EXCLUDED)
def test_an_exclusion(read: Read, text: str, expected: Bounds) -> None:
    assert bounds(read, f"Exclusion Criteria:\n- {text}") == expected


NO_BOUND = [
    "weight loss of more than 10 %",
    "estimated fetal weight < 10th percentile",
    "change in hemoglobin ≥ 2 g/dL",
    "birth weight < 1500 g",
    "gestational age ≥ 32 weeks",
    "sgot/sgpt ratio > 2.0",
    "PaO2/FiO2 < 200",
    "sodium > 145 mmol/L",
    # of what is asked for, but a kind, a part, a change or another scale of it
    "FEV1/FVC < 70 %",
    "forced expiratory volume in 1 second (FEV1) / forced vital capacity (FVC) < 70%",
    "increase in FEV1 of 12 %",
    "FEV1 reversibility of at least 12 %",
    "FEV1 > 1.5 L",
    "score of 3 or more on item 3 of the HAM-D",
    "HAM-D suicide item > 2",
    "psoriatic arthritis (PsA) for at least 6 months",
    "PsA with at least 3 active joints",
    "urine albumin/creatinine ratio > 300 mg/g",
    "albumin-creatinine ratio > 30",
    "non-HDL cholesterol > 130 mg/dL",
    "non-fasting glucose > 200 mg/dL",
    "PSA doubling time < 9 months",
    "CD4 < 15 %",
    "CD4/CD8 ratio < 1",
    "CRP > 10",
    "waist-to-hip ratio > 0.9",
    "postoperative pain score > 4",
    "pain on a 0-10 pain scale",
    "T-MoCA < 19",
    "at least 2 exacerbations in the past 2 years",
    "exacerbation within 4 weeks",
    "creatine phosphokinase > 3 times the upper limit of normal",
    "has had diabetes for more than 5 years",
    "within the last 2 years",
    "surgery more than 6 weeks ago",
    "smokers of more than 10 cigarettes a day",
    "probing depth > 6 mm in at least 30% of the teeth",
    "atrial tachycardia lasting longer than 30 seconds",
    "COVID-19",
    "BMI",
]


@pytest.mark.parametrize("text", NO_BOUND)
def test_a_number_of_something_else(read: Read, text: str) -> None:
    assert bounds(read, f"Inclusion Criteria:\n* {text}") == []


def test_a_heading_names_what_its_points_are_about(read: Read) -> None:
    assert bounds(read, "Inclusion Criteria:\n\nAge:\n\n  - 18 and over") == [("age", "lower", 18, True, "")]


def test_the_limit_of_normal_alone_is_no_number(read: Read) -> None:
    assert only(read("Serum creatinine < ULN")).bounds == ()
