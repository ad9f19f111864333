"""The criteria of a registry study: those of its structured fields, then those of its text, in its order."""

from __future__ import annotations

from collections.abc import Iterator

from bot.criteria import CheckedBy, Section
from bot.criteria.extraction import Language, ReadCriterion, read_criteria
from bot.criteria.reading import Reading
from bot.criteria.rules import AllOf, Rule, can_come_to
from bot.trials.parts import TrialCriterion
from bot.trials.registry.fields import FieldCriterion, field_criteria, with_the_texts_ages
from bot.trials.registry.study import Study
from bot.trials.review import fingerprint

_ANYBODY = AllOf(all=())


def criteria_of(study: Study, language: Language) -> tuple[TrialCriterion, ...]:
    """All criteria of a study, approved by nobody."""
    eligibility = study.protocol_section.eligibility_module
    read = read_criteria(eligibility.eligibility_criteria, language)
    fields = list(field_criteria(eligibility.minimum_age, eligibility.maximum_age, eligibility.sex))
    return (*_of_fields(fields, read), *map(_of_text, read))


def _of_fields(fields: list[FieldCriterion], read: list[ReadCriterion]) -> Iterator[TrialCriterion]:
    given = {criterion.id: criterion for criterion in fields}
    # Both always stand there: a record without a bound takes people of any age, and says so.
    for name in ("R-age", "R-sex"):
        criterion = given.get(name, FieldCriterion(name, "", _ANYBODY))
        rule = with_the_texts_ages(criterion, read) if name == "R-age" else criterion.rule
        yield _made(name, Section.REGISTRY, rule, reading=criterion.reading, text=criterion.text or None)


def _of_text(criterion: ReadCriterion) -> TrialCriterion:
    rule, reading = criterion.requires, criterion.reading
    if rule is not None and not any(can_come_to(rule, value) for value in (True, False)):
        # Only a history says when something was: in a conversation the whole criterion is the study team's.
        rule, reading = None, Reading.NONE
    made = _made(criterion.id, criterion.section, rule, reading=reading, text=criterion.text)
    return made.model_copy(
        update={
            "span": criterion.span,
            "words_span": criterion.own,
            "under": criterion.headings,
            "inside_of": criterion.parent,
            "fingerprint": fingerprint(criterion.section, criterion.text, criterion.headings),
        }
    )


def _made(name: str, section: Section, rule: Rule | None, **more: object) -> TrialCriterion:
    checked_by = CheckedBy.STUDY_TEAM if rule is None else CheckedBy.PATIENT
    return TrialCriterion(id=name, section=section, checked_by=checked_by, requires=rule, **more)
