"""An answer that is not what the API promises is a fault, and not asked for again; nothing of it is guessed."""

from __future__ import annotations

import pytest

from bot.trials.registry.api import Query, RegistryClient, RegistryNotUnderstood, Studies, number_of
from tests.fakes.registry_api import Answer, FakeRegistry, Hole, Padded, SameToken

from .conftest import Time, client_of

NOT_JSON = ["", "<html>Welcome</html>", '{"studies": [', "[" * 100_000, "9" * 5000]


async def read_into(found: list[str | None], studies: Studies) -> None:
    """What came before something went wrong."""
    async for study in studies:
        found.append(number_of(study))  # noqa: PERF401 - each as it comes


@pytest.mark.parametrize("text", NOT_JSON, ids=lambda text: text[:12])
async def test_a_study_that_is_not_json(client: RegistryClient, registry: FakeRegistry, text: str) -> None:
    registry.always = Answer(200, text)
    with pytest.raises(RegistryNotUnderstood, match=r"is not JSON \(asked for /api/v2/studies/NCT00000001\): try again"):
        await client.study("NCT00000001")
    assert len(registry.requests) == 1


@pytest.mark.parametrize("text", ["[]", "null", '"NCT00000001"', "1"])
async def test_a_study_that_is_no_object(client: RegistryClient, registry: FakeRegistry, text: str) -> None:
    registry.always = Answer(200, text)
    with pytest.raises(RegistryNotUnderstood, match="no JSON object"):
        await client.study("NCT00000001")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"protocolSection": {"identificationModule": {}}}',
        '{"protocolSection": {"identificationModule": {"nctId": "NCT00000002"}}}',
        '{"protocolSection": {"identificationModule": {"nctId": "NCT00000002", "nctIdAliases": "NCT00000001"}}}',
    ],
)
async def test_a_study_that_is_not_the_one_asked_for(client: RegistryClient, registry: FakeRegistry, text: str) -> None:
    registry.always = Answer(200, text)
    with pytest.raises(RegistryNotUnderstood, match="something else than NCT00000001"):
        await client.study("NCT00000001")


@pytest.mark.parametrize("status", [204, 206, 300, 304])
async def test_a_status_that_the_api_does_not_have(client: RegistryClient, registry: FakeRegistry, status: int) -> None:
    registry.always = Answer(status)
    with pytest.raises(RegistryNotUnderstood, match=f"answered {status}"):
        await client.study("NCT00000001")
    assert len(registry.requests) == 1


@pytest.mark.parametrize("text", ["{}", '{"studies": null}', '{"studies": {}}', '{"studies": [1]}', '{"totalCount": 3}'])
async def test_a_page_without_a_list_of_studies(client: RegistryClient, registry: FakeRegistry, text: str) -> None:
    registry.always = Answer(200, text)
    with pytest.raises(RegistryNotUnderstood, match=r"no list of studies \(asked for /api/v2/studies\)"):
        [study async for study in client.studies(Query(condition="cancer"))]


async def test_a_page_with_a_hole_in_it_gives_nothing_and_those_before_it_everything(
    client: RegistryClient, registry: FakeRegistry
) -> None:
    registry.always = Hole("NCT00000003")
    found: list[str | None] = []
    with pytest.raises(RegistryNotUnderstood, match="no list of studies"):
        await read_into(found, client.studies(Query(condition="cancer"), page_size=2))
    assert found == ["NCT00000001", "NCT00000002"]


async def test_pages_that_go_round_in_circles_come_to_an_end(client: RegistryClient, registry: FakeRegistry) -> None:
    registry.always = SameToken()
    found: list[str | None] = []
    with pytest.raises(RegistryNotUnderstood, match="one that was there before"):
        await read_into(found, client.studies(Query(condition="cancer"), page_size=2))
    assert (len(found), len(registry.requests)) == (2, 2)


@pytest.mark.parametrize("token", ['""', "7", "[]", "false"])
async def test_a_next_page_that_has_no_name(client: RegistryClient, registry: FakeRegistry, token: str) -> None:
    registry.always = Answer(200, f'{{"studies": [], "nextPageToken": {token}}}')
    with pytest.raises(RegistryNotUnderstood, match="names no next one"):
        [study async for study in client.studies(Query(condition="cancer"))]


@pytest.mark.parametrize("total", ['"many"', "null", "1.5"])
async def test_a_total_that_is_no_number_is_none(client: RegistryClient, registry: FakeRegistry, total: str) -> None:
    registry.always = Answer(200, f'{{"studies": [], "totalCount": {total}}}')
    studies = client.studies(Query(condition="cancer"))
    assert [study async for study in studies] == []
    assert studies.total is None


async def test_a_body_without_end_does_not_fill_the_memory(registry: FakeRegistry, time: Time) -> None:
    """Compressed it is small."""
    registry.always = Padded(30_000_000)
    async with client_of(registry, time, largest_body=1_000_000) as client:
        with pytest.raises(RegistryNotUnderstood, match=r"larger than 1000000 bytes.*ask for smaller pages"):
            [study async for study in client.studies(Query(condition="cancer"))]
    assert len(registry.requests) == 1
