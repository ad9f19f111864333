"""Persons and trials of files, matched pair by pair (contract, section 6).

Every criterion that was read counts as if it were approved: whoever matches files looks at the result themselves. What is
doubtful rules nothing out, and who looks for trials about an illness is not kept out of one about it by that very illness. One
that is not about it and demands an illness of quite another kind, which nobody mentioned, is for others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.criteria.criterion import CheckedBy, Criterion, Section, Status, check
from bot.criteria.evaluation import evaluate
from bot.criteria.extraction.asked import settled
from bot.criteria.operators import Known, Partly
from bot.criteria.rules import without_judgements
from bot.criteria.truth import Truth
from bot.criteria.verdict import Verdict
from bot.matching.person import Mention, Person
from bot.screening.reading.conditions import Conditions
from bot.screening.reading.text import tokens

_HISTORY = "medical_history"
_ABOUT_IT, _MET, _NOT_MET, _NEARLY_NOT_MET = 0.05, 0.25, -5.0, -1.0
_SPEAKS_OF, _SPEAKS_AGAINST = -0.25, -1.0
"""What each thing adds to a score: the trial names the illness; the share of criteria that are met; each one that is not met; each
that would not be but for a doubt or for what only the study team can say; each undecided one with the person's own words, in what the
trial asks for or in what it excludes. Even what it asks for counts against it: undecided words about what somebody has are more often
a limit that was not read than a welcome, and a trial with few of them is open to more people."""
_APART = 2
"""Words that may stand between those of a mention."""
_DENIED_WITHIN = 3
"""Words before a mention in which a "no" is about it."""


@dataclass(frozen=True)
class TextCriterion:
    """A criterion of a text, and its words."""

    criterion: Criterion
    words: tuple[str, ...]


@dataclass(frozen=True)
class TextTrial:
    """A trial as a file gives it: its criteria and what its title and inclusion criteria name."""

    nct_id: str
    criteria: tuple[TextCriterion, ...]
    about: frozenset[str]

    @classmethod
    def of(cls, nct_id: str, title: str, criteria: Sequence[tuple[Criterion, str]], conditions: Conditions) -> TextTrial:
        made = tuple(TextCriterion(criterion, tokens(text)) for criterion, text in criteria)
        named = list(conditions.spoken(tokens(title)))
        for one in made:
            if one.criterion.section is Section.INCLUSION:
                named += conditions.spoken(one.words)
        return cls(nct_id, made, frozenset(named))


@dataclass(frozen=True)
class Matched:
    """A person and a trial: how it looks, and what for. `score` orders the trials of one person, higher is better."""

    verdict: Verdict
    score: float
    met: int
    not_met: int
    unknown: int
    failed: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        counts = {"met": self.met, "not_met": self.not_met, "unknown": self.unknown}
        return {"verdict": self.verdict.value, "score": round(self.score, 4), **counts, "failed": list(self.failed)}


def match(person: Person, trial: TextTrial, conditions: Conditions, negations: frozenset[str]) -> Matched:
    """How a trial looks for a person. `negations` are the words by which a language denies."""
    about_it = _is_about(person.wanted, trial.about, conditions)
    firm = {name: value for name, value in person.known.items() if name not in person.doubtful}
    sparing = _without(firm, person.wanted, conditions) if about_it else firm
    beside = _with_no_other_kind(firm, conditions) if person.wanted and not about_it else firm
    counts = dict.fromkeys(Status, 0)
    failed: list[str] = []
    hints = 0.0
    for one in trial.criteria:
        criterion = _settled(one.criterion, person)
        excluding = one.criterion.section is Section.EXCLUSION
        facts = sparing if excluding else firm
        status = check(criterion, person.known).status
        if status is Status.NOT_MET and check(criterion, facts).status is not Status.NOT_MET:
            status = Status.UNKNOWN
            hints += _NEARLY_NOT_MET
        elif status is Status.UNKNOWN and not excluding and check(criterion, beside).status is Status.NOT_MET:
            status = Status.NOT_MET
        elif status is Status.UNKNOWN:
            hints += _hint(replace(one, criterion=criterion), person.mentions, facts, negations)
        if one.criterion.checked_by is CheckedBy.PATIENT:
            counts[status] += 1
            if status is Status.NOT_MET:
                failed.append(one.criterion.id)
    verdict = Verdict.UNLIKELY if failed else Verdict.POSSIBLE if counts[Status.UNKNOWN] else Verdict.LIKELY
    share_met = counts[Status.MET] / (sum(counts.values()) or 1)
    score = _ABOUT_IT * about_it + _MET * share_met + _NOT_MET * len(failed) + hints
    return Matched(verdict, score, counts[Status.MET], counts[Status.NOT_MET], counts[Status.UNKNOWN], tuple(failed))


def _settled(criterion: Criterion, person: Person) -> Criterion:
    """The criterion with what the person's history tells in the place of judgements about an illness or a medicine."""
    if criterion.requires is None:
        return criterion
    requires = settled(criterion.requires, person.had)
    return criterion if requires == criterion.requires else criterion.model_copy(update={"requires": requires})


def _is_about(wanted: Sequence[str], about: Collection[str], conditions: Conditions) -> bool:
    """Whether a trial names one of the illnesses, or a wider or narrower one of it."""
    return any(name == named or named in conditions.above(name) or name in conditions.above(named) for name in wanted for named in about)


def _without(known: Mapping[str, Known], wanted: Sequence[str], conditions: Conditions) -> Mapping[str, Known]:
    """What is known but for the illnesses that are sought and the wider names of them."""
    sought = {*wanted, *(wider for name in wanted for wider in conditions.above(name))}
    history = known[_HISTORY]
    if isinstance(history, Partly):
        return {**known, _HISTORY: Partly(tuple(name for name in history.has if name not in sought), history.lacks)}
    return {**known, _HISTORY: tuple(name for name in (history if isinstance(history, tuple) else ()) if name not in sought)}


def _with_no_other_kind(known: Mapping[str, Known], conditions: Conditions) -> Mapping[str, Known]:
    """What is known, where the person has no illness that has nothing to do with those mentioned."""
    history = known.get(_HISTORY)
    if not isinstance(history, Partly) or not history.has:
        return known
    return {**known, _HISTORY: Partly(history.has, tuple(dict.fromkeys((*history.lacks, *conditions.unrelated(history.has)))))}


def _hint(one: TextCriterion, mentions: Sequence[Mention], facts: Mapping[str, Known], negations: frozenset[str]) -> float:
    """What an undecided criterion hints at: with its judgements left out it would fail, or it speaks of what was told."""
    rule = one.criterion.requires
    if rule is not None and (readable := without_judgements(rule)) is not None and evaluate(readable, facts).truth is Truth.FALSE:
        return _NEARLY_NOT_MET
    excluding = one.criterion.section is Section.EXCLUSION
    found = 0.0
    for mention in mentions:
        start = _place_of(mention.words, one.words)
        if start is None:
            continue
        denied = not negations.isdisjoint(one.words[max(0, start - _DENIED_WITHIN) : start])
        asked_for = excluding is denied
        if not mention.holds and not asked_for:
            continue  # It speaks of what the person does not have, to keep others out.
        found = min(found, _SPEAKS_AGAINST if mention.holds is not asked_for else _SPEAKS_OF)
    return found


def _place_of(phrase: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    """Where a mention begins: all of its words close together, in whatever order ("corneal inflammation or edema")."""
    length = len(phrase) + (_APART if len(phrase) > 1 else 0)
    wanted = set(phrase)
    if not wanted.issubset(words):
        return None
    return next((start for start in range(len(words)) if words[start] in wanted and wanted.issubset(words[start : start + length])), None)
