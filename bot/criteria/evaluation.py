"""Evaluating a rule against what is known about a person, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.criteria.operators import Known
from bot.criteria.rules import AllOf, Comparison, Judgement, Not, Rule
from bot.criteria.truth import Truth, conjunction, disjunction


@dataclass(frozen=True)
class Evaluation:
    """What a rule comes to, and why.

    `because` names the attributes whose known values brought the rule here; `missing` those
    not known that could still change it; `judgements` what only the study team can settle.
    A decided rule misses nothing.
    """

    truth: Truth
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    judgements: tuple[str, ...] = ()


def evaluate(rule: Rule, facts: Mapping[str, Known]) -> Evaluation:
    """Evaluate `rule` where `facts` holds the known values by attribute and nothing else."""
    match rule:
        case Comparison():
            if rule.attribute not in facts:
                return Evaluation(Truth.UNKNOWN, missing=(rule.attribute,))
            truth = rule.truth(facts[rule.attribute])
            missing = () if truth.decided else (rule.attribute,)
            return Evaluation(truth, because=(rule.attribute,) if truth.decided else (), missing=missing)
        case Judgement():
            return Evaluation(Truth.UNKNOWN, judgements=(rule.judgement,))
        case Not():
            inside = evaluate(rule.negated, facts)
            return replace(inside, truth=~inside.truth)
        case AllOf():
            parts = [evaluate(part, facts) for part in rule.all]
            return _combined(conjunction(part.truth for part in parts), parts)
        case _:
            parts = [evaluate(part, facts) for part in rule.any]
            return _combined(disjunction(part.truth for part in parts), parts)


def _combined(truth: Truth, parts: list[Evaluation]) -> Evaluation:
    """Keep only the parts that brought the whole to `truth`.

    One false part makes an `all` false whatever the others are, so the others are no reason;
    an undecided whole is undecided because of its undecided parts.
    """
    deciding = [part for part in parts if part.truth is truth]
    # What is undecided rests on all that is known so far; what is decided, on what decided it.
    reasons = deciding if truth.decided else parts
    return Evaluation(
        truth,
        because=_each_once(name for part in reasons for name in part.because),
        missing=_each_once(name for part in deciding for name in part.missing),
        judgements=_each_once(text for part in deciding for text in part.judgements),
    )


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
