"""A second language is data: a folder of words, and no change of code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.settings import PROJECT
from bot.store import Store
from bot.words import WordsFault, load_library
from tests.conversing import Talk


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose words exist in a made-up language too: the English ones, a few of them changed."""
    root = tmp_path / "project"
    shutil.copytree(PROJECT / "lexicon", root / "lexicon")
    shutil.copytree(PROJECT / "words" / "en", root / "words" / "en")
    shutil.copytree(PROJECT / "words" / "en", root / "words" / "xx")
    for name, old, new in (
        ("attributes.yaml", '"How old are you?"', '"Vuot annu zad?"'),
        ("reading.yaml", '"yes":\n  words: ["yes",', '"yes":\n  words: ["jup", "yes",'),
        ("reading.yaml", "sixty: 60", "zestik: 60"),
    ):
        path = root / "words" / "xx" / name
        text = path.read_text()
        assert old in text, f"{name} no longer holds {old}; the test needs another line to change"
        path.write_text(text.replace(old, new).replace("locale: en", "locale: xx"))
    return root


def test_a_conversation_in_another_language_asks_and_reads_in_it(root: Path, store: Store) -> None:
    talk = Talk.open(store, load_library(root), locale="xx")
    talk.say_all("hi", "jup")
    talk.until("age", {"condition": "nsclc"})
    assert "Vuot annu zad?" in talk.texts
    talk.say("zestik four")
    assert talk.question not in (None, "age")


def test_a_language_that_is_not_there_falls_back(root: Path, store: Store) -> None:
    talk = Talk.open(store, load_library(root), locale="yy-ZZ")
    talk.say("hi")
    assert "Hello, and welcome" in talk.texts


def test_the_nearest_language_is_taken(root: Path) -> None:
    assert load_library(root).in_locale("xx-YY").locale == "xx"


def test_a_language_with_a_file_missing_is_refused_by_name(root: Path) -> None:
    (root / "words" / "xx" / "safety.yaml").unlink()
    with pytest.raises(WordsFault, match=r"safety\.yaml"):
        load_library(root)


def test_a_language_without_words_for_an_attribute_is_refused_by_name(root: Path) -> None:
    path = root / "words" / "xx" / "attributes.yaml"
    path.write_text(path.read_text().replace("\n  age:\n", "\n  aeg:\n"))
    with pytest.raises(WordsFault, match=r"xx.*`age`"):
        load_library(root)
