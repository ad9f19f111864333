"""How likely each answer to a question is, as a few samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose

import numpy as np
from numpy.typing import NDArray

from bot.criteria.operators import Value
from bot.screening.attributes import AnswerType, Attribute, Attributes
from bot.screening.planner import _possible_values

MOST_SAMPLES = 64
"""A set of samples is one 64-bit number."""


@dataclass(frozen=True)
class Priors:
    """For each attribute, values that stand for all answers, each with its weight; the weights of an attribute add up to 1.

    `ValueError` where an attribute has more than 64 samples, or weights that are none.
    """

    samples: Mapping[str, tuple[tuple[Value, float], ...]]

    def __post_init__(self) -> None:
        for name, samples in self.samples.items():
            if len(samples) > MOST_SAMPLES:
                raise ValueError(f"`{name}` has {len(samples)} samples; {MOST_SAMPLES} is the most")
            weights = [weight for _, weight in samples]
            if any(weight < 0 for weight in weights) or not isclose(sum(weights), 1, abs_tol=1e-6):
                raise ValueError(f"the weights of `{name}` add up to {sum(weights)}, not to 1")

    @classmethod
    def uniform(cls, attributes: Attributes, condition_names: tuple[str, ...] = ()) -> Priors:
        """Every plausible answer as likely as any other; whoever is asked for all illnesses there are has none as often as one."""
        values = {name: _spread(attribute, condition_names) for name, attribute in attributes.items()}
        return cls({name: samples for name, samples in values.items() if samples})

    def values(self, attribute: str) -> tuple[Value, ...]:
        """An attribute's samples; none where nothing is known of it."""
        return tuple(value for value, _ in self.samples.get(attribute, ()))

    def weights_by_byte(self, attribute: str) -> NDArray[np.float32]:
        """For each byte of a mask of samples, and each of its 256 values, the weight of the samples: an array of 8 x 256."""
        weights = np.zeros(MOST_SAMPLES)
        weights[: len(self.values(attribute))] = [weight for _, weight in self.samples.get(attribute, ())]
        bits = np.arange(256)[:, None] >> np.arange(8) & 1
        by_byte: NDArray[np.float32] = (weights.reshape(8, 8) @ bits.T).astype(np.float32)
        return by_byte


def _spread(attribute: Attribute, condition_names: tuple[str, ...]) -> tuple[tuple[Value, float], ...]:
    if attribute.answer_type is not AnswerType.TEXT:
        values = _possible_values(attribute)
        return tuple((value, 1 / len(values)) for value in values)
    most = MOST_SAMPLES - attribute.complete
    step = max(1, -(-len(condition_names) // most))
    named: list[Value] = [(name,) for name in condition_names[::step]]
    if not attribute.complete:
        return tuple((value, 1 / len(named)) for value in named)
    nothing: tuple[Value, float] = ((), 0.5 if named else 1.0)
    return (nothing, *((value, 0.5 / len(named)) for value in named))
