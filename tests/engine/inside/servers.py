"""Prints what the engine makes of the servers that its environment names."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from bot.engine.preparation import PROJECT, import_rasa
from bot.engine.servers import prepare_servers

prepare_servers(os.environ)
with tempfile.TemporaryDirectory() as folder:
    import_rasa(Path(folder))

from rasa.core.lock_store import LOCK_LIFETIME  # noqa: E402

from bot.engine.endpoints import endpoints  # noqa: E402

found = endpoints(PROJECT / "endpoints.yml", os.environ)
parts = {"tracker": found.tracker_store, "locks": found.lock_store, "events": found.event_broker}
said = {
    name: None if part is None else {"url": part.url, "type": part.type, **{key: part.kwargs[key] for key in sorted(part.kwargs)}}
    for name, part in parts.items()
}
json.dump(said | {"lock_seconds": LOCK_LIFETIME, "schema": os.environ.get("POSTGRESQL_SCHEMA")}, sys.stdout)
