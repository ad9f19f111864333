"""Somebody who answers everything, sees the result, and asks to be contacted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.store import DeliveryTarget
from tests.console.house import TRIAL, House
from tests.people import people

FITS = people(TRIAL)[0].answers
NAME, PHONE, EMAIL = "Ada Secretname", "+46 31 342 10 55", "secret.ada@example.org"
FILLED: Mapping[str, str] = {"name": NAME, "phone": PHONE, "email": EMAIL, "time": "Tuesday mornings", "agreed": "yes"}
PIECES = ("Secretname", "342 10 55", "3421055", "secret.ada", "Tuesday mornings")
"""What must be nowhere in the clear."""


def told(house: House, trial_id: str | None = TRIAL, address: str = "team@example.org") -> DeliveryTarget:
    """Somebody who is told of a trial, so that it takes contacts."""
    with house.store.unit() as unit:
        return unit.add_delivery_target(trial_id=trial_id, kind="mail", address=address, secret=None, at=house.clock())


def finished(house: House, answers: Mapping[str, str] = FITS, *, first: str | None = None) -> tuple[str, dict[str, Any]]:
    """A conversation that came to its result: its id, and the handoff that was shown."""
    conversation = house.conversation()
    return conversation, answer_all(house, conversation, house.say(conversation, first or answers["consent"]), answers)


def answer_all(house: House, conversation: str, replies: list[dict[str, Any]], answers: Mapping[str, str] = FITS) -> dict[str, Any]:
    """Go on from these replies to the result, with a yes to whatever is to be confirmed; the handoff that was shown."""
    for _ in range(3 * len(answers)):
        shown = [reply for reply in replies if reply.get("custom", {}).get("type") == "handoff"]
        if shown:
            return shown[-1]
        asked = [reply["custom"]["attribute"] for reply in replies if reply.get("custom", {}).get("type") == "question"]
        replies = house.say(conversation, answers[asked[-1]] if asked else "yes")
    raise AssertionError("the screening came to no handoff")


def path_of(handoff: dict[str, Any]) -> str:
    """Where the page for contact data is, as the handoff links to it."""
    address: str = urlsplit(handoff["custom"]["contact_url"]).path
    assert address in handoff["text"]
    return address


def shown_in(page: str) -> str:
    """The hidden field that says which text stands above the form."""
    found = re.search(r'name="shown" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]
