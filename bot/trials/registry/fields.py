"""The criteria of a record's structured fields: R-age and R-sex."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.criteria.extraction import ReadCriterion, Reading, WrittenBound
from bot.criteria.rules import AllOf, AnyOf, Comparison, Judgement, Rule, mentioned

AGE, SEX = "age", "sex"

_AGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(year|month|week|day|hour|minute)s?\s*$", re.IGNORECASE)
_YEARS = {"year": 1.0, "month": 1 / 12, "week": 7 / 365.25, "day": 1 / 365.25, "hour": 1 / 8766, "minute": 1 / 525960}
_UNSTATED = frozenset(("", "n/a", "none", "null"))
_SEXES = {"female": "female", "male": "male", "f": "female", "m": "male"}
_EVERYBODY = frozenset(("all", "both", "a"))


@dataclass(frozen=True)
class FieldCriterion:
    """A criterion of a structured field: its words are the field's, and it stands at no place of the text."""

    id: str
    text: str
    rule: Rule | None
    bounds: tuple[WrittenBound, ...] = ()

    @property
    def reading(self) -> Reading:
        return Reading.NONE if self.rule is None else Reading.WHOLE


def age_in_years(written: str | None) -> float | None:
    """An age of the registry's structured fields, "18 Years" or "6 Months", in years; None where there is no bound."""
    if written is None or written.strip().casefold() in _UNSTATED:
        return None
    found = _AGE.match(written if not written.strip().replace(".", "").isdigit() else f"{written} years")
    if found is None:
        return None
    years = float(found[1]) * _YEARS[found[2].casefold()]
    return int(years) if years == int(years) else round(years, 6)


def field_criteria(min_age: str | None, max_age: str | None, sex: str | None) -> Iterator[FieldCriterion]:
    """R-age and R-sex. A field that gives no bound asks nothing; one that cannot be read is left to the study team."""
    comparisons: list[Rule] = []
    bounds = []
    unread = False
    for written, side, operator in ((min_age, "lower", "at_least"), (max_age, "upper", "at_most")):
        years = age_in_years(written)
        if years is None:
            unread = unread or (written is not None and written.strip().casefold() not in _UNSTATED)
            continue
        # A maximum of 65 years takes in everybody who has not turned 66.
        comparisons.append(Comparison(attribute=AGE, operator=operator, operand=years))
        bounds.append(WrittenBound(AGE, side, years, True, "years"))
    if comparisons or unread:
        shown = ", ".join(f"{name} {value}" for name, value in (("from", min_age), ("to", max_age)) if value)
        rule = None if unread else comparisons[0] if len(comparisons) == 1 else AllOf(all=tuple(comparisons))
        yield FieldCriterion("R-age", f"age {shown}", rule, tuple(bounds))
    if sex is None or sex.strip().casefold() in _UNSTATED:
        return
    named = sex.strip().casefold()
    if named in _EVERYBODY:
        yield FieldCriterion("R-sex", sex, AllOf(all=()))
    else:
        known = _SEXES.get(named)
        yield FieldCriterion("R-sex", sex, Comparison(attribute=SEX, operator="is", operand=known) if known else None)


def with_the_texts_ages(field: FieldCriterion, criteria: Sequence[ReadCriterion]) -> Rule | None:
    """The rule of R-age, left open wherever the text lets in an age that the field does not.

    A text that says "16 years and older" where the field says 18 leaves a person of 17 unknown (docs/contract.md, section 3).
    Only a criterion that is about nothing but age, and was read whole, speaks for the text; each side of it for itself.
    """
    if field.rule is None or not field.bounds:
        return field.rule
    texts = [
        criterion
        for criterion in criteria
        if criterion.reading is Reading.WHOLE and criterion.requires is not None and mentioned(criterion.requires) == (AGE,)
    ]
    sides: list[Rule] = []
    for bound in field.bounds:
        operator = "at_least" if bound.side == "lower" else "at_most"
        own: Rule = Comparison(attribute=AGE, operator=operator, operand=bound.value)
        others = [
            criterion.requires
            for criterion in texts
            if criterion.requires is not None and any(other.side == bound.side and _laxer(other, bound) for other in criterion.bounds)
        ]
        if others:
            disagreed: Rule = AllOf(all=(*others, Judgement(judgement=field.text)))
            own = AnyOf(any=(own, disagreed))
        sides.append(own)
    return sides[0] if len(sides) == 1 else AllOf(all=tuple(sides))


def _laxer(written: WrittenBound, bound: WrittenBound) -> bool:
    """Whether the text lets in ages that the field does not."""
    lower = bound.side == "lower"
    return written.attribute == AGE and (written.value < bound.value if lower else written.value > bound.value)
