"""Attributes: what a screening can ask, without the words.

The data is `lexicon/attributes.yaml`; the words for each attribute are in `words/<locale>/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.criteria.operators import NEVER, OPERATORS, Value
from bot.criteria.rules import Comparison, Rule, mentioned, walk

CONDITIONS: Final = "conditions"
"""The list of illnesses."""


class AnswerType(StrEnum):
    """The shape of an answer's value."""

    YES_NO = "yes_no"  # bool
    NUMBER = "number"  # int or float, in the attribute's unit
    CHOICE = "choice"  # one of the attribute's values
    CHOICES = "choices"  # tuple of the attribute's values
    TIME_SINCE = "time_since"  # whole days, or "never"
    TEXT = "text"  # tuple of names found in what was said


class Attribute(BaseModel):
    """One thing that can be known about a person.

    `plausible` is the range in which an answer is taken without asking twice, in `unit`;
    `possible` the range outside which a number cannot be an answer at all. `exclusive` values
    of a `choices` attribute stand alone. `applies_when` is the condition for asking; where it
    is false, `otherwise` is the value that follows (none where nothing follows). Where the
    condition itself stays unknown, `when_unsure` says whether to ask all the same. What is not
    `asked` is put to nobody; told unasked, it counts. The question of a `complete` text attribute
    asks for every name there is: an empty tuple is an answer to it, and what is not named is
    denied. The names of the attribute that it `includes` count as its own, and `names_in` is the list
    that its names are of. Where `implied_by` holds, a yes follows for who has not answered it. A
    `momentary` value changes by the hour: one that was told is measured again before it can keep
    anybody out of any trial. What is `of_one_trial` is asked where one trial is talked about, and not in a
    search among many: whether somebody would come to visits depends on which. There, what is `of_illness` is asked only of those
    who look for a trial about that illness or a kind of it: "your cancer" is no question for anybody else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    answer_type: AnswerType
    group: str
    effort: int = Field(ge=1, le=3)
    sensitivity: int = Field(ge=0, le=3)
    values: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    unit: str | None = None
    plausible: tuple[float, float] | None = None
    possible: tuple[float, float] | None = None
    whole: bool = False
    asked: bool = True
    of_one_trial: bool = False
    of_illness: str | None = None
    momentary: bool = False
    of_places: bool = False
    complete: bool = False
    includes: str | None = None
    names_in: Literal["conditions", "medicines", "operations"] = CONDITIONS
    implied_by: Rule | None = None
    applies_when: Rule | None = None
    otherwise: bool | float | str | None = None
    when_unsure: Literal["ask", "skip"] = "ask"
    source: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Attribute:
        chosen = self.answer_type in (AnswerType.CHOICE, AnswerType.CHOICES)
        if chosen != bool(self.values):
            raise ValueError("`values` belongs to choice and choices attributes, and only there")
        if not set(self.exclusive) <= set(self.values):
            raise ValueError("`exclusive` names values that are not among `values`")
        if self.otherwise is not None and self.applies_when is None:
            raise ValueError("`otherwise` needs `applies_when`")
        if (self.complete or self.includes or self.of_places) and self.answer_type is not AnswerType.TEXT:
            raise ValueError("`complete`, `includes` and `of_places` belong to text attributes")
        if self.names_in != CONDITIONS and not self.complete:
            raise ValueError("`names_in` another list than the illnesses belongs to attributes that are complete")
        if self.implied_by is not None and self.answer_type is not AnswerType.YES_NO:
            raise ValueError("`implied_by` belongs to yes_no attributes")
        for bounds in (self.plausible, self.possible):
            if bounds and bounds[0] >= bounds[1]:
                raise ValueError("a range is [low, high] with low below high")
        return self

    def accepts(self, value: object) -> bool:
        """Whether `value` has the shape of an answer to this attribute."""
        match self.answer_type:
            case AnswerType.YES_NO:
                return isinstance(value, bool)
            case AnswerType.NUMBER:
                return isinstance(value, int | float) and not isinstance(value, bool)
            case AnswerType.CHOICE:
                return value in self.values
            case AnswerType.CHOICES:
                return (
                    isinstance(value, tuple)
                    and bool(value)
                    and set(value) <= set(self.values)
                    and (len(value) == 1 or not set(value) & set(self.exclusive))
                )
            case AnswerType.TIME_SINCE:
                return value == NEVER or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)
            case _:
                return isinstance(value, tuple) and (self.complete or bool(value)) and all(isinstance(word, str) for word in value)


NONE = "none"
"""What the empty answer of a complete text attribute is called: its quick reply, and its key in the words."""


class Attributes(Mapping[str, Attribute]):
    """The attributes by name, in the order of their file."""

    def __init__(self, attributes: Iterable[Attribute]) -> None:
        self._by_name: dict[str, Attribute] = {}
        for attribute in attributes:
            if attribute.name in self._by_name:
                raise ValueError(f"attribute `{attribute.name}` is defined twice")
            self._by_name[attribute.name] = attribute
        for attribute in self._by_name.values():
            included = self._by_name.get(attribute.includes or attribute.name)
            if included is None or included.answer_type is not attribute.answer_type:
                raise ValueError(f"`includes` of `{attribute.name}`: there is no text attribute `{attribute.includes}`")
            for key, rule in (("applies_when", attribute.applies_when), ("implied_by", attribute.implied_by)):
                for fault in self.faults(rule) if rule is not None else ():
                    raise ValueError(f"`{key}` of `{attribute.name}`: {fault}")

    def __getitem__(self, name: str) -> Attribute:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def faults(self, rule: Rule) -> tuple[str, ...]:
        """What in a rule does not fit these attributes, in sentences; empty where all fits."""
        unknown = [name for name in mentioned(rule) if name not in self]
        if unknown:
            return tuple(f"there is no attribute `{name}`" for name in unknown)
        comparisons = (part for part in walk(rule) if isinstance(part, Comparison))
        return tuple(filter(None, map(self._comparison_fault, comparisons)))

    def _comparison_fault(self, comparison: Comparison) -> str | None:
        attribute = self[comparison.attribute]
        operator, kind = comparison.operator, attribute.answer_type
        if operator not in _OPERATORS_FOR[kind]:
            expected = ", ".join(sorted(_OPERATORS_FOR[kind]))
            return f"`{operator}` does not fit `{attribute.name}` ({kind}); expected one of {expected}"
        if kind is AnswerType.YES_NO and not isinstance(comparison.operand, bool):
            return f"`{attribute.name}` is compared with true or false"
        if attribute.values:
            operand = comparison.operand
            named = operand if isinstance(operand, tuple) else (operand,)
            if OPERATORS[operator].operand == "number":
                return None
            for value in named:
                if value not in attribute.values:
                    expected = ", ".join(attribute.values)
                    return f"`{attribute.name}` has no value {value!r}; expected one of {expected}"
        return None


_NUMBERS = frozenset({"is", "one_of", "at_least", "at_most", "above", "below", "between"})
_OPERATORS_FOR: Mapping[AnswerType, frozenset[str]] = {
    AnswerType.YES_NO: frozenset({"is"}),
    AnswerType.NUMBER: _NUMBERS,
    AnswerType.CHOICE: frozenset({"is", "one_of"}),
    AnswerType.CHOICES: frozenset({"contains", "only", "count_is", "count_above"}),
    AnswerType.TIME_SINCE: frozenset({"within_days"}),
    AnswerType.TEXT: frozenset({"contains", "only", "count_is", "count_above"}),
}


def canonical(value: object) -> Value:
    """A value as it comes from YAML or JSON, in the shape rules compare: lists become tuples."""
    if isinstance(value, list | tuple):
        return tuple(str(item) for item in value)
    if isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} is not an answer's value")
