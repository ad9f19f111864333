"""Messages that the rules were not written from, read by the running product: the figures have floors.

Every file of this folder is read once, as the command line reads it, with the day on which the messages were written
as today. The table of each kind of set is printed (`pytest -s`, or where a floor is missed); messages never are.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.running import reading_commands
from tests.product import Product
from tests.unseen.scoring import Figure, Line, figures, paired, table

pytestmark = pytest.mark.dialogue

HERE = Path(__file__).parent


def noon(day: int) -> datetime.datetime:
    return datetime.datetime(2026, 11, day, 12, tzinfo=datetime.UTC)


#: The day on which each set was written, from which its times are reckoned.
WRITTEN_ON = {"a": noon(24), "b": noon(24), "c": noon(24), **dict.fromkeys("defhij", noon(28))}


@dataclass(frozen=True)
class Bound:
    """What a figure has to reach, or must not pass."""

    least: float = 0.0
    most: float = 1.0

    def holds(self, figure: Figure) -> bool:
        return self.least <= figure.share <= self.most


FLOORS: Mapping[str, Bound] = {
    "answers right": Bound(least=0.91),
    "answers taken wrongly": Bound(most=0.02),
    "answers taken where none was": Bound(most=0.02),
    "commands": Bound(least=0.92),
    "topics": Bound(least=0.91),
    "emergencies and crises caught": Bound(least=0.94),
    "false alarms": Bound(most=0.02),
    "false alarms, hard": Bound(most=0.07),
    "medical advice": Bound(least=0.94),
    "facts in openings, precision": Bound(least=0.97),
    "facts in openings, recall": Bound(least=0.89),
}
#: What the sets of two writers reach who put nearly everything in a roundabout way; the other figures are as above.
ROUNDABOUT: Mapping[str, Bound] = {
    "answers right": Bound(least=0.82),
    "answers taken wrongly": Bound(most=0.035),
    "answers taken where none was": Bound(most=0.035),
    "commands": Bound(least=0.85),
    "emergencies and crises caught": Bound(least=0.88),
    "false alarms, hard": Bound(most=0.12),
    "medical advice": Bound(least=0.92),
    "facts in openings, precision": Bound(least=0.93),
    "facts in openings, recall": Bound(least=0.79),
}


#: What the two newest sets reach; most of what they get wrong is left as it was found, so that they still tell something.
NEWEST: Mapping[str, Bound] = {
    "answers right": Bound(least=0.88),
    "answers taken wrongly": Bound(most=0.02),
    "commands": Bound(least=0.90),
    "facts in openings, precision": Bound(least=0.95),
    "facts in openings, recall": Bound(least=0.84),
}


def floors_of(name: str) -> Mapping[str, Bound]:
    """The floors of one set, by the letter of its files."""
    if name in "fh":
        return {**FLOORS, **ROUNDABOUT}
    return {**FLOORS, **NEWEST} if name in "ij" else FLOORS


FILES = sorted(HERE.glob("*.jsonl"))


def set_of(path: Path) -> str:
    """The letter that the file ends with. `e` was only ever scored; the others were looked at while the rules were made."""
    return path.stem.rpartition("_")[2]


SETS = sorted({set_of(path) for path in FILES})

Scores = Mapping[str, Mapping[str, Figure]]


@pytest.fixture(scope="module")
def scores(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Scores:
    """The figures of each set; no line leaves this function, so that a failing test shows none."""
    folder = tmp_path_factory.mktemp("read")
    lines: dict[str, list[Line]] = {name: [] for name in SETS}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIALCHAT_HOME", str(product.home))
        patch.setenv("TRIALCHAT_ENGINE_SECRET", product.engine_secret)
        for path in FILES:
            # What is reckoned from today is expected as of the day of writing.
            patch.setattr(reading_commands, "utc_now", partial(WRITTEN_ON.__getitem__, set_of(path)))
            done = CliRunner().invoke(reading_commands.read, ["--in", str(path), "--out", str(folder / path.name)])
            assert done.exit_code == 0, done.output
            lines[set_of(path)] += paired(folder / path.name, path)
    return {name: figures(of_set) for name, of_set in lines.items()}


@pytest.mark.parametrize("name", SETS)
def test_the_figures_reach_their_floors(name: str, scores: Scores) -> None:
    found = scores[name]
    shown = table(found)
    print(f"\nset {name}\n{shown}")  # noqa: T201
    missed = [figure for figure, bound in floors_of(name).items() if found[figure].of and not bound.holds(found[figure])]
    assert not missed, f"set {name}: {', '.join(missed)}\n{shown}"


@pytest.mark.parametrize("name", SETS)
def test_every_figure_with_a_floor_is_measured(name: str, scores: Scores) -> None:
    found = scores[name]
    assert [figure for figure in FLOORS if not found[figure].of] == []


def test_there_are_messages() -> None:
    assert len(FILES) >= 3


def test_reading_the_same_message_twice_gives_the_same(product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALCHAT_HOME", str(product.home))
    monkeypatch.setenv("TRIALCHAT_ENGINE_SECRET", product.engine_secret)
    some = tmp_path / "some.jsonl"
    some.write_text("".join(FILES[0].read_text("utf-8").splitlines(keepends=True)[:40]), "utf-8")
    outs = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
    for out in outs:
        assert CliRunner().invoke(reading_commands.read, ["--in", str(some), "--out", str(out)]).exit_code == 0
    assert outs[0].read_text("utf-8") == outs[1].read_text("utf-8")
