"""Importing rasa-sdk without its web server.

`import rasa_sdk` imports all of Sanic, only to name a type in a plugin hook that nothing here uses: half a second at every
start. While rasa-sdk is first imported, a stand-in takes Sanic's place.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType


def import_sdk() -> ModuleType:
    """`rasa_sdk.executor`, with the real Sanic only if something has imported it already."""
    if "sanic" in sys.modules or "rasa_sdk" in sys.modules:
        return importlib.import_module("rasa_sdk.executor")
    stand_in = ModuleType("sanic")
    stand_in.__dict__["Sanic"] = type("Sanic", (), {})
    sys.modules["sanic"] = stand_in
    try:
        return importlib.import_module("rasa_sdk.executor")
    finally:
        # Whoever asks for Sanic later gets the real one.
        del sys.modules["sanic"]
