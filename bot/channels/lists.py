"""Lists in place of buttons: how their places are marked, and what a reply to one chooses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

_SIGNS = re.compile(r"[\s.,;:()\[\]!*'\"#]+")
_ORDINAL = re.compile(r"(?:the )?(?:\d+(?:st|nd|rd|th)|first|second|third|\w+th)(?: one)?")


@dataclass(frozen=True, slots=True)
class Choice:
    """One place of a list. `payload` is that of its button; `is_value`: it can be chosen together with others. Without a `mark` it is
    a button that writes its title."""

    mark: str
    title: str
    payload: str
    is_value: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A list as somebody was shown it."""

    choices: tuple[Choice, ...] = ()
    several: bool = False


NOTHING = Offer()


def marks_for(number: int, is_an_answer: Callable[[str], bool]) -> tuple[str, ...]:
    """Marks for so many places: figures, or letters where one of the figures could be taken for the answer itself.

    Asked for the stage of a cancer, somebody who writes 3 means stage three, and not the third place of the list.
    """
    figures = tuple(str(one) for one in range(1, number + 1))
    letters = tuple(letter for letter in ascii_lowercase if not is_an_answer(letter))[:number]
    return letters if len(letters) == number and any(map(is_an_answer, figures)) else figures


class ListReader:
    """Reads replies to lists, with the words of one language (`places` of channels.yaml)."""

    def __init__(self, places: Mapping[str, Any]) -> None:
        self._numbers = {str(word): int(number) for number, words in places["numbers"].items() for word in words}
        self._last = frozenset(map(str, places["last"]))
        self._before = frozenset(map(str, places["before"]))
        self._between = frozenset(map(str, places["between"]))

    def chosen(self, text: str, offer: Offer) -> str | None:
        """What a reply chooses: a payload, or several titles with commas between; None where it is no reply to the list."""
        words = [word for word in _SIGNS.split(text.casefold()) if word]
        if not offer.choices or not words:
            return None
        if not offer.choices[0].mark:
            return next((choice.payload for choice in offer.choices if choice.title == text.strip()), None)
        one = self._place(words, offer)
        if one is not None:
            return one.payload
        if not offer.several:
            return None
        places = [self._place([word], offer) for word in words if word not in self._between]
        found = list(dict.fromkeys(place for place in places if place is not None and place.is_value))
        # All of it, or nothing: half of a list would be taken for the whole.
        return ", ".join(choice.title for choice in found) if found and len(found) == len(set(places)) else None

    def _place(self, words: Sequence[str], offer: Offer) -> Choice | None:
        while len(words) > 1 and words[0] in self._before:
            words = words[1:]
        if len(words) == 1:
            mark = words[0].lstrip("0") or "0"
            found = next((choice for choice in offer.choices if choice.mark == mark), None)
            if found is not None:
                return found
        phrase = " ".join(words)
        if phrase in self._last:
            return offer.choices[-1]
        number = self._numbers.get(phrase, 0)
        if not 1 <= number <= len(offer.choices):
            return None
        choice = offer.choices[number - 1]
        # Beside a list with letters a bare "two" may be the answer itself; "the second" never is.
        return choice if choice.mark.isdecimal() or _ORDINAL.fullmatch(phrase) else None
