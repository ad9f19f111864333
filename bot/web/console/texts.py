"""What the console says: `words/<locale>/console/*.yaml`, one file a room."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.settings import PROJECT
from bot.yaml_files import read_yaml


def load_console_texts(locale: str = "en", folder: Path = PROJECT / "words") -> Mapping[str, Any]:
    """The texts of a language, by room."""
    return {path.stem: read_yaml(path) for path in sorted((folder / locale / "console").glob("*.yaml"))}
