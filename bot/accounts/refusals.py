"""What is refused, by a code whose words are in the console's texts."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was done. `code` names why, and never holds anything that somebody entered."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
