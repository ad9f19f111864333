"""What is measured in a simulated person, as illness, age and sex have it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from typing import Any

from bot.criteria.operators import Value

_WEAK_HEART = {"Heart Failure"}
_LUNGS = {"COPD", "Pneumonia", "COVID-19"}
_BLOOD = {"Acute Myeloid Leukemia", "Multiple Myeloma", "Lymphoma"}
_LIVER = {
    "Liver Cirrhosis",
    "Hepatocellular Carcinoma",
    "Nonalcoholic Steatohepatitis",
    "Hepatitis B",
    "Hepatitis C",
    "Fatty Liver Disease",
}
_SCARRED = {"Liver Cirrhosis", "Hepatocellular Carcinoma"}


def measured(random: Random, known: Mapping[str, Any], had: frozenset[str]) -> dict[str, Value]:
    """All measurements but the body mass index, which is known already. The units are those of lexicon/attributes.yaml."""
    age, woman = known["age"], known["sex"] == "female"
    tall = random.gauss(1.62 if woman else 1.76, 0.07)
    weight = known["bmi"] * tall**2
    creatinine = _creatinine(random, known, had)
    gfr = _gfr(creatinine, age, woman)
    pressed = 14 if "Hypertension" in had else 0
    systolic = random.gauss(108 + age * 0.22 + pressed, 13)
    ill = float(known["performance_status"])
    weak = bool(had & _WEAK_HEART)
    heart = random.gauss(36, 11) if weak and random.random() < 0.5 else random.gauss(52, 7) if weak else random.gauss(61, 4.5)
    nyha = random.choices(("I", "II", "III", "IV"), (10, 50, 34, 6) if weak else (88, 9, 2.5, 0.5))[0]
    liver, scarred, blood = bool(had & _LIVER), bool(had & _SCARRED), bool(had & _BLOOD)
    warfarin = known["blood_thinner_use"] and random.random() < 0.35
    months = random.expovariate(1 / (900 / (1 + ill) / (3 if known["metastasis_count"] else 1)))
    figures = {
        "weight": weight,
        "hba1c": _hba1c(random, had),
        "systolic_bp": systolic,
        "diastolic_bp": random.gauss(72, 9) + (systolic - 122) * 0.32 - max(age - 60, 0) * 0.18,
        "hemoglobin": random.gauss(13.5 if woman else 14.9, 1.05) - 0.35 * ill - 2.4 * blood - (1.8 if "Anemia" in had or gfr < 30 else 0),
        "platelet_count": random.lognormvariate(math.log(245), 0.25) * (0.45 if scarred else 0.6 if blood else 1),
        "anc": random.lognormvariate(math.log(4.0), 0.36) * (0.55 if blood else 1),
        "wbc": 0.0,
        "creatinine": creatinine,
        "gfr": gfr,
        "creatinine_clearance": (140 - age) * weight / (72 * creatinine) * (0.85 if woman else 1),
        "alt": random.lognormvariate(math.log(21), 0.42) * (2.2 if liver else 1),
        "ast": random.lognormvariate(math.log(22), 0.33) * (2.0 if liver else 1),
        "bilirubin": random.lognormvariate(math.log(0.55), 0.4) * (2.6 if scarred else 1),
        "inr": random.gauss(2.5, 0.5) if warfarin else random.gauss(1.02, 0.06) + 0.25 * scarred,
        "spo2": random.gauss(97.3, 1.1) - (3.2 if had & _LUNGS else 0) - 0.3 * ill,
        "triglycerides": random.lognormvariate(math.log(105), 0.45) * (1.45 if known["bmi"] >= 30 else 1),
        "lvef": heart,
        "body_temperature": random.gauss(36.6, 0.3) + (0.7 if had & {"Pneumonia", "COVID-19"} and random.random() < 0.5 else 0),
        "heart_rate": random.gauss(71, 10) + 3 * ill,
        "life_expectancy": min(months, (100 - age) * 12.0),
        "karnofsky": 100 - 20 * ill + random.choice((0, -10)),
    }
    figures["wbc"] = figures["anc"] / random.uniform(0.48, 0.7)
    shown = {name: _within(name, value) for name, value in figures.items()}
    return {**shown, "nyha_class": nyha}


_LIMITS = {
    "weight": (35, 240, 1), "hba1c": (4, 14, 1), "systolic_bp": (80, 220, 0), "diastolic_bp": (42, 130, 0),
    "hemoglobin": (6, 19.5, 1), "platelet_count": (12, 900, 0), "anc": (0.2, 25, 1), "wbc": (0.5, 60, 1),
    "creatinine": (0.4, 12, 2), "gfr": (4, 140, 0), "creatinine_clearance": (4, 200, 0), "alt": (5, 900, 0),
    "ast": (6, 900, 0), "bilirubin": (0.1, 20, 1), "inr": (0.8, 5, 1), "spo2": (78, 100, 0),
    "triglycerides": (30, 1500, 0), "lvef": (12, 78, 0), "body_temperature": (35, 40.5, 1),
    "heart_rate": (42, 150, 0), "life_expectancy": (1, 700, 0), "karnofsky": (10, 100, -1),
}  # fmt: skip
"""Lowest, highest, and the places behind the point that a letter would give."""


def _within(name: str, value: float) -> float:
    low, high, places = _LIMITS[name]
    rounded = round(min(max(value, low), high), int(places))
    return rounded if places > 0 else int(rounded)


def _hba1c(random: Random, had: frozenset[str]) -> float:
    if had & {"Type 2 Diabetes", "Type 1 Diabetes"}:
        return 5.6 + random.lognormvariate(math.log(1.9), 0.55)
    return random.gauss(6.0 if "Prediabetes" in had else 5.4, 0.25)


def _creatinine(random: Random, known: Mapping[str, Any], had: frozenset[str]) -> float:
    age: float = known["age"]
    usual = random.lognormvariate(math.log(0.74 if known["sex"] == "female" else 0.95), 0.17) * (1 + max(age - 55, 0) * 0.004)
    if known["dialysis"]:
        return random.uniform(4, 10)
    return usual * (random.lognormvariate(math.log(1.9), 0.4) if "Chronic Kidney Disease" in had else 1)


def _gfr(creatinine: float, age: float, woman: bool) -> float:
    """The estimate of CKD-EPI 2021 from creatinine (Inker et al., N Engl J Med 2021)."""
    part, power = creatinine / (0.7 if woman else 0.9), -0.241 if woman else -0.302
    return float(142 * min(part, 1) ** power * max(part, 1) ** -1.2 * 0.9938**age * (1.012 if woman else 1))
