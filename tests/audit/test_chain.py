"""Whatever is changed in a chain is found, whoever changed it, as long as they have not got the key."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audit.chain import START, Entry, Head, Unreadable, digest_of, faults, seal_of

KEY = b"the key"
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

Noted = tuple[str, str, str, str, str | None, Any]
_words = st.text(max_size=12)
_details = st.none() | st.dictionaries(
    _words, st.none() | st.booleans() | st.integers() | _words | st.lists(_words, max_size=2), max_size=3
)
noted = st.tuples(_words, _words, _words, _words, st.none() | _words, _details)


def chain_of(all_noted: list[Noted]) -> tuple[list[Entry], Head]:
    """A chain as the store makes it."""
    entries: list[Entry] = []
    previous = START
    for number, (actor, action, kind, name, trial, detail) in enumerate(all_noted, 1):
        fields: dict[str, Any] = {
            "number": number,
            "at": NOON + timedelta(seconds=number),
            "actor": actor,
            "action": action,
            "object_kind": kind,
            "object_id": name,
            "trial_id": trial,
            "detail": detail,
            "previous": previous,
        }
        entries.append(Entry(**fields, digest=digest_of(**fields)))
        previous = entries[-1].digest
    return entries, Head(len(entries), previous, seal_of(len(entries), previous, KEY))


def sealed_anew(entries: list[Entry]) -> list[Entry]:
    """The digests made again, as somebody would who knows the code but not the key."""
    made, _ = chain_of([(each.actor, each.action, each.object_kind, each.object_id, each.trial_id, each.detail) for each in entries])
    return made


@given(st.lists(noted, max_size=8))
def test_a_chain_as_it_was_written_has_no_fault(all_noted: list[Noted]) -> None:
    entries, head = chain_of(all_noted)
    assert list(faults(entries, head, KEY)) == []


CHANGES: dict[str, Any] = {
    "at": lambda value: value + timedelta(microseconds=1),
    "actor": lambda value: value + "x",
    "action": lambda value: value + "x",
    "object_kind": lambda value: value + "x",
    "object_id": lambda value: value + "x",
    "trial_id": lambda value: "NCT00000001" if value is None else None,
    "detail": lambda value: {"other": value},
    "previous": lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"),
    "digest": lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"),
}


@given(st.lists(noted, min_size=1, max_size=6), st.sampled_from(sorted(CHANGES)), st.data())
def test_any_changed_field_of_any_entry_is_found_at_its_number(all_noted: list[Noted], field: str, data: st.DataObject) -> None:
    entries, head = chain_of(all_noted)
    place = data.draw(st.integers(0, len(entries) - 1))
    entries[place] = replace(entries[place], **{field: CHANGES[field](getattr(entries[place], field))})
    assert place + 1 in {fault.number for fault in faults(entries, head, KEY)}


@given(st.lists(noted, min_size=1, max_size=6), st.data())
def test_any_entry_that_is_gone_is_found(all_noted: list[Noted], data: st.DataObject) -> None:
    entries, head = chain_of(all_noted)
    del entries[data.draw(st.integers(0, len(entries) - 1))]
    assert list(faults(entries, head, KEY)) != []


@given(st.lists(noted, min_size=2, max_size=6), st.data())
def test_two_entries_that_changed_places_are_found(all_noted: list[Noted], data: st.DataObject) -> None:
    entries, head = chain_of(all_noted)
    first = data.draw(st.integers(0, len(entries) - 2))
    one, other = entries[first], entries[first + 1]
    entries[first], entries[first + 1] = replace(other, number=one.number), replace(one, number=other.number)
    assert list(faults(entries, head, KEY)) != []


@given(st.lists(noted, max_size=6), noted, st.data())
def test_an_entry_that_was_put_in_is_found_even_if_all_digests_are_made_anew(
    all_noted: list[Noted], more: Noted, data: st.DataObject
) -> None:
    entries, head = chain_of(all_noted)
    one, _ = chain_of([more])
    entries.insert(data.draw(st.integers(0, len(entries))), one[0])
    assert list(faults(sealed_anew(entries), head, KEY)) != []


@given(st.lists(noted, min_size=1, max_size=6), st.data())
def test_a_shorter_chain_whose_head_was_rewritten_has_no_seal(all_noted: list[Noted], data: st.DataObject) -> None:
    entries, head = chain_of(all_noted)
    kept = data.draw(st.integers(0, len(entries) - 1))
    forged = Head(kept, entries[kept - 1].digest if kept else START, head.seal)
    assert [fault.number for fault in faults(entries[:kept], forged, KEY)] == [None]


@given(st.lists(noted, min_size=1, max_size=4))
def test_another_key_does_not_fit_the_seal(all_noted: list[Noted]) -> None:
    entries, head = chain_of(all_noted)
    assert [fault.number for fault in faults(entries, head, b"another key")] == [None]


def test_a_chain_made_anew_with_the_key_does_not_contain_a_head_that_was_noted() -> None:
    before, old = chain_of([("a", "did", "thing", "1", None, None), ("b", "did", "thing", "2", None, None)])
    anew, head = chain_of([("a", "did", "thing", "1", None, None), ("c", "did", "thing", "2", None, None)])
    assert list(faults(anew, head, KEY)) == []
    assert list(faults(before, old, KEY, {2: old.digest, 1: before[0].digest})) == []
    (fault,) = faults(anew, head, KEY, {2: old.digest})
    assert (fault.number, fault.what) == (2, "is another one than was noted earlier")


def test_a_noted_entry_beyond_the_end_is_missed() -> None:
    entries, head = chain_of([("a", "did", "thing", "1", None, None)])
    (fault,) = faults(entries, head, KEY, {7: START})
    assert (fault.number, fault.is_of_an_entry) == (7, False)


def test_what_cannot_be_read_is_named_once_and_does_not_hide_what_follows() -> None:
    entries, head = chain_of([("a", "did", "thing", str(number), None, None) for number in range(3)])
    found = list(faults([Unreadable(1), entries[1], replace(entries[2], actor="x")], head, KEY))
    assert [(fault.number, fault.what) for fault in found] == [(1, "cannot be read: it was altered"), (3, "was altered")]


@pytest.mark.parametrize("number", [0, -3])
def test_an_entry_before_the_first_is_named(number: int) -> None:
    entries, head = chain_of([("a", "did", "thing", "1", None, None)])
    found = list(faults([replace(entries[0], number=number), *entries], head, KEY))
    assert [fault.number for fault in found] == [number]


def test_entries_without_any_head_are_a_fault() -> None:
    entries, _ = chain_of([("a", "did", "thing", "1", None, None)])
    assert [fault.what for fault in faults(entries, None, KEY)] == ["the head of the chain is missing"]
