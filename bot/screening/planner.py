"""Choosing the next question: the one most likely to settle a criterion, for the effort.

How likely a question settles something is counted, not guessed: of the answers it can get,
the share that would make a criterion fail. Effort and sensitivity divide that; staying with
the same topic counts a little, so that the talk does not jump about.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.criteria.criterion import CheckedBy, Criterion, Status, check
from bot.criteria.evaluation import evaluate
from bot.criteria.operators import NEVER, Value
from bot.criteria.rules import mentioned
from bot.criteria.truth import Truth
from bot.screening.answers import Facts
from bot.screening.attributes import AnswerType, Attribute, Attributes

SAME_GROUP_BONUS = 0.1
SENSITIVITY_DISCOUNT = 0.25
_SAMPLES = 40
_DAYS = (0, 7, 14, 28, 60, 90, 180, 365, 1000)


@dataclass(frozen=True)
class Plan:
    """What to ask next, how many questions may still come, and how the choice was made."""

    attribute: str | None
    remaining: int
    scores: tuple[tuple[str, float], ...] = ()


def plan(
    attributes: Attributes,
    criteria: Sequence[Criterion],
    facts: Facts,
    asked: Collection[str],
    last_group: str | None = None,
    condition_names: tuple[str, ...] = (),
) -> Plan:
    """Choose among the attributes that could still change an undecided criterion.

    `asked` holds the attributes that were put to the person, whatever came of it: nobody is
    asked twice unless they wish to change an answer.
    """
    undecided = [
        criterion
        for criterion in criteria
        if criterion.checked_by is CheckedBy.PATIENT
        and check(criterion, facts.values).status is Status.UNKNOWN
    ]
    open_now: dict[str, set[str]] = {}  # attribute to ask → attributes it is asked for
    for criterion in undecided:
        for name in check(criterion, facts.values).evaluation.missing:
            for candidate in _askable(attributes, name, facts, asked):
                open_now.setdefault(candidate, set()).add(name)

    def score(name: str) -> float:
        attribute = attributes[name]
        wanted = max(
            _decisive_share(attributes[goal], undecided, facts, condition_names)
            for goal in open_now[name]
        )
        bonus = SAME_GROUP_BONUS if attribute.group == last_group else 0.0
        return wanted / attribute.effort * (1 - SENSITIVITY_DISCOUNT * attribute.sensitivity) + bonus

    order = {name: position for position, name in enumerate(attributes)}
    scores = sorted(((name, score(name)) for name in open_now), key=lambda s: (-s[1], order[s[0]]))
    remaining = open_now.keys() | {goal for goals in open_now.values() for goal in goals}
    return Plan(scores[0][0] if scores else None, len(remaining), tuple(scores))


def _askable(
    attributes: Attributes, name: str, facts: Facts, asked: Collection[str]
) -> tuple[str, ...]:
    """What to ask in order to learn `name`: itself, or first what decides whether it applies."""
    if name in asked:
        return ()
    attribute = attributes[name]
    if attribute.applies_when is None:
        return (name,)
    condition = evaluate(attribute.applies_when, facts.values)
    if condition.truth is Truth.FALSE:
        return ()
    if condition.truth is Truth.UNKNOWN:
        first = tuple(
            candidate
            for needed in condition.missing
            for candidate in _askable(attributes, needed, facts, asked)
        )
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
    concerned = [c for c in undecided if c.requires and attribute.name in mentioned(c.requires)]
    samples = _possible_values(attribute, condition_names)
    if not samples or not concerned:
        return 0.0
    decisive = 0
    for value in samples:
        known = {**facts.values, attribute.name: value}
        decisive += any(check(c, known).status is Status.NOT_MET for c in concerned)
    return decisive / len(samples)


def _possible_values(attribute: Attribute, condition_names: tuple[str, ...]) -> list[Value]:
    match attribute.answer_type:
        case AnswerType.YES_NO:
            return [True, False]
        case AnswerType.CHOICE:
            return list(attribute.values)
        case AnswerType.CHOICES:
            return [(value,) for value in attribute.values]
        case AnswerType.TIME_SINCE:
            return [NEVER, *_DAYS]
        case AnswerType.TEXT:
            return [(name,) for name in condition_names]
        case AnswerType.NUMBER:
            low, high = attribute.plausible or (0, 100)
            step = (high - low) / _SAMPLES
            return [low + step * position for position in range(_SAMPLES + 1)]
