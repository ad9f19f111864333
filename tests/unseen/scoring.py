"""How well messages were read: what `trialchat read` wrote against what a careful nurse would have noted.

    python -m tests.unseen.scoring READ.jsonl EXPECTED.jsonl

prints a table of figures. Asking again is never *wrong*, only not right: a misread answer is the fault that counts.
Several pairs of files are taken as one: `READ1 EXPECTED1 READ2 EXPECTED2`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.screening.attributes import AnswerType
from tests.shipped import shipped_library

Expectation = Mapping[str, Any]

_NUMBER_SHARE = 0.02
"""Measured values may differ by this share: rounding, and factors of conversion."""
_TIME_SHARE, _TIME_DAYS = 0.3, 7
"""Times may differ by this share or by so many days."""
_ANSWERS = ("answer", "unsure", "decline")
_DANGER = ("emergency", "crisis")


@dataclass(frozen=True)
class Line:
    """One message: which question was open, what is expected (any of several), and what was read."""

    id: str
    attribute: str | None
    expected: tuple[Expectation, ...]
    read: Expectation
    hard: bool

    @property
    def kind(self) -> str:
        """What is expected first of all."""
        return str(self.expected[0]["kind"])


@dataclass(frozen=True)
class Figure:
    """So many of so many."""

    count: int
    of: int

    @property
    def share(self) -> float:
        return self.count / self.of if self.of else 0.0


def same(attribute: str, read: Any, expected: Any) -> bool:
    """Whether two values of an attribute mean the same."""
    known = load_attributes()[attribute]
    if isinstance(read, bool) or isinstance(expected, bool):
        return read is expected
    if isinstance(read, int | float) and isinstance(expected, int | float):
        difference = abs(read - expected)
        if known.answer_type is AnswerType.TIME_SINCE:
            return difference <= max(_TIME_DAYS, _TIME_SHARE * expected)
        return difference <= (_NUMBER_SHARE * abs(expected) if known.group == "measurement" else 0)
    if isinstance(read, list) and isinstance(expected, list):
        return set(map(str, read)) == set(map(str, expected))
    return bool(read == expected)


def is_right(line: Line) -> bool:
    """Whether it was read as one of the expected readings, what it tells besides left aside."""
    return any(_fits(line, expected) for expected in line.expected)


def _fits(line: Line, expected: Expectation) -> bool:
    read = line.read
    if read["kind"] != expected["kind"]:
        return False
    match expected["kind"]:
        case "answer":
            return line.attribute is not None and same(line.attribute, read["value"], expected["value"])
        case "command":
            return bool(read["command"] == expected["command"]) and _new_value_fits(read, expected)
        case "question":
            return bool(read["topic"] == expected["topic"])
        case "safety":
            return bool(read["category"] == expected["category"])
    return True


def _new_value_fits(read: Expectation, expected: Expectation) -> bool:
    """The value of a change: one that was said has to be read, and none that was not."""
    if ("value" in read) != ("value" in expected):
        return False
    _, _, attribute = str(expected["command"]).partition(":")
    return "value" not in expected or same(attribute, read["value"], expected["value"])


def is_taken_wrongly(line: Line) -> bool:
    """Whether a value was taken that is not what was said."""
    return line.read["kind"] == "answer" and not is_right(line)


def is_alarm(line: Line) -> bool:
    return line.read["kind"] == "safety" and line.read["category"] in _DANGER


def is_danger(expected: Expectation) -> bool:
    return expected["kind"] == "safety" and expected["category"] in _DANGER


def is_advice(expected: Expectation) -> bool:
    return expected["kind"] == "safety" and expected["category"] not in _DANGER


def facts(lines: Iterable[Line], kind: str) -> tuple[Figure, Figure]:
    """Precision and recall of the facts in messages of this kind, each against the expected reading that fits best."""
    right = read = expected = 0
    for line in lines:
        if line.kind != kind:
            continue
        told: Mapping[str, Any] = line.read.get("facts", {})
        choices = [choice.get("facts", {}) for choice in line.expected if choice["kind"] == kind]
        hits = [sum(name in told and same(name, told[name], value) for name, value in choice.items()) for choice in choices]
        best = max(range(len(choices)), key=lambda index: 2 * hits[index] - len(choices[index]))
        right, read, expected = right + hits[best], read + len(told), expected + len(choices[best])
    return Figure(right, read), Figure(right, expected)


def figures(lines: Sequence[Line]) -> dict[str, Figure]:
    """Every figure by its name."""

    def share(of: Callable[[Line], bool], which: Callable[[Line], bool] = is_right) -> Figure:
        chosen = [line for line in lines if of(line)]
        return Figure(sum(map(which, chosen)), len(chosen))

    def safe(line: Line) -> bool:
        return not any(map(is_danger, line.expected))

    precision, recall = facts(lines, "facts")
    beside_precision, beside_recall = facts(lines, "answer")
    return {
        "answers right": share(lambda line: line.kind in _ANSWERS),
        "answers taken wrongly": share(lambda line: line.kind in (*_ANSWERS, "unclear") and line.attribute is not None, is_taken_wrongly),
        "answers taken where none was": share(
            lambda line: line.kind not in (*_ANSWERS, "unclear") and line.attribute is not None, is_taken_wrongly
        ),
        "unclear asked again": share(lambda line: line.kind == "unclear"),
        "commands": share(lambda line: line.kind == "command"),
        "topics": share(lambda line: line.kind == "question"),
        "emergencies and crises caught": share(lambda line: is_danger(line.expected[0]), is_alarm),
        "of the right kind": share(lambda line: is_danger(line.expected[0])),
        "false alarms": share(safe, is_alarm),
        "false alarms, hard": share(lambda line: line.hard and safe(line), is_alarm),
        "medical advice": share(lambda line: is_advice(line.expected[0])),
        "out of scope": share(lambda line: line.kind == "out_of_scope"),
        "facts in openings, precision": precision,
        "facts in openings, recall": recall,
        "facts beside answers, precision": beside_precision,
        "facts beside answers, recall": beside_recall,
        "whom openings are about": share(lambda line: line.kind == "facts" and line.read["kind"] == "facts", _is_about),
    }


def _is_about(line: Line) -> bool:
    return any(choice.get("about") == line.read["about"] for choice in line.expected)


def table(found: Mapping[str, Figure]) -> str:
    """The figures, a line each; those of which there is nothing in the files are left out."""
    shown = {name: figure for name, figure in found.items() if figure.of}
    return "\n".join(f"  {name:<34} {figure.count:>5} of {figure.of:<5} {figure.share:>7.1%}" for name, figure in shown.items())


def paired(read: Path, expected: Path) -> list[Line]:
    """The lines of two files side by side; `ValueError` where they do not go together."""
    given, wanted = _objects(read), _objects(expected)
    if [line["id"] for line in given] != [str(line["id"]) for line in wanted]:
        raise ValueError(f"{read} does not hold the lines of {expected} in their order")
    return [
        Line(
            id=str(line["id"]),
            attribute=line.get("attribute"),
            # Another acceptable reading is given bare, or as a whole line's `expect`.
            expected=(line["expect"], *(other.get("expect", other) for other in line.get("also", ()))),
            read=found,
            hard=bool(line.get("hard")),
        )
        for line, found in zip(wanted, given, strict=True)
    ]


def _objects(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def load_attributes() -> Mapping[str, Any]:
    """The attributes of the lexicon, read once."""
    if not _ATTRIBUTES:
        _ATTRIBUTES.update(shipped_library().attributes)
    return _ATTRIBUTES


_ATTRIBUTES: dict[str, Any] = {}


def main(arguments: Sequence[str]) -> int:
    """Print the table of one or more pairs of files."""
    if not arguments or len(arguments) % 2:
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    files = [Path(argument) for argument in arguments]
    lines = [line for read, expected in zip(files[::2], files[1::2], strict=True) for line in paired(read, expected)]
    print(table(figures(lines)))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
