"""The widget under addresses that always give the same bytes, so that a host page can name the hash of what it takes.

A page with a hash goes on asking for the version that it was made with. So each version that was ever served is kept, and served on
after the program has been brought up to date; removing its file ends that.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from bot.store import JsonObject
from bot.web.assets import Asset, load_asset

_log = logging.getLogger(__name__)
_FILE = re.compile(r"widget-([0-9a-f]{16})\.js")


class WidgetVersions:
    """The widget as it is now, and as it was."""

    def __init__(self, current: Asset, earlier: Iterable[Asset] = ()) -> None:
        self.current = current
        self._by_version = {asset.digest: asset for asset in (*earlier, current)}

    def get(self, version: str) -> Asset | None:
        """The widget of a version, None where there is none such (any more)."""
        return self._by_version.get(version)

    def as_json(self) -> JsonObject:
        """What a program needs to write a script element."""
        earlier = [_named(asset) for asset in self._by_version.values() if asset is not self.current]
        return {**_named(self.current), "earlier": earlier}


def path_of(asset: Asset) -> str:
    """Where a version is. Beside `/widget.js`: the widget finds the chat from its own address."""
    return f"/widget-{asset.digest}.js"


def snippet(site_url: str, asset: Asset, **data: str | None) -> str:
    """The element that puts this very version on a page."""
    given = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items() if value)
    return f'<script src="{escape(site_url + path_of(asset))}" integrity="{asset.integrity}" crossorigin="anonymous"{given} async></script>'


def kept_versions(folder: Path, current: Asset) -> WidgetVersions:
    """All versions that this installation has served. Where the present one cannot be kept, it is served all the same."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _keep(folder / path_of(current).lstrip("/"), current.body)
        earlier = list(_read(folder))
    except OSError as problem:
        _log.warning("versions of the widget cannot be kept: %s", problem.strerror)
        earlier = []
    return WidgetVersions(current, earlier)


def _keep(path: Path, body: bytes) -> None:
    if path.exists() and path.read_bytes() == body:
        return
    # Never half a file under that name, also when two processes start at once.
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(body)
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _read(folder: Path) -> Iterator[Asset]:
    for path in sorted(folder.iterdir()):
        named = _FILE.fullmatch(path.name)
        if named is None:
            continue
        asset = load_asset(path)
        if asset.digest == named[1]:
            yield asset
        else:
            _log.warning("%s is not what its name says; it is not served", path.name)


def _named(asset: Asset) -> JsonObject:
    return {"version": asset.digest, "path": path_of(asset), "integrity": asset.integrity}
