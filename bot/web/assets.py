"""The widget and the site's static files: read once at start, compressed once, served from memory."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

_HERE = Path(__file__).parent
_MINUTES = "public, max-age=300"
_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to be sent."""

    name: str
    content_type: str
    body: bytes
    compressed: bytes
    digest: str

    @property
    def integrity(self) -> str:
        """What a page names to take these bytes and no others (Subresource Integrity)."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.body).digest()).decode()


def load_asset(path: Path) -> Asset:
    """Read and compress one file; the same bytes always give the same compressed bytes."""
    body = path.read_bytes()
    return Asset(
        name=path.name,
        content_type=_TYPES[path.suffix],
        body=body,
        compressed=gzip.compress(body, compresslevel=9, mtime=0),
        digest=hashlib.sha256(body).hexdigest()[:16],
    )


def load_widget() -> Asset:
    """The widget's one file."""
    return load_asset(_HERE / "widget" / "widget.js")


def load_static() -> dict[str, Asset]:
    """The site's static files by name: our own, and the libraries of others, which `vendored.json` lists with their origin."""
    folders = (_HERE / "static", _HERE / "static" / "console", _HERE / "static" / "vendor")
    return {path.name: load_asset(path) for folder in folders for path in sorted(folder.iterdir()) if path.suffix in _TYPES}


def asset_response(request: web.Request, asset: Asset, *, other_sites: bool = False, lasting: bool = False) -> web.Response:
    """Send a file, or say that the browser's copy is still good. `lasting`: its address never gives other bytes."""
    # The address of a page's own style sheet carries its digest, so that copy never grows stale.
    lasting = lasting or request.query.get("v") == asset.digest
    headers = {
        "ETag": f'"{asset.digest}"',
        "Cache-Control": _FOR_EVER if lasting else _MINUTES,
        "Vary": "Accept-Encoding",
        "Cross-Origin-Resource-Policy": "cross-origin" if other_sites else "same-origin",
    }
    if other_sites:
        headers["Access-Control-Allow-Origin"] = "*"
    if any(tag.value == asset.digest for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = asset.body
    if "gzip" in request.headers.get("Accept-Encoding", "").lower():
        headers["Content-Encoding"] = "gzip"
        body = asset.compressed
    return web.Response(body=body, content_type=asset.content_type, charset="utf-8", headers=headers)
