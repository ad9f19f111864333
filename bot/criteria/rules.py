"""Rules: a small tree of conditions on a person's answers.

The same shape stands in trial records (YAML) and in the store (JSON):

    {"all": [rule, …]}   {"any": [rule, …]}   {"not": rule}
    {"judgement": "what only a clinician can judge"}
    {"attribute": "age", "at_least": 18}        (one operator of `bot.criteria.operators`)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    model_serializer,
    model_validator,
)

from bot.criteria.operators import OPERATORS, Known, Operand, Scalar, Value, compared
from bot.criteria.truth import Truth

__all__ = [
    "AllOf",
    "AnyOf",
    "Comparison",
    "Judgement",
    "Not",
    "Rule",
    "Value",
    "can_come_to",
    "mentioned",
    "parse_rule",
    "rule_as_json",
    "walk",
    "without_judgements",
]


class _Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class AllOf(_Node):
    """Holds when every part holds; with no parts, always."""

    all: tuple[Rule, ...]


class AnyOf(_Node):
    """Holds when at least one part holds; with no parts, never."""

    any: tuple[Rule, ...]


class Not(_Node):
    """Holds when the rule inside does not."""

    negated: Rule = Field(alias="not")

    @model_serializer
    def _as_json(self) -> dict[str, object]:
        return {"not": rule_as_json(self.negated)}


class Judgement(_Node):
    """Something no answer can settle: always unknown to us, settled by the study team."""

    judgement: str = Field(min_length=1)


class Comparison(_Node):
    """One attribute compared with one operand, e.g. age, at_least, 18."""

    attribute: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    operator: str
    operand: Operand

    @model_validator(mode="before")
    @classmethod
    def _from_record(cls, data: object) -> object:
        if not isinstance(data, Mapping) or "operator" in data:
            return data
        operators = [str(key) for key in data if key != "attribute"]
        if len(operators) != 1:
            raise ValueError(
                "a comparison takes exactly one operator beside `attribute`, found " + (", ".join(sorted(operators)) or "none")
            )
        (operator,) = operators
        operand = data[operator]
        if isinstance(operand, list):
            operand = tuple(operand)
        return {"attribute": data.get("attribute"), "operator": operator, "operand": operand}

    @model_validator(mode="after")
    def _operand_fits(self) -> Comparison:
        operator = OPERATORS.get(self.operator)
        if operator is None:
            raise ValueError(f"unknown operator `{self.operator}`; known are {', '.join(OPERATORS)}")
        fault = _operand_fault(operator.operand, self.operand)
        if fault:
            raise ValueError(f"`{self.operator}` takes {fault}")
        return self

    @model_serializer
    def _as_json(self) -> dict[str, object]:
        operand = list(self.operand) if isinstance(self.operand, tuple) else self.operand
        return {"attribute": self.attribute, self.operator: operand}

    def truth(self, known: Known) -> Truth:
        """What it comes to for a known answer; `TypeError` where that is of a kind it cannot compare."""
        return compared(self.operator, known, self.operand)


def _operand_fault(kind: str, operand: Operand) -> str | None:
    """What the operand should have been, or None where it is right."""

    def is_number(value: Scalar | Operand) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    if kind == "scalar":
        return "a single value" if isinstance(operand, tuple) else None
    if kind == "number":
        return None if is_number(operand) else "a number"
    if kind == "days":
        return None if is_number(operand) else "a number of days"
    if kind == "list":
        return None if isinstance(operand, tuple) and operand else "a list of at least one value"
    low_high = isinstance(operand, tuple) and len(operand) == 2 and all(map(is_number, operand))
    if not low_high or not isinstance(operand, tuple):
        return "a list of two numbers, [low, high]"
    return None if operand[0] <= operand[1] else "the lower number first"  # type: ignore[operator]


def _kind(rule: Any) -> str | None:
    if isinstance(rule, _Node):
        return type(rule).__name__
    if isinstance(rule, Mapping):
        for key, kind in _KINDS.items():
            if key in rule:
                return kind
    return None


_KINDS = {
    "attribute": "Comparison",
    "all": "AllOf",
    "any": "AnyOf",
    "not": "Not",
    "judgement": "Judgement",
}

Rule: TypeAlias = Annotated[
    Annotated[AllOf, Tag("AllOf")]
    | Annotated[AnyOf, Tag("AnyOf")]
    | Annotated[Not, Tag("Not")]
    | Annotated[Judgement, Tag("Judgement")]
    | Annotated[Comparison, Tag("Comparison")],
    Discriminator(
        _kind,
        custom_error_type="rule_shape",
        custom_error_message="a rule is one of all, any, not, judgement, or attribute with an operator",
    ),
]

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()

_adapter: TypeAdapter[Rule] = TypeAdapter(Rule)


def parse_rule(data: object) -> Rule:
    """A rule from its record or JSON shape; `pydantic.ValidationError` where it is none."""
    return _adapter.validate_python(data)


def rule_as_json(rule: Rule) -> object:
    """The shape that `parse_rule` takes, ready for JSON."""
    return _adapter.dump_python(rule, mode="json")


def walk(rule: Rule) -> Iterator[Rule]:
    """The rule and every rule inside it, outermost first."""
    yield rule
    match rule:
        case AllOf():
            inside: tuple[Rule, ...] = rule.all
        case AnyOf():
            inside = rule.any
        case Not():
            inside = (rule.negated,)
        case _:
            inside = ()
    for part in inside:
        yield from walk(part)


def mentioned(rule: Rule) -> tuple[str, ...]:
    """The attributes a rule refers to, each once, in the rule's order."""
    return tuple(dict.fromkeys(part.attribute for part in walk(rule) if isinstance(part, Comparison)))


def can_come_to(rule: Rule, value: bool) -> bool:
    """Whether answers can make the rule hold, or fail: a judgement stays unknown, so some rules can only do one of both, or neither."""
    match rule:
        case Comparison():
            return True
        case Not():
            return can_come_to(rule.negated, not value)
        case AllOf():
            return (all if value else any)(can_come_to(part, value) for part in rule.all)
        case AnyOf():
            return (any if value else all)(can_come_to(part, value) for part in rule.any)
    return False


def without_judgements(rule: Rule) -> Rule | None:
    """What of a rule answers can settle; None where nothing is left."""
    match rule:
        case Judgement():
            return None
        case Not():
            inside = without_judgements(rule.negated)
            return None if inside is None else Not(**{"not": inside})
        case AllOf() | AnyOf():
            parts = rule.all if isinstance(rule, AllOf) else rule.any
            left = tuple(part for part in map(without_judgements, parts) if part is not None)
            if parts and not left:
                return None
            return AllOf(all=left) if isinstance(rule, AllOf) else AnyOf(any=left)
    return rule
