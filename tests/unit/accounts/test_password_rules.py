"""Long ones are taken, whatever they are made of; those that are guessed first are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.accounts import passwords
from bot.accounts.password_rules import LONGEST, SHORTEST, Fault, fault_of

ADA = ("ada.lovelace", "Ada Lovelace", "ada.lovelace")


@pytest.mark.parametrize(
    "password",
    [
        "a long enough password",
        "blue kettle sings",
        "ünïcödé wörds hére",
        "only lower case words",
        "7391 5520 8846 1203",
        "the trial of the century",
        "Lovelace wrote the first programme",
    ],
)
def test_a_password_of_some_words_is_taken_without_signs_or_capitals(password: str) -> None:
    assert fault_of(password, ADA) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", Fault.TOO_SHORT),
        ("x" * 11, Fault.TOO_SHORT),
        ("blue kettle " * 20, Fault.TOO_LONG),
        ("aaaaaaaaaaaaaaaa", Fault.REPETITIVE),
        ("abababababababab", Fault.REPETITIVE),
        ("kettlekettlekettle", Fault.REPETITIVE),
        ("123456789012345", Fault.REPETITIVE),
        ("qwertyuiopasdf", Fault.REPETITIVE),
        ("zyxwvutsrqponm", Fault.REPETITIVE),
        ("1q2w3e4r5t6y7u", Fault.REPETITIVE),
        ("password2026!", Fault.COMMON),
        ("P@ssw0rd!!2026", Fault.COMMON),
        ("Trialchat-2026", Fault.COMMON),
        ("letmeinletmein1", Fault.COMMON),
        ("administrator", Fault.COMMON),
        ("Correct horse battery staple", Fault.COMMON),
        ("Ada.Lovelace1815", Fault.PERSONAL),
        ("lovelace lovelace", Fault.REPETITIVE),
        ("ada-lovelace-ada!", Fault.PERSONAL),
    ],
)
def test_what_is_guessed_first_is_not_taken(password: str, fault: Fault) -> None:
    assert fault_of(password, ADA) is fault


def test_letters_count_as_people_count_them() -> None:
    composed, decomposed = "é" * 3 + "rst uvw", "e\u0301" * 3 + "rst uvw"
    assert fault_of(composed) is fault_of(decomposed) is Fault.TOO_SHORT
    assert passwords.is_right("cafe\u0301 with the cat", passwords.hashed("café with the cat"))


@given(some.text(max_size=LONGEST + 50))
def test_no_text_breaks_the_rules_and_length_alone_decides_at_the_ends(password: str) -> None:
    fault, length = fault_of(password, ADA), len(passwords.normal(password))
    assert (fault is Fault.TOO_SHORT) == (length < SHORTEST)
    assert (fault is Fault.TOO_LONG) == (length > LONGEST)


@given(some.text(alphabet="abcdefghij", min_size=1, max_size=20), some.integers(min_value=2, max_value=8))
def test_anything_over_and_over_is_repetitive(piece: str, times: int) -> None:
    password = (piece * times * SHORTEST)[:LONGEST]
    if len(piece) * 2 <= len(password):
        assert fault_of(password) is Fault.REPETITIVE


def test_a_hash_of_weaker_parameters_is_told_from_one_of_today() -> None:
    weak = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$AA3cCbZxXX5PKpP8CyiEWw"
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(passwords.hashed("a long enough password"))
    assert not passwords.is_right("a long enough password", "not a hash")
