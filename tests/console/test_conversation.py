"""A conversation's page: what was said, what was understood of it, and what is noted about who looks."""

from __future__ import annotations

import re

from tests.console.conftest import SignIn
from tests.console.house import Guest, House

SAID = ("hello", "yes", "I'm 54 and had chemo", "actually I am 57", "stage 4")


async def revealed(guest: Guest, conversation: str) -> str:
    await guest.get(f"/console/conversations/{conversation}")
    status, page = await guest.post(f"/console/conversations/{conversation}/reveal", what="answers")
    assert status == 200
    return page


def plain(page: str) -> str:
    """The words of a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_what_was_said_is_there_in_its_order_with_the_quick_replies(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID)
    page = plain(await revealed(await sign_in(), conversation))
    lines = [
        "Hello, and welcome.",
        "Is it okay if I ask",
        "Yes, go ahead",
        "I&#39;m 54 and had chemo",
        "Thank you, I changed your age from 54",
    ]
    places = [page.index(line) for line in lines]
    assert places == sorted(places)


async def test_beside_a_message_stands_what_was_understood_and_what_a_correction_changed(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(*SAID, "actually I am 17")
    page = plain(await revealed(await sign_in(), conversation))
    assert "The patient&#39;s age : was 54 years , now 57 years from “actually I am 57” (told unasked)" in page
    assert "Read as inform, 93 % sure" in page
    assert "Verdict: possible to unlikely" in page
    assert "I8 met to not met: You are older than 18." in page
