"""Which passwords are taken. Length counts, and not being guessed first; no rules of composition (NIST SP 800-63B)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from bot.accounts.passwords import normal

SHORTEST = 12
LONGEST = 200
# Of what is left of a password when the person's own names are taken out, so much at least has to be unguessed.
_UNGUESSED = 6
_SHORTEST_NAME = 3

# What long passwords that many people chose are made of. Whoever must have twelve characters adds digits and signs at the ends, writes a
# word twice, or puts a 0 for an o; all of that is undone before this list is asked.
_COMMON_WORDS = """
    admin administrator adminadmin baseball basketball changeit changeme changemenow charlie computer coordinator default dragon
    everybody football forgotten fuckyou guest hello helloworld hospital iamthebest iloveyou iloveyouso internet letmein letmeinnow
    liverpool login loveyou manchester master michael michelle monkey mypassword mustang newpassword nopassword opensesame passphrase
    password passwordis passw passwort princess qwerty qwertz research secret secretpassword security shadow somepassword starwars
    sunshine superman superuser system temporary testing thepassword thisisapassword thisismypassword trial trialchat trials trustno
    unknown user welcome welcomeback whatever winter spring summer autumn yourpassword
    correcthorsebatterystaple
"""
_COMMON = frozenset(_COMMON_WORDS.split())
# Runs along the keyboard and the alphabet; the other way round as well.
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
)
_SIGNS = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s", "!": "i"})


class Fault(StrEnum):
    """Why a password is not taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    REPETITIVE = "repetitive"
    COMMON = "common"
    PERSONAL = "personal"


def fault_of(password: str, personal: Iterable[str] = ()) -> Fault | None:
    """Why a password cannot be taken; None where it can. `personal`: the login, name and address of whose it is."""
    password = normal(password)
    if len(password) < SHORTEST:
        return Fault.TOO_SHORT
    if len(password) > LONGEST:
        return Fault.TOO_LONG
    squeezed = "".join(letter for letter in password.casefold() if not letter.isspace())
    if _repeats(squeezed) or _is_run(squeezed):
        return Fault.REPETITIVE
    if _is_common(squeezed):
        return Fault.COMMON
    return Fault.PERSONAL if _is_personal(squeezed, personal) else None


def _unit(text: str) -> str:
    """The shortest piece that a text is so many times over, the last time perhaps in part."""
    return next((text[:size] for size in range(1, len(text)) if text.startswith(text[size:])), text)


def _repeats(text: str) -> bool:
    return len(set(text)) < 5 or len(_unit(text)) * 2 <= len(text)


def _is_run(text: str) -> bool:
    return any(text in way for run in _RUNS for way in (run * 2, run[::-1] * 2))


def _is_common(text: str) -> bool:
    words = (text, text.translate(_SIGNS), _trimmed(text), _trimmed(_trimmed(text).translate(_SIGNS)), _trimmed(text.translate(_SIGNS)))
    return any(word in _COMMON or _unit(word) in _COMMON for word in words)


def _trimmed(text: str) -> str:
    """Without what is no letter at either end."""
    letters = [place for place, letter in enumerate(text) if letter.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


def _is_personal(text: str, personal: Iterable[str]) -> bool:
    letters = "".join(letter for letter in text if letter.isalnum())
    left = letters
    for name in sorted(_names(personal), key=len, reverse=True):
        left = left.replace(name, "")
    return left != letters and len(left) < _UNGUESSED


def _names(personal: Iterable[str]) -> set[str]:
    """Each name, whole and by its parts."""
    names: set[str] = set()
    for name in personal:
        parts = "".join(letter if letter.isalnum() else " " for letter in normal(name).casefold()).split()
        names.update(["".join(parts), *parts])
    return {name for name in names if len(name) >= _SHORTEST_NAME}
