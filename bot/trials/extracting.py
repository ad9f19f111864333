"""Eligibility texts in files, and the criteria read out of each (contract, section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.criteria.criterion import Section
from bot.criteria.extraction import Language, ReadCriterion, Reading, read_criteria
from bot.criteria.rules import AllOf, Comparison, Rule, rule_as_json
from bot.json_lines import LineFault, objects

_AGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(year|month|week|day|hour|minute)s?\s*$", re.IGNORECASE)
_YEARS = {"year": 1.0, "month": 1 / 12, "week": 7 / 365.25, "day": 1 / 365.25, "hour": 1 / 8766, "minute": 1 / 525960}
_UNSTATED = frozenset(("", "n/a", "none", "null"))
_SEXES = {"female": "female", "male": "male", "f": "female", "m": "male"}
_EVERYBODY = frozenset(("all", "both", "a"))


@dataclass(frozen=True)
class Line:
    """One trial's eligibility text, with the structured fields of its record where they are given."""

    nct_id: str
    text: str
    min_age: str | None = None
    max_age: str | None = None
    gender: str | None = None


def lines_of(source: Iterable[str]) -> Iterator[Line]:
    """The texts of a JSON Lines file; `LineFault` names the line that is none."""
    for number, data in objects(source):
        if not isinstance(data.get("nct_id"), str) or not isinstance(data.get("text"), str):
            raise LineFault(number, "expected `nct_id` and `text`")
        fields = {name: data.get(name) for name in ("min_age", "max_age", "gender")}
        for name, value in fields.items():
            if value is not None and not isinstance(value, str | int | float):
                raise LineFault(number, f"`{name}` is neither a text nor a number")
        yield Line(data["nct_id"], data["text"], **{name: None if value is None else str(value) for name, value in fields.items()})


def extracted(line: Line, language: Language) -> dict[str, Any]:
    """The criteria of one text, as the contract writes them: those of the structured fields first, then the text's own in its order."""
    criteria = [*_of_fields(line), *(_as_json(criterion) for criterion in read_criteria(line.text, language))]
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
        "bounds": [
            {
                "attribute": bound.attribute,
                "side": bound.side,
                "value": int(bound.value) if bound.value == int(bound.value) else bound.value,
                "inclusive": bound.inclusive,
                "unit": bound.unit,
            }
            for bound in criterion.bounds
        ],
        "rule": rule_as_json(criterion.requires) if criterion.requires is not None else None,
    }


def age_in_years(written: str | None) -> float | None:
    """An age of the registry's structured fields, "18 Years" or "6 Months", in years; None where there is no bound."""
    if written is None or written.strip().casefold() in _UNSTATED:
        return None
    found = _AGE.match(written if not written.strip().replace(".", "").isdigit() else f"{written} years")
    if found is None:
        return None
    years = float(found[1]) * _YEARS[found[2].casefold()]
    return int(years) if years == int(years) else round(years, 6)


def _of_fields(line: Line) -> Iterator[dict[str, Any]]:
    """R-age and R-sex. A field that gives no bound asks nothing; one that cannot be read is left to the study team."""
    comparisons: list[Rule] = []
    bounds = []
    unread = False
    for written, side, operator in ((line.min_age, "lower", "at_least"), (line.max_age, "upper", "at_most")):
        years = age_in_years(written)
        if years is None:
            unread = unread or (written is not None and written.strip().casefold() not in _UNSTATED)
            continue
        # A maximum of 65 years takes in everybody who has not turned 66.
        comparisons.append(Comparison(attribute="age", operator=operator, operand=years))
        bounds.append({"attribute": "age", "side": side, "value": years, "inclusive": True, "unit": "years"})
    if comparisons or unread:
        written = ", ".join(f"{name} {value}" for name, value in (("from", line.min_age), ("to", line.max_age)) if value)
        rule = None if unread else comparisons[0] if len(comparisons) == 1 else AllOf(all=tuple(comparisons))
        yield _field("R-age", f"age {written}", rule, bounds)
    if line.gender is None or line.gender.strip().casefold() in _UNSTATED:
        return
    gender = line.gender.strip().casefold()
    if gender in _EVERYBODY:
        yield _field("R-sex", line.gender, AllOf(all=()), [])
    else:
        sex = _SEXES.get(gender)
        yield _field("R-sex", line.gender, Comparison(attribute="sex", operator="is", operand=sex) if sex else None, [])


def _field(name: str, text: str, rule: Rule | None, bounds: list[dict[str, Any]]) -> dict[str, Any]:
    """A criterion of a structured field: it stands at no place of the text."""
    return {
        "id": name,
        "section": Section.REGISTRY.value,
        "text": text,
        "span": [0, 0],
        "words_span": [0, 0],
        "status": "text_only" if rule is None else "computable",
        "read": (Reading.NONE if rule is None else Reading.WHOLE).value,
        "bounds": bounds,
        "rule": None if rule is None else rule_as_json(rule),
    }
