"""Whatever somebody writes, or a registry prints, is read in little time, and never with a fault."""

from __future__ import annotations

import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.criteria.extraction import read_criteria
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import Intent
from bot.words.registry import criteria_language
from tests.fuzzing.anything import TEXT
from tests.fuzzing.conftest import FUZZED
from tests.shipped import shipped_library

LIBRARY = shipped_library()
ENGLISH = criteria_language(LIBRARY, "en")
TODAY = datetime.date(2026, 11, 2)
SECONDS = 5.0
"""Far more than any text takes on a machine that does other things as well; what runs away takes minutes."""
ATTRIBUTES = sorted(LIBRARY.attributes)
# What the readers know something about, in any order and number.
PIECES = st.sampled_from(
    [
        *(
            "no",
            "not",
            "but",
            "since",
            "or",
            "and",
            "maybe",
            "never had",
            "my mother",
            "I am",
            "over",
            "under",
            "between",
            "three",
            "sixty-one",
        ),
        *(
            "61",
            "3.5",
            "1e9",
            "13,5",
            "2021",
            "≥",
            "<=",
            "%",
            "mg/dL",
            "weeks",
            "ago",
            "years",
            "stage",
            "IV",
            "ECOG",
            "(",
            ")",
            ",",
            ".",
            ";",
            "?",
        ),
        *(
            "cancer",
            "chemo",
            "diabetes",
            "pregnant",
            "x 10^9/L",
            "Inclusion Criteria:",
            "Exclusion Criteria:",
            "\n",
            "\n- ",
            "\n1. ",
            "* ",
            "\t",
        ),
        *("a" * 40, "\u200d", "🙂", "İ", "ß", "٣", "²", "½", "\u0301"),
    ]
)
WRITTEN = st.lists(PIECES | st.text(max_size=12), max_size=60).map(" ".join) | TEXT | st.text(max_size=400)
REPEATED = st.builds(lambda piece, times: piece * times, st.text(min_size=1, max_size=6) | PIECES, st.integers(1, 600)).map(
    lambda text: text[:4_000]
)


@FUZZED
@given(text=WRITTEN | REPEATED, attribute=st.none() | st.sampled_from(ATTRIBUTES), locale=st.sampled_from(sorted(LIBRARY.words)))
def test_any_message(text: str, attribute: str | None, locale: str) -> None:
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=attribute) if attribute else None
    began = time.monotonic()
    heard = LIBRARY.in_locale(locale).reader.hear(text, prompt, frozenset(LIBRARY.attributes), TODAY, Intent(None, 0.0))
    assert heard.reading is not None
    assert time.monotonic() - began < SECONDS


@FUZZED
@given(text=WRITTEN | REPEATED)
def test_any_registry_text(text: str) -> None:
    began = time.monotonic()
    for criterion in read_criteria(text, ENGLISH):
        first, last = criterion.span
        assert text[first:last] == criterion.text or criterion.text
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("piece", ["no ", "1 ", "(", "stage ", "between 1 and ", "- a\n", "≥", "and/or ", "3 weeks ", "a" * 4 + " "])
def test_a_long_text_of_one_piece_takes_no_longer_than_it_is_long(piece: str) -> None:
    reader = LIBRARY.in_locale("en").reader
    text = (piece * 4_000)[:4_000]
    began = time.monotonic()
    list(read_criteria(text, ENGLISH))
    reader.hear(text, None, frozenset(LIBRARY.attributes), TODAY, Intent(None, 0.0))
    assert time.monotonic() - began < 2 * SECONDS
