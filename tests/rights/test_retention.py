"""What has been kept long enough is erased: to the very moment, and never what somebody is working on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, insert, select, update

from bot.cli import main
from bot.conversations.erasing import Erasures
from bot.conversations.retention import Kept, erase_what_is_due, how_long
from bot.settings import Settings, SettingsError
from bot.store.console_tables import InvitationRow, RevealRow, SessionRow, TrialSettingRow
from bot.store.tables import ConversationRow
from bot.web.housekeeping import Housekeeping
from tests.console.house import AUDIT_KEY, OTHER_TRIAL, START, TRIAL, House
from tests.rights.conftest import WORDS, Files, with_everything
from tests.rights.everywhere import in_files, in_tables
from tests.store.asking import asks

KEEP = 30
SHORT = timedelta(microseconds=1)


def opened(house: House, last_at: datetime, trial: str | None = TRIAL, **columns: object) -> str:
    """A conversation whose last message came at that moment."""
    with house.store.unit() as unit:
        made = unit.open_conversation(channel="widget", at=last_at, trial_id=trial)
        if columns:
            unit._session.execute(update(ConversationRow).where(ConversationRow.id == made.id).values(**columns))
    return made.id


def kept_for(house: House, trial: str, days: int | None) -> None:
    """What a study team set for its trial."""
    with house.store.unit() as unit:
        unit._session.execute(insert(TrialSettingRow).values(trial_id=trial, active=True, keep_days=days, takes_contacts=True))


def due(house: House, keep_days: int = KEEP) -> set[str]:
    """The conversations that are due, after both ways of asking were seen to agree."""
    now = house.clock()
    with house.store.reading() as unit:
        found = {each.conversation_id for each in unit.conversations_due(now, keep_days)}
        assert sum(unit.count_due(now, keep_days).values()) == len(found)
        one_by_one = {name for name in unit._session.scalars(select(ConversationRow.id)) if unit.is_due(name, now, keep_days)}
        assert one_by_one == found
        for name in unit._session.scalars(select(ConversationRow.id)):
            conversation = unit.conversation(name)
            assert conversation is not None
            until = how_long(conversation, unit.trials_asked_for(name), unit.kept_for(), keep_days).until
            assert (until is not None and until <= now) == (name in found), "the page says what is done"
    return found


def test_a_conversation_is_due_from_the_very_moment_on_and_not_before(house: House) -> None:
    last = house.clock() - timedelta(days=KEEP)
    on_the_day = opened(house, last)
    opened(house, last + SHORT)
    assert due(house) == {on_the_day}


def test_the_last_message_counts_and_not_the_first(house: House) -> None:
    conversation = opened(house, house.clock() - timedelta(days=KEEP))
    with house.store.unit() as unit:
        unit.touch(conversation, house.clock() - timedelta(days=1))
    assert due(house) == set()
    house.clock.move(days=KEEP - 1)
    assert due(house) == {conversation}


def test_a_trial_sets_a_number_of_its_own(house: House) -> None:
    old = house.clock() - timedelta(days=10)
    kept_for(house, TRIAL, 10)
    kept_for(house, OTHER_TRIAL, None)
    of_trial = opened(house, old)
    opened(house, old, OTHER_TRIAL)
    opened(house, old, None)
    assert due(house) == {of_trial}
    house.clock.move(days=KEEP - 10)
    assert len(due(house)) == 3


def test_nought_keeps_for_ever(house: House) -> None:
    ages_ago = house.clock() - timedelta(days=20_000)
    kept_for(house, OTHER_TRIAL, 0)
    of_trial = opened(house, ages_ago)
    opened(house, ages_ago, OTHER_TRIAL)
    assert due(house) == {of_trial}
    assert due(house, keep_days=0) == set()


def test_a_trial_with_a_number_is_erased_where_the_installation_keeps_for_ever(house: House) -> None:
    kept_for(house, TRIAL, 5)
    of_trial = opened(house, house.clock() - timedelta(days=5))
    opened(house, house.clock() - timedelta(days=5), None)
    assert due(house, keep_days=0) == {of_trial}


@pytest.mark.parametrize(
    ("of_trial", "of_other", "about", "asked", "days"),
    [
        # In a search the installation's days count only where nobody was asked.
        (10, None, None, (), KEEP),
        (10, None, None, (TRIAL,), 10),
        (90, None, None, (TRIAL,), 90),
        (10, 60, None, (TRIAL, OTHER_TRIAL), 60),
        (None, 10, None, (TRIAL, OTHER_TRIAL), KEEP),
        # About another trial by now, both count.
        (10, 60, OTHER_TRIAL, (TRIAL,), 60),
        (90, 60, OTHER_TRIAL, (TRIAL,), 90),
        (10, None, OTHER_TRIAL, (TRIAL,), KEEP),
        (0, 60, OTHER_TRIAL, (TRIAL,), None),
        (60, 0, TRIAL, (OTHER_TRIAL,), None),
        (10, 60, TRIAL, (TRIAL,), 10),
    ],
)
def test_while_somebody_asks_to_be_contacted_the_longest_of_those_trials_counts(
    house: House, of_trial: int | None, of_other: int | None, about: str | None, asked: tuple[str, ...], days: int | None
) -> None:
    kept_for(house, TRIAL, of_trial)
    kept_for(house, OTHER_TRIAL, of_other)
    conversation = opened(house, house.clock(), about)
    with house.store.unit() as unit:
        for trial in asked:
            asks(unit, conversation, trial, house.clock())
    house.clock.move(days=(days or 20_000) - 0.001)
    assert due(house) == set()
    house.clock.move(days=0.001)
    assert due(house) == (set() if days is None else {conversation})


def test_taken_back_a_request_keeps_nothing_longer(house: House) -> None:
    kept_for(house, TRIAL, 90)
    conversation = opened(house, house.clock(), None)
    with house.store.unit() as unit:
        asks(unit, conversation, TRIAL, house.clock())
    house.clock.move(days=KEEP)
    assert due(house) == set()
    with house.store.unit() as unit:
        unit.remove_contact_request(conversation, TRIAL)
    assert due(house) == {conversation}


def test_a_request_is_erased_with_the_rest_when_its_days_are_over(house: House, erasures: Erasures) -> None:
    kept_for(house, TRIAL, 10)
    conversation = opened(house, house.clock(), None)
    with house.store.unit() as unit:
        asks(unit, conversation, TRIAL, house.clock())
    house.clock.move(days=10)
    assert erase_what_is_due(house.store, erasures, house.clock, KEEP) == {None: 1}
    with house.store.reading() as unit:
        assert unit.contact_requests(conversation) == []


@pytest.mark.parametrize("status", ["new", "to_call", "called", "closed"])
def test_whoever_is_not_on_the_way_into_a_trial_is_not_kept_longer(house: House, status: str) -> None:
    assert {opened(house, house.clock() - timedelta(days=KEEP), status=status)} == due(house)


@pytest.mark.parametrize("status", ["prescreening", "enrolled"])
def test_whoever_is_on_the_way_is_kept_until_it_is_closed(house: House, status: str) -> None:
    conversation = opened(house, house.clock() - timedelta(days=400), status=status)
    assert due(house) == set()
    with house.store.unit() as unit:
        unit._session.execute(update(ConversationRow).values(status="closed"))
    assert due(house) == {conversation}


def test_what_somebody_has_taken_over_is_kept_until_it_is_handed_back_or_closed(house: House) -> None:
    by = house.account().id
    long_ago = house.clock() - timedelta(days=400)
    opened(house, long_ago, taken_over_by=by)
    closed = opened(house, long_ago, taken_over_by=by, status="closed")
    assert due(house) == {closed}
    with house.store.unit() as unit:
        unit._session.execute(update(ConversationRow).values(taken_over_by=None))
    assert len(due(house)) == 2


def test_what_is_due_is_erased_everywhere_with_a_receipt_and_by_the_program(
    house: House, files: Files, erasures: Erasures, tmp_path: Path
) -> None:
    with_everything(house, files)
    house.clock.move(days=KEEP)
    kept = opened(house, house.clock())
    assert erase_what_is_due(house.store, erasures, house.clock, KEEP) == {TRIAL: 1}
    assert in_tables(house.store, WORDS) == []
    assert in_files(tmp_path, WORDS) == []
    with house.store.reading() as unit:
        (erasure,) = unit.erasures()
        (entry,) = unit.audit_entries(limit=1)
        assert unit.conversation(kept) is not None
    assert (erasure.by, erasure.trial_id) == ("retention", TRIAL)
    assert (entry.actor, entry.action) == ("system", "conversation_erased")
    assert entry.detail == {"receipt": erasure.receipt, "because": "retention"}


def test_many_are_erased_in_batches(house: House, erasures: Erasures) -> None:
    for trial in (TRIAL, None):
        for _ in range(30):
            opened(house, house.clock() - timedelta(days=KEEP), trial)
    assert erase_what_is_due(house.store, erasures, house.clock, KEEP) == {TRIAL: 30, None: 30}
    with house.store.reading() as unit:
        assert unit.count_conversations() == 0


def test_whoever_comes_back_in_the_last_moment_is_kept(house: House, erasures: Erasures, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list was made; before their turn comes, they write."""
    back, gone = (opened(house, house.clock() - timedelta(days=KEEP + days)) for days in (1, 2))
    complete = erasures.complete

    def come_back(conversation_id: str, **more: bool) -> bool:
        with house.store.unit() as unit:
            unit.touch(back, house.clock())
        return complete(conversation_id, **more)

    monkeypatch.setattr(erasures, "complete", come_back)
    assert erase_what_is_due(house.store, erasures, house.clock, KEEP) == {TRIAL: 1}
    with house.store.reading() as unit:
        assert unit.conversation(gone) is None
        assert unit.conversation(back) is not None


def _left(house: House) -> tuple[int, int, int]:
    with house.store.reading() as unit:
        numbers = [unit._session.scalar(select(func.count()).select_from(table)) for table in (SessionRow, InvitationRow, RevealRow)]
    sessions, invitations, reveals = (number or 0 for number in numbers)
    return sessions, invitations, reveals


def test_sessions_invitations_and_reveals_go_when_they_are_over(house: House) -> None:
    conversation = opened(house, START)
    account = house.account().id
    with house.store.unit() as unit:
        in_use, revoked = (
            unit.open_account_session(
                account, token_hash=token, browser="b", at=START, expires_at=START + timedelta(hours=12), complete=True
            )
            for token in ("one", "two")
        )
        unit.revoke_account_session(revoked.id, START)
        for token, used in (("one", None), ("two", START)):
            values = {"token_hash": token, "account_id": account, "created_at": START, "used_at": used}
            unit._session.execute(insert(InvitationRow).values(**values, expires_at=START + timedelta(days=3)))
        for session, minutes in ((in_use.id, 10), (revoked.id, 10)):
            reveal = {"session_id": session, "conversation_id": conversation, "what": "answers"}
            unit._session.execute(insert(RevealRow).values(**reveal, until=START + timedelta(minutes=minutes)))

    def left_after(**passed: float) -> tuple[int, int, int]:
        with house.store.unit() as unit:
            unit.tidy_up(START + timedelta(**passed))
        return _left(house)

    assert left_after(minutes=9) == (2, 2, 2)
    assert left_after(minutes=10) == (2, 2, 0)
    assert left_after(hours=24) == (1, 1, 0)
    assert left_after(hours=35) == (1, 1, 0)
    assert left_after(hours=36) == (0, 1, 0)
    assert left_after(days=4) == (0, 0, 0)


def test_a_session_that_ended_takes_its_reveals_along(house: House) -> None:
    conversation = opened(house, START)
    account = house.account().id
    with house.store.unit() as unit:
        session = unit.open_account_session(account, token_hash="t", browser="b", at=START, expires_at=START, complete=True)
        reveal = {"session_id": session.id, "conversation_id": conversation, "what": "answers"}
        unit._session.execute(insert(RevealRow).values(**reveal, until=START + timedelta(days=9)))
        unit.tidy_up(START + timedelta(days=1))
    assert _left(house) == (0, 0, 0)


def housekeeping(house: House, erasures: Erasures) -> Housekeeping:
    return Housekeeping(house.store, erasures, house.clock, KEEP, every=0.01)


def test_it_is_looked_for_at_the_start_and_then_once_a_day(house: House, erasures: Erasures) -> None:
    keeping = housekeeping(house, erasures)

    def after_a_look() -> int:
        keeping.look()
        with house.store.reading() as unit:
            return unit.count_conversations()

    opened(house, house.clock() - timedelta(days=KEEP))
    assert after_a_look() == 0
    opened(house, house.clock() - timedelta(days=KEEP))
    house.clock.move(hours=23, minutes=59)
    assert after_a_look() == 1
    house.clock.move(minutes=1)
    assert after_a_look() == 0


def test_what_waits_for_the_engine_is_tried_at_every_look(house: House, erasures: Erasures) -> None:
    conversation = opened(house, house.clock())
    with house.store.unit() as unit:
        unit.begin_turn(conversation, "m1", house.clock())
    keeping = housekeeping(house, erasures)
    keeping.look()
    erasures.erase(conversation, by="patient")
    keeping.look()
    with house.store.reading() as unit:
        assert len(unit.erasures_to_complete()) == 1
    house.clock.move(minutes=3)
    keeping.look()
    with house.store.reading() as unit:
        assert unit.erasures_to_complete() == []


def test_a_day_that_fails_is_done_again_at_the_next_look(
    house: House, erasures: Erasures, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keeping = housekeeping(house, erasures)
    opened(house, house.clock() - timedelta(days=KEEP))

    def fail(*_: object) -> None:
        raise RuntimeError("something that a person wrote")

    with monkeypatch.context() as patched, caplog.at_level(logging.INFO):
        patched.setattr("bot.web.housekeeping.erase_what_is_due", fail)
        keeping.look()
    assert "housekeeping failed" in caplog.text
    assert "something that a person wrote" not in caplog.text
    keeping.look()
    with house.store.reading() as unit:
        assert unit.count_conversations() == 0


async def test_it_runs_while_the_app_runs(house: House, erasures: Erasures) -> None:
    opened(house, house.clock() - timedelta(days=KEEP))
    keeping = housekeeping(house, erasures)
    looked = asyncio.Event()
    loop = asyncio.get_running_loop()
    look = keeping.look

    def and_tell() -> None:
        look()
        loop.call_soon_threadsafe(looked.set)

    keeping.look = and_tell
    task = asyncio.create_task(keeping.run())
    await asyncio.wait_for(looked.wait(), 20)
    task.cancel()
    with house.store.reading() as unit:
        assert unit.count_conversations() == 0


@pytest.fixture
def call(house: House, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`trialchat retention …`, which goes by the time of day."""
    monkeypatch.setenv("TRIALCHAT_HOME", str(tmp_path))
    monkeypatch.setenv("TRIALCHAT_DATABASE_URL", database_url)
    monkeypatch.setenv("TRIALCHAT_AUDIT_KEY", AUDIT_KEY)
    monkeypatch.setenv("TRIALCHAT_KEEP_DAYS", str(KEEP))
    monkeypatch.setattr("bot.conversations.retention_commands.utc_now", house.clock)
    return lambda *words: CliRunner().invoke(main, ["retention", "run", *words])


def test_the_command_says_how_many_of_which_trial_and_does_nothing_when_it_is_dry(house: House, call: Callable[..., Result]) -> None:
    for trial in (TRIAL, TRIAL, None):
        opened(house, house.clock() - timedelta(days=KEEP), trial)
    result = call("--dry-run")
    assert result.output == "searches           1 would be erased\nNCT06141070        2 would be erased\n"
    with house.store.reading() as unit:
        assert unit.count_conversations() == 3
    result = call()
    assert result.output == "searches           1 erased\nNCT06141070        2 erased\n"
    assert call().output == "0 erased\n"


@pytest.mark.parametrize("days", ["-1", "x", "1.5", "36501"])
def test_a_number_of_days_that_is_none_is_told(days: str) -> None:
    with pytest.raises(SettingsError, match=f"TRIALCHAT_KEEP_DAYS={days}"):
        Settings.from_environment({"TRIALCHAT_KEEP_DAYS": days})


def test_without_a_setting_it_is_two_years() -> None:
    assert Settings.from_environment({}).keep_days == 730
    assert Settings.from_environment({"TRIALCHAT_KEEP_DAYS": "0"}).keep_days == 0


def test_the_page_names_what_keeps_a_conversation(house: House) -> None:
    conversation = opened(house, START, status="enrolled")
    with house.store.reading() as unit:
        found = unit.conversation(conversation)
        assert found is not None
        assert how_long(found, (), {}, KEEP) == Kept(because="in_work")
        assert how_long(found, (), {TRIAL: 0}, KEEP) == Kept(because="for_ever")
