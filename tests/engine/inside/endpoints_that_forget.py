"""Prints what is said of each endpoints file that is handed in as JSON: null where it is taken."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from bot.engine.preparation import import_rasa

with tempfile.TemporaryDirectory() as folder:
    import_rasa(Path(folder))
    from bot.engine.endpoints import EndpointError, endpoints

    said = {}
    for name, text in json.loads(sys.argv[1]).items():
        path = Path(folder) / "endpoints.yml"
        path.write_text(text, encoding="utf-8")
        try:
            endpoints(path, os.environ)
        except EndpointError as error:
            said[name] = str(error)
        else:
            said[name] = None
print(json.dumps(said))
