"""Log lines as JSON objects, for programs that collect logs. Shared by the app and the engine (Python 3.10).

What may be in a message, and in where something failed, is for the formatters of either to see to (`bot.web.logs`, `bot.engine.logs`).
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone

from bot.traceparent import trace_id

SETTING = "TRIALCHAT_LOG_FORMAT"
#: What it can be; the first is the default.
FORMATS = ("text", "json")


def json_line(record: logging.LogRecord, message: str, where: str = "") -> str:
    """One line: when, how bad, who says it, what, of which trace, and where something failed, as far as there is such."""
    at = datetime.fromtimestamp(record.created, timezone.utc)
    said = {
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname,
        "logger": record.name,
        "message": message,
    }
    if trace := trace_id():
        said["trace"] = trace
    if where:
        said["where"] = where
    # ASCII, and line ends escaped: one event is one line, whatever is in it.
    return json.dumps(said)
