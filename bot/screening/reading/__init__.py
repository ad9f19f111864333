"""Reading what a person wrote: pure code over one language's words."""

from bot.screening.reading.intent import Guess, Intent
from bot.screening.reading.lexicon import Lexicon
from bot.screening.reading.reader import Reader
from bot.screening.reading.text import cleaned, said

__all__ = ["Guess", "Intent", "Lexicon", "Reader", "cleaned", "said"]
