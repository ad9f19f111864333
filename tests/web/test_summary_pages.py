"""A summary page shows the result as it was when it was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import Store
from bot.trials import load_records
from bot.trials.loading import store_records
from bot.web.page_source import StoredPages
from bot.words import Library
from tests.shipped import shipped_library

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NCT = "NCT06141070"


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped_library()


@pytest.fixture
def store(tmp_path: Path, library: Library) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/store.db")
    opened.migrate()
    store_records(opened, load_records(ROOT / "trials", library.attributes), NOON)
    yield opened
    opened.dispose()


def _screening(store: Store, *, with_verdict: bool = True) -> str:
    with store.unit() as unit:
        conversation = unit.open_conversation(channel="widget", at=NOON, trial_id=NCT)
        screening = unit.start_screening(conversation.id, NCT, words_version="1", at=NOON)
        for said, age in [("seventeen", 17), ("no, 61", 61)]:
            unit.add_answer(screening.id, attribute="age", state="known", value=age, said=said, at=NOON)
        unit.add_answer(screening.id, attribute="diagnosis_confirmed", state="known", value=False, said="no", at=NOON)
        if with_verdict:
            unit.add_verdict(screening.id, trial_id=NCT, verdict="unlikely", at=NOON + timedelta(hours=1))
        return unit.ensure_summary_key(screening.id)


async def test_the_trials_that_ship_are_found_by_number(store: Store, library: Library) -> None:
    pages = StoredPages(store, library)
    assert NCT in [record.nct_id for record in (await pages.trials(0, 10))[0]]
    record = await pages.trial(NCT)
    assert record is not None
    assert record.nct_id == NCT
    assert await pages.trial("NCT00000000") is None


async def test_a_summary_counts_the_latest_answer_and_quotes_it(store: Store, library: Library) -> None:
    data = await StoredPages(store, library).summary(_screening(store))
    assert data is not None
    outcomes = {outcome.id: outcome for outcome in data.outcomes}
    assert (data.verdict, data.made_on.isoformat()) == ("unlikely", "2026-03-01")
    assert outcomes["I8"].status == "met"
    assert any("61" in said for said in outcomes["I8"].said)
    assert "not_met" in {outcome.status for outcome in data.outcomes}


async def test_there_is_no_summary_before_there_is_a_result_nor_for_another_key(store: Store, library: Library) -> None:
    pages = StoredPages(store, library)
    assert await pages.summary(_screening(store, with_verdict=False)) is None
    assert await pages.summary("x" * 43) is None


async def test_a_summary_is_made_with_the_record_of_its_day(store: Store, library: Library) -> None:
    key = _screening(store)
    with store.unit() as unit:
        stored = unit.trial(NCT)
        assert stored is not None
        unit.put_trial(
            NCT,
            version="2030-01-01.1",
            record=stored.record | {"version": "2030-01-01.1"},
            content_hash="1" * 64,
            criteria=[],
            at=NOON + timedelta(days=900),
        )
    data = await StoredPages(store, library).summary(key)
    assert data is not None
    assert data.record.version == stored.version
