"""`make audit` says what is known of the packages, and never that all is well where it could not ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import PROJECT
from supply.__main__ import main
from supply.accepted import outdated, read
from supply.lock import packages
from tests.audit_of_packages.service import Service, served

TODAY = datetime.now(UTC).date()
Audit = Callable[..., tuple[int, str]]
NOWHERE = "http://127.0.0.1:9"
LOCK = """
[[package]]
name = "trialchat"
version = "0.1.0"
source = { editable = "." }

[package.dev-dependencies]
app = [{ name = "shared" }, { name = "new", marker = "python_full_version >= '3.11'" }]
dev = [{ name = "shared" }, { name = "tool" }]
engine = [{ name = "shared" }, { name = "old" }]

[[package]]
name = "shared"
version = "1.0"
dependencies = [
    { name = "deep", version = "1.0", marker = "python_full_version < '3.11'" },
    { name = "deep", version = "2.0", marker = "python_full_version >= '3.11'" },
]

[[package]]
name = "deep"
version = "1.0"

[[package]]
name = "deep"
version = "2.0"

[[package]]
name = "new"
version = "3.0"

[[package]]
name = "old"
version = "0.1"

[[package]]
name = "tool"
version = "5.0"
"""


@pytest.fixture
def service() -> Iterator[Service]:
    with served() as service:
        yield service


@pytest.fixture
def audit(tmp_path: Path, service: Service, capsys: pytest.CaptureFixture[str]) -> Audit:
    """Run it over the small lock file, with what was accepted: status, and what it said."""
    (tmp_path / "uv.lock").write_text(LOCK, "utf-8")

    def run(*arguments: str, accepted: str = "") -> tuple[int, str]:
        (tmp_path / "accepted.yaml").write_text(accepted, "utf-8")
        given = ["--lock", str(tmp_path / "uv.lock"), "--accepted", str(tmp_path / "accepted.yaml"), "--service", service.url]
        return main([*given, *arguments]), capsys.readouterr().out

    return run


def accepting(name: str = "CVE-2026-1", package: str = "old", days: int = 30, why: str = "It cannot be reached from outside.") -> str:
    return f"- {{id: {name}, package: {package}, until: {TODAY + timedelta(days=days)}, why: '{why}'}}\n"


def test_where_nothing_is_known_it_says_of_how_many_and_all_were_asked_about(audit: Audit, service: Service) -> None:
    status, said = audit()
    assert (status, said) == (0, "audit: 6 packages asked about, 0 findings, 0 of them accepted\n")
    ((_, asked),) = service.asked
    assert [(query["package"]["name"], query["version"]) for query in asked["queries"]] == [
        *(("deep", "1.0"), ("deep", "2.0"), ("new", "3.0"), ("old", "0.1"), ("shared", "1.0"), ("tool", "5.0"))
    ]


def test_a_finding_is_named_with_where_it_is_and_fails(audit: Audit, service: Service) -> None:
    service.knows("old", "0.1", "GHSA-1", aliases=["CVE-2026-1"])
    status, said = audit()
    assert status == 1
    assert "old 0.1 (engine): CVE-2026-1 = GHSA-1: Something bad" in said


def test_one_of_another_version_is_none(audit: Audit, service: Service) -> None:
    service.knows("old", "0.2", "GHSA-1")
    assert audit()[0] == 0


def test_the_same_under_two_ids_is_one_finding(audit: Audit, service: Service) -> None:
    service.knows("old", "0.1", "GHSA-1", aliases=["CVE-2026-1"])
    service.knows("old", "0.1", "PYSEC-1", aliases=["CVE-2026-1"])
    assert "1 findings" in audit()[1]


def test_what_was_withdrawn_is_none(audit: Audit, service: Service) -> None:
    service.knows("old", "0.1", "GHSA-1", withdrawn="2026-01-01T00:00:00Z")
    assert audit()[0] == 0


def test_every_page_is_asked_for(audit: Audit, service: Service) -> None:
    service.page_size = 1
    for number in range(3):
        service.knows("old", "0.1", f"GHSA-{number}")
    assert "3 findings" in audit()[1]


def test_an_accepted_finding_does_not_fail(audit: Audit, service: Service) -> None:
    service.knows("old", "0.1", "GHSA-1", aliases=["CVE-2026-1"])
    status, said = audit(accepted=accepting())
    assert (status, "1 findings, 1 of them accepted" in said) == (0, True)


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        (accepting(days=-1), "look at it again"),
        (accepting(days=181), "180 days are the most"),
        (accepting(package="gone"), "gone is not installed: remove it"),
        (accepting("CVE-2026-2"), "is no finding any more: remove it"),
        (accepting(why="because"), "`why` a sentence"),
        ("- {id: CVE-2026-1, package: old}\n", "expected id, package, until, why"),
        ("- {id: CVE-2026-1, package: old, until: soon, why: 'It cannot be reached from outside.'}\n", "is to be a date"),
        ("something: else\n", "expected a list"),
    ],
)
def test_what_was_accepted_has_to_be_in_use_and_not_over(audit: Audit, service: Service, accepted: str, said: str) -> None:
    service.knows("old", "0.1", "GHSA-1", aliases=["CVE-2026-1"])
    status, told = audit(accepted=accepted)
    assert status == 1
    assert said in told


class TestWhereItCannotAsk:
    @pytest.mark.parametrize("answer", [{}, {"results": []}, [], "no"])
    def test_because_of_what_is_answered_it_fails_and_says_so(self, audit: Audit, service: Service, answer: object) -> None:
        service.answer = answer
        status, said = audit()
        assert (status, "NOT ASKED" in said) == (2, True)

    @pytest.mark.parametrize("status", [404, 429, 500])
    def test_because_of_a_refusal_it_fails_and_says_so(self, audit: Audit, service: Service, status: int) -> None:
        service.status = status
        found, said = audit()
        assert (found, f"answered with {status}" in said) == (2, True)

    def test_because_nobody_is_there_it_fails_and_says_so(self, audit: Audit) -> None:
        status, said = audit("--service", NOWHERE)
        assert status == 2
        assert "NOT ASKED" in said
        assert "does not mean that they are fine" in said

    def test_where_that_may_be_it_does_not_fail_and_says_so_all_the_same(self, audit: Audit) -> None:
        status, said = audit("--service", NOWHERE, "--may-be-away")
        assert (status, "NOT ASKED" in said) == (0, True)

    def test_what_was_accepted_for_too_long_fails_all_the_same(self, audit: Audit) -> None:
        assert audit("--service", NOWHERE, "--may-be-away", accepted=accepting(days=-1))[0] == 1


def test_our_own_lock_file_is_understood_and_what_we_accept_is_in_order() -> None:
    ours = packages(PROJECT / "uv.lock")
    of = {
        environment: {package.name for package in ours if environment in package.environments} for environment in ("engine", "app", "dev")
    }
    assert "rasa" in of["engine"]
    assert "rasa" not in of["app"] | of["dev"]
    assert {"aiohttp", "cryptography"} <= of["app"] <= of["dev"]
    assert [package for package in ours if not package.environments] == []
    # One of each name in an environment, but where the app's differs by Python.
    engine = [package.name for package in ours if "engine" in package.environments]
    assert len(engine) == len(set(engine))
    assert list(outdated(read(PROJECT / "supply" / "accepted.yaml"), ours, TODAY)) == []
