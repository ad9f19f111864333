"""What is kept of messages on their way: sealed, and by whom without saying who."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from bot.channels.lists import NOTHING, Choice, Offer
from bot.channels.providers.base import Heard
from bot.channels.shaping import Piece
from bot.sealing import Sealer
from bot.store import JsonObject


@dataclass(frozen=True, slots=True)
class Envelopes:
    """Seals and opens. `key` makes of a phone number a name that nobody can turn back without it."""

    sealer: Sealer
    key: str

    def sender(self, channel: str, name: str) -> str:
        """What somebody is called in the store: the same each time, and not how to reach them."""
        return hmac.new(self.key.encode(), f"{channel}:{name}".encode(), hashlib.sha256).hexdigest()

    def of_heard(self, heard: Heard) -> str:
        """A message that was received."""
        kept = {"text": heard.text, "address": heard.address, "opens": heard.opens, "trial": heard.trial, "locale": heard.locale}
        return self.sealer.seal({**kept, "look_up": heard.look_up} if heard.look_up else kept)

    def of_piece(self, address: JsonObject, piece: Piece) -> str:
        """A piece to be sent."""
        return self.sealer.seal({"address": address, "text": piece.text, "buttons": [list(one) for one in piece.buttons]})

    def of_place(self, address: JsonObject, offer: Offer) -> str:
        """Where somebody is reached, and the list that they saw last."""
        choices = [[one.mark, one.title, one.payload, one.is_value] for one in offer.choices]
        return self.sealer.seal({"address": address, "choices": choices, "several": offer.several})

    def open(self, sealed: str) -> dict[str, Any]:
        """What was sealed here; `SealingError` where no key fits."""
        found: dict[str, Any] = self.sealer.open(sealed)
        return found

    def piece(self, sealed: str) -> tuple[JsonObject, Piece]:
        """A piece, and where it goes."""
        found = self.open(sealed)
        return found["address"], Piece(found["text"], tuple((title, payload) for title, payload in found["buttons"]))

    def place(self, sealed: str | None) -> tuple[JsonObject | None, Offer]:
        """Where somebody is reached, and what they may choose from."""
        if sealed is None:
            return None, NOTHING
        found = self.open(sealed)
        return found["address"], Offer(tuple(Choice(*one) for one in found["choices"]), found["several"])
