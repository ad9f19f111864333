"""A sign-in at a provider that is under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.tokens import new_token

LASTS = timedelta(minutes=10)
"""So long somebody may take at the provider."""


@dataclass(frozen=True, slots=True)
class Started:
    """What the provider's answer must fit. Kept by the browser alone, sealed."""

    state: str
    nonce: str
    # Of PKCE: who only sees the address of the answer cannot use the code in it.
    verifier: str
    # Where in the console it leads.
    then: str
    # Seconds since 1970.
    until: float

    @classmethod
    def new(cls, then: str, now: datetime) -> Started:
        """A new one, good for ten minutes."""
        return cls(new_token(), new_token(), new_token(), then, (now + LASTS).timestamp())
