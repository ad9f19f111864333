"""What somebody is shown before they leave contact data, and which text that was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.words import Words


@dataclass(frozen=True)
class ContactTexts:
    """The texts about one trial for one person. `days` is how long a conversation is kept, None for ever."""

    words: Words
    title: str
    days: int | None

    @property
    def section(self) -> Mapping[str, Any]:
        """All texts of the page."""
        found: Mapping[str, Any] = self.words.files["site"]["contact"]
        return found

    @property
    def who(self) -> str | None:
        """Whom it is about, as they are spoken of; None: whoever writes."""
        return self.words.person.get("who")

    @cached_property
    def notice(self) -> tuple[str, ...]:
        """What happens to the data, told before anything is asked, a paragraph each."""
        kept = "kept_days" if self.days is not None else "kept_open"
        lines = [*self.section["notice"], self.section[kept].format(days=self.days), self.section["take_back"], self.section["free"]]
        return tuple(str(line) for line in lines)

    @cached_property
    def agreement(self) -> str:
        """What the box to tick says."""
        return str(self.section["agree"])

    @property
    def version(self) -> str:
        """Which texts these are."""
        return self.words.version

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that is shown and agreed to, hexadecimal."""
        return hashlib.sha256("\n".join([self.title, *self.notice, self.agreement]).encode()).hexdigest()
