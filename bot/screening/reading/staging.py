"""Cancer stages out of TNM codes, which are the same in every language."""

from __future__ import annotations

import re

_TNM = re.compile(
    r"(?<![a-z0-9])[cpyra]{0,2}t\s?(?P<t>[0-4]|x|is)\s?[a-d]?(?:\([^)]{1,4}\))?[\s,./]*"
    r"[cp]?n\s?(?P<n>[0-3]|x)\s?[a-d]?[\s,./]*"
    r"[cp]?m\s?(?P<m>[01]|x)\s?[a-d]?\d?(?![a-z0-9])"
)
_M1 = re.compile(r"(?<![a-z0-9])[cp]?m1(?:\s?[a-d]\d?)?(?![a-z0-9])")


def stage_of_tnm(text: str, asked: bool = True) -> str | None:
    """The stage that a TNM code in lower-case text settles whatever the cancer: IV for distant spread, 0 for in situ.

    A lone M1 counts only where the stage was `asked` for; elsewhere it may be a road.

    Other codes mean different stages in different cancers and editions, and settle nothing here.
    Source: TNM classification of malignant tumours, UICC, 8th edition (M1 is stage IV in nearly all solid tumours, lung among them).
    """
    code = _TNM.search(text)
    if code is None:
        return "IV" if asked and _M1.search(text) else None
    if code["m"] == "1":
        return "IV"
    if code["t"] == "is" and code["n"] == "0" and code["m"] == "0":
        return "0"
    return None
