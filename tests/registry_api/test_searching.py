"""A query's studies come page by page, each once, and no page more than is needed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.trials.registry.api import Query, RegistryClient, RegistryRefused, Studies, number_of
from tests.fakes.registry_api import FakeRegistry, Padded, Without, a_study

from .conftest import Time, client_of

FIRST_OF_ALL = "NCT00000001"
EVERY_STATUS = ("RECRUITING", "COMPLETED", "NOT_YET_RECRUITING")


async def numbers(studies: Studies) -> list[str]:
    return [(number_of(study) or "")[-1] async for study in studies]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(condition="breast cancer"), "125"),
        (Query(condition="cancer", intervention="drug a"), "13"),
        (Query(location="Turin"), "2"),
        (Query(sponsor="acme"), "1"),
        (Query(term="breathing well"), "4"),
        (Query(term="Käse & Brot: 100% = gut?"), "5"),
        (Query(statuses=("COMPLETED", "NOT_YET_RECRUITING")), "24"),
        (Query(condition="cancer", statuses=("RECRUITING",)), "135"),
        (Query(nct_ids=("NCT00000004", "nct00000013")), "34"),
        (Query(condition="gout"), ""),
    ],
)
async def test_a_query_finds_what_it_says(client: RegistryClient, query: Query, found: str) -> None:
    studies = client.studies(query)
    assert await numbers(studies) == list(found)
    assert studies.total == len(found)


@pytest.mark.parametrize("page_size", [1, 2, 3, 5, 1000])
async def test_every_study_comes_once_whatever_the_size_of_pages(client: RegistryClient, registry: FakeRegistry, page_size: int) -> None:
    studies = client.studies(Query(statuses=EVERY_STATUS), page_size=page_size)
    assert await numbers(studies) == list("12345")
    assert len(registry.requests) == -(-5 // page_size)


async def test_each_page_is_asked_for_with_the_same_query(client: RegistryClient, registry: FakeRegistry) -> None:
    await numbers(client.studies(Query(condition="cancer", statuses=("RECRUITING", "COMPLETED")), page_size=2))
    first, second = (asked.query for asked in registry.requests)
    assert first == {
        "query.cond": "cancer",
        "filter.overallStatus": "RECRUITING,COMPLETED",
        "pageSize": "2",
        "countTotal": "true",
        "format": "json",
    }
    assert second == first | {"pageToken": second["pageToken"]}


async def test_pages_are_fetched_only_when_they_are_needed(client: RegistryClient, registry: FakeRegistry) -> None:
    studies = client.studies(Query(condition="cancer"), page_size=2)
    assert (studies.total, registry.requests) == (None, [])
    seen = [(studies.total, len(registry.requests)) async for _ in studies]
    assert seen == [(4, 1), (4, 1), (4, 2), (4, 2)]


@pytest.mark.parametrize(("at_most", "requests", "size"), [(1, 1, "1"), (2, 1, "2"), (3, 2, "2"), (4, 2, "2"), (9, 2, "2")])
async def test_no_more_studies_than_wanted_and_no_page_after_them(
    client: RegistryClient, registry: FakeRegistry, at_most: int, requests: int, size: str
) -> None:
    studies = client.studies(Query(condition="cancer"), page_size=2, at_most=at_most)
    assert len(await numbers(studies)) == min(at_most, 4)
    assert studies.total == 4
    assert [asked.query["pageSize"] for asked in registry.requests] == [size] * requests


async def test_leaving_early_leaves_nothing_open(registry: FakeRegistry, time: Time) -> None:
    async with client_of(registry, time) as client:
        async for study in client.studies(Query(condition="cancer"), page_size=2):
            assert number_of(study) == FIRST_OF_ALL
            break
    assert len(registry.requests) == 1


async def test_a_search_may_be_begun_anew(client: RegistryClient) -> None:
    studies = client.studies(Query(condition="cancer"), page_size=3)
    assert await numbers(studies) == await numbers(studies) == list("1235")


async def test_a_record_that_goes_away_meanwhile_is_counted_but_does_not_stop_the_others(
    client: RegistryClient, registry: FakeRegistry
) -> None:
    registry.always = Without("NCT00000003")
    studies = client.studies(Query(condition="cancer"), page_size=3)
    assert (await numbers(studies), studies.total) == (list("125"), 4)


async def test_a_page_without_studies_is_not_the_last_one(client: RegistryClient, registry: FakeRegistry) -> None:
    registry.trouble = [None, Without("NCT00000002")]
    assert await numbers(client.studies(Query(condition="cancer"), page_size=1)) == list("135")


async def test_what_the_registry_does_not_take_is_told_in_its_words(client: RegistryClient, registry: FakeRegistry) -> None:
    with pytest.raises(RegistryRefused, match=r"400, .*unknown value `OPEN`.*\(asked for /api/v2/studies\)"):
        await numbers(client.studies(Query(condition="cancer", statuses=("OPEN",))))
    assert len(registry.requests) == 1


async def test_a_record_that_lacks_everything_is_handed_on_for_others_to_judge(client: RegistryClient, registry: FakeRegistry) -> None:
    hollow = a_study("NCT00000009", title="hollow")
    registry.studies = {"NCT00000009": hollow}
    hollow["protocolSection"]["identificationModule"].pop("nctId")
    hollow["protocolSection"]["identificationModule"]["nctId"] = None
    studies = [study async for study in client.studies(Query(term="hollow"))]
    assert [number_of(study) for study in studies] == [None]
    assert number_of({}) is number_of({"protocolSection": []}) is number_of({"protocolSection": {"identificationModule": 1}}) is None


async def test_a_large_page_is_read_whole(client: RegistryClient, registry: FakeRegistry) -> None:
    registry.trouble = [Padded(5_000_000)]
    assert len(await numbers(client.studies(Query(condition="cancer")))) == 4


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "an empty query"),
        ({"condition": "  ", "term": ""}, "an empty query"),
        ({"statuses": ("recruiting",)}, "'recruiting' is no status"),
        ({"statuses": ("RECRUITING,COMPLETED",)}, "is no status"),
        ({"nct_ids": ("NCT1",)}, "is no NCT number"),
        ({"nct_ids": ("NCT00000001",) * 201}, "201 numbers are too many"),
    ],
)
def test_a_query_that_cannot_be_meant_says_what_is_expected(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Query(**wrong)


@pytest.mark.parametrize("wrong", [{"page_size": 0}, {"page_size": 1001}, {"at_most": 0}])
async def test_sizes_that_cannot_be_meant_are_refused_before_any_request(
    client: RegistryClient, registry: FakeRegistry, wrong: dict[str, int]
) -> None:
    with pytest.raises(ValueError, match="expected 1"):
        client.studies(Query(condition="cancer"), **wrong)
    assert registry.requests == []


async def test_two_hundred_numbers_fit_into_one_request(client: RegistryClient) -> None:
    many = Query(nct_ids=("NCT00000001", *(f"NCT{number:08}" for number in range(100, 299))))
    assert await numbers(client.studies(many)) == ["1"]
