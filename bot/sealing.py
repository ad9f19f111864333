"""Sealing: what must not be readable in the database, such as how to reach a person.

Keys come from the environment (`TRIALCHAT_SEALING_KEYS`, the newest first, separated by commas) or from the home folder's
secrets. What is sealed with an older key stays readable while that key is listed, and `trialchat seal rotate` seals it anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealingError(ValueError):
    """Sealed data that no key opens, or keys that cannot be used; says what to do."""


class Sealer:
    """Seals with the first key, opens with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise SealingError("there is no sealing key; set TRIALCHAT_SEALING_KEYS, or let `trialchat run` make one")
        try:
            self._fernets = [Fernet(key) for key in keys]
        except ValueError:
            raise SealingError(
                "TRIALCHAT_SEALING_KEYS: each key must be 32 random bytes in URL-safe base64; `trialchat seal new-key` makes one"
            ) from None
        self._all = MultiFernet(self._fernets)

    @classmethod
    def of(cls, keys: str) -> Sealer:
        """A sealer from keys as the environment has them, separated by commas."""
        return cls([key.strip() for key in keys.split(",") if key.strip()])

    def seal(self, content: Any) -> str:
        """Seal anything that JSON can hold."""
        return self._all.encrypt(json.dumps(content, ensure_ascii=False).encode()).decode()

    def open(self, sealed: str) -> Any:
        """What was sealed; `SealingError` where none of the keys fits."""
        try:
            return json.loads(self._all.decrypt(sealed.encode()))
        except InvalidToken:
            raise SealingError("sealed data fits none of the keys; add the key it was sealed with to TRIALCHAT_SEALING_KEYS") from None

    def seal_anew(self, sealed: str) -> str | None:
        """The same under the first key; None where it is that already."""
        try:
            self._fernets[0].decrypt(sealed.encode())
        except InvalidToken:
            try:
                return self._all.rotate(sealed.encode()).decode()
            except InvalidToken:
                raise SealingError("sealed data fits none of the keys; add the key it was sealed with to TRIALCHAT_SEALING_KEYS") from None
        return None


def new_key() -> str:
    """A key to seal with."""
    return Fernet.generate_key().decode()
