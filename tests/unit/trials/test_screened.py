"""A criterion that nobody has approved can be met, and leaves the rest open; only the record's own age and sex can rule out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given

from bot.criteria import CheckedBy, Criterion, Rule, Section, Status, Value, Verdict, check, verdict
from bot.settings import UNREVIEWED
from bot.trials import TrialRecord
from bot.trials.parts import Reviewed, TrialCriterion
from bot.trials.registry import parse_study
from bot.trials.registry.record import Reader
from bot.trials.screened import Deciding, screened
from tests.fakes.registry_api import a_study
from tests.importing.conftest import NOON
from tests.unit.criteria.strategies import facts, rules

TEXT = "Inclusion Criteria:\n\n* ECOG performance status 0 to 1\n\nExclusion Criteria:\n\n* Pregnant"


@pytest.fixture(scope="module")
def record() -> TrialRecord:
    return Reader.load().record(parse_study(a_study("NCT00000001", criteria=TEXT, sex="FEMALE")), NOON.date())


def verdict_of(record: TrialRecord, known: Mapping[str, Value], deciding: Deciding = Deciding.AGE_AND_SEX) -> Verdict:
    return verdict(check(criterion, known) for criterion in screened(record, deciding))


FITS = {"age": 40, "sex": "female", "performance_status": "1", "pregnant_or_breastfeeding": False}


@pytest.mark.parametrize(
    ("differently", "expected"),
    [
        ({}, {"age-and-sex": "likely", "none": "likely", "all": "likely"}),
        ({"performance_status": "3"}, {"age-and-sex": "possible", "none": "possible", "all": "unlikely"}),
        ({"pregnant_or_breastfeeding": True}, {"age-and-sex": "possible", "none": "possible", "all": "unlikely"}),
        ({"age": 17}, {"age-and-sex": "unlikely", "none": "possible", "all": "unlikely"}),
        ({"sex": "male"}, {"age-and-sex": "unlikely", "none": "possible", "all": "unlikely"}),
    ],
)
def test_what_an_answer_that_does_not_fit_makes_of_the_trial(
    record: TrialRecord, differently: Mapping[str, Value], expected: Mapping[str, str]
) -> None:
    for deciding in Deciding:
        assert verdict_of(record, {**FITS, **differently}, deciding).value == expected[deciding.value], deciding


def test_an_approved_criterion_decides(record: TrialRecord) -> None:
    reviewed = approved_by_somebody(record)
    assert verdict_of(reviewed, {**FITS, "performance_status": "3"}) is Verdict.UNLIKELY


def approved_by_somebody(record: TrialRecord) -> TrialRecord:
    approved = tuple(
        one.model_copy(update={"reviewed": Reviewed(by="Ada", on=NOON.date())}) if one.fingerprint else one for one in record.criteria
    )
    return record.model_copy(update={"criteria": approved})


@pytest.mark.parametrize(
    ("minimum", "text", "age", "status"),
    [
        ("18 Years", "Age 16 years or older", 17, Status.UNKNOWN),
        ("18 Years", "Age 16 years or older", 15, Status.NOT_MET),
        ("18 Years", "Age 16 years or older", 18, Status.MET),
        ("18 Years", "Age 21 years or older", 19, Status.MET),
        ("18 Years", "Able to walk", 17, Status.NOT_MET),
    ],
)
def test_an_age_that_field_and_text_disagree_about_is_left_open(minimum: str, text: str, age: int, status: Status) -> None:
    study = a_study("NCT00000001", criteria=f"Inclusion Criteria:\n\n* {text}", minimum_age=minimum)
    record = Reader.load().record(parse_study(study), NOON.date())
    (field,) = (one for one in screened(record) if one.id == "R-age")
    assert check(field, {"age": age}).status is status


@given(rules, facts)
def test_leaving_open_never_rules_out_and_keeps_what_is_met(rule: Rule, known: Mapping[str, Value]) -> None:
    criterion = TrialCriterion(id="I1", section=Section.INCLUSION, checked_by=CheckedBy.PATIENT, requires=rule, fingerprint="0" * 16)
    record = TrialRecord.model_construct(criteria=(criterion,))
    (open_,) = screened(record)
    before, after = check(criterion, known).status, check(open_, known).status
    assert after is (Status.MET if before is Status.MET else Status.UNKNOWN)


def test_what_only_the_study_team_checks_stays_theirs() -> None:
    theirs = Criterion(id="E1", section=Section.EXCLUSION, checked_by=CheckedBy.STUDY_TEAM)
    record = TrialRecord.model_construct(criteria=(TrialCriterion(**theirs.model_dump()),))
    assert screened(record)[0].requires is None


def test_the_setting_knows_the_same_choices() -> None:
    assert set(UNREVIEWED) == {deciding.value for deciding in Deciding}
    assert UNREVIEWED[0] == Deciding.AGE_AND_SEX.value


def test_a_criterion_that_no_answer_of_a_chat_can_settle_is_the_study_teams() -> None:
    # Whether arthritis is active now, no attribute asks; a history in a file may tell.
    text = "Inclusion Criteria:\n\n* ECOG 0 to 1\n\nExclusion Criteria:\n\n* Active rheumatoid arthritis or collagen disease"
    record = Reader.load().record(parse_study(a_study("NCT00000001", criteria=text)), NOON.date())
    assert {one.id: (one.checked_by, one.requires is None) for one in record.criteria if one.fingerprint} == {
        "I1": (CheckedBy.PATIENT, False),
        "E1": (CheckedBy.STUDY_TEAM, True),
    }
