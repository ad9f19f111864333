"""Who comes back after a pause is told where they were."""

from __future__ import annotations

import pytest

from bot.conversations.desk import Incoming
from tests.conversing import Talk


@pytest.mark.parametrize(
    ("said", "back"),
    [(["hello"], "We have not started yet."), (["hello", "yes"], "You had just agreed to some questions.")],
)
def test_before_the_first_answer_it_says_whether_they_had_agreed(talk: Talk, said: list[str], back: str) -> None:
    for text in said:
        talk.say(text)
    talk.desk.pause(Incoming(talk.conversation_id, "", None))
    talk.say("continue")
    assert back in talk.replies[-1].messages[0]["text"]
