"""With the real engine: after an erasure no table and no file holds what was said, whether the chat or the console erased."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from bot.accounts.roles import FIRST_LOGIN
from bot.store import Store
from bot.store.verifying import verify
from tests.people import people
from tests.product import Product
from tests.rights.everywhere import in_files, in_tables

from .conversation import Conversation

FITS = people("NCT06141070")[0].answers
WORDS = ("zebrafish", "Petronella Quux", "0161 496 0000")


class Console:
    """A browser in which the first account is signed in."""

    def __init__(self, product: Product) -> None:
        self._base = product.base_url
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        password = json.loads((product.home / "secrets.json").read_text())["admin_password"]
        self._send("/console/sign-in", login=FIRST_LOGIN, password=password)

    def get(self, path: str) -> str:
        """A page."""
        with self._browser.open(self._base + path) as answer:
            return str(answer.read().decode())

    def post(self, page: str, path: str, **fields: str) -> str:
        """Send a form of a page; the page it leads to."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(page))
        assert found is not None
        return self._send(path, csrf=found[1], **fields)

    def _send(self, path: str, **fields: str) -> str:
        with self._browser.open(self._base + path, urllib.parse.urlencode(fields).encode()) as answer:
            return str(answer.read().decode())


@pytest.fixture
def told(product: Product) -> Conversation:
    """A conversation in which somebody said more than they were asked."""
    conversation = Conversation(product)
    conversation.until("condition", FITS)
    conversation.say(f"adenocarcinoma of the lung, says {WORDS[1]}, call {WORDS[2]}, it is like {WORDS[0]}")
    return conversation


def database(product: Product) -> str:
    return f"sqlite:///{product.home / 'trialchat.db'}"


def found_in(product: Product) -> list[str]:
    """Where one of the words is, but for the records of trials."""
    in_rows = [line for line in in_tables(database(product), WORDS) if not line.startswith(("trial", "registry"))]
    return in_rows + in_files(product.home, WORDS)


def id_of(product: Product, conversation: Conversation) -> str:
    store = Store(database(product))
    with store.reading() as unit:
        (found,) = unit.conversations_by_sender(conversation.sender)
    store.dispose()
    return found.id


def test_erased_from_the_chat(product: Product, told: Conversation) -> None:
    assert found_in(product) != []
    told.say("erase my answers")
    told.say("Yes, erase everything")
    assert told.codes == ["erased", "receipt"]
    assert found_in(product) == []
    receipt = told.messages[-1]["text"].removeprefix("Your receipt is ").partition(". ")[0]
    assert "Everything was removed." in Console(product).get(f"/console/erasures/{receipt}")


def test_erased_from_the_console(product: Product, told: Conversation) -> None:
    name = id_of(product, told)
    console = Console(product)
    page = f"/console/conversations/{name}"
    answer = console.post(f"{page}/rights", f"{page}/erase", confirm="erase")
    assert "Everything was removed." in answer
    assert found_in(product) == []
    # Whoever goes on begins a new conversation.
    told.say("hello")
    assert id_of(product, told) != name


def test_the_audit_of_it_all_is_whole(product: Product) -> None:
    store = Store(database(product), json.loads((product.home / "secrets.json").read_text())["audit_key"])
    found = verify(store)
    store.dispose()
    assert found.faults == ()
    assert found.entries > 0
