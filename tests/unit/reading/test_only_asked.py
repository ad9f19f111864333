"""What is only asked: its words mean something while its own question is open, said of the patient, and nothing otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from bot.screening.reading import Reader
from bot.screening.readings import Command, ReadAnswer, ReadCommand, ReadUnclear, ReadUnsure
from tests.unit.reading.small_words import ORDINARY, SMALL, hear, lexicon


def value(attribute: str, text: str, **more: Any) -> Any:
    match hear(text, attribute, **more).reading:
        case ReadAnswer(value=found):
            return found
        case ReadUnsure():
            return "unsure"
        case other:
            assert isinstance(other, ReadUnclear), other
            return None


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a briar", True),
        ("no briar", False),
        ("gave up the briar", False),
        ("yes", True),
        ("i have", True),
        ("i was", "unsure"),
        # Something else that they have.
        ("i have gout", None),
        # Somebody else's.
        ("my mother has a briar", None),
        ("yes, my mother has a briar", None),
        ("no, but my mother has a briar", False),
        ("my mother never had a briar", None),
        ("my mother has a meerschaum, i have a briar", True),
    ],
)
def test_an_answer_is_of_the_patient(text: str, meaning: Any) -> None:
    assert value("pipe", text) == meaning


def test_a_choice_is_of_the_patient_too() -> None:
    assert value("habit", "my mother takes snuff") is None
    assert value("habit", "my mother takes snuff, i quit") == "past"


def test_who_asks_for_somebody_is_told_of_them() -> None:
    assert value("pipe", "my mother has a briar", about="mother") is True
    assert value("pipe", "i have a briar", about="mother") is None


def test_its_words_are_no_vocabulary_of_other_questions() -> None:
    assert "meerschaum" not in SMALL.vocabulary
    reader = Reader(lexicon(ordinary=lambda word: int(word in ORDINARY)))
    assert isinstance(hear("a meershaum", "pipe", reader=reader).reading, ReadAnswer)
    assert isinstance(hear("a meershaum", "treated", reader=reader).reading, ReadUnclear)


def test_it_is_never_told_in_passing() -> None:
    assert hear("i have a briar").facts == ()
    assert hear("i am 62, briar", "age").facts == ()


def test_it_is_named_only_after_it_was_asked() -> None:
    changed = hear("change my pipe to no", "age", offered=("age", "pipe")).reading
    assert isinstance(changed, ReadCommand)
    assert (changed.command, changed.attribute, changed.value) == (Command.CHANGE, "pipe", False)
    assert not isinstance(hear("change my pipe to no", "age", offered=("age",)).reading, ReadCommand)


# -- all there are


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("gout", ("Gout",)),
        ("gout and asthma", ("Gout", "Asthma")),
        # Beside an illness that leads no other is left out; of one and the same the narrower counts.
        ("cancer, gout and lung cancer", ("Gout", "Lung Cancer")),
        # A short name is one where it is all of a part.
        ("asthma and a bad toe", ("Asthma", "Gout")),
        ("none", ()),
        ("nothing", ()),
        ("nothing apart from gout", ("Gout",)),
        ("as fit as can be", ()),
        ("no gout, asthma", ("Asthma",)),
        # The denial of one denies no other.
        ("no gout", None),
        ("maybe gout", None),
        ("asthma, maybe gout", None),
        ("gout test was clear", None),
        ("my mother has gout", None),
        ("my mother has gout, i have asthma", ("Asthma",)),
        ("nothing but a wobbly knee", None),
        ("a wobbly knee", None),
    ],
)
def test_all_illnesses_are_taken_or_none(text: str, meaning: Any) -> None:
    assert value("ailments", text) == meaning


@pytest.mark.parametrize(
    ("text", "partly"), [("gout", False), ("i have gout and a bad toe", False), ("gout and a wobbly knee", True), ("none", False)]
)
def test_a_part_that_was_not_read_is_told(text: str, partly: bool) -> None:
    reading = hear(text, "ailments").reading
    assert isinstance(reading, ReadAnswer)
    assert reading.partly is partly


def test_no_other_needs_one_that_is_known() -> None:
    assert value("ailments", "nothing else", offered=("ailments",)) is None
    assert value("ailments", "nothing else", offered=("ailments", "condition")) == ()
