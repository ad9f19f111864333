"""A rule as a sentence for people. The words come in through a `Phrasebook`; none are here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.criteria.operators import Operand, Value
from bot.criteria.rules import AllOf, AnyOf, Comparison, Judgement, Not, Rule


class Phrasebook(Protocol):
    """One language's way of saying rules."""

    def phrase(self, key: str, **filled: object) -> str:
        """A template of the language, filled in; keys are the operators and the ways to join."""
        ...

    def attribute_name(self, attribute: str) -> str:
        """What an attribute is called."""
        ...

    def stated(self, attribute: str, value: Value) -> str | None:
        """The clause for a value, such as "you are pregnant or breastfeeding"; None if there is none."""
        ...

    def measured(self, attribute: str, value: float) -> str:
        """A number with the attribute's unit."""
        ...


def sentence(rule: Rule, book: Phrasebook) -> str:
    """The whole rule in one sentence, without a capital or a full stop."""
    match rule:
        case AllOf():
            return _joined([_part(part, book) for part in rule.all], "all", "always", book)
        case AnyOf():
            return _joined([_part(part, book) for part in rule.any], "any", "never", book)
        case Not(negated=Comparison(operator="is", operand=bool() as yes) as inside):
            return _comparison(Comparison(attribute=inside.attribute, operator="is", operand=not yes), book)
        case Not():
            return book.phrase("not", rule=_part(rule.negated, book))
        case Judgement():
            return book.phrase("judgement", judgement=rule.judgement)
        case Comparison():
            return _comparison(rule, book)


def _plain(rule: Rule) -> bool:
    """Whether a rule reads as one clause, so that it needs no brackets inside another."""
    match rule:
        case AllOf():
            return len(rule.all) < 2
        case AnyOf():
            return len(rule.any) < 2
        case Comparison(operator="one_of" | "contains", operand=tuple() as named):
            return len(named) < 2
    return True


def _part(rule: Rule, book: Phrasebook) -> str:
    return sentence(rule, book) if _plain(rule) else _grouped(rule, book)


def _grouped(rule: Rule, book: Phrasebook) -> str:
    return book.phrase("group", inside=sentence(rule, book))


def _joined(parts: Sequence[str], key: str, empty: str, book: Phrasebook) -> str:
    return book.phrase(key).join(parts) if parts else book.phrase(empty)


def _comparison(rule: Comparison, book: Phrasebook) -> str:
    name, operand = book.attribute_name(rule.attribute), rule.operand
    match rule.operator:
        case "is" | "one_of" | "contains":
            named = operand if isinstance(operand, tuple) else (operand,)
            return book.phrase("any").join(_stated(rule.attribute, value, name, book, many=rule.operator == "contains") for value in named)
        case "only":
            values = operand if isinstance(operand, tuple) else (operand,)
            clauses = [str(value) for value in values]
            return book.phrase("only", name=name, value=book.phrase("any").join(clauses))
        case "count_is" | "count_above":
            return book.phrase(rule.operator, name=name, count=operand)
        case "between" if isinstance(operand, tuple):
            low, high = (book.measured(rule.attribute, _number(bound)) for bound in operand)
            return book.phrase("between", name=name, low=low, high=high)
        case _:
            return book.phrase(rule.operator, name=name, value=book.measured(rule.attribute, _number(operand)))


def _stated(attribute: str, value: Value, name: str, book: Phrasebook, *, many: bool) -> str:
    shape: Value = (str(value),) if many else value
    clause = book.stated(attribute, shape)
    return clause if clause is not None else book.phrase("is", name=name, value=value)


def _number(operand: Operand) -> float:
    if isinstance(operand, bool) or not isinstance(operand, int | float):
        raise TypeError("a number was expected")
    return operand
