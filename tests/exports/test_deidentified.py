"""A de-identified export holds none of the 18 identifiers of HIPAA's Safe Harbor, whatever somebody wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.exports.files import ExportFormat
from bot.exports.showing import Deidentified
from bot.exports.shown import NINETY
from tests.exports.conftest import BEGUN, KEY, Exporter, file_of

ALL = pytest.mark.parametrize("format_", list(ExportFormat))
NO_NAMES: dict[str, frozenset[str]] = {}


def shown(exporter: Exporter, answers: dict[str, Any], **how: Any) -> dict[str, Any]:
    """What is shown of the values, by attribute; the state, where it is not known."""
    (conversation,) = json.loads(exporter.text(ExportFormat.JSON, file_of(answers, **how)))["conversations"]
    (screening,) = conversation["screenings"]
    return {each["attribute"]: each["value"] if each["state"] == "known" else each["state"] for each in screening["answers"]}


@pytest.mark.parametrize(("age", "expected"), [(54, 54), (89, 89), (90, "90 or older"), (104, "90 or older")])
def test_ages_above_89_are_one_group(exporter: Exporter, age: int, expected: object) -> None:
    assert shown(exporter, {"age": age}) == {"age": expected}


def test_places_are_withheld(exporter: Exporter) -> None:
    assert shown(exporter, {"location": ["Little Snoring, England"]}) == {"location": "withheld"}


def test_names_of_our_lists_are_shown_and_others_are_not(exporter: Exporter) -> None:
    assert shown(exporter, {"condition": ["Lung Cancer"]}) == {"condition": ["Lung Cancer"]}
    assert shown(exporter, {"condition": ["Lung Cancer", "Petronella Quux"]}) == {"condition": "withheld"}


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("cancer_stage", "IV", "IV"),
        ("cancer_stage", "call me on 0161 496 0000", "withheld"),
        ("prior_radiotherapy", True, True),
        ("prior_radiotherapy", "yes", "withheld"),
        ("metastasis_sites", ["brain", "bone"], ["brain", "bone"]),
        ("metastasis_sites", ["brain", "Ann"], "withheld"),
        ("last_trial_drug", 40, 40),
        ("last_trial_drug", "never", "never"),
        ("last_trial_drug", 90 * 365, "withheld"),
        ("weight", 71.5, 71.5),
        ("weight", 1_614_960_000, "withheld"),
    ],
)
def test_a_value_is_shown_only_where_it_is_one_of_its_attribute(
    exporter: Exporter, attribute: str, value: object, expected: object
) -> None:
    assert shown(exporter, {attribute: value}) == {attribute: expected}


def test_an_attribute_that_the_lexicon_does_not_have_is_left_out(exporter: Exporter) -> None:
    assert shown(exporter, {"surname": "Quux"}) == {}


def test_dates_are_a_year_and_days_since_the_beginning(exporter: Exporter) -> None:
    (conversation,) = json.loads(exporter.text(ExportFormat.JSON, file_of({"age": 54}, days_later=3)))["conversations"]
    assert (conversation["begun_in_year"], conversation["days_to_last_message"]) == (2026, 3)
    assert conversation["screenings"][0]["answers"][0]["day"] == 3


def test_a_day_is_whole_24_hours_so_that_it_tells_no_time_of_day(exporter: Exporter) -> None:
    file = file_of({})
    late = replace(file, conversation=replace(file.conversation, last_at=BEGUN + timedelta(hours=23, minutes=59)))
    (conversation,) = json.loads(exporter.text(ExportFormat.JSON, late))["conversations"]
    assert conversation["days_to_last_message"] == 0


@pytest.mark.parametrize("trial", ["+44 161 496 0000", "NCT06141070 ann", "ann@example.org"])
def test_what_is_no_trials_number_is_not_shown_as_one(exporter: Exporter, trial: str) -> None:
    assert trial not in exporter.text(ExportFormat.JSON, file_of({"age": 54}, trial_id=trial))


def test_the_country_of_a_language_is_left_out(exporter: Exporter) -> None:
    (conversation,) = json.loads(exporter.text(ExportFormat.JSON, file_of({}, locale="sv-SE")))["conversations"]
    assert conversation["language"] == "sv"


def test_the_same_conversation_has_another_id_in_another_export(exporter: Exporter) -> None:
    file = file_of({})
    ids = {
        json.loads(exporter.text(ExportFormat.JSON, file, key=key))["conversations"][0]["export_id"] for key in (KEY, KEY, b"another key")
    }
    assert len(ids) == 2
    assert file.conversation.id not in ids


@ALL
def test_nothing_by_which_a_person_is_found_is_in_the_file(exporter: Exporter, format_: ExportFormat) -> None:
    file = file_of(
        {"age": 97, "location": ["Little Snoring"], "prior_radiotherapy": None, "condition": ["Lung Cancer"]},
        said="I am Petronella, call 0161 496 0000",
        closed_because="Petronella asked for it",
    )
    text = exporter.text(format_, file)
    for secret in (
        file.conversation.id,
        file.conversation.sender,
        "the-hash-of-the-token",
        "the-key-of-the-summary",
        "the-key-of-the-contact-page",
        "Petronella",
        "0161 496 0000",
        "Snoring",
        "the-id-of-message",
        "2026-03-07",
        "21:30:00.",
        "en-GB",
    ):
        # The moment of the export itself says nothing about anybody.
        assert secret not in text.replace(BEGUN.isoformat(), ""), secret


_said = st.text(min_size=4, max_size=60)
_stored = st.one_of(
    _said,
    st.lists(_said, max_size=3),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dictionaries(st.text(max_size=3), _said, max_size=2),
)


@given(said=_said, values=st.lists(_stored, min_size=1, max_size=5), data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@ALL
def test_strings_that_a_patient_wrote_never_occur(
    exporter: Exporter, format_: ExportFormat, said: str, values: list[Any], data: st.DataObject
) -> None:
    """Marked, so that a word that our own lists have as well is no find; whatever a damaged store holds as a value."""
    mark = "qzx"
    marked = [_marked(value, mark) for value in values]
    names = data.draw(st.lists(st.sampled_from(sorted(exporter.library.attributes)), min_size=len(values), max_size=len(values)))
    answers = dict(zip(names, marked, strict=True))
    file = file_of(answers, said=mark + said, sender=mark + said, closed_because=mark + said, trial_id=(mark + said)[:20], locale="en")
    assert mark not in exporter.text(format_, file).casefold()


def _marked(value: Any, mark: str) -> Any:
    match value:
        case str():
            return mark + value
        case list():
            return [mark + each for each in value]
        case dict():
            return {mark + name: mark + each for name, each in value.items()}
    return value


@given(age=st.integers(0, 200))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_number_above_89_is_ever_shown_as_an_age(exporter: Exporter, age: int) -> None:
    shown = Deidentified(exporter.library.attributes, NO_NAMES, KEY).conversation(file_of({"age": age}))
    assert shown.last_answers["age"].value == (age if age <= 89 else NINETY)
