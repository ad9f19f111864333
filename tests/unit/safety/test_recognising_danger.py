"""Danger is recognised by what people mean, not by fixed sentences; what only sounds like it is left alone.

The messages in the .jsonl files were written as many different people would write, without looking at the words file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.screening.safety import DangerWords, danger_words, find_danger, lets_by
from bot.settings import PROJECT
from bot.yaml_files import read_yaml

HERE = Path(__file__).parent
LONGEST = 4000
DANGERS = ("emergency", "crisis")


@pytest.fixture(scope="module")
def words() -> DangerWords:
    return danger_words(read_yaml(PROJECT / "words" / "en" / "safety.yaml"))


def messages(name: str) -> list[str]:
    return [json.loads(line)["text"] for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()]


# -- how many, by words alone; the classifier, which learns from examples, comes on top


@pytest.mark.parametrize(("category", "at_least"), [("emergency", 0.98), ("crisis", 0.93), ("medical_advice", 0.95)])
def test_most_of_what_people_write_in_danger_is_caught(
    category: str, at_least: float, words: DangerWords, record_property: Callable[[str, object], None]
) -> None:
    # An overdose is an emergency and may be a crisis: either answer helps.
    enough = DANGERS if category in DANGERS else (category,)
    missed = [text for text in messages(category) if find_danger(text, words) not in enough]
    caught = 1 - len(missed) / len(messages(category))
    record_property(f"{category}: caught by words alone", round(caught, 3))
    assert caught >= at_least, missed


def test_what_only_sounds_like_danger_is_left_alone(words: DangerWords, record_property: Callable[[str, object], None]) -> None:
    alarms = [text for text in messages("none") if find_danger(text, words) in DANGERS]
    share = len(alarms) / len(messages("none"))
    record_property("false alarms by words alone", round(share, 3))
    assert share <= 0.02, alarms


def test_answers_are_no_requests_for_advice(words: DangerWords) -> None:
    found = [text for text in messages("none") if find_danger(text, words) == "medical_advice"]
    assert all(text.split()[0].casefold() in ("will", "am", "how", "should", "can", "is", "what") for text in found), found


# -- what lets a phrase by


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("I had chest pain in 2015", None),
        ("I had chest pain in 2015 but now it's back", "emergency"),
        ("I had chest pain in 2015 and my chest hurts now", "emergency"),
        ("had it in 2015. My chest hurts so badly", "emergency"),
        ("no chest pain", None),
        ("chest pain: no", None),
        ("no chest pain, but I can't breathe", "emergency"),
        ("No one is here, I want to die", "crisis"),
        ("I don't have fever, bleeding or chest pain", None),
        ("not breathing", "emergency"),
        ("no! not breathing!", "emergency"),
        ("is chest pain a side effect?", None),
        ("what if I can't breathe during the infusion", None),
        ("I get breathless on stairs", None),
        ("I get breathless on stairs and now I can't breathe at all", "emergency"),
        ("my dad died of a heart attack", None),
        ("I think my dad is having a heart attack", "emergency"),
        ("I was suicidal in 2010", None),
        ("I was suicidal in 2010 and now I feel it again", "crisis"),
        ("I'm dying to know", None),
        ("better off without me", "crisis"),
        ("temperature 36.9 after chemo", None),
        ("temperature 38.9 after chemo", "emergency"),
        ("102 fever", "emergency"),
        ("took two tablets", None),
        ("took 30 tablets", "emergency"),
        ("I take 30 mg of morphine", None),
    ],
)
def test_history_denial_questions_turns_and_quantities(text: str, category: str | None, words: DangerWords) -> None:
    assert find_danger(text, words) == category


@pytest.mark.parametrize(
    "text",
    [
        "I CAN’T BREATHE",
        "i cant breathe",
        "i can t breathe",
        "i cannt breathe",
        "I can't breeeeathe",
        "i cant\u200bbreathe help i cant breathe",
    ],
)
def test_apostrophes_capitals_slips_and_invisible_characters_do_not_matter(text: str, words: DangerWords) -> None:
    assert find_danger(text, words) == "emergency"


def test_the_gravest_counts_and_advice_comes_last(words: DangerWords) -> None:
    assert find_danger("should I stop my chemo", words) == "medical_advice"
    assert find_danger("should I stop my chemo? I can't breathe", words) == "emergency"
    assert find_danger("should I take more morphine, I want to die", words) == "crisis"


def test_a_guess_is_not_believed_where_the_message_speaks_against_it(words: DangerWords) -> None:
    for text in ("years ago I coughed something red", "no fever at all", "I'm dying to know", "it is a side effect, isn't it"):
        assert lets_by(text, "emergency", words), text
    for text in ("I still want to live", "that was when I was young, long over", "we all must die one day"):
        assert lets_by(text, "crisis", words), text
    assert not lets_by("everything is red when I spit", "emergency", words)
    assert not lets_by("I keep staring at the knife", "crisis", words)


def test_a_phrase_of_danger_that_is_denied_speaks_against_even_a_sure_guess(words: DangerWords) -> None:
    assert lets_by("I don't want to kill myself", "crisis", words, sure=True)
    assert not lets_by("I want to kill myself", "crisis", words, sure=True)


def test_no_ordinary_word_is_taken_for_a_misspelled_word_of_danger(words: DangerWords) -> None:
    import symspellpy

    dictionary = Path(symspellpy.__file__).with_name("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    entries = (line.split() for line in dictionary.splitlines())
    common = [word for word, frequency in entries if int(frequency) > 20_000 and word.isalpha()]
    alone = [word for word in common if len(word) >= 5 and word not in words.spelled]
    taken = [word for word in alone for right in words.spelling.get(word[0], ()) if _one_letter_away(word, right)]
    assert taken == []


def _one_letter_away(word: str, right: str) -> bool:
    from bot.screening.safety import _one_slip

    return _one_slip(word, right)


# -- any length, any language


@pytest.mark.parametrize(
    "piece",
    [
        "chest pain ",
        "i had chest pain in 2015 ",
        "pain chest sudden dizzy in 2015 cant breathe fever chemo ",
        "no ",
        "a",
        "39.5 ",
        "but no fever, ",
        "want to ",
        "'",
        ". ",
    ],
)
def test_the_longest_message_takes_no_time(piece: str, words: DangerWords) -> None:
    text = (piece * LONGEST)[:LONGEST]
    find_danger(text[:200], words)
    began = time.process_time()
    find_danger(text, words)
    lets_by(text, "emergency", words)
    # Some tenths of a second on a slow machine; a search that ran away would take minutes. Other work takes none of the processor's time.
    assert time.process_time() - began < 5


def test_languages_are_looked_at_together(words: DangerWords) -> None:
    other = danger_words(
        {
            "groups": {"breathe": ["andas, luft"]},
            "danger": [
                {"category": "emergency", "unless": ["denied"], "phrases": ["kan inte ... {breathe}"]},
                {"category": "crisis", "phrases": ["vill dö"]},
            ],
            "denial": {"by": ["inga"]},
        }
    )
    assert find_danger("jag kan inte andas", words, other) == "emergency"
    assert find_danger("jag vill dö", words, other) == "crisis"
    assert find_danger("jag mår bra", words, other) is None


# -- a words file that is not as it should be


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "danger: expected a list"),
        ({"danger": [{"phrases": ["x"]}]}, r"danger\.0\.category"),
        ({"danger": [{"category": "emergency", "phrases": "x"}]}, r"danger\.0\.phrases: expected a list"),
        ({"danger": [{"category": "emergency", "phrases": [False]}]}, "quote words such as no"),
        ({"danger": [{"category": "emergency", "phrases": ["... help"]}]}, "begins with no word"),
        ({"danger": [{"category": "emergency", "phrases": ["maybe?"]}]}, "begins with no word"),
        ({"danger": [{"category": "emergency", "phrases": ["ab*"]}]}, "3 letters"),
        ({"danger": [{"category": "emergency", "phrases": ["{nothing}"]}]}, "no group 'nothing'"),
        ({"danger": [{"category": "emergency", "phrases": ["{a}"]}], "groups": {"a": ["{a}"]}}, "made of itself"),
        ({"danger": [{"category": "emergency", "unless": ["past"], "phrases": ["help"]}]}, "no mark 'past'"),
        (
            {"danger": [{"category": "emergency", "phrases": ["help"]}], "marks": {"past": {"phrases": ["x"], "unless": ["now"]}}},
            "no mark 'now'",
        ),
        ({"danger": [{"category": "emergency", "phrases": ["help"]}], "groups": ["x"]}, "groups: expected names"),
    ],
)
def test_a_fault_is_named(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        danger_words(data)
