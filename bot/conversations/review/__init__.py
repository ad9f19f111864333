"""A conversation as the study team reads it: what was said, what was understood of it, why the bot asked, what it concluded.

Everything here is worked out from what is stored, and nothing is decided anew: the same pure core that screened the person
tells what its answers changed. What a patient told is hidden unless it was revealed, and what is hidden never leaves this
room: a view has no value where a page must show none.
"""

from bot.conversations.review.reviews import Reviews
from bot.conversations.review.views import Line, Review

__all__ = ["Line", "Review", "Reviews"]
