"""Studies fetched from the registry, for a command: by number or by query, one after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from bot.trials.registry.api import MOST_NUMBERS, Query, RegistryClient, RegistryFault, nct_number
from bot.trials.registry.files import Found


def fetched(
    client: Callable[[], RegistryClient],
    numbers: Sequence[str],
    query: Query | None = None,
    at_most: int | None = None,
    tell_total: Callable[[int], None] = lambda _: None,
) -> Iterator[Found]:
    """Every study asked for. One that is not there, and what keeps the registry from answering, is a `Found` with a problem."""
    with asyncio.Runner() as runner:
        studies = _fetched(client, numbers, query, at_most, tell_total)
        try:
            while (found := runner.run(_next(studies))) is not None:
                yield found
        finally:
            runner.run(studies.aclose())


async def _next(studies: AsyncGenerator[Found, None]) -> Found | None:
    return await anext(studies, None)


async def _fetched(
    make: Callable[[], RegistryClient],
    numbers: Sequence[str],
    query: Query | None,
    at_most: int | None,
    tell_total: Callable[[int], None],
) -> AsyncGenerator[Found, None]:
    async with make() as client:
        if len(numbers) == 1:
            yield await _one(client, numbers[0])
        else:
            for start in range(0, len(numbers), MOST_NUMBERS):
                async for found in _several(client, numbers[start : start + MOST_NUMBERS]):
                    yield found
        if query is not None:
            async for found in _queried(client, query, at_most, tell_total):
                yield found


async def _one(client: RegistryClient, number: str) -> Found:
    try:
        return Found(number, await client.study(number))
    except RegistryFault as fault:
        return Found(number, problem=str(fault))


async def _several(client: RegistryClient, numbers: Sequence[str]) -> AsyncIterator[Found]:
    """Many numbers in one request; what is not answered under its number is asked for by itself, as it may have been merged."""
    missing = dict.fromkeys(map(nct_number, numbers))
    try:
        async for study in client.studies(Query(nct_ids=tuple(missing)), page_size=MOST_NUMBERS):
            number = _number(study)
            if number in missing:
                del missing[number]
                yield Found(number, study)
    except RegistryFault as fault:
        for number in missing:
            yield Found(number, problem=str(fault))
        return
    for number in missing:
        yield await _one(client, number)


async def _queried(client: RegistryClient, query: Query, at_most: int | None, tell_total: Callable[[int], None]) -> AsyncIterator[Found]:
    studies = client.studies(query, at_most=at_most)
    count = 0
    try:
        async for study in studies:
            if not count and studies.total is not None:
                tell_total(min(studies.total, at_most or studies.total))
            count += 1
            yield Found(_number(study) or f"the registry's answer, study {count}", study)
    except RegistryFault as fault:
        yield Found(f"the registry's answer, after study {count}" if count else "the registry", problem=str(fault))
        return
    if not count:
        yield Found("the registry", problem="has no study that the query finds")


def _number(study: dict[str, Any]) -> str | None:
    protocol = study.get("protocolSection")
    identification = protocol.get("identificationModule") if isinstance(protocol, dict) else None
    number = identification.get("nctId") if isinstance(identification, dict) else None
    return number if isinstance(number, str) else None
