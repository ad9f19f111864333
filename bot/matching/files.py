"""Persons and trials of files, matched pair by pair (contract, section 6).

Every criterion that was read counts as if it were approved: whoever matches files looks at the result themselves. What is
doubtful rules nothing out, and who looks for trials about an illness is not kept out of one about it by that very illness.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.criteria.criterion import CheckedBy, Criterion, Section, Status, check
from bot.criteria.operators import Known, Partly
from bot.criteria.verdict import Verdict
from bot.matching.person import Mention, Person
from bot.screening.reading.conditions import Conditions
from bot.screening.reading.text import tokens

_HISTORY = "medical_history"
_ABOUT_IT, _MET, _NOT_MET, _DOUBTED, _SPOKEN_FOR, _SPOKEN_AGAINST = 1.0, 0.25, -5.0, -1.0, 0.2, -0.5
"""What each thing adds to a score: the trial names the illness; criteria met (as a share), not met, not met but for a doubt;
words of the person that stand in what a trial asks for, or in what it excludes."""


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


def match(person: Person, trial: TextTrial, conditions: Conditions) -> Matched:
    """How a trial looks for a person."""
    about_it = _is_about(person.wanted, trial.about, conditions)
    firm = {name: value for name, value in person.known.items() if name not in person.doubtful}
    sparing = _without(firm, person.wanted) if about_it else firm
    counts = dict.fromkeys(Status, 0)
    failed: list[str] = []
    doubted, spoken = 0, 0.0
    for one in trial.criteria:
        excluding = one.criterion.section is Section.EXCLUSION
        status = check(one.criterion, person.known).status
        if status is Status.NOT_MET and check(one.criterion, sparing if excluding else firm).status is not Status.NOT_MET:
            status, doubted = Status.UNKNOWN, doubted + 1
        if status is Status.UNKNOWN:
            spoken += _spoken(one.words, person.mentions, person.wanted if about_it else (), conditions, excluding=excluding)
        if one.criterion.checked_by is CheckedBy.PATIENT:
            counts[status] += 1
            if status is Status.NOT_MET:
                failed.append(one.criterion.id)
    verdict = Verdict.UNLIKELY if failed else Verdict.POSSIBLE if counts[Status.UNKNOWN] else Verdict.LIKELY
    share_met = counts[Status.MET] / (sum(counts.values()) or 1)
    score = _ABOUT_IT * about_it + _MET * share_met + _NOT_MET * len(failed) + _DOUBTED * doubted + spoken
    return Matched(verdict, score, counts[Status.MET], counts[Status.NOT_MET], counts[Status.UNKNOWN], tuple(failed))


def _is_about(wanted: Sequence[str], about: Collection[str], conditions: Conditions) -> bool:
    """Whether a trial names one of the illnesses, or a wider or narrower one of it."""
    return any(name == named or named in conditions.above(name) or name in conditions.above(named) for name in wanted for named in about)


def _without(known: Mapping[str, Known], wanted: Sequence[str]) -> Mapping[str, Known]:
    """What is known but for the illnesses that are sought."""
    history = known.get(_HISTORY)
    if isinstance(history, Partly):
        return {**known, _HISTORY: Partly(tuple(name for name in history.has if name not in wanted), history.lacks)}
    if isinstance(history, tuple):
        return {**known, _HISTORY: tuple(name for name in history if name not in wanted)}
    return known


def _spoken(words: tuple[str, ...], mentions: Sequence[Mention], own: Sequence[str], conditions: Conditions, *, excluding: bool) -> float:
    """What the person's own words in an undecided criterion hint at; the illness sought, in a trial about it, hints at nothing."""
    named = {tokens(phrase) for name in own for phrase in (name, *conditions.synonyms(name))}
    hint = 0.0
    for mention in mentions:
        if mention.words in named or not _stands_in(mention.words, words):
            continue
        for_it = mention.holds is not excluding
        hint += _SPOKEN_FOR if for_it else _SPOKEN_AGAINST if mention.holds else 0.0
        break
    return hint


def _stands_in(phrase: tuple[str, ...], words: tuple[str, ...]) -> bool:
    length = len(phrase)
    return any(words[start : start + length] == phrase for start in range(len(words) - length + 1))
