"""A host page that names the widget's hash gets that widget or none."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from bot.cli import main
from bot.web.assets import load_widget
from tests.browser.abroad import CHAT, Abroad, html_page
from tests.browser.fake_backend import FakeBackend


@pytest.fixture
def complaints() -> tuple[str, ...]:
    return ("Failed to find a valid digest",)


def printed(*more: str) -> str:
    """What the command prints for the chat's site."""
    done = CliRunner().invoke(main, ["widget-snippet", "--trial", "nct06141070", "--site", CHAT, *more])
    assert done.exit_code == 0
    assert f"script-src {CHAT}; connect-src {CHAT}" in done.stderr
    return done.stdout


def test_the_line_that_the_command_prints_loads_the_chat(abroad: Abroad) -> None:
    chat = abroad.visit({"/page.html": html_page(printed("--locale", "en", "--title", 'Ask "us" & others'))})
    chat.open()
    expect(chat.host.get_by_role("heading", name='Ask "us" & others')).to_be_visible()
    assert abroad.backend.sessions == [{"trial_id": "NCT06141070", "locale": "en"}]


def test_with_another_hash_nothing_of_the_file_runs(abroad: Abroad) -> None:
    right = load_widget().integrity
    chat = abroad.visit({"/page.html": html_page(printed().replace(right, "sha384-" + "A" * 64))})
    chat.page.wait_for_timeout(500)
    expect(chat.launcher).to_have_count(0)
    assert chat.page.evaluate("customElements.get('trial-chat') === undefined")


def _get(url: str) -> tuple[int, Any, bytes]:
    address = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(address.netloc, timeout=10)) as connection:
        connection.request("GET", address.path, headers={"Origin": "https://www.hospital.example"})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def test_programs_find_the_address_and_the_hash(backend: FakeBackend) -> None:
    status, headers, body = _get(f"{backend.url}/widget.json")
    told, widget = json.loads(body), load_widget()
    assert (status, headers["Access-Control-Allow-Origin"], headers["Cache-Control"]) == (200, "*", "no-cache")
    assert told == {"version": widget.digest, "path": f"/widget-{widget.digest}.js", "integrity": widget.integrity, "earlier": []}


def test_an_address_with_a_version_can_be_kept_for_ever_and_read_by_any_site(backend: FakeBackend) -> None:
    widget = load_widget()
    status, headers, body = _get(f"{backend.url}/widget-{widget.digest}.js")
    assert (status, body) == (200, widget.body)
    assert "immutable" in headers["Cache-Control"]
    assert (headers["Access-Control-Allow-Origin"], headers["Cross-Origin-Resource-Policy"]) == ("*", "cross-origin")
    assert "immutable" not in _get(f"{backend.url}/widget.js")[1]["Cache-Control"]


@pytest.mark.parametrize("version", ["0" * 16, "..", "x", "0" * 15])
def test_a_version_that_never_was_is_not_there(backend: FakeBackend, version: str) -> None:
    assert _get(f"{backend.url}/widget-{version}.js")[0] == 404
