"""Who approved what of a trial's criteria, and of which official text.

An approval belongs to a text, not to a number: where the registry moves a criterion, its approval moves along, and where it
changes the words, nobody has approved the new ones.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.criteria import Section
from bot.criteria.rules import Rule


class Action(StrEnum):
    APPROVED = "approved"
    """As it was read."""
    EDITED = "edited"
    """With another rule or other words, which are approved with that."""
    RETURNED = "returned"
    """Back to be reviewed."""


@dataclass(frozen=True)
class Review:
    """What somebody decided about the criterion of an official text. The latest of a text counts.

    `rule` is what was approved: what must hold to be let in; None leaves it to the study team.
    """

    criterion_id: str
    fingerprint: str
    action: Action
    by: str
    at: datetime.datetime
    rule: Rule | None = None
    #: By locale, only what was written by hand.
    words: Mapping[str, Mapping[str, str]] | None = None


def fingerprint(section: Section, text: str, headings: tuple[str, ...] = ()) -> str:
    """Which official text this is, told by its section, its headings and its words; white space, and the registry's escapes before
    signs, do not count."""
    parts = (section.value, *headings, text)
    return hashlib.sha256("\n".join(" ".join(part.replace("\\", "").split()) for part in parts).encode()).hexdigest()[:16]
