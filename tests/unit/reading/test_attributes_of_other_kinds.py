"""Attributes of kinds that no shipped one is: a number in words of its own, one with decimals, a place where no places are known."""

from __future__ import annotations

from bot.screening.attributes import Attribute, Attributes
from bot.screening.reading import Reader
from bot.screening.readings import ReadAnswer, ReadUnclear
from tests.unit.reading.small_words import ATTRIBUTES, UNDERSTOOD, hear, lexicon

ENTRY = {"effort": 1, "sensitivity": 0, "group": "illness"}
MORE = Attributes(
    [
        *ATTRIBUTES.values(),
        Attribute.model_validate({**ENTRY, "name": "dogs", "answer_type": "number", "whole": True}),
        Attribute.model_validate({**ENTRY, "name": "litres", "answer_type": "number"}),
        Attribute.model_validate({**ENTRY, "name": "town", "answer_type": "text", "of_places": True}),
    ]
)
WORDS = {**UNDERSTOOD, "dogs": {"options": {"2": {"words": ["a pair"]}}}, "litres": {"names": ["litres"]}, "town": {"names": ["town"]}}
READER = Reader(lexicon(attributes=MORE, understood=WORDS))


def value(text: str, asked: str) -> object:
    reading = hear(text, asked, offered=tuple(MORE), reader=READER).reading
    return reading.value if isinstance(reading, ReadAnswer) else reading


def test_a_number_may_have_a_word_of_its_own() -> None:
    assert value("a pair", "dogs") == 2
    assert value("a pair of them", "dogs") == 2


def test_decimals_are_kept_to_the_second() -> None:
    assert value("1.5", "litres") == 1.5
    assert value("0.333333", "litres") == 0.33


def test_without_a_list_of_places_nobody_is_anywhere() -> None:
    assert value("in Leeds", "town") == ReadUnclear()


def test_words_that_know_no_illness_read_the_rest() -> None:
    without = Attributes(attribute for attribute in ATTRIBUTES.values() if attribute.name not in ("condition", "ailments"))
    words = {name: entry for name, entry in UNDERSTOOD.items() if name in without}
    reader = Reader(lexicon(attributes=without, understood=words))
    heard = hear("I am 61 with gout", offered=tuple(without), reader=reader)
    assert {fact.attribute: fact.value for fact in heard.facts} == {"age": 61}
