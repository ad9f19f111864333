"""An answer that a provider will not take is not lost in a log: the console says that it did not arrive, and why."""

from __future__ import annotations

import pytest

from bot.accounts.roles import Role
from bot.web.channels import sending
from tests.channels.conftest import Line
from tests.channels.test_conformance import begun, settled
from tests.console.house import Guest
from tests.fakes.providers.base import FakeProvider, Trouble
from tests.fakes.providers.slack import FakeSlack
from tests.fakes.providers.telegram import FakeTelegram
from tests.rights.everywhere import in_tables


@pytest.fixture
def fake() -> FakeProvider:
    return FakeTelegram()


async def page_of(line: Line) -> str:
    """The conversation's page, as a coordinator has it."""
    line.house.url = line.provider.hook.partition("/webhooks")[0]
    guest = Guest(line.house).arrive(line.house.account(Role.COORDINATOR, all_trials=True))
    _, page = await guest.get(f"/console/conversations/{line.conversation}")
    await guest.close()
    return page


async def test_what_is_refused_for_good_is_seen_in_the_console(line: Line) -> None:
    await begun(line)
    await settled(line)
    assert "did not arrive" not in await page_of(line)
    # Somebody has blocked the bot.
    line.provider.trouble = [Trouble(403), Trouble(403)]
    await line.provider.write("non small cell lung cancer")
    await settled(line)
    page = await page_of(line)
    assert "did not arrive on Telegram: answered 403." in page
    assert "after one try." in page
    with line.house.store.reading() as unit:
        failures = unit.failures(line.conversation, 9)
    assert {(one.channel, one.why, one.attempts, one.at >= one.said_at) for one in failures} == {("telegram", "answered 403", 1, True)}
    # Two pieces of one answer are one line.
    assert len(failures) == 2
    assert page.count("did not arrive on Telegram") == 1


async def test_what_is_tried_in_vain_is_seen_when_it_is_given_up(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    await begun(line)
    await settled(line)
    monkeypatch.setattr(sending, "MOST_TRIES", 1)
    line.provider.trouble = [Trouble(502)]
    await line.provider.write("non small cell lung cancer")
    await settled(line)
    assert "did not arrive on Telegram: answered 502." in await page_of(line)


async def test_what_arrives_in_the_end_is_no_failure(line: Line) -> None:
    await begun(line)
    await settled(line)
    line.provider.trouble = [Trouble(502)]
    await line.provider.write("non small cell lung cancer")
    await line.provider.see("How old are you?")
    await settled(line)
    assert "did not arrive" not in await page_of(line)


async def test_nothing_that_a_provider_says_beside_a_status_is_kept(line: Line) -> None:
    await begun(line)
    await settled(line)
    said = {"ok": False, "description": "token 123456:AAE of quokka@example.org"}
    line.provider.trouble = [Trouble(403, data=said)]
    await line.provider.write("non small cell lung cancer")
    await settled(line)
    assert in_tables(line.house.store, ["quokka", "AAE of"]) == []


def test_of_what_a_provider_names_as_the_reason_only_a_code_is_kept() -> None:
    """Slack says why in a word of its own."""
    from bot.channels.providers.base import Answered
    from bot.channels.providers.slack import Slack

    def why(error: object) -> str:
        return Slack.outcome(None, Answered(200, {}, {"ok": False, "error": error})).why  # type: ignore[arg-type]

    assert why("channel_not_found") == "answered channel_not_found"
    assert why("<b>Xoxb-1 @Kim</b>") == "answered boxb1imb"
    assert FakeSlack.name == "slack"
