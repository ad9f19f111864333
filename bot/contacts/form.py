"""What somebody entered to be reached by, and what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

LONGEST: Mapping[str, int] = {"name": 120, "phone": 40, "email": 254, "time": 200, "relation": 80}
"""Characters of each field."""
_FIGURES = range(5, 21)
"""How many a phone number has: from a short local one to the longest international one with an extension."""
# Each piece begins with what the piece before it cannot hold, so that a text is tried in one way only.
_PHONE = re.compile(r"[( ]*(?:\+[( ]*)?(?:\d[\d ().,/\-\u2010-\u2015]*)(?:(?:ext|x|#)\.?\s*\d{1,6})?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[^\s@<>,;:\"()\[\]\\.]+\.)+[^\s@<>,;:\"()\[\]\\.]{2,63}")


@dataclass(frozen=True, slots=True)
class Entered:
    """The fields of the form. `site` is the name of a place, empty for whichever is right; `shown` which text stood above them."""

    name: str = ""
    phone: str = ""
    email: str = ""
    time: str = ""
    relation: str = ""
    site: str = ""
    agreed: bool = False
    shown: str = ""

    def content(self) -> dict[str, str]:
        """What is sealed: only what was filled in."""
        return {field: value for field in LONGEST if (value := getattr(self, field))}


def read(fields: Mapping[str, object]) -> Entered:
    """The fields as they were sent; what is no text counts as empty."""

    def text(name: str) -> str:
        found = fields.get(name)
        return _one_line(found) if isinstance(found, str) else ""

    return Entered(
        name=text("name"),
        phone=text("phone"),
        email=text("email"),
        time=text("time"),
        relation=text("relation"),
        site=text("site"),
        agreed=fields.get("agreed") == "yes",
        shown=text("shown"),
    )


def faults(entered: Entered, sites: Collection[str], shown: str) -> dict[str, str]:
    """What is wrong, by field: the code of a text. Empty where it can be kept.

    `sites` are the places to choose from; `shown` is the text that stands above the form now.
    """
    found: dict[str, str] = {}
    if entered.site and entered.site not in sites:
        found["site"] = "site_unknown"
    if not entered.name:
        found["name"] = "name_missing"
    if not entered.phone and not entered.email:
        found["phone"] = "reach_missing"
    too_long = {field for field, longest in LONGEST.items() if len(getattr(entered, field)) > longest}
    found.update(dict.fromkeys(too_long, "too_long"))
    if entered.phone and "phone" not in too_long and not is_phone(entered.phone):
        found["phone"] = "phone_wrong"
    if entered.email and "email" not in too_long and not _EMAIL.fullmatch(entered.email):
        found["email"] = "email_wrong"
    if not entered.agreed:
        found["agreed"] = "agreed_missing"
    elif entered.shown != shown:
        found["agreed"] = "text_changed"
    return found


def is_phone(text: str) -> bool:
    """Whether somebody could dial it: figures of any script, as people of any country group them, with an extension or without."""
    return len(text) <= LONGEST["phone"] and bool(_PHONE.fullmatch(text)) and sum(char.isdecimal() for char in text) in _FIGURES


def _one_line(text: str) -> str:
    """Without control characters and halves of characters; every gap is one space."""
    return " ".join("".join(" " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char for char in text).split())
