"""Loading texts of one language and filling them in. The texts themselves are in `words/<locale>/`."""

from bot.words.words import FALLBACK_LOCALE, Library, Words, WordsFault, load_library

__all__ = ["FALLBACK_LOCALE", "Library", "Words", "WordsFault", "load_library"]
