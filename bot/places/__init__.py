"""Places: which ones a message names, and where they lie.

    gazetteer = Gazetteer.load("en")
    gazetteer.find("about an hour from Gothenburg")[0].best

Nothing is looked up anywhere: towns and countries come from a package that ships its data, the rest from `lexicon/places.yaml`, and the
words by which people speak of places from `words/<locale>/places.yaml`.
"""

from bot.places.gazetteer import Gazetteer
from bot.places.place import Found, Kind, Place

__all__ = ["Found", "Gazetteer", "Kind", "Place"]
