"""What a person has written comes to the patient, also where the process that was to bring it is gone: some other one finds it."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta

import pytest

from bot.settings import PROJECT
from bot.store.channel_tables import ChannelAddressRow
from bot.web.channels import lines
from bot.web.channels.lines import ChannelLines
from bot.web.delivering import DELIVERS
from bot.web.take_overs import TAKE_OVERS
from tests.channels.conftest import Line
from tests.channels.test_conformance import begun, settled
from tests.fakes.providers.base import FakeProvider
from tests.fakes.providers.telegram import FakeTelegram
from tests.fakes.providers.webhook import FakeWebhook

SAID = "Hello, this is Ann."


@pytest.fixture(params=[FakeTelegram, FakeWebhook], ids=lambda fake: fake.name)
def fake(request: pytest.FixtureRequest) -> FakeProvider:
    made: FakeProvider = request.param()
    return made


async def written_by_one_who_dies(line: Line) -> str:
    """A conversation that Ann has taken over, in which she has written, and the process was killed at that moment; its id."""
    await begun(line)
    await settled(line)
    ann, conversation = line.coordinator(), line.stored()
    await line.house.app[TAKE_OVERS].take_over(conversation, ann, instead_of=None, shown_as="Ann")
    await line.provider.see("Ann from the study team is now in this chat.")
    await settled(line)
    database = line.house.store._engine.url.render_as_string(hide_password=False)
    died = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.channels.dying", database, conversation.id, str(ann.account), SAID, cwd=PROJECT
    )
    assert await died.wait() == -signal.SIGKILL
    with line.house.store.reading() as unit:
        assert [one.text for one in unit.waiting_lines(conversation.id)] == [SAID]
    return conversation.id


def shown(line: Line) -> int:
    return sum(SAID in one.text for one in line.provider.shown)


def bringer(line: Line) -> ChannelLines:
    found = line.house.app[DELIVERS][line.provider.name]
    assert isinstance(found, ChannelLines)
    return found


async def test_somebody_else_finds_it_and_brings_it_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = await written_by_one_who_dies(line)
    looking = bringer(line)
    # It is young: whoever has said it may be about to bring it.
    assert await looking.look([line.provider.name]) == 0
    monkeypatch.setattr(lines, "LEFT_AFTER", timedelta(0))
    assert await looking.look(["messenger"]) == 0
    await asyncio.gather(*(looking.look([line.provider.name]) for _ in range(3)))
    await line.provider.see(SAID)
    await settled(line)
    assert await looking.look([line.provider.name]) == 0
    assert shown(line) == 1
    with line.house.store.reading() as unit:
        assert unit.waiting_lines(conversation) == []


async def test_it_is_not_brought_once_more_with_the_next_message(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    await written_by_one_who_dies(line)
    monkeypatch.setattr(lines, "LEFT_AFTER", timedelta(0))
    await bringer(line).look([line.provider.name])
    await line.provider.see(SAID)
    await line.provider.write("hello Ann")
    await settled(line)
    assert shown(line) == 1


async def test_one_that_cannot_be_brought_keeps_no_other_waiting(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = await written_by_one_who_dies(line)
    monkeypatch.setattr(lines, "LEFT_AFTER", timedelta(0))
    with line.house.store.unit() as unit:
        address = unit._session.get_one(ChannelAddressRow, conversation)
        good, address.sealed = address.sealed, "no key opens this"
    assert await bringer(line).look([line.provider.name]) == 1
    assert "lines of a person wait" in caplog.text
    assert SAID not in caplog.text
    with line.house.store.unit() as unit:
        unit._session.get_one(ChannelAddressRow, conversation).sealed = good
    await bringer(line).look([line.provider.name])
    await line.provider.see(SAID)


async def test_the_app_looks_by_itself_and_whatever_fails_looks_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    await written_by_one_who_dies(line)
    monkeypatch.setattr(lines, "LEFT_AFTER", timedelta(0))
    monkeypatch.setattr(lines, "EVERY_SECONDS", 0.01)
    looking = bringer(line)
    left_behind, problems = looking._left_behind, iter([RuntimeError("ann@example.org")])

    def sometimes(*args: object) -> list[str]:
        for problem in problems:
            raise problem
        return left_behind(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(looking, "_left_behind", sometimes)
    task = asyncio.create_task(looking.run([line.provider.name]))
    await line.provider.see(SAID)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
