"""The result of a screening in words: each criterion with what the person said, the list for the
doctor, contacts and steps. The summary page uses the same lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.conversations.messages import (
    BecauseShape,
    ContactShape,
    CriterionShape,
    HandoffCustom,
    Message,
    ResultCustom,
    SiteShape,
    TrialResultShape,
)
from bot.criteria import CheckedBy, CriterionResult, Status, Verdict
from bot.criteria.rules import mentioned
from bot.matching.distances import Unit, kindly
from bot.screening.answers import Answer, Facts, Outcome
from bot.screening.steps import Assessment
from bot.trials import Contact, Site, TrialRecord
from bot.trials.records import OPEN
from bot.words import Words

_MOST_QUESTIONS = 12
"""For the doctor, in one message of a chat; the summary has them all."""
MOST_PLACES = 6
"""Named in a sentence; more are counted, with their countries."""
_OPEN_OUTCOMES = {
    Outcome.UNSURE: "criterion_unsure",
    Outcome.DECLINED: "criterion_declined",
    Outcome.UNREAD: "criterion_no_answer",
}


@dataclass(frozen=True)
class Whereabouts:
    """Where a trial is nearest to the person.

    `site` is the site's place in the record, None where it has none; `kilometres` is None where nobody knows how far it is; `taking`
    whether it takes people now, None where the record does not say; `unit` is what the person counts roads in.
    """

    site: int | None
    kilometres: float | None
    taking: bool | None
    unit: Unit


@dataclass(frozen=True)
class ResultTexts:
    """Texts about one person's result on one trial."""

    words: Words
    record: TrialRecord
    answers: Mapping[str, Answer]

    # -- what the person said

    def clauses(self, result: CriterionResult, facts: Facts) -> list[str]:
        """What the person said that brought the criterion to where it is, as clauses."""
        stated = facts.stated(result.evaluation.because)
        known = [(name, self.answers[name].value) for name in stated if name in self.answers]
        # Several answers may say the same, as where a count and a list were told together.
        return list(dict.fromkeys(self.words.clause(name, value) for name, value in known if value is not None))

    def because(self, result: CriterionResult, facts: Facts) -> list[BecauseShape]:
        stated = facts.stated(result.evaluation.because)
        answers = [self.answers[name] for name in stated if name in self.answers]
        return [
            BecauseShape(
                attribute=answer.attribute,
                value=list(answer.value) if isinstance(answer.value, tuple) else answer.value,
                said=answer.said,
            )
            for answer in answers
            if answer.value is not None
        ]

    def explanation(self, result: CriterionResult, facts: Facts) -> str:
        """The sentence that follows a criterion: what was said, or why it is still open."""
        said = self.clauses(result, facts)
        if said:
            return self.words.text("criterion_because", said=self.words.listed(said))
        if result.status is not Status.UNKNOWN or result.criterion.requires is None:
            return ""
        for name in mentioned(result.criterion.requires):
            answer = self.answers.get(name)
            if answer is not None and answer.outcome in _OPEN_OUTCOMES:
                return self.words.text(_OPEN_OUTCOMES[answer.outcome])
        if not all(self.words.attributes[name].asked for name in result.evaluation.missing):
            return self.words.text("criterion_not_asked")
        return self.words.text("criterion_no_answer")

    # -- the result

    def custom(self, assessment: Assessment) -> ResultCustom:
        about = self.record.in_words(self.words.locale)
        criteria = [
            CriterionShape(
                id=result.id,
                status=result.status.value,
                checked_by=result.checked_by.value,
                plain=about.criteria[result.id].plain,
                because=self.because(result, assessment.facts),
            )
            for result in assessment.results
        ]
        trial = TrialResultShape(nct_id=self.record.nct_id, title=about.title, verdict=assessment.verdict.value, criteria=criteria)
        return ResultCustom(trials=[trial])

    def result(self, assessment: Assessment) -> Message:
        """The verdict and every criterion checked by the patient, each with what was said."""
        text, verdict = self.words.text, assessment.verdict
        title = self.record.in_words(self.words.locale).title
        parts = [f"{text(f'result_{verdict.value}', trial_title=title)} {text(f'result_{verdict.value}_why')}", *self._you_means()]
        if caution := self.record.in_words(self.words.locale).caution:
            parts.append(caution)
        by_patient = [result for result in assessment.results if result.checked_by is CheckedBy.PATIENT]
        for status in (Status.NOT_MET, Status.UNKNOWN, Status.MET):
            lines = [self._line(result, assessment.facts) for result in by_patient if result.status is status]
            if lines:
                parts.append("\n".join([text(f"result_{status.value}_title"), *lines]))
        parts.append(text("result_not_decision"))
        if verdict is Verdict.UNLIKELY:
            parts.append(text("handoff_unlikely"))
        return Message(text="\n\n".join(parts), custom=self.custom(assessment))

    def _you_means(self) -> tuple[str, ...]:
        """Whom the trial's own words mean, where somebody asks for another person."""
        return (self.words.text("you_means"),) if self.words.person else ()

    def _line(self, result: CriterionResult, facts: Facts) -> str:
        words = self.record.in_words(self.words.locale).criteria[result.id]
        sentence = words.not_met if result.status is Status.NOT_MET else words.plain
        return " ".join(filter(None, (f"- {sentence}", self.explanation(result, facts))))

    def questions_for_the_doctor(self, assessment: Assessment) -> list[str]:
        """What only a clinician or the study team can settle, as questions to bring along."""
        about = self.record.in_words(self.words.locale).criteria
        left_open = [result for result in assessment.results if self._left_open(result)]
        return [question for result in left_open if (question := about[result.id].to_ask)]

    def _left_open(self, result: CriterionResult) -> bool:
        """Whether asking the person more would not settle it; what was merely not asked yet is no question for a doctor."""
        if result.status is not Status.UNKNOWN:
            return False
        missing = result.evaluation.missing
        return not missing or any(name in self.answers or not self.words.attributes[name].asked for name in missing)

    def for_the_doctor(self, assessment: Assessment) -> Message | None:
        questions = self.questions_for_the_doctor(assessment)
        if not questions:
            return None
        lines = [f"- {question}" for question in questions[:_MOST_QUESTIONS]]
        more = len(questions) - len(lines)
        rest = [self.words.text("doctor_more", more=more)] if more else []
        return Message(text="\n".join([self.words.text("doctor_title"), *lines, *rest]))

    # -- taking part

    def handoff(self, near: Whereabouts | None = None, contact_url: str | None = None) -> list[Message]:
        """Steps and contacts; where the record has no contact, the official page. `contact_url`: where to ask to be contacted."""
        record, text = self.record, self.words.text
        steps = list(record.in_words(self.words.locale).steps)
        numbered = [text("step", number=number, step=step) for number, step in enumerate(steps, start=1)]
        places = [where(record, self.words), "" if near is None else nearest_place(record, self.words, near)]
        parts = ["\n".join([text("steps_title"), *self._you_means(), *numbered]), " ".join(filter(None, places))]
        if record.status is None:
            parts.append(text("status_absent", registry_url=record.registry_url))
        parts.append(self._contacts())
        if contact_url is not None:
            parts.append(text("contact_offer", contact_url=contact_url))
        custom = HandoffCustom(
            nct_id=record.nct_id,
            steps=steps,
            contacts=[ContactShape(**contact.model_dump()) for contact in record.people_to_ask],
            registry_url=record.registry_url,
            sites=[SiteShape(**site.model_dump(include=set(SiteShape.model_fields))) for site in record.sites],
            contact_url=contact_url,
        )
        return [Message(text="\n\n".join(part for part in parts if part), custom=custom)]

    def _contacts(self) -> str:
        url = self.record.registry_url
        people = self.record.people_to_ask
        if not people:
            return self.words.text("contacts_absent", registry_url=url)
        lines = [self.words.text("contact_line", contact=reach(contact, self.words)) for contact in people]
        official = self.words.text("contacts_official", registry_url=url)
        return "\n".join([self.words.text("contacts_title"), *lines, official])


def where(record: TrialRecord, words: Words) -> str:
    """Where a trial runs, in a sentence or two; empty where the record names no place."""
    if not record.sites:
        return ""
    total = max(record.sites_total or 0, len(record.sites))
    if len(record.sites) > MOST_PLACES:
        countries = words.listed(list(dict.fromkeys(site.country for site in record.sites if site.country)))
        said = words.text("sites_many", total=total, countries=countries)
    else:
        named = words.listed([place(site) for site in record.sites])
        said = words.text("sites_some" if total > len(record.sites) else "sites_all", sites=named, total=total)
    if total > 1 and any(site.status for site in record.sites):
        taking = sum(site.status in OPEN for site in record.sites)
        said = f"{said} {words.text('sites_open', open=taking, total=total)}"
    return said


def nearest_place(record: TrialRecord, words: Words, near: Whereabouts) -> str:
    """Where a trial is nearest to the person, how far that is, and whether it takes people."""
    if near.site is None:
        return words.text("where_unknown", registry_url=record.registry_url)
    name = place(record.sites[near.site])
    if near.kilometres is None:
        said = words.text("where_place", place=name)
    else:
        distance = kindly(near.kilometres, near.unit)
        said = words.text("where_near", place=name, distance=words.counted(f"distance_{distance.unit.value}", distance.number))
    taking = {True: "where_taking", False: "where_not_taking", None: "where_not_told"}[near.taking]
    return f"{said} {words.text(taking, registry_url=record.registry_url)}"


def place(site: Site) -> str:
    """A site's name and where it is; what its name ends with already is not said twice."""
    said = (site.facility or "").split(", ")
    where = dict.fromkeys(part for part in (site.city, site.state, site.country) if part and part not in said)
    return ", ".join(filter(None, (site.facility, *where)))


def reach(contact: Contact, words: Words) -> str:
    roles: Mapping[str, str] = words.files["site"]["pages"]["values"]["contact_role"]
    role = roles.get(contact.role or "", contact.role)
    return ", ".join(filter(None, (contact.name, role, contact.phone, contact.email, contact.site)))
