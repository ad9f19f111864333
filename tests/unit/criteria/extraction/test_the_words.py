"""The words for registry texts and the attributes that only they refer to: whatever is wrong in them is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.settings import PROJECT
from bot.words import WordsFault, load_library
from bot.words.registry import criteria_language, registry_attributes

LIBRARY = load_library()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The two files, to be spoilt."""
    for name in ("lexicon/registry.yaml", "words/en/registry.yaml"):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    return tmp_path


def test_what_ships_is_sound(root: Path) -> None:
    assert criteria_language(LIBRARY, root=root).words.telling


def test_an_attribute_that_is_not_asked_yet_is_none_of_a_screening() -> None:
    later = set(registry_attributes(LIBRARY)) - set(LIBRARY.attributes)
    assert "medical_history" in later


def test_a_language_without_the_file_says_so(root: Path) -> None:
    with pytest.raises(WordsFault, match=r"words/qq/registry\.yaml"):
        criteria_language(LIBRARY, "qq", root)


def test_a_name_that_is_in_no_lexicon_is_named(root: Path) -> None:
    path = root / "words/en/registry.yaml"
    path.write_text(path.read_text("utf-8").replace("attribute: dialysis", "attribute: dialisis"), "utf-8")
    with pytest.raises(WordsFault, match="dialisis stand in no lexicon"):
        criteria_language(LIBRARY, root=root)


def test_a_part_that_is_missing_is_named(root: Path) -> None:
    path = root / "words/en/registry.yaml"
    path.write_text(path.read_text("utf-8").replace("\nforeign:", "\nforeing:"), "utf-8")
    with pytest.raises(WordsFault, match="'foreign' is missing"):
        criteria_language(LIBRARY, root=root)


def test_an_attribute_that_is_malformed_is_refused(root: Path) -> None:
    path = root / "lexicon/registry.yaml"
    path.write_text(path.read_text("utf-8").replace("answer_type: text", "answer_type: essay"), "utf-8")
    with pytest.raises(WordsFault, match=r"lexicon/registry\.yaml"):
        criteria_language(LIBRARY, root=root)
