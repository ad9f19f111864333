"""Whoever changes a trial's record at the same time as somebody else loses nothing of theirs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest

from bot.store import Store, Unit
from bot.trials.loading import Keeper
from bot.trials.review import Action
from bot.trials.reviewing import Decision, decide
from bot.words import Library
from tests.fakes.registry_api import a_study
from tests.importing.conftest import NOON, Run, stored, written

NUMBER = "NCT00000001"
TEXT = "Inclusion Criteria:\n\n* ECOG performance status 0 to 2\n* Age above 30 years\n"


@pytest.fixture(autouse=True)
def trial(run: Run, tmp_path: Path) -> None:
    run("trials", "import", written(tmp_path / "record.json", a_study(NUMBER, criteria=TEXT)))


def test_two_approvals_in_one_moment_are_both_kept(store: Store, keeper: Keeper, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    both_here, first_decided = Barrier(2), Event()
    add = Unit.add_criterion_review

    def slow(self: Unit, review: object) -> None:
        add(self, review)  # type: ignore[arg-type]
        first_decided.set()

    monkeypatch.setattr(Unit, "add_criterion_review", slow)

    def approve(criterion: str) -> None:
        both_here.wait(10)
        if criterion == "I2":
            # The other one is in the middle of it, or waits for its turn.
            first_decided.wait(10)
        with store.unit() as unit:
            decide(unit, keeper, NUMBER, [criterion], Decision(Action.APPROVED, "Ada"), library.attributes, NOON)

    with ThreadPoolExecutor(2) as two:
        list(two.map(approve, ("I1", "I2")))
    record = stored(store, NUMBER)
    assert [one.id for one in record.criteria if one.reviewed is not None and one.reviewed.by == "Ada"] == ["I1", "I2"]


def test_each_change_counts_as_later_than_the_one_before_whatever_its_clock_said(store: Store, keeper: Keeper, library: Library) -> None:
    with store.reading() as unit:
        before = unit.briefs_changed()[1]
    assert before is not None
    with store.unit() as unit:
        # Its clock was read before it waited for its turn.
        decide(unit, keeper, NUMBER, ["I1"], Decision(Action.APPROVED, "Ada"), library.attributes, NOON.replace(year=2020))
    with store.reading() as unit:
        after = unit.briefs_changed()[1]
        assert after is not None
        assert after > before
        assert NUMBER in [one.nct_id for one in unit.briefs(after)]
