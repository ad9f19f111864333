"""A coordinator says that a message was misread and what it meant; that is exported to learn from, and changes no answer."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bot.cli import main
from bot.conversations.reading_files import lines_of
from bot.settings import PROJECT
from tests.console.conftest import SignIn
from tests.console.house import AUDIT_KEY, Guest, House
from tests.console.test_conversation import at, audited, plain, revealed


def position(house: House, conversation: str, text: str) -> int:
    """Where a patient's message stands."""
    with house.store.reading() as unit:
        return next(message.position for message in unit.messages(conversation) if message.text == text)


async def flag(guest: Guest, house: House, conversation: str, text: str, **fields: str) -> tuple[int, str]:
    place = position(house, conversation, text)
    return await guest.post(at(conversation, f"/messages/{place}/misread"), fields)


@pytest.fixture
def conversation(house: House) -> str:
    return house.conversation("hello", "yes", "big cell of the lung kind", "what does it cost me")


async def test_what_a_message_meant_is_kept_as_it_would_have_been_read(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await revealed(guest, conversation)
    said = "big cell of the lung kind"
    status, page = await flag(guest, house, conversation, said, kind="answer", value="non small cell lung cancer")
    assert status == 200
    assert "The message is flagged." in page
    with house.store.reading() as unit:
        found = unit.misreadings(conversation)[position(house, conversation, said)]
    assert (found.attribute, found.meant) == ("condition", {"kind": "answer", "value": ["Non Small Cell Lung Cancer"]})
    assert "It meant: Non Small Cell Lung Cancer (The patient's illness)" in plain((await guest.get(at(conversation)))[1])


async def test_the_answers_of_the_bot_stay_as_they_are(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await revealed(guest, conversation)
    with house.store.reading() as unit:
        before = unit.answers_of_conversation(conversation), unit.messages(conversation), unit.screenings(conversation)
    await flag(guest, house, conversation, "big cell of the lung kind", kind="unsure")
    with house.store.reading() as unit:
        assert (unit.answers_of_conversation(conversation), unit.messages(conversation), unit.screenings(conversation)) == before


async def test_flagging_again_replaces_and_withdrawing_removes_it(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await revealed(guest, conversation)
    said = "what does it cost me"
    await flag(guest, house, conversation, said, kind="decline")
    await flag(guest, house, conversation, said, kind="question", topic="cost")
    place = position(house, conversation, said)
    with house.store.reading() as unit:
        assert {key: one.meant for key, one in unit.misreadings(conversation).items()} == {place: {"kind": "question", "topic": "cost"}}
    assert "The flag is taken back." in (await guest.post(at(conversation, f"/messages/{place}/misread/withdraw")))[1]
    with house.store.reading() as unit:
        assert unit.misreadings(conversation) == {}
    details = [detail for action in ("flagged_misreading", "withdrew_misreading") for _, detail in audited(house, conversation, action)]
    assert details == [{"message": place}] * 3


async def test_nobody_flags_what_they_have_not_read(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await guest.get(at(conversation))
    status, page = await flag(guest, house, conversation, "what does it cost me", kind="unsure")
    assert status == 400
    assert "Show what the patient told first" in page
    with house.store.reading() as unit:
        assert unit.misreadings(conversation) == {}
    place = position(house, conversation, "what does it cost me")
    assert "what does it cost me" not in (await guest.get(at(conversation, f"/messages/{place}/misread")))[1]


async def test_a_form_that_says_nothing_is_shown_again_with_what_is_missing(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await revealed(guest, conversation)
    said = "big cell of the lung kind"
    status, page = await flag(guest, house, conversation, said, kind="answer", value="the blues")
    assert status == 400
    assert "Our lists do not have that name." in page
    assert 'value="the blues"' in page


async def test_a_line_of_the_bot_and_one_that_is_not_there_cannot_be_flagged(house: House, sign_in: SignIn, conversation: str) -> None:
    guest = await sign_in()
    await revealed(guest, conversation)
    for place in (0, 999):
        assert (await guest.get(at(conversation, f"/messages/{place}/misread")))[0] == 404
        assert (await guest.post(at(conversation, f"/messages/{place}/misread"), kind="unsure"))[0] == 404
    assert (await guest.post(at(conversation, "/messages/999/misread/withdraw")))[0] == 200
    assert audited(house, conversation, "withdrew_misreading") == []


async def test_a_flag_that_was_not_kept_is_not_audited(
    house: House, sign_in: SignIn, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = await sign_in()
    await revealed(guest, conversation)
    # The message went while the form was on its way.
    monkeypatch.setattr("bot.store.notes.Notes.flag_misreading", lambda *_, **__: False)
    assert (await flag(guest, house, conversation, "what does it cost me", kind="unsure"))[0] == 404
    assert audited(house, conversation, "flagged_misreading") == []


async def test_what_was_flagged_is_exported_to_test_by_and_to_look_at(
    house: House, sign_in: SignIn, conversation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = await sign_in()
    await revealed(guest, conversation)
    await flag(guest, house, conversation, "big cell of the lung kind", kind="answer", value="Non Small Cell Lung Cancer")
    await flag(guest, house, conversation, "what does it cost me", kind="question", topic="cost")
    monkeypatch.setenv("TRIALCHAT_HOME", str(tmp_path))
    monkeypatch.setenv("TRIALCHAT_DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    monkeypatch.setenv("TRIALCHAT_AUDIT_KEY", AUDIT_KEY)
    folder = tmp_path / "out"
    done = CliRunner().invoke(main, ["misreadings", "export", "--to", str(folder)])
    assert done.exit_code == 0, done.output
    assert "what patients wrote" in done.stderr
    lines = (folder / "misreadings.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["expected"] for line in lines] == [
        {"kind": "answer", "value": ["Non Small Cell Lung Cancer"]},
        {"kind": "question", "topic": "cost"},
    ]
    # They can be read by `trialchat read` as they are.
    read = list(lines_of(lines, house.library))
    assert [(one.utterance, one.attribute) for one in read] == [
        ("big cell of the lung kind", "condition"),
        ("what does it cost me", "condition"),
    ]
    text = (folder / "misreadings.yml").read_text("utf-8")
    assert text.startswith("# These files hold what patients wrote")
    assert yaml.safe_load(text)["nlu"] == [
        {
            "intent": "statement",
            "metadata": {"attribute": "condition", "means": "Non Small Cell Lung Cancer"},
            "examples": "- big cell of the lung kind\n",
        },
        {"intent": "ask_cost", "examples": "- what does it cost me\n"},
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    with house.store.reading() as unit:
        entry = unit.audit_entries(object_kind="misreadings", limit=1)[0]
    assert (entry.actor, entry.action, entry.detail) == ("system", "exported_misreadings", {"messages": 2})


def test_an_export_that_cannot_be_written_says_so_and_is_not_audited(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALCHAT_HOME", str(tmp_path))
    monkeypatch.setenv("TRIALCHAT_DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    monkeypatch.setenv("TRIALCHAT_AUDIT_KEY", AUDIT_KEY)
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = CliRunner().invoke(main, ["misreadings", "export", "--to", str(blocked / "inside")])
    assert done.exit_code == 1
    assert "choose a folder that can be written to" in done.output
    with house.store.reading() as unit:
        assert unit.audit_entries(object_kind="misreadings") == []


def test_the_texts_name_all_that_a_message_can_be_read_as(house: House) -> None:
    texts = house.console.texts["conversation"]
    intents = yaml.safe_load((PROJECT / "domain.yml").read_text("utf-8"))["intents"]
    # The engine says the last of these where none of the others is likely enough.
    assert {name for name in intents if not name.startswith("ask_")} | {"nlu_fallback"} == set(texts["intents"])
    assert {name.removeprefix("ask_") for name in intents if name.startswith("ask_")} == set(texts["topics"])
    assert all(re.fullmatch(r"[A-Z].*", title) for title in texts["commands"].values())
