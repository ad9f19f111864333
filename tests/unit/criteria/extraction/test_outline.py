"""Where criteria begin and end: sections, lists, lists in lists, lists in running text, and lines that somebody broke."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.unit.criteria.extraction.conftest import Read, rows


def parts(read: Read, text: str) -> list[tuple[str, str]]:
    return [(criterion.id, " ".join(criterion.text.split())) for criterion in read(text)]


def test_two_sections_with_bullets(read: Read) -> None:
    text = "Inclusion Criteria:\n\n* Adults\n* Able to walk\n\nExclusion Criteria:\n\n* Pregnancy\n"
    assert parts(read, text) == [("I1", "Adults"), ("I2", "Able to walk"), ("E1", "Pregnancy")]


HEADINGS = [
    "Exclusion Criteria:",
    "EXCLUSION CRITERIA",
    "Key Exclusion Criteria:",
    "Exclusion criteria: :",
    "Exclusion:",
    "Non-inclusion criteria:",
    "Exclusion Criteria for patients:",
    "* Exclusion criteria:",
    "Exclusion Criteria：",
    "Exclusion Criteria (all cohorts):",
    "Subjects will be excluded if they meet any of the following criteria:",
    "Patients are not eligible if any of these apply:",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_what_heads_the_exclusions(read: Read, heading: str) -> None:
    assert parts(read, f"Inclusion Criteria:\n\n* Adults\n\n{heading}\n\n* Pregnancy") == [("I1", "Adults"), ("E1", "Pregnancy")]


NO_HEADINGS = [
    "Meets all inclusion criteria and no exclusion criterion",
    "Patients who do not meet the inclusion criteria",
    "Exclusion of other causes of pain by MRI",
]


@pytest.mark.parametrize("text", NO_HEADINGS)
def test_what_only_sounds_like_a_heading(read: Read, text: str) -> None:
    assert parts(read, f"Inclusion Criteria:\n\n* Adults\n* {text}") == [("I1", "Adults"), ("I2", text)]


def test_a_heading_in_the_middle_of_a_line(read: Read) -> None:
    text = "Inclusion Criteria: Adults who can walk. Exclusion Criteria: pregnancy."
    assert parts(read, text) == [("I1", "Adults who can walk."), ("E1", "pregnancy.")]


def test_the_span_takes_in_what_leads_to_the_words(read: Read) -> None:
    text = "Inclusion Criteria:\n\n 1. Adults\n"
    (criterion,) = read(text)
    assert text[slice(*criterion.span)] == "Inclusion Criteria:\n\n 1. Adults"
    assert text[slice(*criterion.own)] == criterion.text == "Adults"


def test_lines_without_bullets_are_points_each(read: Read) -> None:
    text = "Inclusion Criteria:\n\nAge over 18.\nSigned consent.\n\nExclusion Criteria:\n\nPregnancy.\nAllergy."
    assert [name for name, _ in parts(read, text)] == ["I1", "I2", "E1", "E2"]


def test_a_line_that_was_broken_belongs_to_the_one_before(read: Read) -> None:
    text = (
        "        Inclusion Criteria:\n\n"
        "          -  Agreement to avoid pregnancy or fathering children during the whole of the\n"
        "             Study and for three months after it.\n\n"
        "          -  Serum creatinine < 1.5 x ULN or creatinine clearance (measured)\n\n"
        "             ≥ 50 mL/min\n"
    )
    found = parts(read, text)
    assert [name for name, _ in found] == ["I1", "I2"]
    assert found[0][1].endswith("whole of the Study and for three months after it.")
    assert found[1][1].endswith("(measured) ≥ 50 mL/min")


def test_bullets_inside_of_bullets(read: Read) -> None:
    text = "Exclusion Criteria:\n\n1. Inadequate laboratory function:\n\n   1. Platelets < 100\n   2. Hemoglobin < 9\n\n2. Pregnancy"
    assert [(c.id, c.parent) for c in read(text)] == [("E1", None), ("E2", "E1"), ("E3", "E1"), ("E4", None)]


def test_two_bullets_before_one_point(read: Read) -> None:
    assert parts(read, "Exclusion Criteria:\n\n* • Solitary brain lesion\n-  4. Hypertension") == [
        ("E1", "Solitary brain lesion"),
        ("E2", "Hypertension"),
    ]


RUN_ON = [
    ("Diagnosis: 1) pain for 3 months 2) stiffness 3) swelling", ["Diagnosis:", "pain for 3 months", "stiffness", "swelling"]),
    ("Blood count: A. HB > 90 g/L; B. ANC > 1.5; C. PLT > 80", ["Blood count:", "HB > 90 g/L;", "ANC > 1.5;", "PLT > 80"]),
    ("①Adults ②Able to walk", ["Adults", "Able to walk"]),
    ("a) men aged 18- and 65-years b) neck pain", ["men aged 18- and 65-years", "neck pain"]),
]


@pytest.mark.parametrize(("text", "expected"), RUN_ON)
def test_a_list_in_a_running_text(read: Read, text: str, expected: list[str]) -> None:
    assert [text for _, text in parts(read, f"Inclusion Criteria:\n\n* {text}")] == expected


NO_LISTS = ["HbA1c of 7.0 to 9.5 %", "stage 1. The other stages are excluded", "grade 2) or worse", "vitamin B12", "type 1 or 2 diabetes"]


def test_a_figure_behind_a_dash_counts_points_also_without_a_space(read: Read) -> None:
    text = "Inclusion Criteria:\n\n-1. Aged 18 years or older\n-2. HbA1c above 7 %\n-18 months at least since the diagnosis"
    assert [found for _, found in parts(read, text)] == [
        "Aged 18 years or older",
        "HbA1c above 7 %",
        "18 months at least since the diagnosis",
    ]


@pytest.mark.parametrize("text", NO_LISTS)
def test_what_is_no_list(read: Read, text: str) -> None:
    assert [found for _, found in parts(read, f"Inclusion Criteria:\n\n* {text}")] == [text]


def test_nested_lists_of_real_records_split_as_expected(read: Read, shared: Path) -> None:
    """Every point that the other splitter finds begins a criterion here, but where its own text says that it could not split."""
    for row in rows(shared / "data" / "criteria" / "nesting-cases.jsonl"):
        expected = [
            " ".join(html.unescape(re.sub(r"<[^>]+>", " ", item)).split())
            for item in re.findall(r"<li>(.*?)(?=<li>|</li>|<ul>|<ol|<p>|</ul>|</ol>)", row["expected_html"], re.DOTALL)
        ]
        found = [" ".join(html.unescape(criterion.text).split()) for criterion in read(row["input"])]
        starts = [text[:40] for text in found]
        missed = [item for item in expected if any(map(str.isalnum, item)) and not any(_begins(start, item) for start in starts)]
        assert missed == [], row["input"][:80]


def _begins(start: str, item: str) -> bool:
    return item.startswith(start[:25]) or start.startswith(item[:25]) or re.sub(r"^\W*\d*\W*", "", item).startswith(start[:20])
