"""Many trials at once: one person's answers against the criteria of all, and the question that tells most about those left. Pure."""

from bot.matching.choosing import Choice, choose
from bot.matching.columns import Columns
from bot.matching.priors import Priors
from bot.matching.standing import Standing

__all__ = ["Choice", "Columns", "Priors", "Standing", "choose"]
