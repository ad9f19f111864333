"""Simulated people who look for trials: every answer known, with what belongs together, and how imperfectly people answer.

Drawn with a generator of their own and the figures of simulated_people.yaml; nothing here looks at lexicon/priors.yaml.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench.simulated_bodies import measured
from bot.criteria.operators import NEVER, Value
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import AnswerType, Attribute
from bot.yaml_files import read_yaml

_FIGURES = Path(__file__).with_suffix(".yaml")
CANCER, BLOOD, WELL = "Cancer", "Hematologic Malignancy", "Healthy Volunteers"
_YOUNGEST, _OLDEST = 18, 95
Above = Callable[[str], Sequence[str]]
"""The wider names of an illness."""


@dataclass(frozen=True)
class Person:
    """The true answers by attribute. One that has none is left out: the stage of a cancer nobody has, places it did not go to."""

    sought: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class People:
    """Draws people. `above` gives the wider names of an illness."""

    above: Above
    figures: Mapping[str, Any]

    @classmethod
    def of(cls, above: Above) -> People:
        return cls(above, read_yaml(_FIGURES))

    @property
    def sought(self) -> Collection[str]:
        """The illnesses that bring people."""
        return tuple(self.figures["sought"])

    def draw(self, random: Random, among: Collection[str] | None = None) -> Person:
        """One person, whose illness is `among` these where they are given."""
        all_sought = self.figures["sought"]
        names = [name for name in all_sought if among is None or name in among]
        sought = random.choices(names, [all_sought[name]["weight"] for name in names])[0]
        about = all_sought[sought]
        age = round(min(max(random.gauss(*about["age"]), _YOUNGEST), _OLDEST))
        sex = "other" if random.random() < 0.008 else "female" if random.random() < about["female"] else "male"
        known: dict[str, Value] = {"consent": True, "asked_for": "self", "age": age, "sex": sex, "condition": (sought,)}
        known["tobacco_use"] = self._tobacco(random, sought)
        heavy = {"Obesity": 9.0, "Type 2 Diabetes": 4.0, "Nonalcoholic Steatohepatitis": 6.0, "Sleep Apnea": 4.0}.get(sought, 0.0)
        known["bmi"] = round(max(random.lognormvariate(math.log(27), 0.19) + heavy - (3 if self.cancer(sought) else 0), 15.0), 1)
        known["medical_history"] = history = self._history(random, known, sought)
        had = frozenset((*history, sought))
        known |= self._cancer_answers(random, sought) if self.cancer(sought) else self._other_answers(random)
        known |= self._lived(random, known, had, sought)
        known |= measured(random, known, had)
        return Person(sought, known)

    def cancer(self, name: str) -> bool:
        return CANCER in (name, *self.above(name))

    def _tobacco(self, random: Random, sought: str) -> str:
        smoked = {"COPD": 0.85, "Small Cell Lung Cancer": 0.95, "Non Small Cell Lung Cancer": 0.8, "Head and Neck Cancer": 0.7}.get(
            sought, 0.38
        )
        if random.random() >= smoked:
            return "never"
        return "current" if random.random() < 0.36 else "former"

    def _history(self, random: Random, known: Mapping[str, Any], sought: str) -> tuple[str, ...]:
        """What the person has or had, with the illness sought. Each makes others likelier; of a family there is one."""
        if sought == WELL and random.random() < 0.7:
            return ()
        wider = (sought, *self.above(sought))
        families = {"cancer"} if self.cancer(sought) else {"diabetes"} if "Diabetes" in wider else set()
        had = [] if sought == WELL else [sought]
        for name, figure in self.figures["illnesses"].items():
            taken = name in wider or sought in self.above(name) or figure.get("family") in families
            if taken or figure.get("only", known["sex"]) != known["sex"]:
                continue
            odds = figure["at_60"] / (1 - figure["at_60"]) * figure["per_decade"] ** ((known["age"] - 60) / 10)
            odds *= figure.get("female", 1) if known["sex"] == "female" else 1
            odds *= figure.get("obese", 1) if known["bmi"] >= 30 else 1
            odds *= figure.get("smoker", 1) if known["tobacco_use"] != "never" else 1
            odds *= math.prod(times for other, times in figure.get("with", {}).items() if other in had)
            if random.random() < odds / (1 + odds):
                had.append(name)
                families |= {figure["family"]} if "family" in figure else set()
        return tuple(had)

    def _cancer_answers(self, random: Random, sought: str) -> dict[str, Value]:
        solid = BLOOD not in (sought, *self.above(sought))
        stage = random.choices(("0", "I", "II", "III", "IV"), (2, 18, 20, 22, 38))[0]
        spread = solid and stage == "IV"
        count = 1 + min(int(random.expovariate(0.3)), 30) if spread else 0
        late = stage in ("III", "IV") or not solid
        known: dict[str, Value] = {
            "metastasis_count": count,
            "leptomeningeal_disease": spread and random.random() < 0.05,
            "fluid_buildup": spread and random.random() < 0.2,
            "prior_systemic_therapy": random.choices(
                ("none", "adjuvant_only", "for_current_disease"), (25, 10, 65) if late else (50, 40, 10)
            )[0],
            "prior_radiotherapy": random.random() < (0.45 if late else 0.35),
            "performance_status": random.choices("01234", (30, 42, 18, 8, 2) if late else (62, 30, 6, 2, 0))[0],
            "diagnosis_confirmed": random.random() < 0.95,
            "driver_mutations": ("not_tested",),
        }
        if solid:
            known["cancer_stage"] = stage
        if count:
            sites = self.figures["sites"]
            known["metastasis_sites"] = tuple(sorted({random.choices(sites, range(len(sites), 0, -1))[0] for _ in range(min(count, 4))}))
        if sought == "Non Small Cell Lung Cancer" and random.random() < 0.75:
            known["driver_mutations"] = (random.choices(("none", "egfr", "alk", "ros1", "other_targetable"), (52, 18, 4, 2, 24))[0],)
        return known

    @staticmethod
    def _other_answers(random: Random) -> dict[str, Value]:
        return {
            "metastasis_count": 0,
            "leptomeningeal_disease": False,
            "fluid_buildup": random.random() < 0.015,
            "prior_systemic_therapy": "none",
            "prior_radiotherapy": random.random() < 0.02,
            "performance_status": random.choices("01234", (60, 27, 9, 3, 1))[0],
            "diagnosis_confirmed": random.random() < 0.88,
            "driver_mutations": ("not_tested",),
        }

    def _lived(self, random: Random, known: Mapping[str, Any], had: frozenset[str], sought: str) -> dict[str, Value]:
        """Family, treatment, habits, and what one would do."""
        woman, age = known["sex"] != "male", known["age"]
        ended = {"End-Stage Renal Disease", "Kidney Transplant"} & had
        inflamed = {
            "Rheumatoid Arthritis",
            "Systemic Lupus Erythematosus",
            "Crohn Disease",
            "Ulcerative Colitis",
            "Multiple Sclerosis",
        } & had
        treated = "Type 1 Diabetes" in had or ("Type 2 Diabetes" in had and random.random() < 0.27)
        clotting = {"Atrial Fibrillation": 0.7, "Deep Vein Thrombosis": 0.45}
        fertile = age < (51 if woman else 75) and random.random() < (0.7 if woman else 0.65)
        pregnant = woman and fertile and age < 46 and random.random() < 0.08
        past_cancer = any(self.cancer(name) for name in had - {sought})
        other_cancer = random.choices(("treated_over_2_years_ago", "low_risk", "active_or_recent"), (6, 2, 2))[0] if past_cancer else "none"
        return {
            "other_cancer": "low_risk" if other_cancer == "none" and "Basal Cell Carcinoma" in had else other_cancer,
            "pulmonary_fibrosis": random.random() < (0.03 if known["tobacco_use"] != "never" and age > 60 else 0.003),
            "last_trial_drug": round(random.expovariate(1 / 700)) if random.random() < (0.22 if self.cancer(sought) else 0.1) else NEVER,
            "substance_misuse": random.random() < (0.6 if "Alcohol Use Disorder" in had else 0.035 if age < 60 else 0.015),
            "transplant_received": "Kidney Transplant" in had or random.random() < 0.002,
            "dialysis": "End-Stage Renal Disease" in ended and "Kidney Transplant" not in ended and random.random() < 0.85,
            "insulin_use": treated,
            "blood_thinner_use": any(name in had and random.random() < share for name, share in clotting.items()) or random.random() < 0.01,
            "immune_suppressing_treatment": bool(ended & {"Kidney Transplant"})
            or random.random() < (0.55 if inflamed else 0.3 if self.cancer(sought) else 0.025),
            "scan_obstacle": random.random() < (0.25 if had & {"Atrial Fibrillation", "Heart Failure"} else 0.06),
            "healthy_volunteer": sought == WELL,
            "pregnant_or_breastfeeding": pregnant,
            "can_have_children": fertile,
            "willing_contraception": random.random() < 0.9,
            "willing_to_attend": random.random() < 0.88,
            "willing_to_consent": random.random() < 0.96,
            "speaks_study_language": random.random() < 0.95,
        }


@dataclass(frozen=True)
class Imperfection:
    """How people answer who do not know everything. All are shares; `unsure` and `declined` by effort and by sensitivity."""

    unsure: Mapping[int, float]
    declined: Mapping[int, float]
    wrong: float
    forgotten: float
    rounded: float


PERFECT = Imperfection({1: 0, 2: 0, 3: 0}, {0: 0, 1: 0, 2: 0, 3: 0}, 0, 0, 0)
AS_PEOPLE_ARE = Imperfection({1: 0.1, 2: 0.15, 3: 0.35}, {0: 0, 1: 0.02, 2: 0.05, 3: 0.12}, wrong=0.02, forgotten=0.05, rounded=0.33)
KNOWN_BY_ALL = frozenset({"age", "sex", "condition"})
"""Nobody is unsure of these, or keeps them back; a slip of the finger is possible."""


def answer(person: Person, attribute: Attribute, how: Imperfection, random: Random, other: Person) -> Answer:
    """What the person answers. A wrong answer is the one that `other` would give."""
    name = attribute.name
    if name not in KNOWN_BY_ALL:
        if random.random() < how.declined[attribute.sensitivity]:
            return Answer(name, Outcome.DECLINED)
        if random.random() < how.unsure[attribute.effort]:
            return Answer(name, Outcome.UNSURE)
    value = person.values.get(name)
    if attribute.answer_type is not AnswerType.TEXT and name != "sex" and random.random() < how.wrong:
        value = other.values.get(name)
    if value is None:
        return Answer(name, Outcome.UNSURE)
    if attribute.complete and isinstance(value, tuple):
        value = tuple(illness for illness in value if illness == person.sought or random.random() >= how.forgotten)
    if attribute.answer_type is AnswerType.NUMBER and isinstance(value, int | float) and name != "age" and random.random() < how.rounded:
        value = float(f"{value:.2g}")
    return Answer(name, Outcome.KNOWN, value)
