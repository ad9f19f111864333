"""How a language's forms and doctors' letters are read, made from its files when it is first needed."""

from __future__ import annotations

from pathlib import Path

from bot.matching.person import LabelWords, PersonReader
from bot.words.words import ROOT, Library, WordsFault
from bot.yaml_files import YamlFault, read_yaml

_FILE = "labels.yaml"


def person_reader(library: Library, locale: str = "en", root: Path = ROOT) -> PersonReader:
    """The reader of persons in a language; `WordsFault` where its file is missing or wrong."""
    words = library.in_locale(locale)
    try:
        labels = LabelWords.of(read_yaml(root / "words" / locale / _FILE), words.lexicon)
    except (YamlFault, FileNotFoundError, ValueError) as fault:
        raise WordsFault(f"words/{locale}/{_FILE}: {fault}") from fault
    except KeyError as fault:
        raise WordsFault(f"words/{locale}/{_FILE}: {fault} is missing") from fault
    return PersonReader(words.lexicon, words.reader, labels)
