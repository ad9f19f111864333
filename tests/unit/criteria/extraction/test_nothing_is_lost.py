"""Every sign of a text lies in exactly one criterion, whatever the text is."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.criteria.extraction import Language, ReadCriterion, read_criteria
from tests.unit.criteria.extraction.conftest import Read, rows

PIECES = [
    "Inclusion Criteria:", "Exclusion criteria", "Key Exclusion Criteria :", "- ", "* ", "1. ", "2) ", "a) ", "  ", "\n", "\n\n", "\t",
    "\r\n",
    "Age ≥ 18 years", "age between 18 and", "BMI 18.5 - ", "> ", "<", "or", "and/or", "(", ")", "unless", "no ", "within 4 weeks", "HbA1c",
    "2.5 x ULN", "pregnant", "ECOG 0, 1 or 2", "class III", "blood pressure 140/90", "type 2 diabetes",
    "١٨", "①", "：", "ß", "İ", "\u200b", "🤰", "½",
    "One of the following:", "10^9/L", "1,73", "and", ",", ";", ".", "/", "-", "not", "at least", "to", "from",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=40).map("".join) | st.text(max_size=300)


def is_whole(text: str, criteria: list[ReadCriterion], language: Language) -> bool:
    letters = [place for place, letter in enumerate(text) if letter.isalnum()]
    if not criteria:
        # Nothing but headings, which lead to nothing.
        heading = language.words.headings.inclusion, language.words.headings.exclusion
        return not letters or any(pattern.search(text) for pattern in heading)
    marks = Counter(place for criterion in criteria for place in range(*criterion.span))
    signs = [place for place, letter in enumerate(text) if not letter.isspace()]
    return all(marks[place] == 1 for place in signs) and max(marks.values()) == 1


@settings(max_examples=400, deadline=None)
@given(text=TEXTS)
@example("≥ i) or 2")
@example("Age > 18\n -\n * ECOG 0 to 2\n---")
def test_no_text_is_too_strange(language: Language, text: str) -> None:
    criteria = read_criteria(text, language)
    assert is_whole(text, criteria, language)
    for criterion in criteria:
        start, end = criterion.own
        assert text[start:end] == criterion.text
        assert criterion.span[0] <= start <= end <= criterion.span[1]


@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_ids_count_each_section_from_one(language: Language, text: str) -> None:
    criteria = read_criteria(text, language)
    for letter in "IE":
        ids = [criterion.id for criterion in criteria if criterion.id[0] == letter]
        assert ids == [f"{letter}{number}" for number in range(1, len(ids) + 1)]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "-", "Exclusion Criteria:\n-", "::", "•"])
def test_a_text_that_says_nothing_has_no_criteria(read: Read, text: str) -> None:
    assert read(text) == []


def test_real_texts_cut_off_anywhere_and_with_their_lines_mixed_up(language: Language, shared: Path) -> None:
    chance = random.Random(20261129)  # noqa: S311 - repeatable, not secret
    for row in chance.sample(rows(shared / "data" / "criteria" / "eligibility-corpus.jsonl"), 150):
        text = row["text"]
        cut = text[: chance.randrange(len(text) + 1)]
        lines = text.split("\n")
        chance.shuffle(lines)
        for changed in (text, cut, "\n".join(lines), text.replace("\n", " "), text[::-1]):
            assert is_whole(changed, read_criteria(changed, language), language), row["nct_id"]


#: Shapes that take time that grows faster than the text, where a reader has a loop or an expression that looks back too far.
LONG = {
    "a heading that never comes": lambda n: "Key " + "-" * n + "x",
    "words of a heading": lambda n: "patient a-b " * n + ":",
    "white space": lambda n: "a" + " " * n + "b. " + " " * n + "c",
    "deeper and deeper": lambda n: "".join(" " * depth + "- a:\n" for depth in range(n // 10)),
    "bullets": lambda n: "- " * n + "x",
    "numbers of a list": lambda n: "1. " * n,
    "one number": lambda n: "1" * n,
    "parts of a number": lambda n: "1 000 " * n,
    "powers": lambda n: "10" + " x 10" * n,
    "comparisons": lambda n: "age > " * n,
    "a list of bounds": lambda n: "age > 18 or " * n,
    "a list of illnesses": lambda n: "diabetes, " * n,
    "denials": lambda n: "no pregnant and " * n,
    "sentences": lambda n: "Diabetes. Age. " * n,
    "brackets": lambda n: "(" * n + "age > 18" + ")" * n,
    "groups of groups": lambda n: "* One of the following:\n" * n,
    "headings": lambda n: "Arm A:\n* age > 18\n" * n,
}


@pytest.mark.parametrize("shape", LONG)
def test_no_shape_of_a_long_text_takes_forever(language: Language, shape: str) -> None:
    text = LONG[shape](2_000)
    assert is_whole(text, read_criteria(text, language), language)
