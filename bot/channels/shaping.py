"""A message as a channel can show it: with buttons, or with a list in their place; in as many pieces as it takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.channels.limits import ChannelLimits
from bot.channels.lists import NOTHING, Choice, Offer, marks_for
from bot.store.records import JsonObject
from bot.words import Words

_OWN_WORDS = frozenset({"number", "time_since", "text"})
"""Answers that people write themselves: a figure in reply to these is the answer, and chooses nothing from a list."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")

Means = Callable[[str, str], bool]
"""Whether a reply of one figure or letter would be read as the answer to an attribute's question."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One message as it is sent. Buttons are title and payload."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shaped:
    """A message in pieces, and the list that it offers, if any."""

    pieces: tuple[Piece, ...]
    offer: Offer = NOTHING


def shaped(message: JsonObject, limits: ChannelLimits, words: Words, means: Means) -> Shaped:
    """A bot's or coordinator's message for a channel. What only richer channels show (`custom`) is left out."""
    text = str(message.get("text", ""))
    buttons = [(str(one["title"]), str(one["payload"])) for one in message.get("buttons", ())]
    custom = message.get("custom") or {}
    if not buttons:
        return Shaped(_pieces(text, limits))
    if limits.shows(buttons):
        # The options stand on the buttons: the line of options in the text would say them twice.
        is_shown = {option["title"] for option in custom.get("options", ())} <= {title for title, _ in buttons}
        shown = str(custom.get("prompt") or text) if is_shown else text
        *before, last = _pieces(shown, limits)
        pieces = (*before, Piece(last.text, tuple(buttons)))
        if limits.buttons is None or not limits.buttons.writes_title:
            return Shaped(pieces)
        return Shaped(pieces, Offer(tuple(Choice("", title, payload) for title, payload in buttons)))
    if custom.get("type") == "question" and custom.get("answer_type") in _OWN_WORDS:
        titles = words.listed([title for title, _ in buttons])
        return Shaped(_pieces(f"{text}\n\n{_text(words, 'or_else').format(titles=titles)}", limits))
    return _with_list(text, buttons, custom, limits, words, means)


def _with_list(text: str, buttons: list[tuple[str, str]], custom: JsonObject, limits: ChannelLimits, words: Words, means: Means) -> Shaped:
    attribute = str(custom.get("attribute", ""))
    marks = marks_for(len(buttons), lambda mark: bool(attribute) and means(attribute, mark))
    values = {option["title"] for option in custom.get("options", ())}
    several = custom.get("answer_type") == "choices"
    choices = tuple(Choice(mark, title, payload, is_value=title in values) for mark, (title, payload) in zip(marks, buttons, strict=True))
    marked = "number" if choices[0].mark.isdecimal() else "letter"
    how = _text(words, f"choose_several_{marked}s" if several else f"choose_{marked}")
    shown = str(custom.get("prompt") or text) if values <= {title for title, _ in buttons} else text
    lines = "\n".join(f"{choice.mark}. {choice.title}" for choice in choices)
    return Shaped(_pieces(f"{shown}\n{lines}\n{how}", limits), Offer(choices, several))


def with_beginning(pieces: Sequence[Piece], begins_with: str, limits: ChannelLimits, words: Words) -> list[Piece]:
    """Pieces that are sent at once, the last of which says what each reply has to begin with. Its buttons stay under it."""
    if not pieces:
        return []
    *before, last = pieces
    hint = _text(words, "each_reply_begins").format(command=begins_with)
    longest = limits.comfortable
    parts = split(last.text, max(longest - len(hint) - 2, 1)) if len(last.text) + 2 + len(hint) > longest else [last.text]
    if len(parts[-1]) + 2 + len(hint) > longest:
        # It ends with a word that fills it, such as a link.
        parts = [*split(last.text, longest), *split(hint, longest)]
    else:
        parts[-1] = f"{parts[-1]}\n\n{hint}"
    return [*before, *map(Piece, parts[:-1]), Piece(parts[-1], last.buttons)]


def _text(words: Words, key: str) -> str:
    return str(words.files["channels"]["texts"][key])


def _pieces(text: str, limits: ChannelLimits) -> tuple[Piece, ...]:
    return tuple(Piece(part) for part in split(text, limits.comfortable))


def split(text: str, longest: int) -> list[str]:
    """A text in parts that are no longer than that: between paragraphs, else lines, else sentences, else words. Links stay whole.

    A single word that is longer, such as a link, is a part of its own and keeps its length.
    """
    return list(_joined(list(_units(text.strip(), longest)), longest)) or [""]


def _units(text: str, longest: int) -> Iterator[tuple[str, str]]:
    """What is not divided any further, each with what joins it to the one before."""
    for number, paragraph in enumerate(re.split(r"\n{2,}", text)):
        joint = "\n\n" if number else ""
        if len(paragraph) <= longest:
            yield joint, paragraph
            continue
        for line in paragraph.split("\n"):
            yield from _of_line(line, joint, longest)
            joint = "\n"


def _of_line(line: str, joint: str, longest: int) -> Iterator[tuple[str, str]]:
    for sentence in _SENTENCE.split(line):
        if len(sentence) <= longest:
            yield joint, sentence
            joint = " "
            continue
        for word in sentence.split():
            yield joint, word
            joint = " "


def _joined(units: list[tuple[str, str]], longest: int) -> Iterator[str]:
    part = ""
    for joint, unit in units:
        if part and len(part) + len(joint) + len(unit) > longest:
            yield part
            part = unit
        else:
            part = f"{part}{joint}{unit}" if part else unit
    if part:
        yield part
