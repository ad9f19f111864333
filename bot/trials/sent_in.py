"""Trials that somebody sends in by hand, some at once: numbers to fetch, or a file; each only if it is theirs to bring in."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from bot.store import Store, Unit
from bot.trials.importing import Imported, import_all
from bot.trials.loading import Keeper, Kept
from bot.trials.registry.api import RegistryClient, nct_number, number_of
from bot.trials.registry.files import Found, studies_in_bytes
from bot.trials.registry.live import fetched

MOST = 100
"""Records at once; each takes some tenths of a second to read."""
_APART = re.compile(r"[\s,;]+")


class TooManyError(ValueError):
    """More records than are taken at once. Nothing was imported."""


def numbers_in(text: str) -> tuple[list[str], list[Found]]:
    """The NCT numbers of a text, each once, and what in it is none."""
    numbers: list[str] = []
    unknown: list[Found] = []
    for word in filter(None, _APART.split(text)):
        try:
            numbers.append(nct_number(word))
        except ValueError:
            unknown.append(Found(word[:40], problem="is no NCT number (NCT and eight digits)"))
    if len(numbers) + len(unknown) > MOST:
        raise TooManyError
    return list(dict.fromkeys(numbers)), unknown


def studies_sent(content: bytes, name: str) -> list[Found]:
    """The records of a file that was sent."""
    found = list(islice(studies_in_bytes(content, name), MOST + 1))
    if len(found) > MOST:
        raise TooManyError
    return found


def bring_in(
    store: Store,
    keeper: Keeper,
    client: Callable[[], RegistryClient],
    numbers: Iterable[str],
    sent: Iterable[Found],
    *,
    may: Callable[[str], bool],
    not_theirs: str,
    clock: Callable[[], datetime.datetime],
    note: Callable[[Unit, Kept], object],
) -> Iterator[Imported]:
    """Import what was sent, and the numbers from the registry. What `may` refuses is left out, and `not_theirs` says why."""
    wanted = list(numbers)
    theirs = [number for number in wanted if may(number)]
    refused = [Found(number, problem=not_theirs) for number in wanted if not may(number)]
    live = fetched(client, theirs) if theirs else ()
    allowed = (_if_theirs(found, may, not_theirs) for found in chain(sent, live))
    return import_all(store, keeper, chain(refused, allowed), clock, note)


def _if_theirs(found: Found, may: Callable[[str], bool], not_theirs: str) -> Found:
    """A record, unless it is of a trial that is not theirs. A study may have another number now than the one that was asked for."""
    number = number_of(found.data) if found.problem is None and isinstance(found.data, dict) else None
    return found if number is None or may(number.strip().upper()) else Found(found.origin, problem=not_theirs)
