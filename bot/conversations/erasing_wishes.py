"""Erasing without the bot: while a person has taken a chat over the bot is silent, and the engine may be away.

Whoever wants to be erased is asked once, as the bot would ask, and is then erased.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from bot.conversations.messages import Button, Message, NoticeCustom
from bot.screening.readings import Command, ReadCommand
from bot.store import Erasure
from bot.words import Library, Words

CONFIRMED = "#erase=confirm"


@dataclass(frozen=True)
class ErasingWish:
    """That a message wants everything erased; `is_confirmed` where it says yes to being asked."""

    is_confirmed: bool
    _words: Words

    def replies(self, erasure: Erasure | None) -> list[dict[str, Any]]:
        """The question, where nothing was erased; else the last words."""
        text = self._words.text
        if erasure is None:
            no = Button(title=self._words.button("erase_cancel"), payload="#no")
            yes = Button(title=self._words.button("erase_confirm"), payload=CONFIRMED)
            return [Message(text=text("erase_confirm"), buttons=(no, yes), custom=NoticeCustom(code="confirm_erase")).as_json()]
        last_words = [
            Message(text=text("erase_done"), custom=NoticeCustom(code="erased")),
            Message(text=text("erase_receipt", receipt=erasure.receipt), custom=NoticeCustom(code="receipt")),
        ]
        if erasure.completed_at is None:
            last_words.append(Message(text=text("erase_going_on")))
        return [message.as_json() for message in last_words]


class ErasingWishes:
    """Recognises them, by the words of each language."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def read(self, locale: str, text: str, today: datetime.date) -> ErasingWish | None:
        """What a message wants; None where it is not to be erased."""
        words = self._library.in_locale(locale)
        if text.strip().casefold() in (CONFIRMED, words.button("erase_confirm").casefold()):
            return ErasingWish(True, words)
        reading = words.reader.hear(text, None, (), today).reading
        return ErasingWish(False, words) if reading == ReadCommand(Command.ERASE) else None
