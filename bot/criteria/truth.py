"""Three-valued truth after Kleene's strong logic: true, false, and not known."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """`UNKNOWN` means "could be either": it never decides anything by itself."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, value: bool) -> Truth:
        return cls.TRUE if value else cls.FALSE

    def __invert__(self) -> Truth:
        if self is Truth.UNKNOWN:
            return self
        return Truth.of(self is Truth.FALSE)

    def __and__(self, other: Truth) -> Truth:
        return conjunction((self, other))

    def __or__(self, other: Truth) -> Truth:
        return disjunction((self, other))

    @property
    def decided(self) -> bool:
        return self is not Truth.UNKNOWN


def conjunction(parts: Iterable[Truth]) -> Truth:
    """False as soon as one part is false, true only if every part is; an empty one is true."""
    parts = set(parts)
    if Truth.FALSE in parts:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in parts else Truth.TRUE


def disjunction(parts: Iterable[Truth]) -> Truth:
    """True as soon as one part is true, false only if every part is; an empty one is false."""
    return ~conjunction(~part for part in parts)
