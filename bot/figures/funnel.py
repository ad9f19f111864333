"""How far conversations came, step by step. Each step is counted among those that took the one before: a funnel never grows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bot.figures.counting import Progress

KeyT = TypeVar("KeyT")
_PROMISING = frozenset({"possible", "likely"})


class Step(StrEnum):
    """The steps, in their order."""

    STARTED = "started"
    """The question for consent was put."""
    CONSENTED = "consented"
    FINISHED = "finished"
    """With a result, or a list of trials."""
    PROMISING = "promising"
    """The result that stands is possible or likely; or the person is handed off, whatever stands now."""
    HANDED_OFF = "handed_off"
    """The person left a way to be reached."""


def steps_taken(progress: Progress) -> int:
    """How many steps conversations of a kind took."""
    if progress.stage == "handed_off":
        # There was a result when they left a way to be reached: what they tell or look for afterwards takes none of that back.
        return len(Step)
    took = (
        progress.consented is not None,
        progress.consented is True,
        progress.stage == "finished",
        progress.verdict in _PROMISING,
    )
    return next((number for number, one in enumerate(took) if not one), len(took))


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many conversations took each step."""

    counts: tuple[int, ...] = (0,) * len(Step)

    @classmethod
    def of(cls, counted: Iterable[Progress]) -> Funnel:
        """All of these together."""
        ended = [0] * (len(Step) + 1)
        for progress in counted:
            ended[steps_taken(progress)] += progress.count
        return cls(tuple(sum(ended[number:]) for number in range(1, len(Step) + 1)))

    def __getitem__(self, step: Step) -> int:
        return self.counts[list(Step).index(step)]

    def share(self, step: Step) -> float | None:
        """Of those that started, how many took a step; None where nobody started."""
        return self[step] / self[Step.STARTED] if self[Step.STARTED] else None


def funnels(counted: Iterable[Progress], key: Callable[[Progress], KeyT]) -> Mapping[KeyT, Funnel]:
    """One funnel for each week, channel, language or trial; whatever `key` tells apart."""
    apart: dict[KeyT, list[Progress]] = {}
    for progress in counted:
        apart.setdefault(key(progress), []).append(progress)
    return {name: Funnel.of(some) for name, some in apart.items()}
