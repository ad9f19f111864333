"""However long a message is, reading it takes work in proportion to its length, and it ends."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import patterns
from bot.screening.reading.reader import MOST_WORDS
from bot.screening.reading.text import Phrases, tokens
from bot.screening.readings import Heard, ReadUnclear
from tests.shipped import shipped_library

READER = shipped_library().in_locale("en").reader
TODAY = datetime.date(2026, 11, 3)
LONGEST = 4_000
REPEATED = ["1 ", "1/", "no ", "5\n", "5 mg ", "7% ", "10-12 ", "1 or 2 ", "since 2010 ", "two hundred ", "3 weeks ago ", "stage 4 ", "<5 "]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often words of a message are compared with words of a file."""
    counted: Counter[str] = Counter()
    longest_at, ends = Phrases.longest_at, patterns._Tree.ends

    def counting_longest_at(self: Phrases[Any], words: Sequence[str], start: int) -> Any:
        counted["looks"] += 1
        return longest_at(self, words, start)

    def counting_ends(self: Any, words: Sequence[str], start: int) -> Iterator[int]:
        counted["looks"] += 1
        return ends(self, words, start)

    monkeypatch.setattr(Phrases, "longest_at", counting_longest_at)
    monkeypatch.setattr(patterns._Tree, "ends", counting_ends)
    return counted


def hear(text: str) -> Heard:
    return READER.hear(text, Prompt(waiting=Waiting.QUESTION, attribute="metastasis_sites"), {"consent"}, TODAY)


@pytest.mark.parametrize("piece", REPEATED)
def test_twice_the_message_is_twice_the_work(looks: Counter[str], piece: str) -> None:
    hear(piece * 10)  # What is made when it is first needed is made now.
    work = []
    for number in (60, 120):
        looks.clear()
        hear((piece * number).strip())
        work.append(looks["looks"])
    assert work[1] <= 2.5 * work[0], work


@pytest.mark.parametrize("piece", REPEATED)
def test_more_words_than_anybody_has_to_say_are_asked_for_anew(looks: Counter[str], piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST].strip()
    heard = hear(text)
    if len(tokens(text)) > MOST_WORDS:
        assert heard == Heard(ReadUnclear())
        assert not looks


def test_the_longest_story_that_can_be_sent_is_read() -> None:
    story = "I am 61 and a woman. " + "We have talked about it with everybody in the family. " * 80
    text = story[:LONGEST]
    assert len(tokens(text)) < MOST_WORDS
    heard = READER.hear(text, None, {"consent"}, TODAY)
    assert {fact.attribute: fact.value for fact in heard.facts} == {"age": 61, "sex": "female"}
