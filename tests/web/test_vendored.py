"""The libraries of others that the console's pages load are the files that were published, and say where they came from."""

from __future__ import annotations

import hashlib
import json

from bot.settings import PROJECT

VENDOR = PROJECT / "bot" / "web" / "static" / "vendor"


def test_each_file_is_as_it_was_published() -> None:
    listed = json.loads((VENDOR / "vendored.json").read_text("utf-8"))
    assert {entry["file"] for entry in listed} == {path.name for path in VENDOR.glob("*.js")}
    for entry in listed:
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        assert entry["version"]
        assert entry["license"]
