"""Medicines that people take, and operations that they had, are read where the words around a name say so, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from bot.criteria import Truth, evaluate
from bot.criteria.extraction.asked import settled
from tests.unit.criteria.extraction.conftest import Read, only

TAKES: dict[str, Any] = {"current_medicines": ("Metformin", "Aspirin", "Prednisone", "Sertraline", "Adalimumab", "Oxygen")}
NOTHING: dict[str, Any] = {"current_medicines": (), "operations": ()}
HAD: dict[str, Any] = {"operations": ("Gastric Bypass", "Spleen Removal", "Coronary Stent")}


def truth(read: Read, section: str, text: str, known: dict[str, Any]) -> Truth | None:
    """Whether somebody meets the criterion; None where it has no rule."""
    criterion = only(read(f"{'Inclusion' if section == 'I' else 'Exclusion'} Criteria:\n* {text}"))
    return None if criterion.requires is None else evaluate(criterion.requires, known).truth


YES, NO, OPEN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

TAKEN: list[tuple[str, str, Truth, Truth]] = [
    # section, text, who takes it, who takes nothing
    ("I", "Currently taking metformin", YES, NO),
    ("I", "On a stable dose of metformin", YES, NO),
    ("I", "On a stable dose of metformin ≥ 1500 mg daily for at least 3 months", OPEN, NO),
    ("E", "Current use of SSRIs", NO, YES),
    ("E", "Currently treated with a TNF inhibitor", NO, YES),
    ("E", "Patients taking antidepressants or antipsychotics", NO, YES),
    # How much or how often, only the study team can say.
    ("E", "Chronic use of aspirin", OPEN, YES),
    ("E", "Use of aspirin > 325 mg per day", OPEN, YES),
    # Who takes it now took it within a month; who does not may have.
    ("E", "Use of metformin within 30 days prior to screening", NO, OPEN),
    ("E", "Aspirin use in the last 7 days", NO, OPEN),
    ("E", "Prior treatment with a biologic", NO, OPEN),
    ("E", "Treatment with SSRIs within the last two months", NO, OPEN),
    ("E", "Taken aspirin in the two weeks before screening", NO, OPEN),
    ("I", "No prior treatment with adalimumab", NO, OPEN),
    ("I", "No use of aspirin in the past 4 weeks", NO, OPEN),
    ("I", "Not taking metformin", NO, YES),
    ("I", "Not currently receiving antidepressants", NO, YES),
    # Of a kind that has no name here, more is asked than of its class.
    ("E", "Currently taking fluvoxamine", OPEN, YES),
    # The "use" of something else is no use of the medicine behind it.
    ("E", "Illicit drug use of methadone", OPEN, OPEN),
    # A list goes on to its end.
    ("E", "Concomitant use of nonsteroidal anti-inflammatory drugs (NSAIDs), metformin or lithium", NO, YES),
]


@pytest.mark.parametrize(("section", "text", "taking", "free"), TAKEN)
def test_who_takes_a_medicine(read: Read, section: str, text: str, taking: Truth, free: Truth) -> None:
    assert (truth(read, section, text, TAKES), truth(read, section, text, NOTHING)) == (taking, free)


def test_an_illness_and_its_medicine_are_both_asked_for(read: Read) -> None:
    diabetes = {"medical_history": ("Type 2 Diabetes",)}
    found = [truth(read, "I", "Type 2 diabetes on metformin", known) for known in ({**TAKES, **diabetes}, {**NOTHING, **diabetes}, TAKES)]
    assert found == [YES, NO, OPEN]


HAD_ONE: list[tuple[str, str, Truth, Truth]] = [
    ("E", "Prior bariatric surgery", NO, YES),
    ("E", "History of splenectomy", NO, YES),
    ("I", "No previous splenectomy", NO, YES),
    ("I", "Has undergone gastric bypass", YES, NO),
    # When it was, only the study team can say; who never had one had none of late.
    ("E", "Bariatric surgery within the past 6 months", OPEN, YES),
    # What is only planned is known of nobody.
    ("E", "Prior or planned bariatric surgery", NO, OPEN),
]


@pytest.mark.parametrize(("section", "text", "had", "none"), HAD_ONE)
def test_who_had_an_operation(read: Read, section: str, text: str, had: Truth, none: Truth) -> None:
    assert (truth(read, section, text, HAD), truth(read, section, text, NOTHING)) == (had, none)


UNREAD = [
    ("I", "Willing to stop the use of aspirin"),
    ("I", "Agrees to avoid use of metformin"),
    ("I", "Inadequate response to treatment with adalimumab"),
    ("I", "Candidates for metformin therapy"),
    ("I", "Metformin is allowed"),
    ("I", "Patients on metformin must have a stable dose"),
    ("I", "In patients taking metformin, a washout of two weeks"),
    ("I", "Use of metformin is permitted"),
    ("I", "Scheduled for splenectomy"),
    ("I", "Planned bariatric surgery"),
    ("E", "Allergy to aspirin"),
    ("E", "Hypersensitivity to aspirin, metformin or sertraline"),
    ("E", "Contraindication to metformin"),
    ("E", "Contraindication to the use of aspirin"),
    ("E", "History of aspirin-induced asthma"),
    ("E", "Known reaction to treatment with adalimumab"),
    ("E", "Any condition that would prevent the use of aspirin"),
    ("E", "Aspirin"),
    ("E", "Splenectomy"),
    ("E", "Unable to undergo splenectomy"),
    ("E", "Prior splenectomy, within 3 months of enrollment"),
    ("E", "Not on a stable dose of metformin"),
]


@pytest.mark.parametrize(("section", "text"), UNREAD)
def test_a_name_alone_decides_nothing(read: Read, section: str, text: str) -> None:
    for known in (TAKES, HAD, NOTHING):
        assert truth(read, section, text, {**NOTHING, **known}) in (None, OPEN)


def test_unless_somebody_takes_it_lets_nobody_in_for_certain(read: Read) -> None:
    text = "HbA1c below 8 %, unless on metformin"
    assert truth(read, "I", text, {**TAKES, "hba1c": 9}) is OPEN
    assert truth(read, "I", text, {**NOTHING, "hba1c": 7}) is YES


def test_a_wider_medicine_leaves_the_narrower_open(read: Read) -> None:
    assert truth(read, "E", "Currently taking sertraline", {"current_medicines": ("Antidepressants",)}) is OPEN
    assert truth(read, "E", "Currently taking antidepressants", {"current_medicines": ("Sertraline",)}) is NO


def test_a_spray_need_not_be_meant_by_steroids(read: Read) -> None:
    assert truth(read, "E", "Use of corticosteroids", {"current_medicines": ("Nasal Steroids",)}) is OPEN
    assert truth(read, "E", "Use of corticosteroids", {"current_medicines": ("Prednisone",)}) is NO


def test_no_treatment_for_an_illness_denies_no_illness(read: Read) -> None:
    text = "No prior chemotherapy for esophageal cancer"
    assert truth(read, "I", text, {"current_medicines": (), "medical_history": ("Esophageal Cancer",)}) is OPEN
    assert truth(read, "I", text, {"current_medicines": ("Chemotherapy",), "medical_history": ()}) is NO


EXPERIENCED: list[tuple[str, str, Truth | None, Truth | None]] = [
    # section, text, who takes it, who never took it
    ("I", "Inadequate response to metformin", OPEN, NO),
    ("I", "Must have received metformin for at least 12 weeks", OPEN, NO),
    ("I", "Failure of at least one prior biologic", OPEN, NO),
    ("I", "Metformin naive", NO, OPEN),
    ("I", "Naive to metformin", NO, OPEN),
    ("I", "No prior treatment with adalimumab", NO, YES),
    ("E", "Prior treatment with adalimumab", NO, YES),
    ("E", "Inadequate response to adalimumab", OPEN, YES),
    # Another way in, which was not read.
    ("I", "Inadequate response to metformin or a medical need for surgery", None, None),
    ("I", "Naive to metformin, or if on it, willing to stop", None, None),
    ("I", "Inadequate response to at least one non-biologic medicine", None, None),
    ("I", "Patient treated or not with metformin", None, None),
    ("I", "No more than 2 prior antidepressants", None, None),
]


@pytest.mark.parametrize(("section", "text", "taking", "never"), EXPERIENCED)
def test_who_ever_took_a_medicine(read: Read, section: str, text: str, taking: Truth | None, never: Truth | None) -> None:
    criterion = only(read(f"{'Inclusion' if section == 'I' else 'Exclusion'} Criteria:\n* {text}"))
    rule = criterion.requires
    of_taker = None if rule is None else evaluate(settled(rule, lambda _: True), TAKES).truth
    of_other = None if rule is None else evaluate(settled(rule, lambda _: False), NOTHING).truth
    assert (of_taker, of_other) == (taking, never)
