"""Coordinators see that somebody asks to be contacted; how to reach them only when they ask to, and each look is written down."""

from __future__ import annotations

import pytest

from bot.accounts.roles import Role
from bot.sealing import Sealer, new_key
from bot.web.console.contact import contact_panel
from bot.web.console.panels import PANELS
from tests.console.asking import EMAIL, FILLED, NAME, PHONE, PIECES, finished, path_of, shown_in, told
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, Guest, House


@pytest.fixture
async def asked(house: House, stranger: Guest) -> str:
    """The conversation of somebody who asked to be contacted; where its contact page is."""
    told(house)
    conversation, handoff = finished(house)
    _, page = await stranger.get(path_of(handoff))
    await stranger.post(path_of(handoff), {**FILLED, "shown": shown_in(page)})
    return f"/console/conversations/{conversation}/contact"


def reveals(house: House) -> list[tuple[str, str, str | None]]:
    with house.store.reading() as unit:
        return [(entry.actor, entry.object_id, entry.trial_id) for entry in unit.audit_entries() if entry.action == "contact_revealed"]


async def test_it_is_masked_until_somebody_asks(house: House, asked: str, sign_in: SignIn) -> None:
    guest = await sign_in()
    status, page = await guest.get(asked)
    assert status == 200
    assert "Asks to be contacted" in page
    assert not [piece for piece in PIECES if piece in page]
    assert reveals(house) == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TRIAL_MANAGER, Role.ADMINISTRATOR])
async def test_shown_it_is_whole_and_written_down(house: House, asked: str, sign_in: SignIn, role: Role) -> None:
    guest = await sign_in(role)
    await guest.get(asked)
    status, page = await guest.post(f"{asked}/reveal")
    assert status == 200
    for shown in (NAME, PHONE, EMAIL, "Tuesday mornings"):
        assert shown in page
    ((actor, conversation, trial),) = reveals(house)
    assert actor.startswith("account:")
    assert conversation in asked
    assert trial == TRIAL
    with house.store.reading() as unit:
        assert not [entry for entry in unit.audit_entries() if any(piece in str(entry.detail) for piece in PIECES)]


async def test_it_is_masked_again_after_a_while_for_others_and_when_asked(house: House, asked: str, sign_in: SignIn) -> None:
    guest, other = await sign_in(), await sign_in()
    await guest.get(asked)
    await guest.post(f"{asked}/reveal")
    assert NAME not in (await other.get(asked))[1]
    house.clock.move(minutes=14)
    assert NAME in (await guest.get(asked))[1]
    house.clock.move(minutes=1)
    assert NAME not in (await guest.get(asked))[1]
    await guest.post(f"{asked}/reveal")
    assert NAME not in (await guest.post(f"{asked}/hide"))[1]
    assert NAME not in (await guest.get(asked))[1]


async def test_an_auditor_sees_that_somebody_asks_and_may_not_look(house: House, asked: str, sign_in: SignIn) -> None:
    guest = await sign_in(Role.AUDITOR)
    _, page = await guest.get(asked)
    assert "Asks to be contacted" in page
    assert "Show how to reach them" not in page
    status, page = await guest.post(f"{asked}/reveal")
    assert status == 403
    assert NAME not in page
    assert reveals(house) == []


async def test_those_of_other_trials_find_nothing(house: House, asked: str, sign_in: SignIn) -> None:
    guest = await sign_in(trials=(OTHER_TRIAL,))
    assert (await guest.get(asked))[0] == 404
    assert (await guest.post(f"{asked}/reveal"))[0] == 404
    assert (await guest.post(f"{asked}/hide"))[0] == 404


async def test_what_was_left_for_one_trial_is_not_shown_to_those_of_the_one_it_came_to(house: House, asked: str, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        unit.turn_conversation(asked.split("/")[3], OTHER_TRIAL)
    guest = await sign_in(trials=(OTHER_TRIAL,))
    status, page = await guest.get(asked)
    assert status == 200
    assert "Nobody asks to be contacted here" in page
    assert (await guest.post(f"{asked}/reveal"))[0] == 404
    assert reveals(house) == []


async def test_where_nobody_asked_there_is_nothing_to_show(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    path = f"/console/conversations/{house.conversation()}/contact"
    assert "Nobody asks to be contacted here" in (await guest.get(path))[1]
    assert (await guest.post(f"{path}/reveal"))[0] == 404


async def test_to_htmx_the_panel_alone_is_given(house: House, asked: str, sign_in: SignIn) -> None:
    guest = await sign_in()
    await guest.get(asked)
    headers = {"HX-Request": "true", "X-CSRF-Token": guest.csrf}
    async with guest.session.post(f"{asked}/reveal", headers=headers) as response:
        text = await response.text()
    assert NAME in text
    assert "<html" not in text


async def test_from_the_conversations_page_it_leads_back_there_and_nowhere_else(house: House, asked: str, sign_in: SignIn) -> None:
    guest = await sign_in()
    await guest.get(asked)
    here = asked.removesuffix("/contact")
    for came_from, leads_to in ((here, f"{here}#contact"), (asked, asked), ("https://evil.example.org/", asked), ("//evil", asked)):
        data = {"csrf": guest.csrf, "from": came_from}
        async with guest.session.post(f"{asked}/reveal", data=data, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, leads_to)


async def test_what_no_key_opens_is_told_and_breaks_nothing(house: House, asked: str, sign_in: SignIn) -> None:
    conversation = asked.split("/")[3]
    with house.store.unit() as unit:
        number = unit.contact_requests(conversation)[0].id
        unit.seal_row("contact_requests", number, Sealer([new_key()]).seal({"name": NAME}))
    guest = await sign_in()
    await guest.get(asked)
    status, page = await guest.post(f"{asked}/reveal")
    assert status == 200
    assert "It fits none of the sealing keys" in page


async def test_what_a_patient_wrote_stays_text(house: House, stranger: Guest, sign_in: SignIn) -> None:
    told(house)
    conversation, handoff = finished(house)
    _, page = await stranger.get(path_of(handoff))
    await stranger.post(path_of(handoff), {**FILLED, "shown": shown_in(page), "name": "<img src=x onerror=alert(1)>"})
    guest = await sign_in()
    path = f"/console/conversations/{conversation}/contact"
    await guest.get(path)
    _, page = await guest.post(f"{path}/reveal")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


async def test_the_conversations_page_is_given_the_panel(house: House, asked: str) -> None:
    assert PANELS.count(contact_panel) == 1


async def test_who_was_asked_to_call_finds_the_chat_though_it_turned_to_another_trial(house: House, asked: str, sign_in: SignIn) -> None:
    conversation = asked.split("/")[3]
    theirs, others = await sign_in(), await sign_in(trials=(OTHER_TRIAL,))
    assert (await others.get(f"/console/conversations/{conversation}"))[0] == 404
    with house.store.unit() as unit:
        unit.turn_conversation(conversation, OTHER_TRIAL)
    assert (await others.get(f"/console/conversations/{conversation}"))[0] == 200
    assert (await theirs.get(f"/console/conversations/{conversation}"))[0] == 200
    status, page = await theirs.post(f"{asked}/reveal")
    assert status == 200
    assert PHONE in page
