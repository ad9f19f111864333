"""FHIR resources one by one, as programs read them: the same as in a bundle, under ids that can be asked for again.

A bundle's names are its own and thrown away with it. Here a resource has the id of its conversation, which says nothing about
anybody, and leads whoever may read both from one to the other. References lead to what can be read, or inside the resource.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from bot.exports import fhir_resources as fhir
from bot.exports.fhir_bundles import GENERAL, questionnaire_of
from bot.exports.files import known_names
from bot.exports.showing import Deidentified
from bot.exports.shown import ShownConversation
from bot.screening.attributes import Attributes
from bot.store.records import ConversationFile
from bot.trials import TrialRecord
from bot.words import Words

_PATIENT = "patient"


class Resources:
    """De-identified resources. `record_of` finds the record of a trial."""

    def __init__(self, attributes: Attributes, words: Words, record_of: Callable[[str], TrialRecord | None]) -> None:
        self._attributes, self._words, self._record_of = attributes, words, record_of

    def study(self, trial_id: str) -> fhir.Resource | None:
        """A trial; None where there is none."""
        record = self._record_of(trial_id)
        return None if record is None else _named(fhir.study(trial_id, record), trial_id)

    def questionnaire(self, name: str) -> fhir.Resource | None:
        """The questions of a trial, or the `general` ones; None where there is no such trial."""
        record = None if name == GENERAL else self._record_of(name)
        if record is None and name != GENERAL:
            return None
        return _named(questionnaire_of(name, record, self._attributes).resource(self._words), name)

    def subject(self, file: ConversationFile) -> fhir.Resource | None:
        """Somebody who may take part in the trial that a conversation is about; None for a search among all."""
        shown = self._shown(file)
        if shown.trial_id is None:
            return None
        made = fhir.subject(shown, shown.trial_id)
        made["study"] = {"reference": f"ResearchStudy/{shown.trial_id}"}
        made["individual"] = {"reference": f"#{_PATIENT}"}
        return _with_patient(_named(made, file.conversation.id))

    def response(self, file: ConversationFile, number: int, *, general: bool) -> fhir.Resource | None:
        """The answers of a screening to the questions of its trial, or (`general`) the rest; None where there are none."""
        shown = self._shown(file)
        screening = next((each for each in shown.screenings if each.number == number), None)
        if screening is None:
            return None
        record = None if screening.trial_id is None else self._record_of(screening.trial_id)
        own = None if record is None else questionnaire_of(record.nct_id, record, self._attributes)
        asked = frozenset() if own is None else frozenset(own.questions)
        # Where the trial has no questionnaire, all of the answers are to the general one.
        of_trial = own is not None and not general
        used = own if own is not None and of_trial else questionnaire_of(GENERAL, None, self._attributes)
        answers = [answer for name, answer in screening.last_answers.items() if (name in asked) is of_trial]
        if not answers:
            return None
        made = fhir.response(shown, screening, used.canonical, answers, used.questions, self._words)
        made["subject"] = {"reference": f"#{_PATIENT}"}
        return _with_patient(_named(made, f"{file.conversation.id}.{number}{'.general' if general else ''}"))

    def _shown(self, file: ConversationFile) -> ShownConversation:
        return Deidentified(self._attributes, known_names(self._attributes, self._words), secrets.token_bytes(32)).conversation(file)


def _named(resource: fhir.Resource, name: str) -> fhir.Resource:
    return {"resourceType": resource["resourceType"], "id": name, **resource}


def _with_patient(resource: fhir.Resource) -> fhir.Resource:
    """With a person of whom nothing is said, inside: there is no more to read of them."""
    return {**resource, "contained": [{"resourceType": "Patient", "id": _PATIENT}]}
