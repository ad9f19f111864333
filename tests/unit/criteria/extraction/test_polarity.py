"""Who is let in and who is kept out: a "no" denies what it is said of, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from bot.criteria import Truth, evaluate
from bot.criteria.criterion import Section
from bot.criteria.extraction import Language, Reading, read_criteria
from tests.unit.criteria.extraction.conftest import Read, only

Facts = dict[str, Any]
SECTIONS = {"I": Section.INCLUSION, "E": Section.EXCLUSION}

USES, REFUSES = {"willing_contraception": True}, {"willing_contraception": False}
STERILE, FERTILE = {"can_have_children": False}, {"can_have_children": True}
PREGNANT, NOT_PREGNANT = {"pregnant_or_breastfeeding": True}, {"pregnant_or_breastfeeding": False}


def ill(*names: str) -> Facts:
    return {"medical_history": names}


#: Section, text, facts of somebody who is let in, facts of somebody who is not.
CASES: list[tuple[str, str, Facts, Facts]] = [
    ("E", "Unwilling to use contraception", USES, REFUSES),
    ("E", "Patients who are unwilling to use effective contraception", USES, REFUSES),
    ("E", "Refusal to use contraception", USES, REFUSES),
    ("E", "Not willing to use contraception", USES, REFUSES),
    ("E", "Failure to use contraception", USES, REFUSES),
    ("I", "Willing to use contraception", USES, REFUSES),
    ("I", "Negative pregnancy test and use of contraception", NOT_PREGNANT | USES, NOT_PREGNANT | REFUSES),
    ("I", "No history of stroke and willing to use contraception", ill() | USES, ill() | REFUSES),
    ("I", "Not pregnant and using effective contraception", NOT_PREGNANT | USES, PREGNANT | USES),
    ("I", "Female participants can not be pregnant", NOT_PREGNANT, PREGNANT),
    ("I", "Participants can't be pregnant", NOT_PREGNANT, PREGNANT),
    ("I", "Seronegative for HIV", ill("Asthma"), ill("HIV Infection")),
    ("I", "HIV-negative", ill("Asthma"), ill("HIV Infection")),
    ("E", "HIV negative", ill("HIV Infection"), ill("Asthma")),
    ("E", "Infection with HIV or hepatitis B or C", ill("Asthma"), ill("Hepatitis C")),
    ("E", "Type 1 or type 2 diabetes", ill("Asthma"), ill("Type 1 Diabetes")),
    ("I", "Never smokers", {"tobacco_use": "never"}, {"tobacco_use": "former"}),
    ("E", "Current or former smokers", {"tobacco_use": "never"}, {"tobacco_use": "current"}),
    ("E", "BMI not between 18 and 30", {"bmi": 25}, {"bmi": 31}),
    ("I", "BMI not between 18 and 30", {"bmi": 31}, {"bmi": 25}),
    ("I", "Female", {"sex": "female"}, {"sex": "male"}),
    ("E", "* Males.", {"sex": "female"}, {"sex": "male"}),
    # About some people only.
    ("I", "Men must use contraception", {"sex": "female"} | REFUSES, {"sex": "male"} | REFUSES),
    ("I", "Women of childbearing potential must have a negative pregnancy test", STERILE, FERTILE | PREGNANT),
    ("I", "Subjects of reproductive potential must use birth control", STERILE | REFUSES, FERTILE | REFUSES),
    ("E", "Men who are unwilling to use contraception", {"sex": "female"} | REFUSES, {"sex": "male"} | REFUSES),
    ("E", "Women of childbearing potential not using contraception", {"sex": "female", "can_have_children": True} | USES,
     {"sex": "female", "can_have_children": True} | REFUSES),
    ("E", "Women who are pregnant or breastfeeding", NOT_PREGNANT, PREGNANT),
]  # fmt: skip


@pytest.mark.parametrize(("section", "text", "fits", "differs"), CASES)
def test_who_is_let_in_and_who_is_not(language: Language, section: str, text: str, fits: Facts, differs: Facts) -> None:
    criterion = only(read_criteria(text, language, SECTIONS[section]))
    assert criterion.reading is Reading.WHOLE
    assert criterion.requires is not None
    assert [evaluate(criterion.requires, facts).truth for facts in (fits, differs)] == [Truth.TRUE, Truth.FALSE]


@pytest.mark.parametrize(
    ("section", "text", "facts"),
    [
        ("I", "HER2-negative breast cancer", ill("Breast Cancer")),
        ("I", "HER2 negative breast cancer", ill("Breast Cancer")),
        ("E", "HIV negative, hepatitis B", ill("HIV Infection")),
        ("I", "Women of childbearing potential and men must agree to use birth control", {"sex": "male"} | REFUSES),
    ],
)
def test_a_no_that_is_said_of_something_else_keeps_nobody_out(language: Language, section: str, text: str, facts: Facts) -> None:
    criterion = only(read_criteria(text, language, SECTIONS[section]))
    assert criterion.requires is not None
    assert evaluate(criterion.requires, facts).truth is not Truth.FALSE


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("I", "Prior radiotherapy is allowed"),
        ("E", "Prior radiotherapy is allowed"),
        ("I", "May have had prior radiotherapy"),
        ("I", "Patients with treated brain metastases are eligible"),
        ("I", "ECOG > 2 is not allowed"),
        ("I", "Patients with HIV are excluded"),
        ("I", "Pregnant women are not eligible"),
    ],
)
def test_what_is_allowed_or_forbidden_in_passing_is_left_to_the_study_team(language: Language, section: str, text: str) -> None:
    assert only(read_criteria(text, language, SECTIONS[section])).requires is None


def test_only_the_sentence_that_allows_something_is_left_out(read: Read) -> None:
    criterion = only(read("ECOG 0 to 1. Prior radiotherapy is allowed."))
    assert criterion.reading is Reading.PART
    assert criterion.requires is not None
    assert evaluate(criterion.requires, {"performance_status": "3"}).truth is Truth.FALSE
    assert evaluate(criterion.requires, {"performance_status": "1", "prior_radiotherapy": False}).truth is Truth.UNKNOWN


def test_among_the_exclusions_everything_is_forbidden(language: Language) -> None:
    criterion = only(read_criteria("Patients with brain metastases are excluded", language, Section.EXCLUSION))
    assert criterion.requires is not None
    assert evaluate(criterion.requires, {"metastasis_sites": ("brain",)}).truth is Truth.FALSE


@pytest.mark.parametrize(("section", "text"), [("I", "Male or female"), ("I", "None"), ("E", "None."), ("E", "N/A")])
def test_what_asks_nothing_lets_everybody_in(language: Language, section: str, text: str) -> None:
    criterion = only(read_criteria(text, language, SECTIONS[section]))
    assert criterion.reading is Reading.WHOLE
    assert criterion.requires is not None
    assert evaluate(criterion.requires, {}).truth is Truth.TRUE


@pytest.mark.parametrize(
    "text",
    [
        "Incapacity to give informed consent",
        "Denial of written consent",
        "missing informed consent",
        "Lacking the capacity to consent",
        "Patients don't give informed consent",
    ],
)
def test_who_cannot_or_does_not_consent_is_excluded_and_who_does_is_not(read: Read, text: str) -> None:
    criterion = read(f"Exclusion Criteria:\n\n* {text}")[0]
    assert criterion.requires is not None
    assert evaluate(criterion.requires, {"willing_to_consent": True}).truth is Truth.TRUE
    assert evaluate(criterion.requires, {"willing_to_consent": False}).truth is Truth.FALSE


@pytest.mark.parametrize(
    "text",
    [
        "Women of childbearing potential with no effective contraceptive method, pregnancy or lactation.",
        "Previous participation in this study. Participation is defined as having given informed consent",
        "currently using any effective form of contraception",
    ],
)
def test_a_part_that_counts_against_what_nobody_is_kept_out_for_makes_no_rule(read: Read, text: str) -> None:
    """Beside other parts it would keep nobody out by itself, and be wrong all the same."""
    assert read(f"Exclusion Criteria:\n\n* {text}")[0].requires is None
