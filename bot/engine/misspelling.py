"""Examples as they might be typed in haste: letters swapped, lost or doubled, capitals and marks left out.

Trained on these beside the well-typed ones, the model takes a typo for what it is. Nothing here knows a language.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

#: One slip for so many words, and at least one.
WORDS_A_SLIP = 7
#: Words shorter than this are left as they are: a slip would make another word of them.
SHORTEST = 4


def misspelt(texts: Sequence[str], seed: int) -> list[str]:
    """A hasty copy of each text; the same for the same text and seed, whatever the others are."""
    return [_hasty(text, random.Random(f"{seed} {text}")) for text in texts]  # noqa: S311 - no secret


def _hasty(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    for _ in range(1 + len(words) // WORDS_A_SLIP):
        index = chance.randrange(len(words))
        if len(words[index]) >= SHORTEST:
            words[index] = _slipped(words[index], chance)
    text = " ".join(words)
    if chance.random() < 0.5:
        text = text.lower()
    if chance.random() < 0.4:
        text = text.replace("'", "")
    # A text that is nothing but marks keeps them.
    return (text.rstrip("?!.") or text) if chance.random() < 0.4 else text


def _slipped(word: str, chance: random.Random) -> str:
    """One slip inside the word: its first and last letter are what people get right."""
    at = chance.randrange(1, len(word) - 2)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    slips = (before + after[0] + letter + after[1:], before + after, before + letter + letter + after)
    return chance.choices(slips, weights=(4, 4, 2))[0]
