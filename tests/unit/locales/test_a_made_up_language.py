"""A language that nobody speaks, given as data alone, is read like any other; and words of another language mean nothing in it."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import Intent, Reader
from bot.screening.reading.intent import Guess
from bot.screening.readings import (
    SELF,
    Command,
    Heard,
    ReadAnswer,
    ReadCommand,
    ReadDecline,
    ReadElsewhere,
    ReadUnclear,
    ReadUnsure,
)
from bot.settings import PROJECT
from bot.words import Library, load_library
from bot.words.words import FALLBACK_LOCALE

HERE = Path(__file__).parent
LOCALE = "qq"
TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The made-up language, as the only one there is; files of texts, which nothing is read with, are empty."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(HERE / "lexicon", root / "lexicon")
    for locale in (LOCALE, FALLBACK_LOCALE):
        folder = root / "words" / locale
        shutil.copytree(HERE / "words" / LOCALE, folder)
        for needed in (PROJECT / "words" / FALLBACK_LOCALE).glob("*.yaml"):
            if not (folder / needed.name).exists():
                (folder / needed.name).write_text(f'version: "0"\nlocale: {locale}\n')
    return load_library(root)


@pytest.fixture(scope="module")
def reader(library: Library) -> Reader:
    return library.in_locale(LOCALE).reader


def hear(reader: Reader, text: str, asked: str | None = None) -> Heard:
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=asked) if asked else None
    offered = ("age", "prior_radiotherapy", "metastasis_sites")
    return reader.hear(text, prompt, offered, TODAY)


def told(reader: Reader, text: str) -> dict[str, object]:
    return {fact.attribute: fact.value for fact in hear(reader, text).facts}


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        ("prior_radiotherapy", "vu", True),
        ("prior_radiotherapy", "Okka!", True),
        ("prior_radiotherapy", "zot", False),
        ("prior_radiotherapy", "vu, ej tuk glimma", True),
        ("prior_radiotherapy", "ej zotti tuk fizz", False),
        ("prior_radiotherapy", "ej zem tuk fizz", False),
        ("age", "gibti-bor", 62),
        ("age", "ej oi hunno un bor", 102),
        ("age", "62 annu", 62),
        ("sex", "femu", "female"),
        ("condition", "kren da pulmo", ("Pulmokrenosis",)),
        ("condition", "kren, pulmokren", ("Pulmokrenosis",)),
        ("condition", "pk", ("Pulmokrenosis",)),
        ("metastasis_sites", "skul un oskur", ("brain", "bone")),
        ("metastasis_sites", "oskur, zem skul", ("bone",)),
        ("metastasis_sites", "oskur. skul klaro", ("bone",)),
        ("last_trial_drug", "cem hefti rugwa", 21),
        ("last_trial_drug", "ena heft rugwa", 7),
        ("last_trial_drug", "bor un demi annu rugwa", 912),
        ("last_trial_drug", "gestri", 1),
        ("last_trial_drug", "12 marzu 2024", 987),
        ("last_trial_drug", "zotti", "never"),
        ("weight", "40 blok", 80),
        ("weight", "jelm dotu eft blok", 17),
    ],
)
def test_answers_are_read(reader: Reader, asked: str, text: str, value: object) -> None:
    reading = hear(reader, text, asked).reading
    assert isinstance(reading, ReadAnswer)
    assert reading.value == value


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("prior_radiotherapy", "vu un zot"),
        ("prior_radiotherapy", "vu mut forsu"),
        ("prior_radiotherapy", "ej forsu tuk fizz"),
        ("age", "supra 60"),
        ("age", "60 od 61"),
        ("age", "paru"),
        ("metastasis_sites", "forsu skul"),
        ("last_trial_drug", "longu rugwa"),
        ("condition", "pulmokren bruva"),
        ("weight", "subo 40 blok"),
    ],
)
def test_what_could_mean_two_things_is_asked_again(reader: Reader, asked: str, text: str) -> None:
    assert isinstance(hear(reader, text, asked).reading, ReadUnclear)


def test_not_knowing_and_declining_are_read(reader: Reader) -> None:
    assert isinstance(hear(reader, "hum nelp", "age").reading, ReadUnsure)
    assert isinstance(hear(reader, "ej sipli", "age").reading, ReadDecline)
    doubtful = hear(reader, "zot ka ej gnoze", "prior_radiotherapy").reading
    assert isinstance(doubtful, ReadAnswer)
    assert (doubtful.value, doubtful.hedged) == (False, True)


@pytest.mark.parametrize(
    ("text", "facts", "about"),
    [
        ("ej oi 62, pulmokren", {"age": 62, "condition": ("Pulmokrenosis",)}, SELF),
        ("mej mamu hab pulmokren, hela oi 71", {"age": 71, "sex": "female", "condition": ("Pulmokrenosis",)}, "mother"),
        ("mej filo hab kren, ej oi 62", {"sex": "male", "condition": ("Krenosis",)}, "son"),
        ("mej mamu mortu. ej hab pulmokren", {"condition": ("Pulmokrenosis",)}, SELF),
        ("ej: krol dat skul. zem krol dat osko", {"metastasis_sites": ("brain",)}, SELF),
        ("ej zotti tuk dat glim, 40 blok", {"prior_radiotherapy": False, "weight": 80}, SELF),
        ("ej futu tuk fizz", {}, SELF),
    ],
)
def test_stories_are_read_and_of_whom_they_are(reader: Reader, text: str, facts: dict[str, object], about: str) -> None:
    assert told(reader, text) == facts
    assert hear(reader, text).about == about


def test_a_story_is_guessed_at_by_this_languages_own_rules(reader: Reader) -> None:
    guessed = ({}, {"prior_radiotherapy": Guess("yes", 0.6), "weight": Guess("70", 0.99)})
    heard = reader.hear("Lumo vatta sipi. Ej zuka vatta lumi.", None, frozenset(), TODAY, Intent("statement", 0.9, {}, guessed))
    assert {fact.attribute: fact.value for fact in heard.facts} == {"prior_radiotherapy": True}


def test_more_than_the_answer_is_read(reader: Reader) -> None:
    heard = hear(reader, "ej oi 62 un zotti tuk fizz", "age")
    assert isinstance(heard.reading, ReadAnswer)
    assert heard.reading.value == 62
    assert {fact.attribute: fact.value for fact in heard.facts} == {"prior_radiotherapy": False}


@pytest.mark.parametrize("asked", ["age", "prior_radiotherapy", "metastasis_sites", None])
@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("porka", Command.WHY),
        ("halta", Command.STOP),
        ("delu vuvuvu", Command.ERASE),
        ("hoppa", Command.SKIP),
        ("pludi mej dik", Command.CHANGE),
    ],
)
def test_commands_are_read(reader: Reader, asked: str | None, text: str, command: Command) -> None:
    reading = hear(reader, text, asked).reading
    assert isinstance(reading, ReadCommand)
    assert reading.command is command


@pytest.mark.parametrize("text", ["pludi grunu 63", "oopsa grunu esi 63"])
def test_corrections_are_read(reader: Reader, text: str) -> None:
    reading = hear(reader, text, "prior_radiotherapy").reading
    assert isinstance(reading, ReadCommand)
    assert (reading.command, reading.attribute, reading.value) == (Command.CHANGE, "age", 63)


# -- another language means nothing here


def english() -> Iterator[str]:
    """What English says for yes, no, not sure, rather not, times, people and commands."""
    folder = PROJECT / "words" / "en"
    reading = yaml.safe_load((folder / "reading.yaml").read_text("utf-8"))
    for key in ("yes", "no", "unsure", "decline"):
        yield from (*reading[key]["words"], *reading[key]["whole"])
    for command in reading["commands"].values():
        yield from (*command.get("words", ()), *command.get("whole", ()))
    yield from (*reading["hedged_no"], *reading["never"], *reading["negators"], *reading["times"]["relative"], *reading["numbers"]["words"])
    for person in yaml.safe_load((folder / "people.yaml").read_text("utf-8"))["people"].values():
        yield from (f"my {word} has it, she is ill" for word in person["words"])


def test_english_words_mean_nothing_here(reader: Reader) -> None:
    ours = {"?", "??", "???"}
    understood = {
        text: heard
        for text in english()
        if text not in ours and any(letter.isascii() and letter.isalpha() for letter in text) and not any(map(str.isdigit, text))
        for asked in ("prior_radiotherapy", "age", "last_trial_drug", None)
        if (heard := hear(reader, text, asked)) != Heard(ReadUnclear())
    }
    assert understood == {}


def test_a_question_is_known_as_one_only_by_this_languages_words(reader: Reader) -> None:
    assert isinstance(hear(reader, "who pays", "age").reading, ReadUnclear)
    assert not isinstance(hear(reader, "who pays", "age").reading, ReadElsewhere)


@pytest.mark.parametrize(
    "text",
    [
        "brain and bone",
        "liver",
        "I am sixty",
        "three weeks ago",
        "never",
        "lung cancer",
        "my mum is ill",
        "not sure",
        "stage four",
    ],
)
@pytest.mark.parametrize("asked", ["age", "condition", "metastasis_sites", "prior_radiotherapy", "last_trial_drug", "sex", None])
def test_an_english_answer_is_asked_again_here(reader: Reader, asked: str | None, text: str) -> None:
    assert hear(reader, text, asked) == Heard(ReadUnclear())
