"""Logs that an operator can read and nobody's illness is in."""

from __future__ import annotations

import logging
import os
import traceback
from types import TracebackType

from bot.json_logs import SETTING, json_line

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """Tracebacks show where, and what kind of exception, but not its text: that may quote what a person said."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name the standard library calls
        """The frames and the kind of an exception."""
        kind, _, trace = ei
        name = "exception" if kind is None else f"{kind.__module__}.{kind.__qualname__}"
        return "".join(traceback.format_tb(trace)) + name


class JsonFormatter(DiscreetFormatter):
    """The same as JSON, a line for each event."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        # Not the text that another formatter may have left in the record: that one may not have been discreet.
        return json_line(record, record.getMessage(), self.formatException(record.exc_info) if record.exc_info else "")


def set_up_logging(log_format: str | None = None) -> None:
    """To standard error, one line for each event; libraries only when something is wrong. `log_format`: as the environment has it."""
    handler = logging.StreamHandler()
    plain = (os.environ.get(SETTING) if log_format is None else log_format) != "json"
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s") if plain else JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(logging.INFO)
    logging.getLogger("actions").setLevel(logging.INFO)
