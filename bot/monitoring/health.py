"""Whether everything is there that a turn needs, part by part."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.monitoring.asking import Asked

LASTS_SECONDS = 1.0
"""So long an answer is good for whoever asks next."""
CHECK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """Something that a turn needs. `look` says whether it is there; what takes longer than `seconds` is away.

    `is_shared`: where it is away, it is away for every machine; to send people to another one would help nobody, and whoever
    stays is told kindly to try again.
    """

    name: str
    look: Callable[[], Awaitable[bool]]
    seconds: float = CHECK_SECONDS
    is_shared: bool = False


class Readiness:
    """All that a turn needs: `store` and `engine`, and what an installation has beside them (`add`)."""

    def __init__(self, checks: Iterable[Check] = (), *, lasts: float = LASTS_SECONDS) -> None:
        self._lasts = lasts
        self._asked: dict[str, Asked[bool]] = {}
        self._shared: set[str] = set()
        for check in checks:
            self.add(check)

    def add(self, check: Check) -> None:
        """One more."""
        if check.name in self._asked:
            raise ValueError(f"there is a check of {check.name} already")
        if check.is_shared:
            self._shared.add(check.name)
        what = f"the health of {check.name}"
        self._asked[check.name] = Asked(what, check.look, otherwise=False, lasts=self._lasts, seconds=check.seconds)

    async def parts(self) -> dict[str, bool]:
        """Which are there. All are looked at at once."""
        answers = await asyncio.gather(*(asked.answer() for asked in self._asked.values()))
        return dict(zip(self._asked, answers, strict=True))

    def is_ready(self, parts: Mapping[str, bool]) -> bool:
        """Whether people should be sent here, with these parts there or not."""
        return all(up or name in self._shared for name, up in parts.items())

    def close(self) -> None:
        """Look no more."""
        for asked in self._asked.values():
            asked.close()
