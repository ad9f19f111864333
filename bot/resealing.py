"""Sealing everything anew with the newest key, so that older ones can be dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.sealing import Sealer, SealingError
from bot.store import Store
from bot.store.sealed import SEALED_TABLES

BATCH = 200


@dataclass(frozen=True, slots=True)
class Unopenable:
    """A row that fits none of the keys."""

    table: str
    number: int


class ResealingRefusedError(Exception):
    """Something fits no key, and nothing was changed: whoever goes on to drop keys would lose it."""

    def __init__(self, rows: list[Unopenable]) -> None:
        self.rows = rows
        named = ", ".join(f"{row.table} {row.number}" for row in rows[:_NAMED])
        more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
        super().__init__(
            f"nothing was sealed anew: {named}{more} fit none of the keys (table and id); "
            "add the key that they were sealed with to TRIALCHAT_SEALING_KEYS, after the newest"
        )


_NAMED = 5


def unopenable(store: Store, sealer: Sealer) -> list[Unopenable]:
    """Rows that none of the sealer's keys opens."""
    return [Unopenable(table, number) for table, number, content in _all(store) if not _opens(sealer, content)]


def number_sealed(store: Store) -> int:
    """How many rows have something sealed."""
    return sum(1 for _ in _all(store))


def seal_anew(store: Store, sealer: Sealer, *, batch: int = BATCH) -> Mapping[str, int]:
    """Seal everything with the sealer's first key; how many rows of each table were changed.

    In batches, each in a transaction of its own: after a crash the next call goes on with what is left. Raises
    `ResealingRefusedError`, and changes nothing, where a row fits none of the keys.
    """
    if rows := unopenable(store, sealer):
        raise ResealingRefusedError(rows)
    changed: Counter[str] = Counter(dict.fromkeys(SEALED_TABLES, 0))
    for table in SEALED_TABLES:
        after: int | None = 0
        while after is not None:
            number, after = _batch(store, sealer, table, after, batch)
            changed[table] += number
    return changed


def left_behind(store: Store, key: str) -> int:
    """How many rows a key alone does not open: with 0, all others can be dropped."""
    return len(unopenable(store, Sealer([key])))


def _batch(store: Store, sealer: Sealer, table: str, after: int, batch: int) -> tuple[int, int | None]:
    """One batch: how many rows were changed, and the id to go on after, None at the end."""
    changed = 0
    with store.unit() as unit:
        rows = unit.sealed(table, after=after, limit=batch)
        for number, content in rows:
            anew = sealer.seal_anew(content)
            if anew is not None:
                unit.seal_row(table, number, anew)
                changed += 1
    return changed, rows[-1][0] if rows else None


def _all(store: Store) -> Iterator[tuple[str, int, str]]:
    for table in SEALED_TABLES:
        after = 0
        while True:
            with store.reading() as unit:
                rows = unit.sealed(table, after=after, limit=BATCH)
            if not rows:
                break
            yield from ((table, number, content) for number, content in rows)
            after = rows[-1][0]


def _opens(sealer: Sealer, content: str) -> bool:
    try:
        sealer.open(content)
    except SealingError:
        return False
    return True
