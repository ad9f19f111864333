"""Choosing the next question: the one most likely to settle a criterion, for the effort.

How likely a question settles something is counted, not guessed: of the answers it can get,
the share that would make a criterion fail. Effort and sensitivity divide that; staying with
the same topic counts a little, so that the talk does not jump about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from bot.criteria.criterion import CheckedBy, Criterion, Status, check
from bot.criteria.evaluation import evaluate
from bot.criteria.operators import NEVER, Value
from bot.criteria.rules import Comparison, Rule, can_come_to, mentioned, walk
from bot.criteria.truth import Truth
from bot.screening.answers import Facts
from bot.screening.attributes import CONDITIONS, AnswerType, Attribute, Attributes

SAME_GROUP_BONUS = 0.1
SENSITIVITY_DISCOUNT = 0.25
_SAMPLES = 40
_DAYS = (0, 7, 14, 28, 60, 90, 180, 365, 1000)


@dataclass(frozen=True)
class Plan:
    """What to ask next, and the score of everything that could be asked, best first."""

    attribute: str | None
    scores: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class OpenQuestions:
    """What could still be asked, and for which attributes: a question may only clear the way."""

    undecided: tuple[Criterion, ...]
    goals: Mapping[str, frozenset[str]]

    @property
    def remaining(self) -> int:
        """How many questions may still come, those behind others included."""
        return len(self.goals.keys() | {goal for goals in self.goals.values() for goal in goals})


def open_questions(attributes: Attributes, criteria: Sequence[Criterion], facts: Facts, asked: Collection[str]) -> OpenQuestions:
    """The attributes that could still change an undecided criterion of the patient's.

    `asked` holds the attributes that were put to the person, whatever came of it: nobody is
    asked twice unless they wish to change an answer.
    """
    results = [check(criterion, facts.values) for criterion in criteria if criterion.checked_by is CheckedBy.PATIENT]
    undecided = [result for result in results if result.status is Status.UNKNOWN]
    goals: dict[str, set[str]] = {}
    for result in undecided:
        for name in result.evaluation.missing:
            for candidate in askable_first(attributes, name, facts, asked):
                goals.setdefault(candidate, set()).add(name)
    return OpenQuestions(
        tuple(result.criterion for result in undecided),
        {name: frozenset(wanted) for name, wanted in goals.items()},
    )


def plan(
    attributes: Attributes,
    open_now: OpenQuestions,
    facts: Facts,
    last_group: str | None = None,
    condition_names: tuple[str, ...] = (),
) -> Plan:
    """Choose among the open questions."""
    shares: dict[str, float] = {}

    def share(goal: str) -> float:
        if goal not in shares:
            shares[goal] = _decisive_share(attributes[goal], open_now.undecided, facts, condition_names)
        return shares[goal]

    def score(name: str) -> float:
        attribute = attributes[name]
        wanted = max(share(goal) for goal in open_now.goals[name])
        bonus = SAME_GROUP_BONUS if attribute.group == last_group else 0.0
        return wanted / attribute.effort * (1 - SENSITIVITY_DISCOUNT * attribute.sensitivity) + bonus

    order = {name: position for position, name in enumerate(attributes)}
    scores = sorted(((name, score(name)) for name in open_now.goals), key=lambda scored: (-scored[1], order[scored[0]]))
    return Plan(scores[0][0] if scores else None, tuple(scores))


def askable_first(attributes: Attributes, name: str, facts: Facts, asked: Collection[str]) -> tuple[str, ...]:
    """What to ask in order to learn `name`: itself, or first what decides whether it applies."""
    attribute = attributes[name]
    if name in asked or not attribute.asked:
        return ()
    if attribute.applies_when is None:
        return (name,)
    condition = evaluate(attribute.applies_when, facts.values)
    if condition.truth is Truth.FALSE:
        return ()
    if condition.truth is Truth.UNKNOWN:
        first = tuple(candidate for needed in condition.missing for candidate in askable_first(attributes, needed, facts, asked))
        if first:
            return first
        return (name,) if attribute.when_unsure == "ask" else ()
    return (name,)


def _decisive_share(
    attribute: Attribute,
    undecided: Sequence[Criterion],
    facts: Facts,
    condition_names: tuple[str, ...],
) -> float:
    """Of the answers the attribute can get, the share that makes an undecided criterion fail."""
    concerned = [c for c in undecided if c.requires and attribute.name in mentioned(c.requires) and can_come_to(c.requires, False)]
    if not concerned:
        return 0.0

    def decides(value: Value) -> bool:
        known = {**facts.values, attribute.name: value}
        return any(check(c, known).status is Status.NOT_MET for c in concerned)

    if attribute.answer_type is AnswerType.TEXT:
        # There are a thousand names, and all that no criterion mentions come to the same.
        asked_for = _names_in(attribute.name, concerned)
        if attribute.names_in == CONDITIONS:
            named = [name for name in condition_names if name in asked_for]
            others: tuple[str, ...] | None = next(((name,) for name in condition_names if name not in asked_for), None)
        else:
            # Of another list no more is known here than that it is about as long; who names nothing that is asked for might name nothing.
            named, others = sorted(map(str, asked_for)), ()
        decisive = sum(decides((name,)) for name in named)
        if others is not None and decides(others):
            decisive += max(0, len(condition_names) - len(named))
        return decisive / len(condition_names) if condition_names else 0.0
    samples = _possible_values(attribute)
    return sum(map(decides, samples)) / len(samples)


def _names_in(attribute: str, criteria: Sequence[Criterion]) -> frozenset[Value]:
    """Every value of a text attribute that the rules compare it with."""
    compared = (part.operand for c in criteria if c.requires for part in walk(c.requires) if _is_about(part, attribute))
    return frozenset(value for operand in compared for value in (operand if isinstance(operand, tuple) else (operand,)))


def _is_about(part: Rule, attribute: str) -> TypeGuard[Comparison]:
    return isinstance(part, Comparison) and part.attribute == attribute


def _possible_values(attribute: Attribute) -> list[Value]:
    """Answers to anything but a text, of which there are too many."""
    match attribute.answer_type:
        case AnswerType.YES_NO:
            return [True, False]
        case AnswerType.CHOICE:
            return list(attribute.values)
        case AnswerType.CHOICES:
            return [(value,) for value in attribute.values]
        case AnswerType.TIME_SINCE:
            return [NEVER, *_DAYS]
        case _:
            low, high = attribute.plausible or (0, 100)
            step = (high - low) / _SAMPLES
            return [low + step * position for position in range(_SAMPLES + 1)]
