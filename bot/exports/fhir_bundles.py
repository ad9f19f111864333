"""FHIR bundles (`collection`): every reference in one leads to a resource in it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.criteria.rules import mentioned
from bot.exports import fhir_resources as fhir
from bot.exports.shown import ShownConversation, ShownScreening
from bot.screening.attributes import Attribute, Attributes
from bot.trials import TrialRecord
from bot.words import Words

GENERAL = "general"
"""The questionnaire of all questions that no trial's questionnaire has."""
CLOSING = "\n]}\n"
BETWEEN = ",\n"


def opening(made_at: datetime.datetime, *, identified: bool) -> str:
    """What stands before the first entry."""
    head: fhir.Resource = {"resourceType": "Bundle", "type": "collection", "timestamp": made_at.isoformat(timespec="seconds")}
    if not identified:
        security = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "ANONYED"}
        head["meta"] = {"security": [security]}
    return json.dumps(head)[:-1] + ', "entry": [\n'


class BundleEntries:
    """The entries of one bundle, conversation by conversation; a trial and its questions come before the first that needs them."""

    def __init__(self, attributes: Attributes, words: Words, record_of: Callable[[str], TrialRecord | None]) -> None:
        self._attributes, self._words, self._record_of = attributes, words, record_of
        self._questions: dict[str, tuple[str, Mapping[str, Attribute]]] = {}
        self._studies: set[str] = set()

    def entries(self, shown: ShownConversation) -> Iterator[str]:
        """The entries of a conversation, as JSON."""
        yield _entry(fhir.address(shown.export_id, "patient"), fhir.patient(shown))
        trials = {trial for trial in (shown.trial_id, *(each.trial_id for each in shown.screenings)) if trial}
        for trial_id in sorted(trials - self._studies):
            self._studies.add(trial_id)
            yield _entry(fhir.address("study", trial_id), fhir.study(trial_id, self._record_of(trial_id)))
        if shown.trial_id:
            yield _entry(fhir.address(shown.export_id, "subject"), fhir.subject(shown, shown.trial_id))
        for screening in shown.screenings:
            yield from self._answered(shown, screening)

    def _answered(self, shown: ShownConversation, screening: ShownScreening) -> Iterator[str]:
        left = dict(screening.last_answers)
        for name in (screening.trial_id, GENERAL):
            if name is None or not left:
                continue
            if name not in self._questions:
                made = self._questionnaire(name)
                if made is None:
                    continue
                yield made
            canonical, questions = self._questions[name]
            answers = [left.pop(attribute) for attribute in questions if attribute in left]
            if answers:
                response = fhir.response(shown, screening, canonical, answers, questions, self._words)
                yield _entry(fhir.address(shown.export_id, "screening", str(screening.number), name), response)

    def _questionnaire(self, name: str) -> str | None:
        """The entry of a questionnaire; None for a trial without a record, whose answers go with the general one."""
        record = None if name == GENERAL else self._record_of(name)
        if record is None and name != GENERAL:
            return None
        made = questionnaire_of(name, record, self._attributes)
        self._questions[name] = (made.canonical, made.questions)
        return _entry(fhir.address("questionnaire", name), made.resource(self._words))


@dataclass(frozen=True)
class MadeQuestionnaire:
    """The questions of a trial, or those of all, under their canonical address and version."""

    name: str
    version: str
    title: str
    questions: Mapping[str, Attribute]

    @property
    def canonical(self) -> str:
        return f"{fhir.questionnaire_url(self.name)}|{self.version}"

    def resource(self, words: Words) -> fhir.Resource:
        """As a resource."""
        return fhir.questionnaire(self.name, self.version, self.title, self.questions.values(), words)


def questionnaire_of(name: str, record: TrialRecord | None, attributes: Attributes) -> MadeQuestionnaire:
    """The questionnaire of a trial; without a record, the general one of all questions."""
    if record is not None:
        return MadeQuestionnaire(name, record.version, f"Screening questions of {name}", questions_of(record, attributes))
    version = hashlib.sha256(":".join(attributes).encode()).hexdigest()[:12]
    return MadeQuestionnaire(GENERAL, version, "Questions of all trials", dict(attributes))


def questions_of(record: TrialRecord, attributes: Attributes) -> dict[str, Attribute]:
    """What a trial's criteria depend on, and what decides whether that is asked; in the lexicon's order, consent first."""
    wanted = {"consent"}
    waiting = [name for criterion in record.criteria if criterion.requires is not None for name in mentioned(criterion.requires)]
    while waiting:
        name = waiting.pop()
        if name in attributes and name not in wanted:
            wanted.add(name)
            rule = attributes[name].applies_when
            waiting += mentioned(rule) if rule is not None else ()
    return {name: attribute for name, attribute in attributes.items() if name in wanted}


def _entry(full_url: str, resource: fhir.Resource) -> str:
    # R4 wants the id to be the one that the address ends with.
    named = {"resourceType": resource["resourceType"], "id": full_url.removeprefix("urn:uuid:"), **resource}
    return json.dumps({"fullUrl": full_url, "resource": named}, ensure_ascii=False)
