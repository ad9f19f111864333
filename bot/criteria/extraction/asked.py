"""Judgements about one illness or medicine, which somebody's own history answers where it is known.

In a conversation they stay with the study team as every judgement does. Where people are described in files, a history may tell when
somebody last had an illness, or that they never took a medicine; `settled` puts such answers in the place of the judgements.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import NamedTuple

from bot.criteria.rules import AllOf, AnyOf, Judgement, Not, Rule, can_come_to


class Asked(NamedTuple):
    """Whether somebody had the illness, or took the medicine, within so many days: 0 is now, infinity ever."""

    name: str
    days: float


_EVER = "∞"
_WRITTEN = re.compile(rf"(.+) ≤ (\d+|{_EVER}) d")
_HOLDS, _FAILS = AllOf(all=()), AnyOf(any=())


def asked(name: str, days: float) -> Judgement:
    """The judgement that asks so, as it is written in rules: "Stroke ≤ 180 d"."""
    return Judgement(judgement=f"{name} ≤ {_EVER if math.isinf(days) else round(days)} d")


def read_asked(judgement: Judgement) -> Asked | None:
    """What a judgement asks, where it is one of these."""
    written = _WRITTEN.fullmatch(judgement.judgement)
    return None if written is None else Asked(written[1], math.inf if written[2] == _EVER else float(written[2]))


def settled(rule: Rule, answer: Callable[[Asked], bool | None]) -> Rule:
    """The rule with each such judgement that is answered in the place of the judgement."""
    match rule:
        case Judgement():
            question = read_asked(rule)
            said = None if question is None else answer(question)
            return rule if said is None else _HOLDS if said else _FAILS
        case Not():
            return Not.model_construct(negated=settled(rule.negated, answer))
        case AllOf():
            return AllOf.model_construct(all=tuple(settled(part, answer) for part in rule.all))
        case AnyOf():
            return AnyOf.model_construct(any=tuple(settled(part, answer) for part in rule.any))
    return rule


def can_be_settled(rule: Rule) -> bool:
    """Whether answers, or somebody's history, can make the rule hold, or fail."""
    answered = (rule, settled(rule, lambda _: True), settled(rule, lambda _: False))
    return any(can_come_to(one, value) for one in answered for value in (True, False))
