"""The words for registry texts: whatever is wrong in them is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.settings import PROJECT
from bot.words import WordsFault
from bot.words.registry import criteria_language
from bot.yaml_files import read_yaml
from tests.shipped import shipped_library

LIBRARY = shipped_library()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The files, to be spoilt."""
    (tmp_path / "words/en").mkdir(parents=True)
    for name in ("registry.yaml", "registry_terms.yaml"):
        shutil.copy(PROJECT / "words/en" / name, tmp_path / "words/en" / name)
    return tmp_path


def test_what_ships_is_sound(root: Path) -> None:
    assert criteria_language(LIBRARY, root=root).words.telling


def test_everything_that_criteria_state_can_be_asked_or_told() -> None:
    """A rule on what no screening can ask would stay open for ever."""
    statements = read_yaml(PROJECT / "words/en/registry.yaml")["statements"]
    stated = {statements["illness"], *(entry["attribute"] for entry in statements["list"])}
    asked = LIBRARY.words["en"].files["attributes"]["attributes"]
    # What nobody is to be asked counts where it is told.
    told = {name for name, attribute in LIBRARY.words["en"].attributes.items() if not attribute.asked}
    assert {name for name in stated if not asked.get(name, {}).get("question")} <= told


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


def test_every_term_is_a_name_of_an_illness_or_a_phrase_of_a_statement() -> None:
    """A term that nothing says any more would be a rule that nobody can see fail."""
    terms = read_yaml(PROJECT / "words/en/registry_terms.yaml")
    conditions = LIBRARY.words["en"].lexicon.conditions
    named = {phrase.casefold() for name in conditions.names for phrase in (name, *conditions.synonyms(name))}
    statements = read_yaml(PROJECT / "words/en/registry.yaml")["statements"]["list"]
    said = {str(phrase) for entry in statements for phrase in entry["phrases"]}
    unknown = [term for key in ("kinds", "wider", "unlike") for term in terms[key] if str(term).casefold() not in named | said]
    assert unknown == []
    assert set(terms["doubtful_kinds"]) <= set(conditions.names)
    assert {str(phrase) for phrases in terms["statement_kinds"].values() for phrase in phrases} <= said
