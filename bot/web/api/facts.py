"""Facts about a person, as programs send them: a model made of the attributes, so that the description says exactly what is taken."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema, create_model

from bot.criteria.operators import NEVER
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import AnswerType, Attribute, Attributes
from bot.web.api.models.base import TEXT
from bot.web.api.models.screenings import NoFacts, ScreeningRequest
from bot.words import Words

NAMES_AS = "x-names"
"""Marks, in a model's schema, the list of names that the description has once, as a component."""
NAME_LISTS: Mapping[str, str] = {"conditions": "ConditionName", "medicines": "MedicineName", "operations": "OperationName"}
_LONGEST_AGO = 100_000
"""Days; nobody's last trial was longer ago."""
_MOST_NAMES = 200

_PLACE = re.compile(r"[^\x00-\x1f\x7f]{1,200}")

Schema = dict[str, Any]


def names_in(words: Words, attribute: Attribute) -> frozenset[str] | None:
    """The names that answer a text attribute; None where any place does."""
    return None if attribute.of_places else frozenset(words.lexicon.names_of(attribute.name).names)


def name_lists(attributes: Attributes, words: Words) -> dict[str, Schema]:
    """The lists of names, as components of the description."""
    found: dict[str, Schema] = {}
    for attribute in attributes.values():
        if attribute.answer_type is AnswerType.TEXT and not attribute.of_places:
            names = list(words.lexicon.names_of(attribute.name).names)
            found[NAME_LISTS[attribute.names_in]] = {"type": "string", "enum": names, "title": NAME_LISTS[attribute.names_in]}
    return found


def request_model(attributes: Attributes, words: Words) -> type[ScreeningRequest]:
    """The model of a screening's request."""
    fields: dict[str, Any] = {name: (_taken(attribute, words), None) for name, attribute in attributes.items()}
    facts = create_model("Facts", __base__=NoFacts, __doc__="What is known, by attribute; null: asked, and not known.", **fields)
    return create_model(
        "ScreeningRequest",
        __base__=ScreeningRequest,
        __doc__=ScreeningRequest.__doc__,
        facts=(facts, Field(default_factory=facts, examples=[{"age": 61, "prior_systemic_therapy": "none"}])),
    )


def answers_of(facts: NoFacts) -> dict[str, Answer]:
    """The facts as answers. What was sent as null was asked, and is not known."""
    return {
        name: Answer(name, Outcome.UNSURE) if value is None else Answer(name, Outcome.KNOWN, value)
        for name in facts.model_fields_set
        for value in [getattr(facts, name)]
    }


def _taken(attribute: Attribute, words: Words) -> Any:
    read = _reader(attribute, words)

    def validated(value: Any) -> Any:
        return None if value is None else read(value)

    schema = {"anyOf": [*_schemas(attribute), {"type": "null"}], "title": words.name(attribute.name)}
    return Annotated[Any, PlainValidator(validated), WithJsonSchema(schema)]


def _reader(attribute: Attribute, words: Words) -> Callable[[Any], Any]:
    match attribute.answer_type:
        case AnswerType.YES_NO:
            return lambda value: _one(value, (True, False), "true or false is expected", bool)
        case AnswerType.NUMBER:
            return lambda value: _number(attribute, value)
        case AnswerType.CHOICE:
            expected = f"one of {', '.join(attribute.values)} is expected"
            return lambda value: _one(value, attribute.values, expected, str)
        case AnswerType.CHOICES:
            return lambda value: _choices(attribute, value)
        case AnswerType.TIME_SINCE:
            return _days
    known = names_in(words, attribute)
    return lambda value: _names(attribute, known, value)


def _one(value: Any, values: tuple[Any, ...], expected: str, kind: type) -> Any:
    if not isinstance(value, kind) or value not in values:
        raise ValueError(expected)
    return value


def _number(attribute: Attribute, value: Any) -> int | float:
    low, high = attribute.possible or (-math.inf, math.inf)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high or (attribute.whole and value != int(value)):
        kind = "a whole number" if attribute.whole else "a number"
        raise ValueError(f"{kind} from {low:g} to {high:g} is expected")
    return int(value) if attribute.whole else value


def _choices(attribute: Attribute, value: Any) -> tuple[str, ...]:
    given = tuple(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else ()
    if not attribute.accepts(given) or len(set(given)) < len(given):
        alone = f"; {', '.join(attribute.exclusive)} alone" if attribute.exclusive else ""
        raise ValueError(f"a list of {', '.join(attribute.values)}, each once, is expected{alone}")
    return given


def _days(value: Any) -> int | str:
    if value == NEVER and isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LONGEST_AGO and value == int(value):
        return int(value)
    raise ValueError(f"days from 0 to {_LONGEST_AGO}, or {NEVER}, are expected")


def _names(attribute: Attribute, known: frozenset[str] | None, value: Any) -> tuple[str, ...]:
    given = tuple(value) if isinstance(value, list) and len(value) <= _MOST_NAMES and all(isinstance(each, str) for each in value) else None
    if given is None or not attribute.accepts(given) or len(set(given)) < len(given):
        raise ValueError("a list of names, each once, is expected")
    if known is None:
        if not all(map(_PLACE.fullmatch, given)):
            raise ValueError("a list of names of places is expected")
    elif not known.issuperset(given):
        raise ValueError(f"a name is in no list of ours; {NAME_LISTS[attribute.names_in]} in the description has them all")
    return given


def _schemas(attribute: Attribute) -> list[Schema]:
    match attribute.answer_type:
        case AnswerType.YES_NO:
            return [{"type": "boolean"}]
        case AnswerType.NUMBER:
            kind: Schema = {"type": "integer" if attribute.whole else "number"}
            low, high = attribute.possible or (None, None)
            return [{**kind, **{name: bound for name, bound in (("minimum", low), ("maximum", high)) if bound is not None}}]
        case AnswerType.CHOICE:
            return [{"type": "string", "enum": list(attribute.values)}]
        case AnswerType.CHOICES:
            together = [value for value in attribute.values if value not in attribute.exclusive]
            alone = [_list({"type": "string", "const": value}, 1, 1) for value in attribute.exclusive]
            return [_list({"type": "string", "enum": together}, 1, len(together)), *alone]
        case AnswerType.TIME_SINCE:
            return [{"type": "integer", "minimum": 0, "maximum": _LONGEST_AGO}, {"type": "string", "const": NEVER}]
    least = 0 if attribute.complete else 1
    if attribute.of_places:
        return [_list({"type": "string", "minLength": 1, "maxLength": 200, "pattern": TEXT}, least, _MOST_NAMES)]
    return [_list({NAMES_AS: NAME_LISTS[attribute.names_in]}, least, _MOST_NAMES)]


def _list(items: Schema, least: int, most: int) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most, "uniqueItems": True}
