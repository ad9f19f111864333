"""How much of a criterion's official text a rule says."""

from __future__ import annotations

from enum import StrEnum


class Reading(StrEnum):
    """How much of a criterion was read."""

    WHOLE = "whole"
    """Every word: the rule says all that the criterion says."""
    PART = "part"
    """Some of it: the rest is a judgement inside the rule."""
    NONE = "none"
    LEAD = "lead"
    """It only leads to the criteria inside of it."""
    INSIDE = "inside"
    """It is one of several that are enough: the rule stands at the one that leads to them."""
