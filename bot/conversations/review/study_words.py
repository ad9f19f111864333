"""The words for a patient turned to the study team: "the patient's age" in place of "your age"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.screening.reading import Lexicon
from bot.words import Words


@dataclass(frozen=True)
class StudyWords(Words):
    """Words that speak of the patient to somebody else; what is read, they have of the words that they were made from."""

    made_from: Words | None = None

    @cached_property
    def lexicon(self) -> Lexicon:
        return super().lexicon if self.made_from is None else self.made_from.lexicon


def study_words(words: Words, texts: Mapping[str, Any]) -> StudyWords:
    """The words as the study team reads them. `texts`: how the patient is spoken of (`patient`), and the clauses of rules (`denied`)."""
    rules = words.files["rules"]
    about_the_patient = {**rules, "rules": {**rules["rules"], "denied": texts["denied"]}}
    files = {**words.files, "rules": about_the_patient}
    return StudyWords(words.locale, words.attributes, files, dict(texts["patient"]), made_from=words)


def capital(text: str) -> str:
    """Text that begins a line."""
    return text[:1].upper() + text[1:]
