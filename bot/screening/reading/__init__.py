"""Reading what a person wrote: pure code over one language's words."""

from bot.screening.reading.lexicon import Lexicon
from bot.screening.reading.reader import Intent, Reader
from bot.screening.reading.text import cleaned, said

__all__ = ["Intent", "Lexicon", "Reader", "cleaned", "said"]
