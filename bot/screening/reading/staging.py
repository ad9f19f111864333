"""Cancer stages out of TNM codes, which are the same in every language."""

from __future__ import annotations

import re

_TNM = re.compile(
    r"(?<![a-z0-9])[cpyra]{0,2}t\s?(?P<t>[0-4]|x|is)\s?(?P<sub>[a-d])?(?:\([^)]{1,4}\))?[\s,./]*"
    r"[cp]?n\s?(?P<n>[0-3]|x)\s?[a-d]?[\s,./]*"
    r"[cp]?m\s?(?P<m>[01]|x)\s?[a-d]?\d?(?![a-z0-9])"
)
_M1 = re.compile(r"(?<![a-z0-9])[cp]?m1(?:\s?[a-d]\d?)?(?![a-z0-9])")


_AGREED = (
    ("1", "0", "", "I"),
    ("2", "0", "a", "I"),
    ("2", "0", "b", "II"),
    ("3", "0", "", "II"),
    ("2", "1", "ab", "II"),
    ("3", "1", "", "III"),
    ("4", "1", "", "III"),
    ("3", "2", "", "III"),
    ("4", "2", "", "III"),
    ("1", "3", "", "III"),
    ("2", "3", "", "III"),
    ("3", "3", "", "III"),
    ("4", "3", "", "III"),
)
"""Tumour, nodes, letters behind the tumour's figure without which it does not count, and the stage without distant spread."""


def stage_of_tnm(text: str, asked: bool = True) -> str | None:
    """The stage that a TNM code in lower-case text settles whatever the cancer: IV for distant spread, 0 for in situ.

    Without distant spread only where the tables of lung, breast and large bowel, as far as they have the code, agree on the stage
    (its Roman figure, letters left aside). Other codes mean different stages in different cancers and editions, and settle nothing
    here. A lone M1 counts only where the stage was `asked` for; elsewhere it may be a road.

    Source: TNM classification of malignant tumours, UICC, 8th edition (M1 is stage IV in nearly all solid tumours, lung among
    them); for lung the 9th edition of the IASLC as well.
    """
    code = _TNM.search(text)
    if code is None:
        return "IV" if asked and _M1.search(text) else None
    if code["m"] == "1":
        return "IV"
    if code["t"] == "is" and code["n"] == "0" and code["m"] == "0":
        return "0"
    if not asked or code["m"] != "0":
        return None
    letter = code["sub"] or ""
    for tumour, nodes, letters, stage in _AGREED:
        if (tumour, nodes) == (code["t"], code["n"]) and (not letters or (letter and letter in letters)):
            return stage
    return None
