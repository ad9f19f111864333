"""A rule as a sentence for people. The words come in through a `Phrasebook`; none are here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.criteria.operators import Scalar, Value, number
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

    def denied(self, attribute: str, values: Sequence[Value]) -> str | None:
        """The clause for having none of some values, such as "you have never had asthma or gout"; None if there is none."""
        ...

    def others(self, attribute: str, values: Sequence[Value]) -> Sequence[Value]:
        """All other values of an attribute that has one of a few; empty where it is another kind of attribute."""
        ...

    def widest(self, attribute: str, values: Sequence[Value]) -> Sequence[Value]:
        """The values without those that are kinds of another one among them: "cancer", and not each cancer as well."""
        ...


def sentence(rule: Rule, book: Phrasebook, own: str | None = None) -> str:
    """The whole rule in one sentence, without a capital or a full stop.

    `own` is the text that the rule was made of: where the rule leaves part of it to the study team, it is not said again.
    """
    return _Saying(book, own).sentence(positive(_without_wider(rule)))


def _without_wider(rule: Rule) -> Rule:
    """The rule without what it says of people who name only a wider value than the one it asks for.

    "Not hepatitis B, and whoever says hepatitis is asked which": for a reader the first half says it all.
    """
    match rule:
        case AllOf():
            parts = tuple(map(_without_wider, rule.all))
            return AllOf(all=tuple(part for part in parts if not _is_wider(part, parts)))
        case AnyOf():
            parts = tuple(map(_without_wider, rule.any))
            return AnyOf(any=tuple(part for part in parts if not _is_wider(part, parts)))
        case Not():
            return Not(negated=_without_wider(rule.negated))
    return rule


def _is_wider(part: Rule, beside: Sequence[Rule]) -> bool:
    """Whether a part only leaves open which of the values is meant that a rule beside it names."""
    if not isinstance(part, AllOf | AnyOf):
        return False
    inside = part.all if isinstance(part, AllOf) else part.any
    judged = {one.judgement for one in inside if isinstance(one, Judgement)}
    if not judged or len(inside) != 2:
        return False
    named = {str(value) for other in beside if other is not part for value in _values(other)}
    return judged <= named


def _values(rule: Rule) -> tuple[Value, ...]:
    compared = rule.negated if isinstance(rule, Not) else rule
    if isinstance(compared, Comparison) and compared.operator == "contains" and isinstance(compared.operand, tuple):
        return compared.operand
    return ()


def positive(rule: Rule) -> Rule:
    """The same rule as it reads most easily: negations as far inside as they go ("not above 40" is "at most 40"), nothing twice.

    Nothing is decided otherwise by it: negation keeps its sense in three-valued logic (De Morgan), and turning a judgement
    round leaves a judgement.
    """
    match rule:
        case Not():
            return _negated(rule.negated)
        case AllOf():
            parts = [positive(part) for part in rule.all]
            inner = [one for part in parts for one in (part.all if isinstance(part, AllOf) else (part,))]
            once = _absorbed(_each_once(_together(inner, denied=True)))
            return once[0] if len(once) == 1 else AllOf(all=once)
        case AnyOf():
            parts = [positive(part) for part in rule.any]
            inner = [one for part in parts for one in (part.any if isinstance(part, AnyOf) else (part,))]
            once = _absorbed(_each_once(_together(inner, denied=False)))
            return once[0] if len(once) == 1 else AnyOf(any=once)
    return rule


def _together(rules: Sequence[Rule], *, denied: bool) -> list[Rule]:
    """Lists of values of one attribute as one list: none of some and none of others, or one of some or of others."""
    made: list[Rule] = []
    lists: dict[str, tuple[int, tuple[Scalar, ...]]] = {}
    for rule in rules:
        inside = rule.negated if denied and isinstance(rule, Not) else None if denied else rule
        if not isinstance(inside, Comparison) or inside.operator != "contains" or not isinstance(inside.operand, tuple):
            made.append(rule)
            continue
        place, before = lists.get(inside.attribute, (len(made), ()))
        lists[inside.attribute] = place, tuple(dict.fromkeys((*before, *inside.operand)))
        if not before:
            made.append(rule)
            continue
        joined = Comparison(attribute=inside.attribute, operator="contains", operand=lists[inside.attribute][1])
        made[place] = Not(negated=joined) if denied else joined
    return made


_TURNED = {"above": "at_most", "at_most": "above", "below": "at_least", "at_least": "below"}


def _negated(rule: Rule) -> Rule:
    match rule:
        case Not():
            return positive(rule.negated)
        case AllOf():
            return positive(AnyOf(any=tuple(Not(negated=part) for part in rule.all)))
        case AnyOf():
            return positive(AllOf(all=tuple(Not(negated=part) for part in rule.any)))
        case Judgement():
            return rule
        case Comparison(operator="is", operand=bool() as yes):
            return Comparison(attribute=rule.attribute, operator="is", operand=not yes)
        case Comparison() if rule.operator in _TURNED:
            return Comparison(attribute=rule.attribute, operator=_TURNED[rule.operator], operand=rule.operand)
    return Not(negated=rule)


def _each_once(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    return tuple(rule for position, rule in enumerate(rules) if rule not in rules[:position])


def _absorbed(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Without what another one settles: "A, and A or B" is A, and so is "A, or A and B" (absorption holds in three values too)."""

    def settled(rule: Rule) -> bool:
        parts = rule.all if isinstance(rule, AllOf) else rule.any if isinstance(rule, AnyOf) else ()
        return any(part in rules for part in parts)

    return tuple(rule for rule in rules if not settled(rule))


@dataclass(frozen=True)
class _Saying:
    book: Phrasebook
    own: str | None

    def sentence(self, rule: Rule) -> str:
        book = self.book
        match rule:
            case AllOf():
                return self._joined(rule.all, "all", "always")
            case AnyOf():
                return self._joined(rule.any, "any", "never")
            case Not(negated=Comparison(operator="within_days") as inside):
                lasted = book.measured(inside.attribute, number(inside.operand))
                return book.phrase("not_within_days", name=book.attribute_name(inside.attribute), value=lasted)
            case Not(negated=Comparison(operator="contains" | "one_of" | "is") as inside):
                return self._none_of(inside)
            case Not():
                return book.phrase("not", rule=self._part(rule.negated))
            case Judgement() if rule.judgement == self.own:
                return book.phrase("rest")
            case Judgement():
                return book.phrase("judgement", judgement=rule.judgement)
            case _:
                return self._comparison(rule)

    def _none_of(self, rule: Comparison) -> str:
        book, named = self.book, rule.operand if isinstance(rule.operand, tuple) else (rule.operand,)
        if rule.operator != "contains" and (others := book.others(rule.attribute, named)):
            return self._comparison(Comparison(attribute=rule.attribute, operator="one_of", operand=tuple(map(str, others))))
        clause = book.denied(rule.attribute, book.widest(rule.attribute, named))
        return book.phrase("not", rule=self._part(rule)) if clause is None else clause

    def _joined(self, parts: Sequence[Rule], key: str, empty: str) -> str:
        return self.book.phrase(key).join(map(self._part, parts)) if parts else self.book.phrase(empty)

    def _part(self, rule: Rule) -> str:
        """A rule inside another, in brackets where it does not read as one clause."""
        said = self.sentence(rule)
        return said if self._plain(rule) else self.book.phrase("group", inside=said)

    def _plain(self, rule: Rule) -> bool:
        match rule:
            case AllOf():
                return len(rule.all) < 2
            case AnyOf():
                return len(rule.any) < 2
            case Comparison(operator="one_of" | "contains", operand=tuple() as named):
                return len(self.book.widest(rule.attribute, named)) < 2
        return True

    def _comparison(self, rule: Comparison) -> str:
        book, operand = self.book, rule.operand
        name = book.attribute_name(rule.attribute)
        match rule.operator:
            case "is" | "one_of" | "contains":
                named = book.widest(rule.attribute, operand) if isinstance(operand, tuple) else (operand,)
                many = rule.operator == "contains"
                return book.phrase("any").join(self._stated(rule.attribute, value, name, many=many) for value in named)
            case "only":
                values = operand if isinstance(operand, tuple) else (operand,)
                return book.phrase("only", name=name, value=book.phrase("any").join(map(str, values)))
            case "count_is" | "count_above":
                return book.phrase(rule.operator, name=name, count=operand)
            case "between" if isinstance(operand, tuple):
                low, high = (book.measured(rule.attribute, number(bound)) for bound in operand)
                return book.phrase("between", name=name, low=low, high=high)
            case _:
                return book.phrase(rule.operator, name=name, value=book.measured(rule.attribute, number(operand)))

    def _stated(self, attribute: str, value: Value, name: str, *, many: bool) -> str:
        shape: Value = (str(value),) if many else value
        clause = self.book.stated(attribute, shape)
        return clause if clause is not None else self.book.phrase("is", name=name, value=value)
