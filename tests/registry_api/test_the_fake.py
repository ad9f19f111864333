"""The fake refuses what the registry refuses, so that a client that passes here has not been let through."""

from __future__ import annotations

import asyncio
import threading

import pytest
from aiohttp import ClientSession

from bot.trials.registry.api import Query, RegistryClient, number_of
from tests.fakes.registry_api import FakeRegistry, a_study

from .conftest import WHO_ASKS, Time


async def ask(registry: FakeRegistry, path: str, who: str = WHO_ASKS, **query: str) -> tuple[int, str, str]:
    async with (
        ClientSession(headers={"User-Agent": who}) as session,
        session.get(f"{registry.url}/studies{path}", params={name.replace("_", "."): value for name, value in query.items()}) as response,
    ):
        return response.status, response.content_type, await response.text()


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("", {"query_condition": "x"}, "unknown parameter `query.condition`"),
        ("", {"filter_overallStatus": "RECRUITING,open"}, "unknown value `open`"),
        ("", {"filter_ids": "NCT00000001,x"}, "not an NCT number"),
        ("", {"pageSize": "-1"}, "`pageSize` must be a number"),
        ("", {"pageSize": "ten"}, "`pageSize` must be a number"),
        ("", {"countTotal": "yes"}, "`countTotal` must be"),
        ("", {"pageToken": "made-up"}, "not one of this query"),
        ("", {"format": "csv"}, "JSON only"),
        ("/NCT00000001", {"pageSize": "1"}, "unknown parameter `pageSize`"),
        ("/NCT123456789", {}, "is not an NCT number"),
        ("/x", {}, "is not an NCT number"),
    ],
)
async def test_wrong_parameters_are_refused_in_plain_text(registry: FakeRegistry, path: str, query: dict[str, str], said: str) -> None:
    status, kind, text = await ask(registry, path, **query)
    assert (status, kind) == (400, "text/plain")
    assert said in text


async def test_an_unknown_number_is_not_found_in_plain_text(registry: FakeRegistry) -> None:
    assert (await ask(registry, "/NCT99999999"))[:2] == (404, "text/plain")


async def test_who_does_not_say_who_asks_gets_nothing(registry: FakeRegistry) -> None:
    assert (await ask(registry, "", who="Python/3.13 aiohttp/3.14"))[0] == 403


async def test_a_token_is_good_for_its_own_query_only(registry: FakeRegistry) -> None:
    _, _, text = await ask(registry, "", query_cond="cancer", pageSize="2")
    token = text.split('"nextPageToken": "')[1].split('"')[0]
    assert (await ask(registry, "", query_cond="cancer", pageSize="1", pageToken=token))[0] == 200
    assert (await ask(registry, "", query_cond="breast cancer", pageSize="2", pageToken=token))[0] == 400


async def test_the_total_is_told_once_and_only_who_asks_is_told(registry: FakeRegistry) -> None:
    assert "totalCount" not in (await ask(registry, "", query_cond="cancer"))[2]
    _, _, text = await ask(registry, "", query_cond="cancer", pageSize="2", countTotal="true")
    assert '"totalCount": 4' in text
    token = text.split('"nextPageToken": "')[1].split('"')[0]
    assert "totalCount" not in (await ask(registry, "", query_cond="cancer", countTotal="true", pageToken=token))[2]


async def test_numbers_alone_make_filters_count_for_nothing(registry: FakeRegistry) -> None:
    assert "NCT00000002" in (await ask(registry, "", query_term="NCT00000002", filter_overallStatus="RECRUITING"))[2]


async def test_requests_are_remembered_as_they_came(registry: FakeRegistry, time: Time) -> None:
    await ask(registry, "", query_cond="cancer")
    (asked,) = registry.requests
    assert (asked.path, asked.query, asked.moment) == ("/api/v2/studies", {"query.cond": "cancer"}, time.now)
    assert asked.headers["User-Agent"] == WHO_ASKS


def test_the_fake_also_runs_beside_a_test_that_is_no_coroutine() -> None:
    async def fetch(url: str) -> list[str | None]:
        async with RegistryClient(url, user_agent=WHO_ASKS, seconds_between=0) as client:
            return [number_of(study) async for study in client.studies(Query(term="made-up"), page_size=1)]

    before = threading.active_count()
    with FakeRegistry([a_study("NCT00000001"), a_study("NCT00000002")]).in_a_thread() as registry:
        assert asyncio.run(fetch(registry.url)) == ["NCT00000001", "NCT00000002"]
    assert threading.active_count() == before
