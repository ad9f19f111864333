"""Real records come through as they are."""

from __future__ import annotations

import json

import pytest

from bot.settings import PROJECT
from bot.trials.registry.api import Query, number_of
from tests.conftest import NO_SHARED_DATA
from tests.fakes.registry_api import FakeRegistry

from .conftest import Time, client_of

RECORDS = PROJECT.parent / "shared" / "data" / "registry"


async def test_real_records_come_through_unchanged_one_by_one_and_in_pages(time: Time) -> None:
    if not RECORDS.is_dir():
        pytest.skip(NO_SHARED_DATA)
    records = [json.loads(path.read_text("utf-8")) for path in sorted(RECORDS.glob("*.json"))]
    async with FakeRegistry(records, clock=time.clock) as registry, client_of(registry, time) as client:
        assert records
        assert [await client.study(number_of(record) or "") for record in records] == records
        everything = Query(nct_ids=tuple(registry.studies))
        assert [study async for study in client.studies(everything, page_size=4)] == records
        recruiting = [study async for study in client.studies(Query(statuses=("RECRUITING",)))]
        assert recruiting == [record for record in records if record["protocolSection"]["statusModule"]["overallStatus"] == "RECRUITING"]
