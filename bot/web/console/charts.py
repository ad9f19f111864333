"""Pictures of figures: where everything stands in an SVG that is as wide as its page. Templates draw it (`console/charts.html`).

Widths are percents and heights are pixels, so that texts keep their size on any screen. Colours are classes of the style sheet; a
series is told apart by its dashes as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ROW = 52
"""Pixels from one bar to the next: its text above, the bar below."""
_MOST_LABELS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is called, what is written at it, and how long it is, in percent of the picture."""

    name: str
    shown: str
    length: float
    top: int


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below each other."""

    title: str
    description: str
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


@dataclass(frozen=True, slots=True)
class Line:
    """A series. `points` are percents of the plane, from its upper left corner; each run of neighbours is drawn as one line."""

    name: str
    kind: int
    runs: tuple[tuple[tuple[float, float], ...], ...]

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        return tuple(point for run in self.runs for point in run)


@dataclass(frozen=True, slots=True)
class Mark:
    """A value at an edge of the plane: what it says, and where, in percent. `anchor` is the side of the text that stands there."""

    text: str
    at: float
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Lines:
    """Series over the same steps of time."""

    title: str
    description: str
    lines: tuple[Line, ...]
    below: tuple[Mark, ...]
    beside: tuple[Mark, ...]


def bars(title: str, description: str, values: Sequence[tuple[str, int, str]], most: int | None = None) -> Bars:
    """Bars of (name, value, what is written at it); the longest is as wide as the picture, unless `most` says what would be."""
    longest = max([most or 0, *(value for _, value, _ in values)]) or 1
    made = (Bar(name, shown, round(100 * value / longest, 2), ROW * number) for number, (name, value, shown) in enumerate(values))
    return Bars(title, description, tuple(made))


def lines(
    title: str, description: str, names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], unit: str = "{}"
) -> Lines:
    """Series of (name, values), a value for each of `names`; None: there is none there, and the line is interrupted.

    `unit` is how a value is written at the edge.
    """
    highest = _round_up(max([0.0, *(value for _, values in series for value in values if value is not None)]))
    across = [50.0] if len(names) == 1 else [round(100 * number / (len(names) - 1), 2) for number in range(len(names))]
    made = [
        Line(
            name,
            kind,
            tuple(_runs([(x, None if y is None else round(100 - 100 * y / highest, 2)) for x, y in zip(across, values, strict=True)])),
        )
        for kind, (name, values) in enumerate(series, start=1)
    ]
    steps = sorted({round(number * (len(names) - 1) / (_MOST_LABELS - 1)) for number in range(_MOST_LABELS)}) if names else []
    below = [Mark(names[step], across[step], _anchor(across[step])) for step in steps]
    beside = [Mark(unit.format(f"{highest * part:g}"), 100 - 100 * part) for part in (0, 0.5, 1)]
    return Lines(title, description, tuple(made), tuple(below), tuple(beside))


def _runs(points: Sequence[tuple[float, float | None]]) -> list[tuple[tuple[float, float], ...]]:
    made: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            made.append([])
        else:
            made[-1].append((x, y))
    return [tuple(run) for run in made if run]


def _anchor(at: float) -> str:
    return "start" if at < 10 else "end" if at > 90 else "middle"


def _round_up(value: float) -> float:
    """The next number that reads well, and halves well."""
    size = 1.0
    while True:
        for step in (2, 3, 4, 6, 8, 10):
            if value <= step * size:
                return step * size
        size *= 10
