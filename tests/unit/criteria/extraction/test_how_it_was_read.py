"""Which words of a criterion became which condition, and which were left to the study team."""

from __future__ import annotations

from bot.criteria.extraction import Language
from bot.criteria.extraction.tracing import traced
from bot.criteria.rules import rule_as_json


def pieces(language: Language, text: str) -> list[tuple[str, object, bool]]:
    """The words of each piece, the condition that they became, and whether it is denied."""
    return [
        (text[slice(*piece.place)], None if piece.condition is None else rule_as_json(piece.condition), piece.denied)
        for piece in traced(text, (0, len(text)), language)
    ]


def test_each_condition_stands_with_its_own_words(language: Language) -> None:
    assert pieces(language, "Patients must have HbA1c above 7 %") == [
        ("HbA1c above 7 %", {"attribute": "hba1c", "above": 7.0}, False),
    ]


def test_what_nothing_was_made_of_is_left_in_its_place(language: Language) -> None:
    found = pieces(language, "Able to fly kites, HbA1c above 7 %, and fond of the wind")
    assert [(words, condition is None) for words, condition, _ in found] == [
        ("Able to fly kites,", True),
        ("HbA1c above 7 %", False),
        (", and fond of the wind", True),
    ]


def test_what_is_denied_is_shown_as_what_is_denied(language: Language) -> None:
    found = pieces(language, "Must not be pregnant")
    assert ("pregnant", {"attribute": "pregnant_or_breastfeeding", "is": True}, True) in found
