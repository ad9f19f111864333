"""Finding a browser on this machine, and starting it the way a server without a screen needs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: test machines run as root in containers. The rest keeps the browser from calling out by itself.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def find_browser() -> Path | None:
    """The browser named by TRIALCHAT_CHROMIUM, or else the first one on the path."""
    named = os.environ.get("TRIALCHAT_CHROMIUM")
    if named:
        return Path(named)
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None
