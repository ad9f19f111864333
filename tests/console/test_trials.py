"""The list of trials, one trial with its settings, and bringing trials in."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from bot.accounts.roles import Role
from bot.trials.sent_in import MOST
from bot.web.console.trials import LARGEST_FILE
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, Guest, House
from tests.fakes.registry_api import FakeRegistry, a_study

THIRD = "NCT00000003"


@pytest.fixture
async def registry(house: House) -> AsyncIterator[FakeRegistry]:
    """A registry that the console asks."""
    studies = [a_study(OTHER_TRIAL, title="Another study of <b>asthma</b>"), a_study(THIRD, title="A third one", status="COMPLETED")]
    async with FakeRegistry(studies) as registry:
        house.registry.url = registry.url
        yield registry


async def sent(guest: Guest, content: bytes, name: str = "records.json", numbers: str = "") -> tuple[int, str]:
    """Send a file of records; status and text of the page that answers."""
    form = FormData(quote_fields=False)
    form.add_field("csrf", guest.csrf)
    form.add_field("numbers", numbers)
    form.add_field("file", BytesIO(content), filename=name, content_type="application/json")
    async with guest.session.post("/console/trials/import", data=form) as response:
        return response.status, await response.text()


async def settings_form(guest: Guest, trial: str = TRIAL) -> dict[str, str]:
    """The form of a trial's settings as somebody opens it, nothing changed in it."""
    _, text = await guest.get(f"/console/trials/{trial}")
    form = text[text.index("/settings") :]
    days, seen = (re.search(pattern, form) for pattern in (r'name="keep_days"[^>]*value="(\d*)"', r'name="seen" value="([^"]+)"'))
    assert days is not None
    assert seen is not None
    ticked = dict(re.findall(r'name="(\w+)" value="(yes)"[^>]* checked>', form))
    return {"seen": seen[1], "keep_days": days[1], **ticked}


async def save_settings(guest: Guest, trial: str = TRIAL, **fields: str) -> tuple[int, str]:
    """Open a trial's page and save these settings; what is not named is off, or empty."""
    seen = (await settings_form(guest, trial))["seen"]
    return await guest.post(f"/console/trials/{trial}/settings", {"seen": seen, **fields})


def actions(house: House) -> list[str]:
    with house.store.reading() as unit:
        return [entry.action for entry in unit.audit_entries()]


# -- bringing trials in


async def test_trials_are_fetched_by_number_and_each_is_told_in_a_line(house: House, registry: FakeRegistry, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    status, text = await guest.post("/console/trials/import", numbers=f"{OTHER_TRIAL.lower()}, {THIRD} NCT99999999 asthma")
    assert status == 200
    assert "2 imported or unchanged, 2 left out." in text
    assert "check the number" in text
    assert "<strong>asthma</strong>: is no NCT number" in text
    with house.store.reading() as unit:
        assert unit.trial(OTHER_TRIAL) is not None
        assert unit.trial(THIRD) is not None
    assert actions(house).count("trial_imported") == 2


async def test_importing_the_same_again_changes_nothing_and_is_not_audited(house: House, registry: FakeRegistry, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    await guest.post("/console/trials/import", numbers=OTHER_TRIAL)
    _, text = await guest.post("/console/trials/import", numbers=OTHER_TRIAL)
    assert "unchanged" in text
    assert actions(house).count("trial_imported") == 1


async def test_an_update_says_what_changed(house: House, registry: FakeRegistry, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    await guest.post("/console/trials/import", numbers=OTHER_TRIAL)
    registry.studies[OTHER_TRIAL] = a_study(OTHER_TRIAL, status="COMPLETED", title="Another study of <b>asthma</b>")
    _, text = await guest.post("/console/trials/import", numbers=OTHER_TRIAL)
    assert "status: RECRUITING → COMPLETED" in text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.json", json.dumps(a_study(OTHER_TRIAL))),
        ("list.json", json.dumps([a_study(OTHER_TRIAL), a_study(THIRD)])),
        ("page.json", json.dumps({"studies": [a_study(OTHER_TRIAL)]})),
        ("lines.jsonl", "\n".join(map(json.dumps, (a_study(OTHER_TRIAL), a_study(THIRD))))),
        ("line.jsonl", json.dumps(a_study(OTHER_TRIAL)) + "\n"),
        ("mark.json", "\ufeff" + json.dumps(a_study(OTHER_TRIAL))),
    ],
)
async def test_a_file_may_hold_a_record_a_list_a_page_or_lines(house: House, sign_in: SignIn, name: str, content: str) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    status, text = await sent(guest, content.encode(), name)
    assert status == 200
    assert "0 left out" in text
    with house.store.reading() as unit:
        assert unit.trial(OTHER_TRIAL) is not None


async def test_a_bad_record_is_named_and_the_others_go_in(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    status, text = await sent(guest, json.dumps([a_study(OTHER_TRIAL), {"protocolSection": {}}, 5]).encode())
    assert status == 200
    assert "1 imported or unchanged, 2 left out." in text
    assert "<strong>records.json, study 2</strong>" in text
    with house.store.reading() as unit:
        assert unit.trial(OTHER_TRIAL) is not None


@pytest.mark.parametrize("content", [b"not json", b"\xff\xfe\x00", b"{}", b"[", b"[" * 100_000])
async def test_a_file_that_holds_no_record_is_named(sign_in: SignIn, content: bytes) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    status, text = await sent(guest, content, "x<script>.json")
    assert status == 200
    assert "0 imported or unchanged, 1 left out." in text
    assert "<strong>x&lt;script&gt;.json</strong>" in text


async def test_a_form_with_nothing_in_it_is_answered_in_words(sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    assert (await guest.post("/console/trials/import", numbers=" , "))[0] == 400
    status, text = await guest.post("/console/trials/import")
    assert status == 400
    assert "name a number or choose a file" in text


async def test_too_many_records_are_refused_as_a_whole(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    many = [a_study(f"NCT{number:08}") for number in range(1, MOST + 2)]
    status, text = await sent(guest, json.dumps(many).encode())
    assert status == 413
    assert "trialchat trials import" in text
    numbers = " ".join(f"NCT{number:08}" for number in range(1, MOST + 2))
    assert (await guest.post("/console/trials/import", numbers=numbers))[0] == 413
    with house.store.reading() as unit:
        assert len(unit.trial_ids()) == 1


async def test_a_file_of_some_megabytes_is_taken_and_a_larger_one_refused(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    record = json.dumps(a_study(OTHER_TRIAL))
    assert (await sent(guest, (record + " " * 3_000_000).encode()))[0] == 200
    with house.store.reading() as unit:
        assert unit.trial(OTHER_TRIAL) is not None
    status, text = await sent(guest, b" " * (LARGEST_FILE + 1_000_000))
    assert status == 413
    assert "too large" in text


async def test_a_manager_brings_in_trials_of_their_list_and_no_others(house: House, registry: FakeRegistry, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(TRIAL, THIRD))
    _, text = await guest.post("/console/trials/import", numbers=f"{OTHER_TRIAL} {THIRD}")
    assert f"<strong>{OTHER_TRIAL}</strong>: Not imported: this trial is not on your list." in text
    _, text = await sent(guest, json.dumps(a_study(OTHER_TRIAL)).encode())
    assert "not on your list" in text
    with house.store.reading() as unit:
        assert unit.trial(OTHER_TRIAL) is None
        assert unit.trial(THIRD) is not None
    assert not any(OTHER_TRIAL in asked.path or OTHER_TRIAL in asked.query.get("filter.ids", "") for asked in registry.requests)


async def test_a_registry_that_is_away_is_told(sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    status, text = await guest.post("/console/trials/import", numbers=OTHER_TRIAL)
    assert status == 200
    assert "check the network" in text


async def test_who_does_not_manage_trials_imports_none(sign_in: SignIn) -> None:
    guest = await sign_in(Role.AUDITOR)
    assert (await guest.get("/console/trials/import"))[0] == 403
    assert (await guest.post("/console/trials/import", numbers=OTHER_TRIAL))[0] == 403


# -- the list


async def test_the_list_has_the_trials_of_the_visitor_only(house: House, registry: FakeRegistry, sign_in: SignIn) -> None:
    administrator = await sign_in(Role.ADMINISTRATOR)
    await administrator.post("/console/trials/import", numbers=f"{OTHER_TRIAL} {THIRD}")
    house.conversation("yes")
    _, text = await administrator.get("/console/trials")
    assert text.index(OTHER_TRIAL) < text.index(THIRD) < text.index(TRIAL)
    assert "Another study of &lt;b&gt;asthma&lt;/b&gt;" in text
    coordinator = await sign_in(Role.COORDINATOR, trials=(THIRD,))
    _, text = await coordinator.get("/console/trials?q=study+third")
    assert "No trial is like that." in text
    _, text = await coordinator.get("/console/trials?q=third+nct0")
    assert THIRD in text
    assert OTHER_TRIAL not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=asthma", {OTHER_TRIAL}),
        ("q=%25", set()),
        ("q=_", set()),
        ("status=COMPLETED", {THIRD}),
        ("status=nonsense", set()),
        ("review=yes", {OTHER_TRIAL, THIRD}),
        ("active=no", {THIRD}),
        ("active=yes", {OTHER_TRIAL, TRIAL}),
        ("after=NCT00000002", {THIRD, TRIAL}),
    ],
)
async def test_the_list_is_filtered_by_its_address(
    house: House, registry: FakeRegistry, sign_in: SignIn, query: str, found: set[str]
) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    await guest.post("/console/trials/import", numbers=f"{OTHER_TRIAL} {THIRD}")
    await save_settings(guest, THIRD, keep_days="")
    _, text = await guest.get(f"/console/trials?{query}")
    assert {trial for trial in (TRIAL, OTHER_TRIAL, THIRD) if f'href="/console/trials/{trial}"' in text} == found


# -- one trial


async def test_a_trial_shows_its_facts_sites_contacts_and_versions(sign_in: SignIn) -> None:
    guest = await sign_in(Role.COORDINATOR)
    status, text = await guest.get(f"/console/trials/{TRIAL}")
    assert status == 200
    for part in ("Official title", "Sites", "Contacts of the whole trial", "Versions of the record", "Page for people"):
        assert part in text
    assert "Your role can see these settings and not change them." in text


async def test_a_trial_of_others_and_one_that_is_not_stored_are_not_there(house: House, registry: FakeRegistry, sign_in: SignIn) -> None:
    administrator = await sign_in(Role.ADMINISTRATOR)
    await administrator.post("/console/trials/import", numbers=OTHER_TRIAL)
    guest = await sign_in(Role.TRIAL_MANAGER, trials=(TRIAL, THIRD))
    for trial in (OTHER_TRIAL, THIRD, "nonsense"):
        assert (await guest.get(f"/console/trials/{trial}"))[0] == 404
        assert (await guest.post(f"/console/trials/{trial}/settings", active="yes"))[0] == 404
        assert (await guest.get(f"/console/trials/{trial}/criteria"))[0] == 404
    assert "trial_settings_changed" not in actions(house)


async def test_settings_are_kept_and_audited_by_the_names_of_what_changed(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER)
    form = {"active": "yes", "keep_days": "90", "takes_contacts": "yes"}
    status, text = await save_settings(guest, **form)
    assert status == 200
    assert "Saved." in text
    assert 'value="90"' in text
    with house.store.reading() as unit:
        settings = unit.trial_settings(TRIAL)
        (entry, *_) = unit.audit_entries(object_kind="trial", object_id=TRIAL)
    assert (settings.active, settings.keep_days, settings.takes_contacts) == (True, 90, True)
    assert entry.detail == {"keep_days": [None, 90], "takes_contacts": [False, True]}
    await save_settings(guest, **form)
    assert actions(house).count("trial_settings_changed") == 1


async def test_a_form_that_was_opened_before_somebody_else_saved_changes_nothing_and_says_what_is_now(
    house: House, sign_in: SignIn
) -> None:
    late, other = await sign_in(Role.TRIAL_MANAGER), await sign_in(Role.TRIAL_MANAGER)
    form = await settings_form(late)
    await save_settings(other, active="yes", keep_days="3650", takes_contacts="yes")
    status, text = await late.post(f"/console/trials/{TRIAL}/settings", form | {"keep_days": "30"})
    assert status == 409
    alert = text[text.index('role="alert"') : text.index('<div class="halves">')]
    assert "Nothing of yours was saved." in alert
    assert "3650 days" in alert
    with house.store.reading() as unit:
        settings = unit.trial_settings(TRIAL)
    assert (settings.active, settings.keep_days, settings.takes_contacts) == (True, 3650, True)
    assert actions(house).count("trial_settings_changed") == 1
    # The page that says so has the form as it is now, which can be saved.
    seen = re.search(r'name="seen" value="([^"]+)"', text)
    assert seen is not None
    assert (await late.post(f"/console/trials/{TRIAL}/settings", {"seen": seen[1], "active": "yes", "keep_days": "60"}))[0] == 200


async def test_a_form_that_does_not_say_what_it_was_made_of_changes_nothing(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER)
    assert (await guest.post(f"/console/trials/{TRIAL}/settings", active="yes", keep_days="30"))[0] == 409
    assert "trial_settings_changed" not in actions(house)


async def test_the_same_form_sent_twice_is_saved_once(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER)
    form = await settings_form(guest) | {"keep_days": "90"}
    assert [(await guest.post(f"/console/trials/{TRIAL}/settings", form))[0] for _ in range(2)] == [200, 200]
    assert actions(house).count("trial_settings_changed") == 1


@pytest.mark.parametrize("days", ["0", "-1", "3651", "many", "1.5", "٣"])
async def test_days_that_are_none_change_nothing(house: House, sign_in: SignIn, days: str) -> None:
    guest = await sign_in(Role.TRIAL_MANAGER)
    status, text = await save_settings(guest, keep_days=days)
    assert status == 400
    assert "Nothing was changed." in text
    with house.store.reading() as unit:
        assert unit.trial_settings(TRIAL).active


# -- an inactive trial


async def deactivated(sign_in: SignIn, trial: str = TRIAL) -> Guest:
    guest = await sign_in(Role.ADMINISTRATOR)
    await save_settings(guest, trial, keep_days="")
    return guest


async def test_an_inactive_trial_has_no_page_and_is_in_no_list_until_it_is_shown_again(sign_in: SignIn, stranger: Guest) -> None:
    assert TRIAL in (await stranger.get("/"))[1]
    guest = await deactivated(sign_in)
    assert (await stranger.get(f"/trials/{TRIAL}"))[0] == 404
    assert TRIAL not in (await stranger.get("/"))[1]
    await save_settings(guest, active="yes")
    assert (await stranger.get(f"/trials/{TRIAL}"))[0] == 200


async def test_a_new_chat_for_an_inactive_trial_is_told_that_there_is_none(house: House, sign_in: SignIn) -> None:
    await deactivated(sign_in)
    with house.store.unit() as unit:
        opened = unit.open_conversation(channel="rest", at=house.clock(), trial_id=TRIAL)
    replies = house.say(opened.id, "hello")
    assert replies[0]["custom"]["code"] == "trial_unknown"


async def test_a_chat_that_runs_goes_on_about_an_inactive_trial(house: House, sign_in: SignIn) -> None:
    running = house.conversation("yes")
    await deactivated(sign_in)
    replies = house.say(running, "61")
    assert any(reply.get("custom", {}).get("type") == "question" for reply in replies)
    assert house.desk.setting(running).record is not None


async def test_a_search_does_not_find_an_inactive_trial_and_finds_it_when_it_is_shown_again(
    house: House, registry: FakeRegistry, sign_in: SignIn
) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    await guest.post("/console/trials/import", numbers=f"{OTHER_TRIAL} {THIRD}")
    house.desk.pool.refresh()
    assert len(house.desk.pool) == 3
    await save_settings(guest, OTHER_TRIAL, keep_days="")
    house.desk.pool.refresh()
    assert len(house.desk.pool) == 2
    await save_settings(guest, OTHER_TRIAL, active="yes")
    house.desk.pool.refresh()
    assert len(house.desk.pool) == 3


async def test_a_trial_that_was_on_a_list_and_is_inactive_by_now_is_not_begun(
    house: House, registry: FakeRegistry, sign_in: SignIn
) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    registry.studies[THIRD] = a_study(THIRD, title="A third one")
    await guest.post("/console/trials/import", numbers=f"{OTHER_TRIAL} {THIRD}")
    searching = house.conversation(trial=None)
    last: list[dict[str, Any]] = []
    for said in ("yes", "asthma", "61", "female", *["I don't know"] * 25):
        last = house.say(searching, said)
        if any(reply.get("custom", {}).get("type") == "result" for reply in last):
            break
    with house.store.reading() as unit:
        screening = unit.current_screening(searching)
    assert screening is not None
    offered = screening.snapshot["prompt"].get("offered", [])
    assert OTHER_TRIAL in offered, last
    await save_settings(guest, OTHER_TRIAL, keep_days="")
    replies = house.say(searching, str(1 + offered.index(OTHER_TRIAL)))
    assert replies
    with house.store.reading() as unit:
        conversation = unit.conversation(searching)
    assert conversation is not None
    assert conversation.trial_id is None
