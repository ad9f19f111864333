"""Importing many studies: read, stored and reported one by one, several in a transaction."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.store import Store, Unit
from bot.trials.loading import Keeper, Kept, Prepared
from bot.trials.registry import StudyFault, parse_study
from bot.trials.registry.files import Found

IN_A_TRANSACTION = 10
"""Trials. More at once saves waiting for the disk, and lets those who write at the same time wait longer."""


@dataclass(frozen=True)
class Imported:
    """What became of one record: kept, or left out because of a `problem` that somebody can act on."""

    origin: str
    kept: Kept | None = None
    problem: str | None = None


def import_all(
    store: Store,
    keeper: Keeper,
    found: Iterable[Found],
    clock: Callable[[], datetime.datetime],
    note: Callable[[Unit, Kept], object] = lambda _unit, _kept: None,
) -> Iterator[Imported]:
    """Import records as they come. A crash leaves whole trials only: each is stored in one transaction with all that belongs to it.

    `note` writes down, in that transaction, what became of a trial that was added or changed.
    """
    prepared = _prepared(store, keeper, found, clock)
    while some := tuple(islice(prepared, IN_A_TRANSACTION)):
        made: list[Imported] = []
        with store.unit() as unit:
            for origin, ready in some:
                match ready:
                    case Prepared():
                        kept = keeper.import_study(unit, ready, origin, clock())
                        if kept.outcome != "unchanged":
                            note(unit, kept)
                        made.append(Imported(origin, kept))
                    case Kept():
                        made.append(Imported(origin, ready))
                    case problem:
                        made.append(Imported(origin, problem=problem))
        yield from made


def _prepared(
    store: Store, keeper: Keeper, found: Iterable[Found], clock: Callable[[], datetime.datetime]
) -> Iterator[tuple[str, Prepared | Kept | str]]:
    """Each record read and ready; or the trial as it is, where nothing has changed; or what is wrong with it."""
    for one in found:
        if one.problem is not None:
            yield one.origin, one.problem
            continue
        try:
            study = parse_study(one.data)
            with store.reading() as unit:
                known = keeper.unchanged(unit, study)
            yield one.origin, known or keeper.prepare(study, clock())
        except StudyFault as fault:
            yield one.origin, str(fault)
