"""The figures' page and its files: counted within what somebody may see."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from bot.accounts import roles
from bot.accounts.roles import PERMISSIONS, Permission, Role
from bot.trials.importing import import_all
from bot.trials.registry.files import Found
from tests.console.asking import FILLED, finished, path_of, shown_in, told
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, Guest, House
from tests.fakes.registry_api import a_study

CONDITION = "The patient's illness"
FINISHED = ("yes", "diabetes")


@pytest.fixture
def talked(house: House) -> House:
    """Two people of the trial came to a result, one said no, one stopped at the second question; one began to search."""
    found = [Found("here", a_study(OTHER_TRIAL))]
    assert [one.problem for one in import_all(house.store, house.console.keeper, found, house.clock)] == [None]
    house.conversation(*FINISHED)
    house.conversation(*FINISHED, channel="rest")
    house.conversation("no")
    house.conversation("yes", "blue", "green")
    house.conversation(trial=None)
    return house


async def file(guest: Guest, name: str, query: str = "") -> list[list[str]]:
    """A table as its file has it."""
    status, text = await guest.get(f"/console/figures/{name}.csv?{query}")
    assert status == 200
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def started(text: str) -> str:
    found = re.search(r"Started: (\d+)", text)
    assert found is not None
    return found[1]


async def test_the_funnel_counts_what_happened(talked: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    status, text = await guest.get("/console/figures")
    assert status == 200
    assert "Started: 5 (100 %); Consented: 3 (60 %); Finished: 2 (40 %); Possible or likely: 0 (0 %); Handed off: 0 (0 %)." in text


async def test_whoever_asked_to_be_contacted_and_then_looks_for_other_trials_stays_handed_off(talked: House, sign_in: SignIn) -> None:
    told(talked)
    conversation, handoff = finished(talked)
    guest = await sign_in(Role.ADMINISTRATOR)
    _, page = await guest.get(path_of(handoff))
    await guest.post(path_of(handoff), {**FILLED, "shown": shown_in(page)})
    await guest.get("/console/inbox")
    talked.say(conversation, "other trials")
    with talked.store.reading() as unit:
        turned = unit.conversation(conversation)
    assert turned is not None
    assert (turned.trial_id, turned.verdict) == (None, None)
    _, text = await guest.get("/console/figures")
    assert "Finished: 3 (50 %); Possible or likely: 1 (17 %); Handed off: 1 (17 %)." in text


async def test_searches_and_trials_of_others_are_not_counted(talked: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.COORDINATOR, trials=(TRIAL,))
    assert started((await guest.get("/console/figures"))[1]) == "4"
    other = await sign_in(Role.COORDINATOR, trials=(OTHER_TRIAL,))
    for query in ("", f"trial_id={TRIAL}"):
        _, text = await other.get(f"/console/figures?{query}")
        assert started(text) == "0"
        assert "There is nothing to count here." in text
        assert [row[1] for row in (await file(other, "funnel", query))[1:]] == ["0"] * 5


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("channel=rest", "1"),
        ("channel=pigeon", "0"),
        ("locale=en", "5"),
        ("locale=de", "0"),
        (f"trial_id={TRIAL.lower()}", "4"),
        (f"trial_id={OTHER_TRIAL}", "0"),
        ("from=2026-W45&to=2026-W45", "5"),
        ("from=2026-W01&to=2026-W44", "0"),
        ("to=2026-W40", "0"),
        ("channel=%3Cscript%3E", "0"),
    ],
)
async def test_each_filter_of_the_address_counts(talked: House, sign_in: SignIn, query: str, count: str) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    status, text = await guest.get(f"/console/figures?{query}")
    assert status == 200
    assert started(text) == count
    assert "<script>" not in text.replace("<script src", "")


@pytest.mark.parametrize("query", ["from=yesterday", "from=2026-W45&to=2026-W40", "from=2001-W01", "to=2026-W54"])
async def test_weeks_that_cannot_be_used_are_told_and_the_usual_ones_shown(talked: House, sign_in: SignIn, query: str) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    status, text = await guest.get(f"/console/figures?{query}")
    assert status == 200
    assert 'role="alert"' in text


async def test_who_has_not_written_for_a_day_has_stopped(talked: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    _, text = await guest.get("/console/figures")
    assert 'id="chart-stopped' not in text
    talked.clock.move(hours=23)
    guest = await sign_in(Role.ADMINISTRATOR)
    assert 'id="chart-stopped' not in (await guest.get("/console/figures"))[1]
    talked.clock.move(hours=2)
    guest = await sign_in(Role.ADMINISTRATOR)
    _, text = await guest.get("/console/figures")
    assert f"People who stopped, by the question that was open: {CONDITION}: 1; The consent to questions: 1." in unescape(text)


async def test_messages_that_were_not_read_are_counted_at_their_question(talked: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    _, text = await guest.get("/console/figures")
    assert f"Messages that could not be read, by the question that was open: {CONDITION}: 2." in unescape(text)


async def test_the_time_to_a_result_is_told(talked: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    _, text = await guest.get("/console/figures")
    # Two messages, twenty seconds apart each.
    assert "Half took up to (minutes)</dt><dd>0.5</dd>" in text


async def test_groups_are_told_apart(talked: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    assert "Website chat: 4; Messaging API: 1." in (await guest.get("/console/figures?by=channel"))[1]
    assert f"{TRIAL}: 4; Search among all trials: 1." in (await guest.get("/console/figures?by=trial"))[1]
    assert "en: 5." in (await guest.get("/console/figures?by=locale"))[1]
    assert "Website chat: 4; Messaging API: 1." in (await guest.get("/console/figures?by=nonsense"))[1]


async def test_a_conversation_that_was_erased_is_in_no_figure(talked: House, sign_in: SignIn) -> None:
    with talked.store.unit() as unit:
        for sender in unit.changed_since(talked.clock.now.replace(year=2020)):
            unit.erase_conversation(sender[0], by="patient", at=talked.clock())
    guest = await sign_in(Role.ADMINISTRATOR)
    _, text = await guest.get("/console/figures")
    assert started(text) == "0"
    assert "No conversation began in these weeks." in text


# -- files


async def test_in_files_small_counts_are_kept_back(talked: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    rows = await file(guest, "funnel")
    assert rows[0] == ["Step", "Conversations", "Of those that started (%)"]
    assert rows[1:] == [
        ["Started", "5", "100"],
        ["Consented", "<5", ""],
        ["Finished", "<5", ""],
        ["Possible or likely", "0", "0"],
        ["Handed off", "0", "0"],
    ]
    (times,) = (await file(guest, "times"))[1:]
    assert times[1:] == ["", "", "", "<5"]


async def test_that_a_file_was_made_is_audited_with_what_was_asked_for(talked: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.ADMINISTRATOR)
    for name in ("funnel", "weeks", "channel", "locale", "trial", "stopped", "unread", "times"):
        assert len(await file(guest, name, "channel=widget")) >= 1
    assert (await guest.get("/console/figures/nonsense.csv"))[0] == 404
    with talked.store.reading() as unit:
        entries = unit.audit_entries(object_kind="figures")
    assert len(entries) == 8
    assert entries[0].action == "figures_exported"
    assert entries[0].detail == {"table": "times", "channel": "widget", "from": "2026-W34", "to": "2026-W45"}


async def test_a_language_that_looks_like_a_formula_is_written_as_text(house: House, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        opened = unit.open_conversation(channel="=cmd|' /C calc'!A1", at=house.clock(), trial_id=TRIAL)
        unit.note_progress(opened.id, stage="in_progress", verdict=None, at=house.clock(), asks="consent")
    guest = await sign_in(Role.ADMINISTRATOR)
    assert (await file(guest, "channel"))[1][0] == "'=cmd|' /C calc'!A1"


async def test_who_does_not_read_conversations_sees_no_small_count(talked: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = await sign_in(Role.AUDITOR)
    monkeypatch.setattr(roles, "PERMISSIONS", {**PERMISSIONS, Role.AUDITOR: frozenset({Permission.READ_FIGURES})})
    _, text = await guest.get("/console/figures")
    assert "Started: 5 (100 %); Consented: &lt;5; Finished: &lt;5; Possible or likely: 0 (0 %); Handed off: 0 (0 %)." in text
    assert "Messaging API: &lt;5." in text
    assert "minutes)</dt>" not in text
