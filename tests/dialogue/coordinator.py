"""A coordinator at the console of the running product."""

from __future__ import annotations

import http.cookiejar
import json
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest

from bot.accounts.roles import FIRST_LOGIN
from tests.product import Product


class _Stay(urllib.request.HTTPRedirectHandler):
    """Where a form leads is looked at, not followed."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


class Coordinator:
    """A browser without a screen, signed in to the console as the first coordinator."""

    def __init__(self, product: Product, password: str | None = None) -> None:
        """`password`: the first coordinator's, where the product did not make it itself."""
        self._url = product.base_url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(cookies, _Stay())
        password = password or json.loads((product.home / "secrets.json").read_text("utf-8"))["admin_password"]
        assert self.post("/console/sign-in", login=FIRST_LOGIN, password=password) == "/console/inbox"
        with self._browser.open(self._url + "/console/inbox", timeout=30) as page:
            found = re.search(r'name="csrf" value="([^"]+)"', page.read().decode())
        assert found is not None
        self._csrf = found[1]

    def post(self, path: str, **form: str) -> str:
        """Send a form; where it leads."""
        data = urllib.parse.urlencode(form | {"csrf": getattr(self, "_csrf", "")}).encode()
        with pytest.raises(urllib.error.HTTPError) as answer:
            self._browser.open(self._url + path, data, timeout=30)
        with answer.value as led:
            assert led.code == 303, f"{led.code}: {led.read()[:500]!r}"
            return str(led.headers["Location"])

    def get(self, path: str) -> int:
        """Open a page; its status, 303 where it leads to the sign-in."""
        try:
            with self._browser.open(self._url + path, timeout=30) as page:
                return int(page.status)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code

    def take_over(self, conversation: str) -> None:
        assert "done=taken_over" in self.post(f"/console/conversations/{conversation}/take-over", shown_as="Ann")

    def write(self, conversation: str, text: str) -> None:
        assert "done=written" in self.post(f"/console/conversations/{conversation}/write", id=secrets.token_hex(16), text=text)

    def hand_back(self, conversation: str) -> None:
        assert "done=handed_back" in self.post(f"/console/conversations/{conversation}/hand-back")
