"""A registry study as a trial record."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from pydantic import ValidationError

from bot.criteria.extraction import Language
from bot.trials.records import TrialRecord, expectation_of, field_of
from bot.trials.registry.criteria import criteria_of
from bot.trials.registry.facts import facts_of
from bot.trials.registry.study import Study, StudyFault
from bot.trials.registry.wording import words_of
from bot.words import Library, load_library
from bot.words.registry import criteria_language


@dataclass(frozen=True)
class Reader:
    """Makes records of studies: the language of the registry's texts, and those in which patients read."""

    language: Language
    library: Library

    @classmethod
    def load(cls, library: Library | None = None) -> Reader:
        """`WordsFault` where a file of words cannot be used."""
        library = library or load_library()
        return cls(criteria_language(library), library)

    def record(self, study: Study, imported_on: datetime.date) -> TrialRecord:
        """The record of a study, its criteria as they were read, approved by nobody. `StudyFault` where it cannot be one."""
        facts = facts_of(study, imported_on)
        criteria = criteria_of(study, self.language)
        try:
            return TrialRecord(
                version=f"registry {facts['source'].as_of.isoformat()}",
                reviewed=None,
                criteria=criteria,
                words={locale: words_of(facts, criteria, words) for locale, words in self.library.words.items()},
                **facts,
            )
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            raise StudyFault(study.nct_id, field_of(first["loc"], facts), expectation_of(first)) from error
