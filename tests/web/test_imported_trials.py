"""Pages of imported trials: the registry's words as its own, nothing promised, and lists that stay short however many there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.settings import PROJECT
from bot.store import Store
from bot.trials import load_records
from bot.trials.importing import import_all
from bot.trials.loading import Keeper
from bot.trials.registry.files import Found
from bot.trials.registry.record import Reader
from bot.web.page_source import StoredPages
from bot.web.pages import Pages, error_pages, setup_pages
from bot.words import Library
from tests.fakes.registry_api import a_study
from tests.importing.conftest import NOON
from tests.shipped import shipped_library

Client = TestClient[web.Request, web.Application]
TEXT = """Inclusion Criteria:

For adults:

* One of the following:
  * Asthma
  * Gout

Exclusion Criteria:

* <script>alert("stroke")</script>
"""


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped_library()


@pytest.fixture(scope="module")
def store(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Forty-five imported trials; the first has sites of every kind."""
    opened = Store(f"sqlite:///{tmp_path_factory.mktemp('imported')}/store.db")
    opened.migrate()
    first = a_study("NCT10000000", title="A study of <b>sleep</b>", criteria=TEXT, cities=[f"Town {number}" for number in range(20)])
    locations = first["protocolSection"]["contactsLocationsModule"]["locations"]
    locations[0] |= {"status": "COMPLETED", "facility": "A closed clinic"}
    locations[1] |= {"status": "RECRUITING", "contacts": [{"name": "Site nurse", "role": "CONTACT", "phone": "+1 555 0100"}]}
    first["protocolSection"]["descriptionModule"] = {"briefSummary": "It tests whether <i>sleep</i> helps."}
    studies = [first, *(a_study(f"NCT1{number:07}", title=f"Study {number}") for number in range(1, 45))]
    found = [Found(study["protocolSection"]["identificationModule"]["nctId"], study) for study in studies]
    keeper = Keeper(load_records(PROJECT / "trials", library.attributes), lambda: Reader.load(library))
    assert all(one.kept for one in import_all(opened, keeper, found, lambda: NOON))
    yield opened
    opened.dispose()


@pytest.fixture
async def client(store: Store, library: Library, tmp_path: Path) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[error_pages])
    setup_pages(app, Pages({locale: words.files["site"] for locale, words in library.words.items()}), StoredPages(store, library))
    async with TestClient(TestServer(app)) as client:
        yield client


async def page(client: Client, path: str) -> str:
    answer = await client.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def test_the_list_of_trials_comes_in_pages(client: Client) -> None:
    first, last = await page(client, "/"), await page(client, "/?page=3")
    assert (first.count('class="card" id='), last.count('class="card" id=')) == (20, 5)
    assert "45 trials" in first
    assert 'href="/?page=2"' in first
    assert 'rel="prev"' not in first
    assert "Page 3 of 3" in last
    assert 'rel="next"' not in last


@pytest.mark.parametrize("number", ["0", "4", "-1", "1e9", "x", "99999999999", "%00"])
async def test_a_page_that_is_not_there_is_said_kindly(client: Client, number: str) -> None:
    answer = await client.get(f"/?page={number}")
    assert (answer.status, "We can't find this page" in (await answer.text()).replace("&#39;", "'")) == (404, True)


async def test_what_the_registry_says_is_shown_as_its_own_words(client: Client) -> None:
    shown = await page(client, "/trials/NCT10000000")
    assert "The registry says: “It tests whether &lt;i&gt;sleep&lt;/i&gt; helps.”" in shown
    assert "A program has read this trial" in shown
    assert "A study of &lt;b&gt;sleep&lt;/b&gt;" in shown
    assert "<script>alert" not in shown


async def test_official_points_keep_their_headings_and_their_depth(client: Client) -> None:
    shown = await page(client, "/trials/NCT10000000")
    assert '<li class="heading">For adults:</li>' in shown
    assert '<li class="depth-0">One of the following:</li>' in shown
    assert '<li class="depth-1">Asthma</li>' in shown


async def test_each_site_has_its_own_status_and_contacts(client: Client) -> None:
    shown = await page(client, "/trials/NCT10000000")
    closed = shown[shown.index("A closed clinic") :]
    assert closed.index("The record says it has ended") < closed.index("Town 1,")
    assert "Site nurse" in shown
    assert "CONTACT" not in shown
    assert "Show 8 more places" in shown


async def test_what_is_not_in_the_record_leaves_no_empty_section(client: Client) -> None:
    shown = await page(client, "/trials/NCT10000001")
    for title in ("About this study", "Why it matters", "What is known so far", "It may suit you if"):
        assert title not in shown
    assert "None" not in shown
