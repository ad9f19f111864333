"""The words that somebody searches for, as an address has them: sealed, and good in one session alone.

They say something about somebody's health, and an address is kept where nobody looks after it: in the browser's history, in a proxy's log.
"""

from __future__ import annotations

from bot.sealing import Sealer, SealingError
from bot.web.console.visitor import Visitor

LONGEST_SEARCH = 200


def sealed_search(sealer: Sealer, visitor: Visitor, words: str) -> str:
    """What stands in the address for words."""
    return sealer.seal({"words": words, "session": visitor.session.id})


def opened_search(sealer: Sealer, visitor: Visitor, sealed: str) -> str | None:
    """The words; None where they were sealed in another session, or are none."""
    try:
        content = sealer.open(sealed)
    except SealingError:
        return None
    if not isinstance(content, dict) or content.get("session") != visitor.session.id:
        return None
    words = content.get("words")
    return words if isinstance(words, str) else None
