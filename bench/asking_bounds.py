"""What our numeric criteria rule out, beside the numeric bounds that people annotated in the same texts."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.simulated_people import Person
from bot.criteria import evaluate
from bot.criteria.extraction import Language, ReadCriterion, read_criteria
from bot.criteria.truth import Truth
from bot.screening.attributes import AnswerType, Attribute, Attributes
from bot.screening.reading import Lexicon
from bot.settings import PROJECT

_LOOK_AT = PROJECT / "var" / "asking-disagreements.txt"
_RELATIVE = re.compile(r"\b(uln|upper limit|normal)\b", re.IGNORECASE)
"""A bound that is a multiple of what is normal says nothing about a number."""


@dataclass(frozen=True)
class Bound:
    """A bound as people annotated it, in the attribute's unit."""

    attribute: str
    side: str
    value: float
    line: str

    def fails(self, value: float) -> bool:
        return value < self.value if self.side == "lower" else value > self.value

    def may_fail(self, value: float) -> bool:
        """The same, and at the very bound: what people annotated does not say whether that belongs."""
        return self.fails(value) or value == self.value


def show(shared: Path, language: Language, lexicon: Lexicon, attributes: Attributes, people: Sequence[Person]) -> None:
    """Print how far both agree, and write where they do not to a file of the working folder."""
    texts, marked = shared / "bounds-trials.jsonl", shared / "bounds-gold.jsonl"
    if not texts.exists() or not marked.exists():
        print("\nBeside people's bounds: ../shared is not beside this checkout")
        return
    bounds = _bounds(marked, lexicon, attributes)
    ours: Counter[bool] = Counter()
    theirs: Counter[bool] = Counter()
    lonely: Counter[tuple[str, str]] = Counter()
    missed: Counter[tuple[str, str]] = Counter()
    rows = [json.loads(line) for line in texts.read_text("utf-8").splitlines()]
    for row in rows:
        own = bounds.get(row["nct_id"], [])
        criteria = [one for one in read_criteria(row["text"], language) if one.requires is not None]
        for person in people:
            failed = [one for one in criteria if _fails_by_numbers(one, person, attributes)]
            measured = [(bound, _number(person.values[bound.attribute])) for bound in own if bound.attribute in person.values]
            outside = [bound for bound, value in measured if bound.fails(value)]
            perhaps = any(bound.may_fail(value) for bound, value in measured)
            if failed:
                ours[perhaps] += 1
            if outside:
                theirs[bool(failed)] += 1
            lonely.update((row["nct_id"], " ".join(one.text.split())) for one in failed if not perhaps)
            missed.update((row["nct_id"], " ".join(bound.line.split())) for bound in outside if not failed)
    agreed = ours[True] / max(ours.total(), 1), theirs[True] / max(theirs.total(), 1)
    print(f"\nBeside people's bounds: {len(rows)} annotated trials, {len(people)} simulated people")
    print(f"  trials that numbers in our criteria rule out: {ours.total():,}; people's bounds rule out {agreed[0]:.1%} of them")
    print(f"  trials that people's bounds rule out: {theirs.total():,}; our criteria rule out {agreed[1]:.1%} of them")
    _LOOK_AT.parent.mkdir(parents=True, exist_ok=True)
    with _LOOK_AT.open("w", encoding="utf-8") as file:
        for kind, found in (("ours alone", lonely), ("people's alone", missed)):
            for (nct_id, text), count in found.most_common():
                marks = "; ".join(f"{bound.attribute} {bound.side} {bound.value:g}" for bound in bounds.get(nct_id, []))
                file.write(f"{kind}\t{count}\t{nct_id}\t{text}\t[{marks}]\n")
    print(f"  {len(lonely)} criteria rule out somebody whom people's bounds do not, {len(missed)} the other way round: var/{_LOOK_AT.name}")


def _fails_by_numbers(criterion: ReadCriterion, person: Person, attributes: Attributes) -> bool:
    """Whether measured values and grades alone make a criterion fail."""
    if criterion.requires is None:
        return False
    evaluation = evaluate(criterion.requires, person.values)
    return evaluation.truth is Truth.FALSE and all(_is_numeric(attributes[name]) for name in evaluation.because)


def _is_numeric(attribute: Attribute) -> bool:
    return attribute.answer_type is AnswerType.NUMBER or attribute.name in _GRADES


_GRADES: Mapping[str, tuple[str, ...]] = {"performance_status": ("0", "1", "2", "3", "4"), "nyha_class": ("I", "II", "III", "IV")}


def _number(value: Any) -> float:
    """A grade by its place: 0 to 4, I to IV as 1 to 4."""
    if not isinstance(value, str):
        return float(value)
    return float(value) if value.isdigit() else 1.0 + _GRADES["nyha_class"].index(value)


def _bounds(path: Path, lexicon: Lexicon, attributes: Attributes) -> Mapping[str, list[Bound]]:
    found: dict[str, list[Bound]] = defaultdict(list)
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        name, line = row["attribute"], row["line"]
        if name not in attributes or (name in ("alt", "ast", "bilirubin", "creatinine", "inr") and _RELATIVE.search(line)):
            continue
        value = _in_unit(float(row["value"]), line, attributes[name], lexicon)
        found[row["nct_id"]].append(Bound(name, row["side"], value, line))
    return found


def _in_unit(value: float, line: str, attribute: Attribute, lexicon: Lexicon) -> float:
    """The value in the attribute's unit: with the longest name of a unit that stands behind the number, unless that makes no sense."""
    behind = re.search(rf"(?<![\d.,]){re.escape(f'{value:g}')}(?:\.0+)?\s*(.*)", line.replace(",", "").casefold())
    if behind is None:
        return value
    units = lexicon.words_of(attribute.name).units
    for written in sorted(units, key=len, reverse=True):
        if behind[1].startswith(written.casefold()) or re.search(rf"^[^.;\d]*\d[\d.]*\s*{re.escape(written.casefold())}\b", behind[1]):
            converted = value * units[written].factor + units[written].offset
            low, high = attribute.possible or (converted, converted)
            return converted if low <= converted <= high else value
    return value
