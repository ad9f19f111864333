"""Trials as the benchmark of choosing questions sees them: their criteria, and the illness that each is about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.criteria import AllOf, AnyOf, CheckedBy, Comparison, Criterion, Judgement, Rule, Section
from bot.criteria.extraction import Language, ReadCriterion, read_criteria
from bot.criteria.rules import walk
from bot.matching import Columns
from bot.screening.attributes import Attributes
from bot.screening.reading.conditions import Conditions
from bot.screening.reading.patterns import Surroundings
from bot.screening.reading.text import Utterance
from bot.trials.extracting import lines_of
from bot.trials.registry.fields import field_criteria

HISTORY, CONDITION = "medical_history", "condition"


@dataclass(frozen=True)
class Trial:
    """A trial's rules in the order of its record, and the illnesses it is about, with where those were found."""

    nct_id: str
    rules: tuple[Rule, ...]
    about: tuple[str, ...] = ()
    found_in: str = "nothing"

    def is_about(self, group: str, conditions: Conditions) -> bool:
        """Whether it is about an illness or a kind of it."""
        return any(group in (name, *conditions.above(name)) for name in self.about)


def read_trials(path: Path, language: Language, conditions: Conditions) -> Iterator[Trial]:
    """The trials of a file, every criterion of them as if it were reviewed."""
    lines = path.read_text("utf-8").splitlines()
    for line, data in zip(lines_of(lines), map(json.loads, lines), strict=True):
        criteria = read_criteria(line.text, language)
        fields = [one.rule for one in field_criteria(line.min_age, line.max_age, line.gender) if one.rule is not None]
        rules = (*fields, *(one.requires for one in criteria if one.requires is not None))
        yield Trial(line.nct_id, rules, *_about(str(data.get("title") or ""), criteria, conditions))


def _about(title: str, criteria: Sequence[ReadCriterion], conditions: Conditions) -> tuple[tuple[str, ...], str]:
    """The illnesses a trial is about, for want of the registry's own field: those of its title, else the first that it asks for."""
    if found := _illnesses(title, conditions):
        return found, "title"
    asked = [one for one in criteria if one.section is Section.INCLUSION]
    for one in asked:
        for part in walk(one.requires) if one.requires is not None else ():
            if isinstance(part, Comparison) and part.attribute == HISTORY and isinstance(part.operand, tuple):
                return (str(part.operand[0]),), "rule"
    for one in asked:
        if found := _illnesses(one.text, conditions):
            return found[:1], "text"
    return (), "nothing"


def _illnesses(text: str, conditions: Conditions) -> tuple[str, ...]:
    return conditions.without_wider(named.name for named in conditions.named(Surroundings(Utterance(text))))


def illness_rule(trial: Trial, conditions: Conditions) -> Rule | None:
    """Whoever seeks the trial's illness or a kind of it may come; who seeks a wider one may have it; anybody else may not."""
    if not trial.about:
        return None
    kinds = [name for name in conditions.names if {name, *conditions.above(name)} & set(trial.about)]
    wider = [above for name in trial.about for above in conditions.above(name) if above not in kinds]
    sought: Rule = Comparison(attribute=CONDITION, operator="contains", operand=tuple(kinds))
    if not wider:
        return sought
    perhaps = Comparison(attribute=CONDITION, operator="contains", operand=tuple(dict.fromkeys(wider)))
    return AnyOf(any=(sought, AllOf(all=(perhaps, Judgement(judgement=trial.about[0])))))


@dataclass(frozen=True)
class Pool:
    """Trials in columns, and the rules of each: its illness's first where that is asked."""

    columns: Columns
    rules: Mapping[str, tuple[Rule, ...]]

    @classmethod
    def of(cls, trials: Sequence[Trial], attributes: Attributes, illness: Mapping[str, Rule]) -> Pool:
        sought = {nct_id: (rule,) for nct_id, rule in illness.items()}
        pool = cls(Columns(attributes), {one.nct_id: (*sought.get(one.nct_id, ()), *one.rules) for one in trials})
        for nct_id, rules in pool.rules.items():
            pool.columns.put(nct_id, [_criterion(number, rule) for number, rule in enumerate(rules, start=1)])
        return pool

    def __len__(self) -> int:
        return len(self.rules)


def _criterion(number: int, rule: Rule) -> Criterion:
    return Criterion(id=f"I{number}", section=Section.INCLUSION, checked_by=CheckedBy.PATIENT, requires=rule)
