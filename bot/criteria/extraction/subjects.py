"""Criteria that do not ask the same of everybody, or nothing at all.

"Women of childbearing potential must use contraception" asks nothing of the others: whom the first words name, and by which answer others
are told apart from them, is a language's data. "Prior radiotherapy is allowed" asks nothing of anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bot.criteria.criterion import Section
from bot.criteria.evaluation import evaluate
from bot.criteria.extraction.combining import Atom, all_of, any_of
from bot.criteria.extraction.outline import Span
from bot.criteria.extraction.signs import Sign
from bot.criteria.operators import Value
from bot.criteria.rules import AllOf, AnyOf, Comparison, Judgement, Not, Rule, mentioned, parse_rule
from bot.criteria.truth import Truth

_NOTHING = AllOf(all=())


@dataclass(frozen=True)
class Subject:
    """People whom a criterion may be about alone."""

    begins: re.Pattern[str]
    others: re.Pattern[str]
    """Words for other people: where they stand as well, the criterion is not about the first alone."""
    exempt: Rule
    """What holds for everybody else."""


@dataclass(frozen=True)
class Subjects:
    """One language's subjects, the words by which a criterion demands something, and the attributes that are about one sex anyway."""

    known: tuple[Subject, ...]
    demands: re.Pattern[str]
    conditions: frozenset[str]
    """Attributes that, said first, tell for whom the rest counts: being able to have children."""
    own: frozenset[str]
    about: frozenset[str]
    """Attributes that are demanded of one sex only. What else stands behind "women, over 18" is asked of everybody."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Subjects:
        """As `subjects` of a language's registry.yaml has them."""
        known = tuple(Subject(_either_case(one["begins"]), _either_case(one["others"]), parse_rule(one["exempt"])) for one in data["known"])
        return cls(known, _either_case(data["demands"]), frozenset(data["conditions"]), frozenset(data["own"]), frozenset(data["about"]))


@dataclass(frozen=True)
class Moods:
    """Words of sentences that demand nothing: they allow something, or forbid it, and then demand the contrary."""

    allowing: re.Pattern[str]
    forbidding: re.Pattern[str]
    requiring: re.Pattern[str]
    """Among the exclusions, such a sentence is no reason not to take part, but a demand."""
    partial: re.Pattern[str]
    """Words for a part of the people, or for somebody else: what stands there is not certain for all."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Moods:
        """As `moods` of a language's registry.yaml has them."""
        return cls(*(_either_case(data[key]) for key in ("allowing", "forbidding", "requiring", "partial")))


@dataclass(frozen=True)
class Absurd:
    """Facts that no criterion keeps anybody out for, by the section it stands in: a rule that does was misread."""

    facts: Mapping[Section, tuple[tuple[str, Value], ...]]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Absurd:
        """As `never_against` of a language's registry.yaml has them."""
        everywhere, excluding = (tuple((one["attribute"], one["value"]) for one in data[key]) for key in ("everywhere", "exclusion"))
        return cls({Section.INCLUSION: everywhere, Section.EXCLUSION: (*everywhere, *excluding)})

    def is_demanded(self, section: Section, requires: Rule) -> bool:
        """Whether a rule, which says who is let in, or a part of it, counts against whoever states one of these facts."""
        asked = mentioned(requires)
        return any(name in asked and _counts_against(requires, name, value, turned=False) for name, value in self.facts[section])


def _counts_against(rule: Rule, name: str, value: Value, *, turned: bool) -> bool:
    """Whether a comparison of this attribute stands in the rule, below an even or (`turned`) odd number of "not", that the fact fails.

    Beside others, such a part may not keep anybody out by itself; it was misread all the same.
    """
    match rule:
        case Comparison():
            return rule.attribute == name and evaluate(rule, {name: value}).truth is (Truth.TRUE if turned else Truth.FALSE)
        case AllOf():
            return any(_counts_against(part, name, value, turned=turned) for part in rule.all)
        case AnyOf():
            return any(_counts_against(part, name, value, turned=turned) for part in rule.any)
        case Not():
            return _counts_against(rule.negated, name, value, turned=not turned)
    return False


_SENTENCE_END = re.compile(r"[.;]\s|\n")


def demanding(text: str, own: Span, section: Section, found: Sequence[Sign], atoms: Sequence[Atom], moods: Moods) -> list[Atom]:
    """Only what stands in sentences that demand it; the rest is for the study team."""
    said = [place.span() for place in moods.allowing.finditer(text, *own)]
    turned = moods.forbidding if section is Section.INCLUSION else moods.requiring
    said += [place.span() for place in turned.finditer(text, *own)]
    if not said:
        return list(atoms)
    ends = [own[0], *(place.end() for place in _SENTENCE_END.finditer(text, *own)), own[1]]
    sentences = [(start, end) for start, end in pairwise(ends) if any(start <= begin < end for begin, _ in said)]
    return [atom for atom in atoms if not any(start <= found[atom.first].start < end for start, end in sentences)]


def _either_case(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def conditions_apart(
    text: str, own: Span, section: Section, atoms: Sequence[Atom], subjects: Subjects
) -> tuple[list[Atom], tuple[Rule, ...]]:
    """What is demanded without the condition that is said first, and what holds for those whom it is not demanded of.

    "Patients of childbearing potential must use contraception" lets in whoever cannot have children.
    """
    kept = list(atoms)
    first = kept[0].rule if kept else None
    if section is not Section.INCLUSION or not isinstance(first, Comparison) or first.attribute not in subjects.conditions:
        return kept, ()
    if kept[0].denied or first.operand is not True or not subjects.demands.search(text, *own):
        return kept, ()
    kept[0] = Atom(_NOTHING, kept[0].first, kept[0].last)
    return kept, (Comparison(attribute=first.attribute, operator="is", operand=False),)


def for_whom(
    text: str, own: Span, section: Section, rule: Rule, exempt: Sequence[Rule], judgement: Judgement, subjects: Subjects, moods: Moods
) -> tuple[Rule, bool]:
    """The rule as it counts for everybody, and whether it is still all that the criterion says.

    Among the exclusions the rule says who is excluded, and so does what comes back.
    """
    if moods.partial.search(text, *own):
        return (any_of if section is Section.INCLUSION else all_of)([rule, judgement]), False
    subject = next((one for one in subjects.known if one.begins.match(text, *own)), None)
    sure = True
    others = list(exempt)
    demanded = section is Section.EXCLUSION or subjects.demands.search(text, *own) is not None
    asked = mentioned(rule)
    if subject is not None and demanded and not subjects.own.issuperset(asked) and (exempt or not subjects.about.isdisjoint(asked)):
        if subject.others.search(text, *own):
            others, sure = [judgement], False
        else:
            others.insert(0, subject.exempt)
    if not others:
        return rule, True
    if section is Section.EXCLUSION:
        apart = [other if isinstance(other, Judgement) else Not(negated=other) for other in others]
        return all_of([*apart, rule]), sure
    return any_of([*others, rule]), sure
