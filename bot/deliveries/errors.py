"""Why something was not delivered. What is said stands in the console: a status or the name of an error, never a body or an address."""

from __future__ import annotations


class NotDeliveredError(Exception):
    """It did not arrive, and may the next time. `status` is what was answered, where something was."""

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


class TargetGoneError(NotDeliveredError):
    """The target is there no more, and says so: it is switched off."""
