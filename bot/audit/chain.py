"""The chain itself: each entry's digest covers the entry and the digest before it; the end of the chain is sealed.

A digest alone would tell an altered row, and a missing one in the middle. Whoever can write to the table could still cut off
the end, or make all digests anew: the head, which says how long the chain is and how it ends, carries a seal (HMAC) made with
a key that is not in the database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = "0" * 64
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done. `actor` is `account:<id>`, `patient` or `system`; `detail` holds no health data and no contact data."""

    number: int
    at: datetime
    actor: str
    action: str
    object_kind: str
    object_id: str
    trial_id: str | None
    detail: Any
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An entry of that number is there, but what stands in it is none."""

    number: int


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the last entry's number (0: none) and digest, and the seal over both."""

    number: int
    digest: str
    seal: str


def digest_of(
    *,
    number: int,
    at: datetime,
    actor: str,
    action: str,
    object_kind: str,
    object_id: str,
    trial_id: str | None,
    detail: Any,
    previous: str,
) -> str:
    """The digest of an entry, as hexadecimal SHA-256."""
    fields = [
        number,
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        actor,
        action,
        object_kind,
        object_id,
        trial_id,
        detail,
        previous,
    ]
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def seal_of(number: int, digest: str, key: bytes) -> str:
    """The seal of a head."""
    return hmac.new(key, f"{number}:{digest}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a chain is broken, and what that means. `number` is None for the head."""

    number: int | None
    what: str
    # False for an entry that is not there.
    is_of_an_entry: bool = True


def faults(
    entries: Iterable[Entry | Unreadable], head: Head | None, key: bytes, expected: Mapping[int, str] | None = None
) -> Iterator[Fault]:
    """Everything wrong with a chain, entries in the order of their numbers; nothing where it is whole.

    `expected` are digests that were noted earlier, by the numbers of their entries: a chain that was made anew, by somebody
    who has the key as well, is whole, but does not contain them.
    """
    noted = dict(expected or {})
    previous: str | None = START
    following = 1
    for entry in entries:
        if entry.number < following:
            yield Fault(entry.number, "was put in: numbers begin with 1")
            continue
        if entry.number > following:
            gone = f"entry {following} is" if entry.number == following + 1 else f"entries {following} to {entry.number - 1} are"
            yield Fault(entry.number, f"{gone} missing before this one")
            previous = None
        following = entry.number + 1
        if isinstance(entry, Unreadable):
            yield Fault(entry.number, "cannot be read: it was altered")
            previous = None
            continue
        if previous is not None and entry.previous != previous:
            yield Fault(entry.number, "does not follow the entry before it: one of the two was replaced")
        if _digest_of_entry(entry) != entry.digest:
            yield Fault(entry.number, "was altered")
        if entry.number in noted and noted.pop(entry.number) != entry.digest:
            yield Fault(entry.number, "is another one than was noted earlier")
        previous = entry.digest
    for number in sorted(noted):
        yield Fault(number, "was noted earlier, and is not there", is_of_an_entry=False)
    yield from _faults_of_the_end(head, following - 1, previous, key)


def _faults_of_the_end(head: Head | None, last: int, digest: str | None, key: bytes) -> Iterator[Fault]:
    if head is None:
        if last:
            yield Fault(None, "the head of the chain is missing")
        return
    if not hmac.compare_digest(head.seal.encode(), seal_of(head.number, head.digest, key).encode()):
        yield Fault(None, "the seal of the chain's end is not ours: it was altered, or sealed with another key")
    elif head.number > last:
        yield Fault(None, f"the chain ends with entry {last}, and {head.number} were written: the last ones were removed")
    elif head.number < last:
        yield Fault(None, f"the chain ends with entry {last}, and only {head.number} were written: the others were put in")
    elif head.digest != digest:
        yield Fault(None, "the chain ends in another way than it was written")


def _digest_of_entry(entry: Entry) -> str:
    return digest_of(
        number=entry.number,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        trial_id=entry.trial_id,
        detail=entry.detail,
        previous=entry.previous,
    )
