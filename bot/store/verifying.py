"""Verifying the audit of a store: the whole chain, as it was in one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.audit.chain import Entry, Fault, Head, Unreadable, faults
from bot.store.store import Store


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it: how many entries there are, everything that is wrong, and the head as it is sealed."""

    entries: int
    faults: tuple[Fault, ...]
    head: Head | None

    @property
    def fine(self) -> int:
        """How many entries nothing is wrong with."""
        return self.entries - len({fault.number for fault in self.faults if fault.number is not None and fault.is_of_an_entry})


def verify(store: Store, expected: Mapping[int, str] | None = None) -> Verification:
    """Go through the whole chain; `expected` are digests that were noted earlier, by number."""
    counted: Counter[str] = Counter()

    def counting(entries: Iterator[Entry | Unreadable]) -> Iterator[Entry | Unreadable]:
        for entry in entries:
            counted["entries"] += 1
            yield entry

    with store.reading(all_of_one_moment=True) as unit:
        head = unit.audit_head()
        found = list(faults(counting(unit.audit_chain()), head, store.audit_key, expected))
        if head is None and not counted and unit.accounts():
            found.append(Fault(None, "there is no entry at all, though there are accounts: the audit was removed"))
    return Verification(counted["entries"], tuple(found), head)
