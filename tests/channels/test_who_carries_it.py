"""Before anybody is asked for consent they are told who else carries what they write."""

from __future__ import annotations

import pytest

from bot.channels.limits import channel_table
from bot.conversations.facts import general_answer
from bot.conversations.table import consent_text
from tests.channels.conftest import Line
from tests.shipped import shipped_library

WORDS = shipped_library().in_locale("en")
CARRIERS = WORDS.files["channels"]["carriers"]


def test_every_channel_of_others_has_a_carrier() -> None:
    assert channel_table().keys() - CARRIERS.keys() <= {"socketio"}, "only a page of one's own has none"


async def test_the_carrier_is_named_before_consent(line: Line) -> None:
    await line.provider.write("hello")
    notice = await line.provider.see("I keep this chat")
    assert f"pass through {CARRIERS[line.provider.name]}, which may keep a copy" in notice.text
    assert "website" not in notice.text


@pytest.mark.parametrize("channel", ["widget", "socketio"])
def test_on_a_page_of_ones_own_nobody_else_carries_it(channel: str) -> None:
    own = WORDS.carried_by(channel)
    assert consent_text(own) == consent_text(WORDS)
    assert general_answer("privacy", own) == general_answer("privacy", WORDS)


def test_what_is_kept_as_agreed_to_is_what_was_shown() -> None:
    assert "pass through Twilio and your phone network" in consent_text(WORDS.carried_by("twilio_sms"))


@pytest.mark.parametrize(("channel", "told"), [("slack", True), ("botframework", True), ("telegram", False), ("twilio_whatsapp", False)])
def test_where_people_work_their_employer_is_named(channel: str, told: bool) -> None:
    assert ("your employer may be able to read them too" in consent_text(WORDS.carried_by(channel))) is told


def test_a_question_about_privacy_is_answered_alike() -> None:
    answer = general_answer("privacy", WORDS.carried_by("telegram"))
    assert answer is not None
    assert "pass through Telegram" in answer
    assert "write erase" in answer
