"""A study is asked for by its number, and comes as the registry has it."""

from __future__ import annotations

import pytest

from bot.trials.registry.api import (
    RegistryClient,
    RegistryFault,
    RegistryNotFound,
    RegistryNotUnderstood,
    RegistryRefused,
    nct_number,
    number_of,
    user_agent,
)
from tests.fakes.registry_api import Answer, FakeRegistry

from .conftest import Time, client_of


async def test_a_study_comes_as_the_registry_has_it(client: RegistryClient, registry: FakeRegistry) -> None:
    study = await client.study("NCT00000005")
    assert study == registry.studies["NCT00000005"]
    assert number_of(study) == "NCT00000005"
    assert [(asked.path, asked.query) for asked in registry.requests] == [("/api/v2/studies/NCT00000005", {"format": "json"})]


@pytest.mark.parametrize("written", ["nct00000001", "  NCT00000001\n"])
async def test_a_number_may_be_written_carelessly(client: RegistryClient, registry: FakeRegistry, written: str) -> None:
    assert number_of(await client.study(written)) == "NCT00000001"
    assert registry.requests[0].path.endswith("/NCT00000001")


@pytest.mark.parametrize("written", ["", "NCT1", "NCT000000011", "00000001", "NCT0000000１", "NCT00000001/../x", "NCT00000001?a=b"])
async def test_what_is_no_number_is_never_asked_for(client: RegistryClient, registry: FakeRegistry, written: str) -> None:
    with pytest.raises(ValueError, match="expected NCT and eight digits"):
        await client.study(written)
    assert registry.requests == []


def test_a_number_has_one_form() -> None:
    assert nct_number(" nct01234567 ") == "NCT01234567"


async def test_an_unknown_number_is_said_to_be_unknown_and_asked_for_once(client: RegistryClient, registry: FakeRegistry) -> None:
    with pytest.raises(RegistryNotFound, match=r"404.*NCT99999999.*\(asked for /api/v2/studies/NCT99999999\): check the number"):
        await client.study("NCT99999999")
    assert len(registry.requests) == 1


@pytest.mark.parametrize("redirects", [True, False])
async def test_a_merged_study_comes_under_its_new_number(client: RegistryClient, registry: FakeRegistry, redirects: bool) -> None:
    registry.redirects_aliases = redirects
    assert number_of(await client.study("NCT00000013")) == "NCT00000003"


async def test_another_study_than_the_one_asked_for_is_not_taken(client: RegistryClient, registry: FakeRegistry) -> None:
    registry.trouble = [Answer(301, headers={"Location": "/api/v2/studies/NCT00000001"})]
    with pytest.raises(RegistryNotUnderstood, match="something else than NCT00000002"):
        await client.study("NCT00000002")


@pytest.mark.parametrize(
    "place",
    [
        "https://127.0.0.1/api/v2/studies/NCT00000001",
        "http://localhost:1/",
        "http://elsewhere.example/",
        "//elsewhere.example/",
        "mailto:x",
        "http://[",
        "",
    ],
)
async def test_nobody_is_followed_to_another_site(client: RegistryClient, registry: FakeRegistry, place: str) -> None:
    registry.always = Answer(302, headers={"Location": place})
    with pytest.raises(RegistryNotUnderstood, match=r"another site|in circles"):
        await client.study("NCT00000001")
    assert len(registry.requests) == (1 if place else 4)


async def test_redirects_come_to_an_end_and_wait_for_their_turn(client: RegistryClient, registry: FakeRegistry) -> None:
    registry.always = Answer(307, headers={"Location": "/api/v2/studies/NCT00000002"})
    with pytest.raises(RegistryNotUnderstood, match="in circles"):
        await client.study("NCT00000001")
    assert [asked.moment - registry.requests[0].moment for asked in registry.requests] == [0, 1.25, 2.5, 3.75]


@pytest.mark.parametrize("status", [400, 401, 403, 410, 418, 451])
async def test_a_refusal_is_told_in_the_registrys_words_and_not_asked_again(
    client: RegistryClient, registry: FakeRegistry, status: int
) -> None:
    registry.always = Answer(status, "No,\n\n  \x1b[31mnot like this" + "!" * 500)
    with pytest.raises(RegistryRefused) as caught:
        await client.study("NCT00000001")
    assert f"answered {status}, 'No, [31mnot like this!!" in str(caught.value)
    assert len(str(caught.value)) < 400
    assert len(registry.requests) == 1


async def test_a_fault_says_what_happened_where_and_what_to_do_next(client: RegistryClient, registry: FakeRegistry) -> None:
    registry.trouble = [Answer(400, "bad")]
    with pytest.raises(RegistryFault) as caught:
        await client.study("NCT00000001")
    fault = caught.value
    assert (fault.happened, fault.path) == ("the registry answered 400, 'bad'", "/api/v2/studies/NCT00000001")
    assert str(fault) == f"{fault.happened} (asked for {fault.path}): {fault.next_step}"


async def test_the_registry_is_told_who_asks(client: RegistryClient, registry: FakeRegistry) -> None:
    await client.study("NCT00000001")
    assert registry.requests[0].headers["User-Agent"].startswith("trialchat/")
    assert registry.requests[0].headers["User-Agent"].endswith(" (+trials@example.org)")
    assert "Cookie" not in registry.requests[0].headers


async def test_the_registrys_cookies_are_not_kept(registry: FakeRegistry, time: Time) -> None:
    registry.url = registry.url.replace("127.0.0.1", "localhost")
    registry.trouble = [Answer(503, headers={"Set-Cookie": "who=me"})]
    async with client_of(registry, time) as client:
        await client.study("NCT00000001")
    assert [asked.headers.get("Cookie") for asked in registry.requests] == [None, None]


@pytest.mark.parametrize("unnamed", ["", "trialchat", "trialchat/1 (somebody)", "trialchat/1 (a@b)\r\nX: y"])
def test_nobody_asks_without_saying_who(unnamed: str) -> None:
    with pytest.raises(ValueError, match="does not say who asks"):
        RegistryClient(user_agent=unnamed)


@pytest.mark.parametrize("contact", ["somebody", "a@b c", "a@b)", "@"])
def test_a_contact_is_a_mail_address_or_a_page(contact: str) -> None:
    assert user_agent("https://example.org/trials").endswith(" (+https://example.org/trials)")
    assert "(" not in user_agent()
    with pytest.raises(ValueError, match="no contact for the registry"):
        user_agent(contact)


@pytest.mark.parametrize(
    "address", ["http://clinicaltrials.gov/api/v2", "ftp://127.0.0.2/", "https://me:secret@clinicaltrials.gov/", "nowhere"]
)
def test_the_registry_is_asked_over_https_and_without_passwords(address: str) -> None:
    with pytest.raises(ValueError, match="must begin with https://") as caught:
        RegistryClient(address, user_agent=user_agent("a@example.org"))
    assert "secret" not in str(caught.value)


def test_the_client_asks_the_real_registry_unless_told_otherwise() -> None:
    assert str(RegistryClient(user_agent=user_agent("a@example.org"))._base) == "https://clinicaltrials.gov/api/v2"


async def test_a_client_that_is_not_open_says_so(registry: FakeRegistry, time: Time) -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await client_of(registry, time).study("NCT00000001")


@pytest.mark.parametrize("tries", [0, -1])
def test_there_is_no_asking_without_a_try(tries: int) -> None:
    with pytest.raises(ValueError, match="expected 1 or more"):
        RegistryClient(user_agent=user_agent("a@example.org"), tries=tries)
