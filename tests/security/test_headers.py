"""Every answer that leaves the app carries the headers that keep browsers from helping an attacker, by the app's own list of routes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import ClientSession, web

from bot.accounts.roles import Role
from tests.console.house import API_KEY, House
from tests.console.house import Guest as Browser
from tests.console.things import STRANGERS

_NEVER_OF_US = re.compile(r"aiohttp|python", re.IGNORECASE)


def addresses(house: House) -> list[tuple[str, str]]:
    """Methods and addresses of everything there is, with something in each place of a path that can be filled."""
    found = []
    for resource in house.app.router.resources():
        path = re.sub(r"{(\w+)}", lambda part: STRANGERS[part[1]](house) if part[1] in STRANGERS else "99999999", resource.canonical)
        found += [(route.method, path) for route in resource if route.method not in ("*", "HEAD")]
        found += [("POST", path) for route in resource if route.method == "*"]
    return found


def faults(path: str, status: int, headers: Mapping[str, str]) -> list[str]:
    """What is missing on an answer."""
    of_html = headers.get("Content-Type", "").startswith("text/html")
    policy = headers.get("Content-Security-Policy", "")
    wanted = {
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": headers.get("Referrer-Policy") in {"no-referrer", "strict-origin", "same-origin"},
        "permissions": "camera=()" in headers.get("Permissions-Policy", ""),
        "hsts": headers.get("Strict-Transport-Security") == "max-age=31536000; includeSubDomains",
        "policy": "default-src 'none'" in policy and "frame-ancestors 'none'" in policy,
        "no inline": "unsafe" not in policy and "*" not in policy,
        "frames": not of_html or headers.get("X-Frame-Options") == "DENY",
        "opener": not of_html or headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "resource": headers.get("Cross-Origin-Resource-Policy")
        == ("cross-origin" if status in (200, 304) and path.startswith("/widget") else "same-origin"),
        "server": headers.get("Server") == "trialchat" and not _NEVER_OF_US.search(headers.get("Server", "")),
        "charset": not of_html or "charset=utf-8" in headers["Content-Type"].lower(),
        "no cookies for the world": "Set-Cookie" not in headers or path.startswith("/console"),
    }
    return [name for name, there in wanted.items() if not there]


@pytest.fixture
async def somebody(house: House) -> AsyncIterator[ClientSession]:
    """A program with a key, and the session of nobody."""
    async with ClientSession(house.url, headers={"Authorization": f"Bearer {API_KEY}"}) as session:
        yield session


@pytest.mark.parametrize("who", ["stranger", "administrator"])
async def test_every_answer_carries_them(house: House, somebody: ClientSession, who: str) -> None:
    browser = Browser(house)
    if who == "administrator":
        browser.arrive(house.account(Role.ADMINISTRATOR, all_trials=True))
    wrong: list[str] = []
    all_of_them = addresses(house)
    for method, path in all_of_them:
        asking = somebody if path.startswith(("/api", "/fhir", "/webhooks")) else browser.session
        async with (
            asyncio.timeout(20),
            asking.request(method, path, allow_redirects=False, json={} if method == "POST" else None) as answer,
        ):
            missing = faults(path, answer.status, answer.headers)
            wrong += [f"{method} {path}: {answer.status}: {missing}"] if missing else []
    await browser.close()
    assert wrong == []
    assert len(all_of_them) > 100


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("DELETE", "/"),
        ("GET", "/chat/nowhere"),
        ("PUT", "/api/v1/trials"),
        ("OPTIONS", "/chat/messages"),
        ("GET", "/%00"),
    ],
)
async def test_errors_carry_them_too(house: House, somebody: ClientSession, method: str, path: str) -> None:
    async with somebody.request(method, path) as answer:
        assert answer.status >= 400
        assert faults(path, answer.status, answer.headers) == []


async def test_so_does_what_nobody_expected(house: House, somebody: ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_request: web.Request) -> str:
        raise ZeroDivisionError("planted")

    # Of paths for programs that have no errors of their own.
    monkeypatch.setattr("bot.web.pages.asset_response", fail)
    async with somebody.get("/static/site.css") as answer:
        text = await answer.text()
        assert answer.status in (404, 500)
        assert "planted" not in text
        assert faults("/static/", answer.status, answer.headers) == []


class TestOverHttp:
    """On somebody's own computer."""

    @pytest.fixture
    def site_url(self) -> str:
        return "http://127.0.0.1"

    async def test_browsers_are_not_told_to_come_by_https(self, house: House, somebody: ClientSession) -> None:
        async with somebody.get("/") as answer:
            assert "Strict-Transport-Security" not in answer.headers
            assert faults("/", answer.status, answer.headers) == ["hsts"]
