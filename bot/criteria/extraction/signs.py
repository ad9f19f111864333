"""The signs that the grammar of measured values is made of, found in a criterion's words.

A sign knows where it stands in the text, so that whatever is read can be shown in its place.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import NamedTuple

from bot.criteria.extraction.words import Kind, Meaning, RegistryWords, pieces_at, tight

_NUMBER = re.compile(
    r"\d{1,3}(?:\.\d{3}){2,}(?![\d.])|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|\d{1,3}(?:[ \u00a0]\d{3})+(?!\d)"
    r"|\d+[.,·]\d+|\d+|(?<![\d\w])\.\d+"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_STOPS = frozenset(";；。")
_BREAKS = {
    "(": Kind.OPEN,
    "[": Kind.OPEN,
    "（": Kind.OPEN,
    ")": Kind.CLOSE,
    "]": Kind.CLOSE,
    "）": Kind.CLOSE,
    ",": Kind.COMMA,
    "，": Kind.COMMA,
    "、": Kind.COMMA,
}


_BEHIND = re.compile(r"\s*(\S)")


class Sign(NamedTuple):
    """One sign at `start:end` of the text."""

    kind: Kind
    start: int
    end: int
    text: str
    parts: tuple[str, ...]
    """Its pieces as they are compared."""
    kinds: frozenset[Kind]
    """All that it can be: a phrase may be two things."""
    meanings: tuple[Meaning, ...] = ()
    value: str = ""
    number: float | None = None

    def is_a(self, *kinds: Kind) -> bool:
        return self.kind in kinds


_made = partial(tuple.__new__, Sign)
"""`Sign` without the call of a function that fills in what is not given: nothing else is made so often."""
_ALONE = {kind: frozenset((kind,)) for kind in Kind}


def _sign(kind: Kind, start: int, end: int, text: str, number: float | None = None) -> Sign:
    """A sign that is one thing and of one piece."""
    return _made((kind, start, end, text, (text,), _ALONE[kind], (), "", number))


def lowered_alike(text: str) -> str:
    """The text in small letters, every one in its place: a letter that becomes two stays as it is."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def signs(text: str, lowered: str, start: int, end: int, words: RegistryWords) -> list[Sign]:
    """Every word and sign of `text[start:end]`, phrases as one; `lowered` is the text in small letters."""
    parts, starts, ends = pieces_at(lowered, start, end)
    made: list[Sign] = []
    beginnings = words.beginnings
    behind = start
    for position, part in enumerate(parts):
        begin, finish = starts[position], ends[position]
        if begin < behind:
            continue
        if part not in beginnings and part.isalpha():
            made.append(_made((_WORD, begin, finish, part, (part,), _ONLY_WORD, (), "", None)))
            continue
        if part in _BREAKS and part not in beginnings:
            made.append(_sign(_BREAKS[part], begin, finish, part))
            continue
        if part in words.numbers:
            number: Sign | None = _sign(Kind.NUMBER, begin, finish, part, words.numbers[part])
        else:
            number = _number(text, begin, end) if part[0].isdecimal() or part == "." else None
        if number is not None:
            behind = number.end
            unit = _unit(lowered, _behind_bracket(lowered, made, behind), end, words) if number.number is not None else None
            if unit is not None:
                made += (number, unit)
                behind = _behind_same_unit(lowered, unit.end, end, words)
                continue
            if part not in words.numbers:
                made.append(number)
                continue
            # "One of the following" counts nothing: a number in words is one before a unit alone.
            behind = begin
        longest = words.tree.longest(parts, position) if part in beginnings else None
        if longest is not None and not (part == "-" and _joins_words(text, begin)):
            phrase, after = longest
            behind = ends[after - 1]
            said = tuple(parts[position:after])
            (meanings, kind, value, kinds), written = phrase, lowered[begin:behind]
            made.append(_made((kind, begin, behind, written, said, kinds, meanings, value, None)))
        elif part[0].isalpha():
            made.append(_sign(_WORD, begin, finish, part))
        else:
            made.append(_plain(text, begin, finish, part))
    return made


_WORD, _ONLY_WORD = Kind.WORD, _ALONE[Kind.WORD]


def _behind_bracket(lowered: str, made: list[Sign], place: int) -> int:
    """Behind the bracket that a number alone stands in: "four (4) weeks"."""
    return place + 1 if made and made[-1].is_a(Kind.OPEN) and lowered[place : place + 1] in (")", "]") else place


def _joins_words(text: str, place: int) -> bool:
    """Whether a hyphen stands inside of a word: "non-smoker"."""
    return place > 0 and text[place - 1].isalpha() and place + 1 < len(text) and text[place + 1].isalpha()


def _plain(text: str, start: int, end: int, part: str) -> Sign:
    if part in _STOPS or (part in ".!?" and (end >= len(text) or text[end].isspace() or not text[end].isdigit())):
        # A full stop ends a sentence where something else begins behind it.
        behind = _BEHIND.match(text, end)
        ends = part in _STOPS or end >= len(text) or (text[end].isspace() and not (behind is not None and behind[1].islower()))
        return _sign(Kind.STOP if ends else Kind.WORD, start, end, part)
    return _sign(_BREAKS.get(part, Kind.WORD), start, end, part)


def _number(text: str, start: int, end: int) -> Sign | None:
    match = _NUMBER.match(text, start, end)
    if match is None:
        return None
    written = match[0]
    if start and (text[start - 1].isalpha() or text[start - 1] == "_"):
        return _sign(Kind.WORD, start, match.end(), written)  # The 19 of "COVID19" counts nothing.
    return _sign(Kind.NUMBER, start, match.end(), written, _value(written))


def _value(written: str) -> float:
    """The number as it is written: a comma before three figures parts thousands, another is a decimal one."""
    if written.isdecimal():
        return float(written)
    figures = re.sub(r"[ \u00a0]", "", written).replace("·", ".")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", figures) and not figures.startswith("0"):
        return float(figures.replace(",", ""))
    if figures.count(".") > 1:
        return float(figures.replace(".", ""))
    return float(figures.replace(",", "."))


def _unit(lowered: str, start: int, end: int, words: RegistryWords) -> Sign | None:
    """The unit right behind a number, with the "x" of a power before it."""
    place = start
    while place < end and (lowered[place].isspace() or lowered[place] in "-–"):
        place += 1
    if place >= end or place - start > 2 or not (lowered[place].isalnum() or lowered[place] in _BEFORE_UNITS):
        return None
    ahead = lowered[place : min(end, place + 48)]
    if not ahead.isascii():
        ahead = ahead.translate(_LOOSE)
    times = _TIMES.match(ahead)
    first = times.end() if times else 0
    units = words.units.get(ahead[first])
    match = units.match(ahead, first) if units else None
    if match is None:
        return None
    return Sign(Kind.UNIT, place, place + match.end(), _same_power(match[0]), (match[0],), _ALONE[Kind.UNIT])


def _behind_same_unit(lowered: str, start: int, end: int, words: RegistryWords) -> int:
    """Behind a unit that brackets say again: "30 kilograms (kg)"."""
    opening = _OPENING.match(lowered, start, end)
    again = _unit(lowered, opening.end(), end, words) if opening else None
    closing = _CLOSING.match(lowered, again.end, end) if again else None
    return closing.end() if closing else start


_OPENING, _CLOSING = re.compile(r"\s?[(\[]"), re.compile(r"\s?[)\]]")
_BEFORE_UNITS = frozenset("%/°˚×*") | {chr(0xBA), chr(0x2103)}
"""Signs that a unit may begin with; the last two are the masculine ordinal sign and the sign of degrees Celsius, written for degrees."""
_TIMES = re.compile(r"(?:x|×|\*)\s?(?=10)")
_LOOSE = str.maketrans({"µ": "μ", "²": "2", "³": "3", "⁹": "9", "⁶": "6", "⁴": "4", "⁻": "-", "¹": "1", "º": "°", "˚": "°", "／": "/"})


@lru_cache(maxsize=1024)
def _same_power(unit: str) -> str:
    return re.sub(r"^10(?:\\?[\^*e(])?(\d{1,2})\)?", r"10^\1", tight(unit))


def grade(sign: Sign) -> int | None:
    """The grade that a sign writes in Roman figures."""
    return _ROMAN.get(sign.text)
