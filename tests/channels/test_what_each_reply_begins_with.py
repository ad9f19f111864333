"""Where only what begins with a command reaches us, people are told so: before consent, and with all that they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.limits import ChannelLimits, channel_table
from bot.channels.shaping import Piece, with_beginning
from bot.web.take_overs import TAKE_OVERS
from tests.channels.conftest import ALL, Line
from tests.channels.test_conformance import begun, settled
from tests.fakes.providers.base import FakeProvider, Shown
from tests.fakes.providers.mattermost import FakeMattermost
from tests.shipped import shipped_library

WORDS = shipped_library().in_locale("en")
ASKS = "Is it okay if I ask you some questions about your health?"
CHAT = channel_table()["mattermost"]
SMALL = CHAT.model_copy(update={"longest": 200, "comfortable": 200})


def hint(command: str = "/trial") -> str:
    return str(WORDS.files["channels"]["texts"]["each_reply_begins"]).format(command=command)


class WithAnotherCommand(FakeMattermost):
    """Somebody has given the command another name."""

    def __init__(self) -> None:
        super().__init__()
        self.trigger = "/clinical-trials_2"


def batch(shown: Sequence[Shown], command: str = "/trial") -> None:
    """These came at once: the last of them says it, and no other does."""
    assert shown
    assert [hint(command) in one.text for one in shown] == [False] * (len(shown) - 1) + [True], [one.text for one in shown]
    assert shown[-1].text.endswith(f"\n\n{hint(command)}")


async def after(line: Line, text: str) -> list[Shown]:
    """What comes when somebody writes something."""
    seen = len(line.provider.shown)
    await line.provider.write(text)
    await settled(line)
    return line.provider.shown[seen:]


# -- in a conversation


@pytest.mark.parametrize("fake", [FakeMattermost], indirect=True)
async def test_the_greeting_says_it_before_anybody_consents(line: Line) -> None:
    greeting = await after(line, "")
    batch(greeting)
    assert "Hello" in greeting[0].text
    assert greeting[-1].text == f"{ASKS}\n\n{hint()}"
    assert greeting[-1].buttons, "the question is not answered yet, and its buttons are under it"


@pytest.mark.parametrize("fake", [FakeMattermost], indirect=True)
async def test_every_question_and_every_notice_ends_with_it(line: Line) -> None:
    batch(await after(line, "hello"))
    seen = len(line.provider.shown)
    await line.provider.choose("Yes, go ahead")
    await settled(line)
    batch(line.provider.shown[seen:])
    for text, says in (
        ("non small cell lung cancer", "How old are you?"),
        ("58", "Have you had radiation treatment"),
        ("x" * 5000, "too long"),
        ("#contacts", "https://clinicaltrials.gov/study/NCT06141070"),
    ):
        shown = await after(line, text)
        batch(shown)
        assert any(says in one.text for one in shown), [one.text for one in shown]


@pytest.mark.parametrize("fake", [FakeMattermost], indirect=True)
async def test_what_a_person_writes_after_a_take_over_ends_with_it(line: Line) -> None:
    phone = line.provider
    await begun(line)
    await settled(line)
    ann, conversation = line.coordinator(), line.stored()
    take_overs = line.house.app[TAKE_OVERS]
    for said in (
        take_overs.take_over(conversation, ann, instead_of=None, shown_as="Ann"),
        take_overs.write(conversation, ann, "Hello, how can I help?", "form"),
        take_overs.hand_back(conversation, ann),
    ):
        seen = len(phone.shown)
        await said
        async with asyncio.timeout(15):
            while len(phone.shown) == seen:
                await asyncio.sleep(0.02)
        await settled(line)
        batch(phone.shown[seen:])


@pytest.mark.parametrize("fake", [FakeMattermost], indirect=True)
async def test_the_last_words_after_an_erasure_end_with_it(line: Line) -> None:
    await begun(line)
    await settled(line)
    batch(await after(line, "erase my answers"))
    seen = len(line.provider.shown)
    await line.provider.choose("Yes, erase everything")
    await line.provider.see("receipt")
    await settled(line)
    batch(line.provider.shown[seen:])


@pytest.mark.parametrize("fake", [WithAnotherCommand], indirect=True, ids=["another"])
async def test_the_command_can_have_another_name(line: Line) -> None:
    greeting = await after(line, "hello")
    batch(greeting, "/clinical-trials_2")
    assert not any("/trial" in one.text.replace("/clinical-trials_2", "") for one in greeting)


@pytest.mark.parametrize("fake", [fake for fake in ALL if fake is not FakeMattermost], indirect=True, ids=lambda fake: fake.name)
async def test_other_channels_have_none(line: Line, fake: FakeProvider) -> None:
    await begun(line)
    await settled(line)
    assert not any("/trial" in one.text or "Start each reply" in one.text for one in fake.shown)


# -- in pieces


def ended(pieces: Sequence[Piece], limits: ChannelLimits = CHAT) -> list[Piece]:
    return with_beginning(pieces, "/trial", limits, WORDS)


def test_where_nothing_is_sent_nothing_is_said() -> None:
    assert ended([]) == []


def test_what_comes_before_the_last_piece_stays_as_it_is() -> None:
    first, last = Piece("Hello.", (("Hi", "#hi"),)), Piece("Well?", (("Yes", "#yes"),))
    assert ended([first, last]) == [first, Piece(f"Well?\n\n{hint()}", last.buttons)]


def test_what_would_be_too_long_with_it_is_divided_and_the_buttons_are_under_the_end() -> None:
    text = " ".join(["This is a sentence."] * 10)[:199]
    assert len(text) <= SMALL.comfortable < len(text) + len(hint())
    *before, last = ended([Piece(text, (("Yes", "#yes"),))], SMALL)
    assert before
    assert not any(piece.buttons for piece in before)
    assert last.buttons
    assert last.text.endswith(f"\n\n{hint()}")
    assert last.text != hint(), "the end of the question stands over the buttons"


def test_a_link_that_fills_a_piece_stays_whole_and_it_comes_after() -> None:
    link = "https://clinicaltrials.gov/" + "x" * 170
    assert [piece.text for piece in ended([Piece(link)], SMALL)] == [link, hint()]


@given(st.text(alphabet=st.sampled_from("ab .!?\n/:"), min_size=1, max_size=190), st.integers(140, 300))
def test_the_limit_holds_and_it_is_always_the_last_that_is_said(text: str, longest: int) -> None:
    limits = CHAT.model_copy(update={"longest": longest, "comfortable": longest})
    pieces = ended([Piece(text)], limits)
    assert "".join(piece.text for piece in pieces).endswith(hint())
    longest_word = max((len(word) for word in text.split()), default=0)
    assert all(len(piece.text) <= max(longest, longest_word) for piece in pieces)
