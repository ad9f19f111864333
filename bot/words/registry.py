"""How a language's registry texts are read, made from its files when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.criteria.criterion import Section
from bot.criteria.extraction import Language
from bot.criteria.extraction.measures import Measure, Measures
from bot.criteria.extraction.statements import Illness, StatementWords, Terms
from bot.criteria.extraction.subjects import Absurd, Moods, Subjects
from bot.criteria.extraction.treatment_words import TreatmentWords
from bot.criteria.extraction.words import RegistryWords, UnitOf
from bot.criteria.rules import parse_rule
from bot.screening.reading import Lexicon
from bot.screening.reading.conditions import Conditions
from bot.words.words import ROOT, Library, WordsFault
from bot.yaml_files import YamlFault, read_yaml

_FILE, _TERMS = "registry.yaml", "registry_terms.yaml"


def criteria_language(library: Library, locale: str = "en", root: Path = ROOT) -> Language:
    """All that reading criteria in a language needs; `WordsFault` where its file is missing or wrong."""
    folder = root / "words" / locale
    try:
        data, terms = read_yaml(folder / _FILE), Terms.of(read_yaml(folder / _TERMS))
    except (YamlFault, FileNotFoundError, KeyError) as fault:
        raise WordsFault(f"words/{locale}/{_FILE} or {_TERMS}: {fault}") from fault
    lexicon, attributes = library.in_locale(locale).lexicon, library.attributes
    try:
        units = {
            name: {unit: UnitOf(known.factor, known.offset) for unit, known in lexicon.words_of(name).units.items()} for name in attributes
        }
        registry = RegistryWords.of(data, units)
        statements = data["statements"]
        unknown = sorted(
            {statements["illness"], *data["measures"], *(entry["attribute"] for entry in statements["list"])} - set(attributes)
        )
        if unknown:
            raise WordsFault(f"words/{locale}/{_FILE}: {', '.join(unknown)} stand in no lexicon; `trialchat attributes` lists what does")
        illnesses = _entries(lexicon.conditions)
        measures = {
            name: Measure(known.unit or "", known.plausible, known.possible, tuple(known.values or ()))
            for name, known in ((name, attributes[name]) for name in data["measures"])
        }
        within = frozenset(map(str, statements["within"]))
        silent = frozenset(map(str, (*statements["filler"], *statements["filler_people"])))
        return Language(
            registry,
            StatementWords.of(statements, illnesses, silent, terms),
            TreatmentWords.of(data["treatments"], _lists(data["treatments"], lexicon), within),
            Measures(measures, registry.unit_of),
            silent,
            {name: frozenset(map(str, words)) for name, words in statements["filler_beside"].items()},
            Subjects.of(data["subjects"]),
            Moods.of(data["moods"]),
            Absurd.of(data["never_against"]),
            {
                (section, str(text)): parse_rule(one[section.value])
                for one in data["whole"]
                for section in (Section.INCLUSION, Section.EXCLUSION)
                if section.value in one
                for text in one["texts"]
            },
            within,
        )
    except KeyError as fault:
        raise WordsFault(f"words/{locale}/{_FILE}: {fault} is missing") from fault


def _entries(names: Conditions) -> list[Illness]:
    return [Illness(name, names.synonyms(name), names.above(name), names.kinds[name]) for name in names.names]


def _lists(data: Mapping[str, Any], lexicon: Lexicon) -> dict[str, tuple[list[Illness], frozenset[str]]]:
    """For the attributes of medicines and operations their names, and those that a wider one may not mean."""
    lists = {str(data[key]): lexicon.names_of(str(data[key])) for key in ("medicines", "operations")}
    return {attribute: (_entries(names), names.doubtful_kinds) for attribute, names in lists.items()}
