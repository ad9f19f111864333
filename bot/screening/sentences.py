"""A message in sentences, as the classifier learns what each of them says.

Made of the standard library alone: the engine (Python 3.10) and the app cut a message at the same places.
"""

from __future__ import annotations

import re

MOST = 16
"""Sentences of one message that are looked at by themselves; a longer story has said enough by then."""
# A sign within a number or an abbreviation has no space behind it.
_END = re.compile(r"(?<=[.!?;…。！？؟])\s+|\s*[\r\n]+\s*")
_SAYS = re.compile(r"\w")


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of ``text`` in order, those without a letter or figure left out."""
    return tuple(part.strip() for part in _END.split(text) if _SAYS.search(part))[:MOST]
