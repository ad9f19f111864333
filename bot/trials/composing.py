"""One record out of all that is known of a trial: the registry's study, the record that ships, and what coordinators approved.

    facts                 the registry's; what it does not say stays as the shipped record has it
    criteria, their text  the registry's, in its order
    rules and words       whoever approved that very text: a coordinator, else the shipped record, else nobody (as it was read)

So a text that the registry changes is approved by nobody: its criterion goes back to review, with what was approved before beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bot.criteria import CheckedBy
from bot.criteria.rules import Rule, rule_as_json
from bot.trials.parts import CriterionWords, FormerReview, Reviewed, TrialCriterion, TrialWords
from bot.trials.records import TrialRecord
from bot.trials.registry.wording import criterion_words
from bot.trials.review import Action, Review
from bot.words import Library

# What the words of a shipped record say about the trial, whatever its points are.
_OWN_TEXTS = frozenset(TrialWords.model_fields) - {"criteria", "caution"}
_FACTS = frozenset(TrialRecord.model_fields) - {"nct_id", "version", "reviewed", "last_reviewed", "criteria", "words", "sites_total"}


def composed(
    read: TrialRecord | None, shipped: TrialRecord | None, reviews: Sequence[Review], before: TrialRecord | None, library: Library
) -> TrialRecord:
    """The record that counts. At least one of `read` (made from the registry) and `shipped` is there; `before` counted until now."""
    if read is None:
        if shipped is None:
            raise ValueError("a trial is either in the registry's import or among the records that ship")
        return shipped
    facts = {name: getattr(read, name) for name in _FACTS}
    if shipped is not None:
        facts |= {name: getattr(shipped, name) for name in _FACTS if facts[name] in (None, (), {})}
        facts["arms_ratio"] = shipped.arms_ratio
    latest = {review.fingerprint: review for review in reviews}
    ours = {} if shipped is None else {one.fingerprint: one for one in shipped.criteria if one.fingerprint}
    fields = {} if shipped is None else {one.id: one for one in shipped.criteria if one.id.startswith("R-")}
    present = {one.fingerprint for one in read.criteria}
    made = [_criterion(one, latest, ours, fields, shipped) for one in read.criteria]
    criteria = tuple(_with_what_was_before(one, before, present) for one in made)
    total = None if shipped is None else shipped.sites_total
    return TrialRecord(
        **facts,
        nct_id=read.nct_id,
        version=read.version if shipped is None else f"{shipped.version} + {read.version}",
        reviewed=None if shipped is None else shipped.reviewed,
        last_reviewed=None if shipped is None else shipped.last_reviewed,
        sites_total=total if total and total > len(facts["sites"]) else None,
        criteria=criteria,
        words={locale: _words(words, criteria, read, shipped, latest, locale, library) for locale, words in read.words.items()},
    )


def made_of(*parts: object) -> str:
    """A digest of what a record is composed of: the same, and composing it again would change nothing."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _criterion(
    read: TrialCriterion,
    latest: Mapping[str, Review],
    ours: Mapping[str, TrialCriterion],
    fields: Mapping[str, TrialCriterion],
    shipped: TrialRecord | None,
) -> TrialCriterion:
    """A criterion of the registry with the rule that somebody approved for its text, if anybody has."""
    review = latest.get(read.fingerprint or "")
    if review is not None:
        if review.action is Action.RETURNED:
            return read
        # The rule that was approved, not the one that a newer reader may make of the same text.
        return _ruled(read, review.rule, Reviewed(by=review.by, on=review.at.date()))
    known = ours.get(read.fingerprint) if read.fingerprint else fields.get(read.id)
    if known is None or shipped is None or shipped.reviewed is None:
        return read
    if known.section is not read.section or (not read.fingerprint and known.requires != read.requires):
        # A field that says something else than when it was reviewed.
        return read
    return _ruled(read, known.requires, shipped.reviewed)


def _ruled(read: TrialCriterion, rule: Rule | None, reviewed: Reviewed) -> TrialCriterion:
    checked_by = CheckedBy.STUDY_TEAM if rule is None else CheckedBy.PATIENT
    return read.model_copy(update={"requires": rule, "checked_by": checked_by, "reviewed": reviewed})


def _with_what_was_before(criterion: TrialCriterion, before: TrialRecord | None, present: Collection[str | None]) -> TrialCriterion:
    """An unapproved criterion, with the approval that its number had until its text changed.

    A text that is merely counted otherwise now (`present`) took its approval along.
    """
    old = None if before is None else before.criterion(criterion.id)
    if criterion.reviewed is not None or before is None or old is None:
        return criterion
    if old.reviewed is None:
        return criterion.model_copy(update={"former": old.former})
    if old.fingerprint != criterion.fingerprint and old.fingerprint in present:
        return criterion
    rule = None if old.requires is None else rule_as_json(old.requires)
    words = next(iter(before.words.values())).criteria[old.id]
    former = FormerReview(text=old.text, plain=words.plain, rule=rule if isinstance(rule, Mapping) else None, reviewed=old.reviewed)
    return criterion.model_copy(update={"former": former})


def _words(
    words: TrialWords,
    criteria: Iterable[TrialCriterion],
    read: TrialRecord,
    shipped: TrialRecord | None,
    latest: Mapping[str, Review],
    locale: str,
    library: Library,
) -> TrialWords:
    """A trial's words in one language: our own where there are any, each criterion's as far as they were approved with its text."""
    own = shipped.words.get(locale) if shipped is not None else None
    ours = {} if shipped is None else {one.fingerprint or one.id: one.id for one in shipped.criteria}
    said: dict[str, CriterionWords] = {}
    for criterion in criteria:
        known = ours.get(criterion.fingerprint or criterion.id)
        review = latest.get(criterion.fingerprint or "")
        if criterion.reviewed is not None and review is not None:
            facts = {"ages": read.ages, "sex": read.sex}
            default = criterion_words(criterion, library.in_locale(locale), facts)
            written = (review.words or {}).get(locale) or {}
            said[criterion.id] = default.model_copy(update=dict(written))
        elif criterion.reviewed is not None and own is not None and known is not None:
            said[criterion.id] = own.criteria[known]
        else:
            said[criterion.id] = words.criteria[criterion.id]
    texts: dict[str, Any] = {name: getattr(own, name) for name in _OWN_TEXTS if own is not None and getattr(own, name)}
    unapproved = any(one.reviewed is None and one.requires is not None and not one.id.startswith("R-") for one in criteria)
    return words.model_copy(update={**texts, "criteria": said, "caution": words.caution if unapproved else None})
