"""Records are fetched from the registry by number or by query; what the registry does not give is said, and the rest goes in."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import partial

import pytest

from bot.store import Store
from bot.trials import import_commands
from bot.trials.registry import api
from tests.fakes.registry_api import Answer, FakeRegistry, a_study
from tests.importing.conftest import Run, stored

STUDIES = [
    a_study(f"NCT000000{number:02}", title=f"Study {number}", conditions=["Asthma" if number % 2 else "Gout"]) for number in range(1, 31)
]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    """The registry of the command, which is not waited for here."""
    monkeypatch.setattr(api, "FIRST_WAIT", 0.0)
    monkeypatch.setattr(import_commands, "RegistryClient", partial(api.RegistryClient, seconds_between=0.0))
    fake = FakeRegistry(copy.deepcopy(STUDIES))
    with fake.in_a_thread():
        monkeypatch.setenv("TRIALCHAT_REGISTRY_URL", fake.url)
        monkeypatch.setenv("TRIALCHAT_CONTACT", "trials@example.org")
        yield fake


def test_one_number_is_fetched(run: Run, store: Store, registry: FakeRegistry) -> None:
    done = run("trials", "import", "nct00000007")
    assert (done.exit_code, done.stdout[:18]) == (0, "NCT00000007  added")
    assert stored(store, "NCT00000007").title_brief == "Study 7"
    assert [asked.path for asked in registry.requests] == ["/studies/NCT00000007"] or registry.requests[0].path.endswith(
        "/studies/NCT00000007"
    )
    assert "trials@example.org" in registry.requests[0].headers["User-Agent"]


def test_many_numbers_are_one_request(run: Run, store: Store, registry: FakeRegistry) -> None:
    done = run("trials", "import", *(f"NCT000000{number:02}" for number in range(1, 21)))
    assert (done.exit_code, len(done.stdout.splitlines()), len(registry.requests)) == (0, 20, 1)


def test_a_query_is_followed_over_all_its_pages(run: Run, store: Store, registry: FakeRegistry) -> None:
    done = run("trials", "import", "--condition", "asthma", "--status", "recruiting")
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 15)
    with store.reading() as unit:
        assert len(unit.trial_ids()) == 15


def test_no_more_than_asked_for(run: Run, store: Store, registry: FakeRegistry) -> None:
    done = run("trials", "import", "--condition", "asthma", "--at-most", "4")
    assert len(done.stdout.splitlines()) == 4


def test_a_number_that_the_registry_does_not_have_is_named(run: Run, store: Store, registry: FakeRegistry) -> None:
    done = run("trials", "import", "NCT00000001", "NCT99999999", "NCT00000002")
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 2)
    assert "NCT99999999: " in done.stderr


def test_a_query_that_finds_nothing_says_so(run: Run, registry: FakeRegistry) -> None:
    done = run("trials", "import", "--condition", "hiccups")
    assert (done.exit_code, "has no study that the query finds" in done.stderr) == (1, True)


def test_a_busy_registry_is_asked_again(run: Run, registry: FakeRegistry) -> None:
    registry.trouble = [Answer(429, headers={"Retry-After": "0"}), None]
    assert run("trials", "import", "NCT00000001").exit_code == 0
    assert len(registry.requests) == 2


def test_a_record_that_is_no_study_is_named_and_the_others_of_the_page_go_in(run: Run, store: Store, registry: FakeRegistry) -> None:
    del registry.studies["NCT00000003"]["protocolSection"]["eligibilityModule"]
    done = run("trials", "import", "--condition", "asthma")
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 14)
    assert "NCT00000003: protocolSection.eligibilityModule: is missing" in done.stderr


def test_a_registry_that_refuses_says_what_to_do(run: Run, registry: FakeRegistry) -> None:
    registry.always = Answer(403, "no")
    done = run("trials", "import", "NCT00000001")
    assert done.exit_code == 1
    assert "NCT00000001: " in done.stderr
    assert "Traceback" not in done.stderr
