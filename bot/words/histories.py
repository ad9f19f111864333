"""A few medical histories that together hold each illness as often as people have it.

Illnesses come together more often than by chance: who has one is likelier to have others. So some histories are empty, as
the data say, and all illnesses are spread over the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_LIGHT = 22
"""So many histories weigh little, so that the share of a rare illness comes out right."""
_LIGHT_TOGETHER = 0.08
_ALL_OTHERS = 0.001
"""The weight of the one history that holds every illness of which no share is known: too rare to count, but not impossible."""
_STEP = 7
"""Each illness begins this many histories after the one before, so that not the same ones lie together all the time."""

History = tuple[str, ...]


def histories(shares: Mapping[str, float], others: Sequence[str], none: float, count: int) -> list[tuple[History, float]]:
    """`count` histories with weights that add up to 1. `none` is the share of empty ones."""
    heavy = count - _LIGHT - 2
    filled = 1 - none - _ALL_OTHERS
    light = filled * _LIGHT_TOGETHER / _LIGHT
    weights = [filled * (1 - _LIGHT_TOGETHER) / heavy] * heavy + [light] * _LIGHT
    held: list[list[str]] = [[] for _ in weights]
    for place, (name, share) in enumerate(sorted(shares.items(), key=lambda item: (-item[1], item[0]))):
        left = share
        for part, size in ((0, heavy), (heavy, _LIGHT)):
            for step in range(size):
                at = part + (place * _STEP + step) % size
                if left < weights[at] and (part == 0 or left < light / 2):
                    break
                held[at].append(name)
                left -= weights[at]
        if left == share:
            held[heavy + place % _LIGHT].append(name)
    made: list[tuple[History, float]] = [((), none)]
    made += [(tuple(names), weight) for names, weight in zip(held, weights, strict=True)]
    return [*made, (tuple(others), _ALL_OTHERS)]
