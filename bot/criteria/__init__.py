"""What a criterion is and how it is evaluated. Pure: no I/O, no clock, nothing about dialogue.

Nothing here decides from what is not known: evaluation has three values, and only a fact
that a person stated can make a criterion hold or fail.
"""

from bot.criteria.criterion import CheckedBy, Criterion, CriterionResult, Section, Status, check
from bot.criteria.evaluation import Evaluation, evaluate
from bot.criteria.operators import Known, Partly
from bot.criteria.rules import AllOf, AnyOf, Comparison, Judgement, Not, Rule, Value, mentioned
from bot.criteria.truth import Truth
from bot.criteria.verdict import Verdict, verdict

__all__ = [
    "AllOf",
    "AnyOf",
    "CheckedBy",
    "Comparison",
    "Criterion",
    "CriterionResult",
    "Evaluation",
    "Judgement",
    "Known",
    "Not",
    "Partly",
    "Rule",
    "Section",
    "Status",
    "Truth",
    "Value",
    "Verdict",
    "check",
    "evaluate",
    "mentioned",
    "verdict",
]
