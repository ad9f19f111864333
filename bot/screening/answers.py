"""Answers a person gave, and the facts that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.criteria.evaluation import evaluate
from bot.criteria.operators import Known, Partly, Value
from bot.criteria.truth import Truth
from bot.screening.attributes import Attributes


class Outcome(StrEnum):
    """How a question ended. Only `KNOWN` carries a value; the others all leave it unknown."""

    KNOWN = "known"
    UNSURE = "unsure"
    DECLINED = "declined"
    UNREAD = "unread"


@dataclass(frozen=True)
class Answer:
    """The answer to one attribute. `said` is the person's own words, or the title they tapped."""

    attribute: str
    outcome: Outcome
    value: Value | None = None
    said: str = ""

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.KNOWN) != (self.value is not None):
            raise ValueError("an answer has a value exactly when it is known")


@dataclass(frozen=True)
class Facts:
    """What is known by attribute, and which stated attributes each derived one follows from."""

    values: Mapping[str, Known]
    derived_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def stated(self, attributes: tuple[str, ...]) -> tuple[str, ...]:
        """The attributes a person actually spoke of, behind these: derived ones traced back."""
        found: dict[str, None] = {}
        for name in attributes:
            for source in self.derived_from.get(name, (name,)):
                found[source] = None
        return tuple(found)


def facts_from(attributes: Attributes, answers: Mapping[str, Answer]) -> Facts:
    """What is known: stated values, and values that follow from them or where a question does not apply.

    What does not apply overrules what was stated before (someone who corrects "female" to
    "male" has no pregnancy to speak of), but only where the condition is certainly false. Who has
    no illness but the one sought has that one: what an attribute includes counts where both are known,
    and is a part of it where it is not known itself. A list that names insulin answers whether insulin is used;
    one that does not leaves it open.
    """
    values: dict[str, Known] = {name: answer.value for name, answer in answers.items() if answer.value is not None}
    derived: dict[str, tuple[str, ...]] = {}
    for attribute in attributes.values():
        if attribute.applies_when is None:
            continue
        condition = evaluate(attribute.applies_when, values)
        if condition.truth is not Truth.FALSE:
            continue
        values.pop(attribute.name, None)
        if attribute.otherwise is not None:
            values[attribute.name] = attribute.otherwise
            derived[attribute.name] = tuple(source for name in condition.because for source in derived.get(name, (name,)))
    for attribute in attributes.values():
        stated, included = values.get(attribute.name), values.get(attribute.includes or "")
        if not isinstance(included, tuple):
            continue
        if isinstance(stated, tuple) and not set(included) <= set(stated):
            values[attribute.name] = tuple(dict.fromkeys((*stated, *included)))
            derived[attribute.name] = (attribute.name, str(attribute.includes))
        elif stated is None:
            values[attribute.name] = Partly(included)
            derived[attribute.name] = (str(attribute.includes),)
    follows = implied(attributes, values)
    return Facts({**values, **dict.fromkeys(follows, True)}, {**derived, **follows})


def implied(attributes: Attributes, values: Mapping[str, Known]) -> Mapping[str, tuple[str, ...]]:
    """The attributes that are yes because of others, and of which: whoever names insulin among the medicines uses it."""
    follows: dict[str, tuple[str, ...]] = {}
    for attribute in attributes.values():
        if attribute.implied_by is None or attribute.name in values:
            continue
        evaluation = evaluate(attribute.implied_by, values)
        if evaluation.truth is Truth.TRUE:
            follows[attribute.name] = evaluation.because
    return follows
