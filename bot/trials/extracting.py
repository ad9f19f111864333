"""Eligibility texts in files, and the criteria read out of each (contract, section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.criteria.criterion import Section
from bot.criteria.extraction import Language, ReadCriterion, WrittenBound, read_criteria
from bot.criteria.rules import rule_as_json
from bot.json_lines import LineFault, objects
from bot.trials.registry.fields import FieldCriterion, field_criteria


@dataclass(frozen=True)
class Line:
    """One trial's eligibility text, with the structured fields of its record where they are given."""

    nct_id: str
    text: str
    min_age: str | None = None
    max_age: str | None = None
    gender: str | None = None
    title: str | None = None


def lines_of(source: Iterable[str]) -> Iterator[Line]:
    """The texts of a JSON Lines file; `LineFault` names the line that is none."""
    for number, data in objects(source):
        if not isinstance(data.get("nct_id"), str) or not isinstance(data.get("text"), str):
            raise LineFault(number, "expected `nct_id` and `text`")
        fields = {name: data.get(name) for name in ("min_age", "max_age", "gender", "title")}
        for name, value in fields.items():
            if value is not None and not isinstance(value, str | int | float):
                raise LineFault(number, f"`{name}` is neither a text nor a number")
        yield Line(data["nct_id"], data["text"], **{name: None if value is None else str(value) for name, value in fields.items()})


def extracted(line: Line, language: Language) -> dict[str, Any]:
    """The criteria of one text, as the contract writes them: those of the structured fields first, then the text's own in its order."""
    fields = field_criteria(line.min_age, line.max_age, line.gender)
    criteria = [*map(_of_field, fields), *(_as_json(criterion) for criterion in read_criteria(line.text, language))]
    return {"nct_id": line.nct_id, "criteria": criteria}


def _as_json(criterion: ReadCriterion) -> dict[str, Any]:
    computable = criterion.requires is not None
    return {
        "id": criterion.id,
        "section": criterion.section.value,
        "text": criterion.text,
        "span": list(criterion.span),
        "words_span": list(criterion.own),
        "status": "computable" if computable else "text_only",
        "read": criterion.reading.value,
        **({"inside_of": criterion.parent} if criterion.parent else {}),
        **({"under": list(criterion.headings)} if criterion.headings else {}),
        "bounds": [_bound(bound) for bound in criterion.bounds],
        "rule": rule_as_json(criterion.requires) if criterion.requires is not None else None,
    }


def _of_field(criterion: FieldCriterion) -> dict[str, Any]:
    """A criterion of a structured field: it stands at no place of the text."""
    return {
        "id": criterion.id,
        "section": Section.REGISTRY.value,
        "text": criterion.text,
        "span": [0, 0],
        "words_span": [0, 0],
        "status": "text_only" if criterion.rule is None else "computable",
        "read": criterion.reading.value,
        "bounds": [_bound(bound) for bound in criterion.bounds],
        "rule": None if criterion.rule is None else rule_as_json(criterion.rule),
    }


def _bound(bound: WrittenBound) -> dict[str, Any]:
    return {
        "attribute": bound.attribute,
        "side": bound.side,
        "value": int(bound.value) if bound.value == int(bound.value) else bound.value,
        "inclusive": bound.inclusive,
        "unit": bound.unit,
    }
