"""What may go better another time is asked again, later each time; the registry is never asked faster than it likes."""

from __future__ import annotations

import asyncio
import itertools
import logging
import ssl
from datetime import UTC, datetime

import pytest
from aiohttp import ClientConnectorCertificateError, TCPConnector

from bot.trials.registry import api as registry_api
from bot.trials.registry.api import Query, RegistryClient, RegistryUnreachable, number_of, user_agent
from tests.fakes.registry_api import Answer, CutOff, Dropped, FakeRegistry, Silence, Trouble, a_study

from .conftest import WHO_ASKS, Time, client_of

SECRET = "SECRETWORD"
NUMBER = "NCT00000001"
SERVER_ERRORS = [408, 429, 500, 502, 503, 504]


def gaps(registry: FakeRegistry) -> list[float]:
    moments = [asked.moment for asked in registry.requests]
    return [round(later - earlier, 6) for earlier, later in itertools.pairwise(moments)]


async def test_requests_keep_their_distance(client: RegistryClient, registry: FakeRegistry, time: Time) -> None:
    await client.study(NUMBER)
    await client.study(NUMBER)
    time.now += 0.5
    await client.study(NUMBER)
    time.now += 60
    await client.study(NUMBER)
    await client.study(NUMBER)
    assert gaps(registry) == [1.25, 1.25, 60, 1.25]
    assert time.waits == [1.25, 0.75, 1.25]


async def test_requests_made_at_once_wait_for_each_other(client: RegistryClient, registry: FakeRegistry) -> None:
    await asyncio.gather(*(client.study(NUMBER) for _ in range(5)))
    assert gaps(registry) == [1.25] * 4


async def test_a_long_search_never_meets_the_registrys_limit(time: Time) -> None:
    studies = [a_study(f"NCT{number:08}") for number in range(1, 151)]
    async with FakeRegistry(studies, clock=time.clock) as registry, client_of(registry, time) as client:
        registry.most_a_minute = 50
        found = [study async for study in client.studies(Query(term="made-up"), page_size=1)]
    assert len(found) == len(registry.requests) == 150


async def test_a_limit_that_is_met_all_the_same_is_waited_out(registry: FakeRegistry, time: Time) -> None:
    registry.most_a_minute = 10
    async with client_of(registry, time) as client:
        for _ in range(15):
            assert await client.study(NUMBER)


@pytest.mark.parametrize("trouble", [*map(Answer, SERVER_ERRORS), CutOff(), Dropped()], ids=str)
async def test_what_goes_better_the_second_time_is_no_fault(client: RegistryClient, registry: FakeRegistry, trouble: Trouble) -> None:
    registry.trouble = [trouble]
    assert number_of(await client.study(NUMBER)) == NUMBER
    assert len(registry.requests) == 2


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        *((Answer(status), f"answered {status}") for status in SERVER_ERRORS),
        (CutOff(), "answer broke off"),
        (Dropped(), r"connection to the registry broke \(ServerDisconnectedError\)"),
    ],
    ids=str,
)
async def test_what_never_goes_better_is_tried_five_times_later_each_time(
    client: RegistryClient, registry: FakeRegistry, trouble: Trouble, said: str
) -> None:
    registry.always = trouble
    with pytest.raises(RegistryUnreachable, match=rf"{said}; 5 tries were made \(asked for /api/v2/studies/{NUMBER}\): check the network"):
        await client.study(NUMBER)
    assert gaps(registry) == [4, 8, 16, 32]


async def test_a_page_in_the_middle_is_asked_for_again_and_no_study_comes_twice(client: RegistryClient, registry: FakeRegistry) -> None:
    registry.trouble = [None, CutOff(), Answer(503), None, Dropped()]
    found = [number_of(study) async for study in client.studies(Query(condition="cancer"), page_size=1)]
    assert found == ["NCT00000001", "NCT00000002", "NCT00000003", "NCT00000005"]


async def test_a_silent_registry_is_given_up(registry: FakeRegistry, time: Time) -> None:
    registry.always = Silence()
    async with client_of(registry, time, timeout=0.05, tries=2) as client:
        with pytest.raises(RegistryUnreachable, match=r"no answer within 0\.05 s; 2 tries"):
            await client.study(NUMBER)
    assert len(registry.requests) == 2


async def test_a_registry_that_is_not_there_is_said_to_be_out_of_reach(time: Time) -> None:
    async with RegistryClient("http://127.0.0.1:1", user_agent=WHO_ASKS, sleep=time.sleep, clock=time.clock, tries=3) as client:
        with pytest.raises(RegistryUnreachable, match=r"no connection to 127\.0\.0\.1 .*3 tries"):
            await client.study(NUMBER)
    assert len(time.waits) == 2


async def test_a_certificate_that_is_not_trusted_is_not_tried_again(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    async def distrust(self: TCPConnector, request: object, *given: object, **more: object) -> None:
        raise ClientConnectorCertificateError(request.connection_key, ssl.CertificateError("it expired"))

    monkeypatch.setattr(TCPConnector, "connect", distrust)
    async with RegistryClient("https://127.0.0.1:1", user_agent=WHO_ASKS, sleep=time.sleep, clock=time.clock) as client:
        with pytest.raises(RegistryUnreachable, match=r"certificate is not to be trusted .*it expired"):
            await client.study(NUMBER)
    assert time.waits == []


async def test_other_faults_of_the_server_are_told_at_once(client: RegistryClient, registry: FakeRegistry) -> None:
    registry.always = Answer(501, "Not here")
    with pytest.raises(RegistryUnreachable, match="501, 'Not here'"):
        await client.study(NUMBER)
    assert len(registry.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("written", "waited"),
    [
        ("20", 20),
        ("0", 4),
        ("1", 4),
        ("Tue, 03 Feb 2026 10:00:45 GMT", 45),
        ("Tue, 03 Feb 2026 10:00:45 -0000", 45),
        ("Tue, 03 Feb 2026 09:00:00 GMT", 4),
        ("3600", 300),
        ("9" * 5000, 300),
        ("Tue, 03 Feb 2126 10:00:00 GMT", 300),
        ("soon", 4),
        ("-5", 4),
        ("1.5", 4),
        ("²", 4),
        ("", 4),
    ],
    ids=lambda given: str(given)[:30],
)
async def test_the_registry_is_obeyed_when_it_says_how_long_to_wait(
    registry: FakeRegistry, time: Time, status: int, written: str, waited: float
) -> None:
    registry.trouble = [Answer(status, headers={"Retry-After": written})]
    async with client_of(registry, time, now=lambda: datetime(2026, 2, 3, 10, tzinfo=UTC)) as client:
        await client.study(NUMBER)
    assert gaps(registry) == [waited]


async def test_a_wait_that_is_too_long_is_cut_and_said(
    client: RegistryClient, registry: FakeRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    registry.trouble = [Answer(429, headers={"Retry-After": "3600"})]
    await client.study(NUMBER)
    assert "answered 429 (asked for /api/v2/studies/NCT00000001); asking again in 300 s (it asked for 3600 s)" in caplog.text


@pytest.mark.parametrize(("chance", "waits"), [(0.0, [2, 4, 8, 16, 30, 30, 30]), (0.5, [3, 6, 12, 24, 45, 45, 45])])
async def test_chance_keeps_clients_from_asking_all_at_once(registry: FakeRegistry, time: Time, chance: float, waits: list[float]) -> None:
    registry.always = Answer(503)
    async with client_of(registry, time, chance=lambda: chance, tries=8) as client:
        with pytest.raises(RegistryUnreachable):
            await client.study(NUMBER)
    assert gaps(registry) == waits


async def test_a_wait_is_never_shorter_than_the_usual_distance(registry: FakeRegistry, time: Time) -> None:
    registry.always = Answer(503)
    async with client_of(registry, time, seconds_between=10) as client:
        with pytest.raises(RegistryUnreachable):
            await client.study(NUMBER)
    assert gaps(registry) == [10, 10, 16, 32]


async def test_after_a_failure_others_wait_as_well(registry: FakeRegistry, time: Time) -> None:
    registry.trouble = [Answer(429, headers={"Retry-After": "60"})]
    async with client_of(registry, time, tries=1) as client:
        with pytest.raises(RegistryUnreachable):
            await client.study(NUMBER)
        await client.study("NCT00000002")
    assert gaps(registry) == [60]


async def test_tries_are_counted_across_redirects(client: RegistryClient, registry: FakeRegistry) -> None:
    moved = Answer(301, headers={"Location": "/api/v2/studies/NCT00000003"})
    registry.trouble = [Answer(503), Answer(503), moved, Answer(503), Answer(503), Answer(503)]
    with pytest.raises(RegistryUnreachable, match="5 tries"):
        await client.study("NCT00000013")
    assert len(registry.requests) == 6


async def test_what_was_looked_for_is_in_no_log_and_no_traceback(
    registry: FakeRegistry, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    query = Query(condition=SECRET, location=SECRET)
    for trouble in (Answer(429), Answer(403), Answer(200, "<html>"), CutOff(), Dropped(), Silence(), None):
        registry.always = trouble
        async with client_of(registry, time, timeout=0.05 if trouble == Silence() else 30) as client:
            try:
                async for _ in client.studies(query):
                    pass
            except registry_api.RegistryFault:
                logging.getLogger("somebody").exception("no studies today")
    assert "GET /api/v2/studies: 429" in caplog.text
    assert SECRET not in caplog.text
    assert "trials@example.org" not in caplog.text
    assert not [record for record in caplog.records if record.name == registry_api.__name__ and record.levelno == logging.INFO]


@pytest.mark.parametrize(
    ("base", "proxy"),
    [("https://clinicaltrials.gov/api/v2", "http://proxy.example:3128"), ("http://127.0.0.1:1/", None), ("https://inside.example/", None)],
)
async def test_the_proxy_of_this_machine_is_used_but_not_for_itself(monkeypatch: pytest.MonkeyPatch, base: str, proxy: str | None) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    async with RegistryClient(base, user_agent=user_agent("a@example.org")) as client:
        assert client._session is not None
        assert (str(client._session._default_proxy) if client._session._default_proxy else None) == proxy
