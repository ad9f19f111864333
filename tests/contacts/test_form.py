"""What people enter to be reached by: the numbers and addresses of any country are taken, what nobody could use is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.contacts.form import LONGEST, Entered, faults, is_phone, read

FILLED = {"name": "Ada Example", "phone": "+46 31 342 10 00", "agreed": "yes", "shown": "x"}


@pytest.mark.parametrize(
    "number",
    [
        "+46 (0)31-342 10 00",
        "0046 31 3421000",
        "(555) 010-4477",
        "(+44) 20 7946 0018",
        "555.010.4477 ext. 12",
        "555-010-4477 x7",
        "030/901820",
        "+91‑98765‑43210",
        "٠١٢٣٤٥٦٧٨٩",
        "112233",
    ],
)
def test_numbers_as_people_of_many_countries_write_them_are_taken(number: str) -> None:
    assert is_phone(number)


@pytest.mark.parametrize("number", ["1234", "my number", "555-CALL-NOW", "1" * 21, "+", "12345; 67890", "555 010 4477 ext"])
def test_what_nobody_could_dial_is_not_taken(number: str) -> None:
    assert not is_phone(number)


@pytest.mark.parametrize(("fields", "field", "code"), [
    ({"name": " "}, "name", "name_missing"),
    ({"phone": ""}, "phone", "reach_missing"),
    ({"phone": "soon"}, "phone", "phone_wrong"),
    ({"email": "ada at example.org"}, "email", "email_wrong"),
    ({"email": "ada@example"}, "email", "email_wrong"),
    ({"email": "ada@example.org, eve@example.org"}, "email", "email_wrong"),
    ({"time": "x" * 201}, "time", "too_long"),
    ({"name": "x" * 121}, "name", "too_long"),
    ({"site": "Nowhere"}, "site", "site_unknown"),
    ({"agreed": "no"}, "agreed", "agreed_missing"),
    ({"shown": "an older text"}, "agreed", "text_changed"),
])  # fmt: skip
def test_each_fault_is_told_beside_its_field(fields: dict[str, str], field: str, code: str) -> None:
    assert faults(read({**FILLED, **fields}), {"Gothenburg"}, "x") == {field: code}


@pytest.mark.parametrize("fields", [
    {},
    {"phone": "", "email": "ada@example.org"},
    {"phone": "", "email": "jürgen@bücher.example"},
    {"email": "first.last+trial@mail.example.co.uk"},
    {"site": "Gothenburg", "time": "mornings", "relation": "daughter"},
])  # fmt: skip
def test_one_way_to_be_reached_is_enough_and_the_rest_may_be_left_out(fields: dict[str, str]) -> None:
    assert faults(read({**FILLED, **fields}), {"Gothenburg"}, "x") == {}


@given(st.dictionaries(st.sampled_from([*LONGEST, "site", "agreed", "shown"]), st.text() | st.binary() | st.none()))
def test_whatever_is_sent_is_read_as_single_lines_that_can_be_stored(fields: dict[str, object]) -> None:
    entered = read(fields)
    for value in entered.content().values():
        assert value == " ".join(value.split())
        assert value.encode().decode() == value
        assert not any(ord(char) < 32 for char in value)
    assert faults(entered, (), "x")


def test_only_what_was_filled_in_is_kept() -> None:
    assert Entered(name="Ada", email="ada@example.org").content() == {"name": "Ada", "email": "ada@example.org"}


@pytest.mark.parametrize(
    "text", ["(" * 100_000 + "z", "+" * 100_000, "1 " * 50_000, "( " * 50_000 + "1", "a@" + "b." * 50_000, "a" * 100_000 + "@"]
)
def test_what_is_far_too_long_is_told_so_and_not_tried_as_a_number_or_address(text: str) -> None:
    found = faults(read({**FILLED, "phone": text, "email": text}), (), "x")
    assert (found["phone"], found["email"]) == ("too_long", "too_long")
    assert not is_phone(text)
