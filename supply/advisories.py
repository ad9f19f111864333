"""Asking a service of advisories (https://google.github.io/osv.dev/api/): only names and versions go there, which are public anyway."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from supply.lock import Package

_AT_ONCE = 500
_SECONDS = 30


class NotAskedError(Exception):
    """The service did not answer, or not as it should: nothing is known, which is not the same as nothing being wrong."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """One thing that is known of a package in this version. `names` are all ids of the same thing: GHSA-…, CVE-…, PYSEC-…."""

    package: Package
    names: frozenset[str]
    summary: str


def ask(url: str, packages: Sequence[Package]) -> list[Advisory]:
    """Everything that is known; `NotAskedError` where not all of it could be asked."""
    found: dict[tuple[Package, str], None] = {}
    for begin in range(0, len(packages), _AT_ONCE):
        for package, name in _matches(url, packages[begin : begin + _AT_ONCE]):
            found[package, name] = None
    details = {name: _call(f"{url}/v1/vulns/{name}") for name in {name for _, name in found}}
    return _merged([_advisory(package, name, details[name]) for package, name in found if not details[name].get("withdrawn")])


def _matches(url: str, packages: Sequence[Package]) -> Iterator[tuple[Package, str]]:
    waiting: list[tuple[Package, str | None]] = [(package, None) for package in packages]
    while waiting:
        asked, queries = waiting, [_query(package, page) for package, page in waiting]
        results = _call(f"{url}/v1/querybatch", {"queries": queries}).get("results")
        if not isinstance(results, list) or len(results) != len(asked):
            raise NotAskedError("the service of advisories did not answer every question")
        waiting = []
        for (package, _), result in zip(asked, results, strict=True):
            result = result or {}
            yield from ((package, str(one["id"])) for one in result.get("vulns", ()))
            if page := result.get("next_page_token"):
                waiting.append((package, page))


def _query(package: Package, page: str | None) -> dict[str, Any]:
    query: dict[str, Any] = {"package": {"name": package.name, "ecosystem": "PyPI"}, "version": package.version}
    return query | ({"page_token": page} if page else {})


def _advisory(package: Package, name: str, detail: dict[str, Any]) -> Advisory:
    summary = detail.get("summary") or str(detail.get("details", "")).partition("\n")[0]
    return Advisory(package, frozenset({name, *map(str, detail.get("aliases", ()))}), summary[:120])


def _merged(advisories: list[Advisory]) -> list[Advisory]:
    """The same thing under two ids, told once."""
    merged: list[Advisory] = []
    for one in advisories:
        same = next((other for other in merged if other.package == one.package and other.names & one.names), None)
        if same is None:
            merged.append(one)
        else:
            merged[merged.index(same)] = Advisory(one.package, same.names | one.names, same.summary or one.summary)
    return merged


def _call(url: str, body: object = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", "User-Agent": "trialchat-audit"})  # noqa: S310 - of the settings
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise NotAskedError(f"the service of advisories answered with {error.code}") from None
    except (OSError, ValueError) as problem:
        raise NotAskedError(f"the service of advisories cannot be asked ({type(problem).__name__})") from None
    if not isinstance(found, dict):
        raise NotAskedError("the service of advisories answered something else")
    return found
