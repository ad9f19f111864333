"""Links to the official registry's own search, with terms filled in."""

from __future__ import annotations

from urllib.parse import urlencode

SEARCH_URL = "https://clinicaltrials.gov/search"


def search_url(illness: str | None = None, place: str | None = None) -> str:
    """The registry's search for trials that take people now, about an illness and near a place where these are known."""
    terms = {"cond": illness, "locStr": place, "aggFilters": "status:rec"}
    return f"{SEARCH_URL}?{urlencode({key: value for key, value in terms.items() if value})}"
