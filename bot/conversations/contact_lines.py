"""The lines that tell, in the chat, what was done on the page for contact data. None of that data is in them."""

from __future__ import annotations

from bot.conversations.messages import Message, NoticeCustom
from bot.words import Words


def left_line(words: Words, *, again: bool) -> Message:
    """Contact data was left, or left in place of what was there."""
    return Message(text=words.text("contact_changed" if again else "contact_left"), custom=NoticeCustom(code="contact_left"))


def withdrawn_line(words: Words) -> Message:
    """It was taken back."""
    return Message(text=words.text("contact_withdrawn"), custom=NoticeCustom(code="contact_withdrawn"))
