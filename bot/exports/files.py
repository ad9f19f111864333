"""An export as a file, written part by part: what stands before, each batch of conversations, what stands behind."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.exports import csv_files, fhir_bundles, json_files
from bot.exports.csv_files import AnswerRows, ConversationRows
from bot.exports.showing import Deidentified, Identified, Showing
from bot.screening.attributes import AnswerType, Attributes
from bot.store.records import ConversationFile
from bot.trials import TrialRecord
from bot.words import Words


class ExportFormat(StrEnum):
    """What an export can be."""

    CSV_CONVERSATIONS = "csv-conversations"
    CSV_ANSWERS = "csv-answers"
    JSON = "json"
    FHIR = "fhir"


@dataclass(frozen=True)
class Exporting:
    """How to export. `words` are those of the language in which questions are named; `key` is random and used once."""

    format: ExportFormat
    attributes: Attributes
    words: Words
    record_of: Callable[[str], TrialRecord | None]
    key: bytes
    now: datetime.datetime
    identified: bool = False
    bom: bool = False

    def file(self) -> ExportFile:
        """What writes it."""
        showing: Showing = (
            Identified(self.key) if self.identified else Deidentified(self.attributes, known_names(self.attributes, self.words), self.key)
        )
        match self.format:
            case ExportFormat.JSON:
                return JsonFile(showing, self)
            case ExportFormat.FHIR:
                return FhirFile(showing, self)
        return CsvFile(showing, self)


class ExportFile(ABC):
    """A file in the making. `media_type` and `extension` are those of its format."""

    media_type: str
    extension: str

    def __init__(self, showing: Showing, exporting: Exporting) -> None:
        self._showing, self._exporting = showing, exporting

    def in_order(self, conversation_ids: Iterable[str]) -> list[str]:
        """Conversations in the order of their names in this export. In any order of their own, two exports could be laid side by side."""
        return sorted(conversation_ids, key=self._showing.export_id)

    @abstractmethod
    def opening(self) -> str:
        """What stands before the first conversation."""

    @abstractmethod
    def batch(self, files: Sequence[ConversationFile]) -> str:
        """Some conversations more."""

    def closing(self) -> str:
        """What stands behind the last."""
        return ""


class CsvFile(ExportFile):
    """Comma-separated values."""

    media_type, extension = "text/csv", "csv"

    def __init__(self, showing: Showing, exporting: Exporting) -> None:
        super().__init__(showing, exporting)
        attributes, identified = exporting.attributes, exporting.identified
        if exporting.format is ExportFormat.CSV_ANSWERS:
            units = {name: attribute.unit for name, attribute in attributes.items() if attribute.unit is not None}
            self._rows: AnswerRows | ConversationRows = AnswerRows(units, identified=identified)
        else:
            self._rows = ConversationRows(attributes, identified=identified)

    def opening(self) -> str:
        return (csv_files.BOM if self._exporting.bom else "") + csv_files.lines([self._rows.head])

    def batch(self, files: Sequence[ConversationFile]) -> str:
        return csv_files.lines(row for file in files for row in self._rows.rows(self._showing.conversation(file)))


class JsonFile(ExportFile):
    """One JSON object."""

    media_type, extension = "application/json", "json"
    _begun = False

    def opening(self) -> str:
        return json_files.opening(self._exporting.now.date(), identified=self._exporting.identified)

    def batch(self, files: Sequence[ConversationFile]) -> str:
        lines = [json_files.conversation(self._showing.conversation(file)) for file in files]
        before = json_files.BETWEEN if self._begun and lines else ""
        self._begun = self._begun or bool(lines)
        return before + json_files.BETWEEN.join(lines)

    def closing(self) -> str:
        return json_files.CLOSING


class FhirFile(ExportFile):
    """One FHIR bundle."""

    media_type, extension = "application/fhir+json", "fhir.json"

    def __init__(self, showing: Showing, exporting: Exporting) -> None:
        super().__init__(showing, exporting)
        self._entries = fhir_bundles.BundleEntries(exporting.attributes, exporting.words, exporting.record_of)
        self._begun = False

    def opening(self) -> str:
        return fhir_bundles.opening(self._exporting.now, identified=self._exporting.identified)

    def batch(self, files: Sequence[ConversationFile]) -> str:
        entries = [entry for file in files for entry in self._entries.entries(self._showing.conversation(file))]
        before = fhir_bundles.BETWEEN if self._begun and entries else ""
        self._begun = self._begun or bool(entries)
        return before + fhir_bundles.BETWEEN.join(entries)

    def closing(self) -> str:
        return fhir_bundles.CLOSING


def known_names(attributes: Attributes, words: Words) -> dict[str, frozenset[str]]:
    """The names that our own lists have, by text attribute; places are not among them."""
    return {
        name: frozenset(words.lexicon.names_of(name).names)
        for name, attribute in attributes.items()
        if attribute.answer_type is AnswerType.TEXT and not attribute.of_places
    }
