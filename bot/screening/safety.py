"""Recognising that a person is in danger, from their own words.

Pure, and made of the standard library alone: the engine (Python 3.10) and the app use this same module, so a message means
the same wherever it is read. Better one alarm too many than one too few; what is plainly history or plainly denied is let by.

The phrases are words, so they live in ``words/<locale>/safety.yaml``::

    phrases:
      emergency:                 # a category, one list of phrases each
        - chest pain
        - can't ... breathe      # "..." stands for up to three words in between
        - suffocat*              # "*" stands for any ending of a word
      crisis:
        - kill myself
    past:                        # in the same sentence, these make an `emergency` history
      - in {year}                # {year} is a year, {number} a number in digits or one of `numbers`
      - "{number} years ago"
    numbers: [a, two, three, a few]
    present:                     # … unless one of these says that it goes on
      - right now
    denied:                      # right before the phrase (one word may stand between), these deny it
      - no
      - don't have
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Categories that a time in the past cancels. A crisis is never cancelled so: to have been in despair is reason enough to offer help.
CANCELLED_BY_THE_PAST = frozenset({"emergency"})

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "＇": "'"})
_SENTENCE_END = re.compile(r"[.!?;…\n\r]+(?=\s|$)|[\n\r;!?]+")
_NOT_WORD = re.compile(r"[^\w']+")
_GAP = r"(?: \S+){0,3}"
_YEAR = r"(?:19|20)\d\d"


@dataclass(frozen=True)
class DangerWords:
    """The phrases of one or more languages, compiled."""

    phrases: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]
    past: tuple[re.Pattern[str], ...] = ()
    present: tuple[re.Pattern[str], ...] = ()
    denied: tuple[re.Pattern[str], ...] = ()
    denied_closely: tuple[re.Pattern[str], ...] = ()

    def __add__(self, other: DangerWords) -> DangerWords:
        return DangerWords(self.phrases + other.phrases, self.past + other.past, self.present + other.present, self.denied + other.denied)


NO_WORDS = DangerWords(())


def danger_words(data: Mapping[str, Any]) -> DangerWords:
    """Compile what a ``safety.yaml`` says; ``ValueError`` names the key that is not as described above."""
    phrases = data.get("phrases")
    if not isinstance(phrases, Mapping) or not phrases:
        raise ValueError("phrases: expected lists of phrases by category, such as emergency and crisis")
    numbers = [re.escape(_plain(str(number))) for number in data.get("numbers") or ()]
    number = "|".join([r"\d+", *sorted(numbers, key=len, reverse=True)])
    return DangerWords(
        phrases=tuple((str(category), _compiled(f"phrases.{category}", listed, number)) for category, listed in phrases.items()),
        past=_compiled("past", data.get("past") or (), number),
        present=_compiled("present", data.get("present") or (), number),
        denied=_compiled("denied", data.get("denied") or (), number, ending=r"(?: \S+)? $"),
        denied_closely=_compiled("denied", data.get("denied") or (), number, ending=r" $"),
    )


def find_danger(text: str, words: DangerWords) -> str | None:
    """The category of danger that ``text`` speaks of, or None. Categories count in the order they are written."""
    sentences = [_spaced(sentence) for sentence in _SENTENCE_END.split(_plain(text))]
    for category, patterns in words.phrases:
        for sentence in sentences:
            if any(_speaks_of(sentence, pattern, category, words) for pattern in patterns):
                return category
    return None


def _speaks_of(sentence: str, pattern: re.Pattern[str], category: str, words: DangerWords) -> bool:
    if category in CANCELLED_BY_THE_PAST and _is_history(sentence, words):
        return False
    # "No one, want to die": a word between the denial and the phrase may belong to neither, and a crisis is not let by for that.
    denials = words.denied if category in CANCELLED_BY_THE_PAST else words.denied_closely
    return any(not any(denial.search(sentence[: found.start()] + " ") for denial in denials) for found in pattern.finditer(sentence))


def _is_history(sentence: str, words: DangerWords) -> bool:
    return any(mark.search(sentence) for mark in words.past) and not any(mark.search(sentence) for mark in words.present)


def _plain(text: str) -> str:
    """Lower case, one kind of apostrophe, and nothing invisible inside a word."""
    shown = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return shown.translate(_APOSTROPHES).casefold()


def _spaced(sentence: str) -> str:
    """Words with one space before and after each, so that a phrase can only match whole words."""
    return f" {_NOT_WORD.sub(' ', sentence).strip()} "


def _compiled(key: str, listed: object, number: str, ending: str = r"(?= )") -> tuple[re.Pattern[str], ...]:
    if isinstance(listed, str) or not isinstance(listed, Sequence):
        raise ValueError(f"{key}: expected a list of phrases, found {type(listed).__name__}")
    patterns = []
    for phrase in listed:
        if not isinstance(phrase, str) or not phrase.strip():
            raise ValueError(f"{key}: expected a phrase in words, found {phrase!r} (quote words such as no and yes)")
        parts = [_part(word, number) for word in _plain(phrase.replace("…", "...")).split()]
        patterns.append(re.compile("".join(parts) + ending))
    return tuple(patterns)


def _part(word: str, number: str) -> str:
    if word == "...":
        return _GAP
    if word == "{year}":
        return f" {_YEAR}"
    if word == "{number}":
        return f" (?:{number})"
    if word.endswith("*"):
        return f" {re.escape(word[:-1])}\\S*"
    return f" {re.escape(_spaced(word).strip())}"
