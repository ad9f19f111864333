"""Logs that an operator can read and nobody's illness is in."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """Tracebacks show where, and what kind of exception, but not its text: that may quote what a person said."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name the standard library calls
        """The frames and the kind of an exception."""
        kind, _, trace = ei
        name = "exception" if kind is None else f"{kind.__module__}.{kind.__qualname__}"
        return "".join(traceback.format_tb(trace)) + name


def set_up_logging() -> None:
    """To standard error, one line for each event; libraries only when something is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(logging.INFO)
    logging.getLogger("actions").setLevel(logging.INFO)
