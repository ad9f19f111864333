"""A log that tells what goes wrong and never what people say.

Rasa's errors may quote a message, a database row or a whole reply. Until the first conversation nothing private exists, and
everything is printed. From then on, of any logger but ours, only the place in the code and the kinds of errors are printed.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

from bot.json_logs import SETTING, json_line

OUR_LOGGERS = "bot."


class PrivateFormatter(logging.Formatter):
    """One line a record, as text or as JSON; exceptions as kinds and places, without their messages once people are talking."""

    def __init__(self, as_json: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self.as_json = as_json
        self.private = False

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.startswith(OUR_LOGGERS)
        message = record.getMessage() if ours or not self.private else f"at {record.module}.py:{record.lineno} (text withheld)"
        where = self._where(record)
        if self.as_json:
            return json_line(record, message, where)
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {message}"
        return f"{line}\n{where}" if where else line

    def _where(self, record: logging.LogRecord) -> str:
        """Where something failed, and what kind of error it was; with its text only as long as nobody has talked yet."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None or not record.exc_info:
            return ""
        return "\n".join(_without_messages(error)) if self.private else self.formatException(record.exc_info)


def _without_messages(error: BaseException) -> Iterator[str]:
    seen: BaseException | None = error
    while seen is not None:
        yield f"  {type(seen).__module__}.{type(seen).__qualname__}"
        for frame in traceback.extract_tb(seen.__traceback__)[-4:]:
            yield f"    {frame.filename}:{frame.lineno} in {frame.name}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


class _Unexpected(logging.Filter):
    """Leaves out what is no error: the screening hands a message on by answering 400, and Rasa logs that as one."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.name == "rasa.core.actions.action" and getattr(sys.exc_info()[1], "status", None) == 400)


def log_quietly() -> PrivateFormatter:
    """Warnings and errors to standard error, nothing else; returns the formatter, to be made private before the first message."""
    import structlog

    formatter = PrivateFormatter(as_json=os.environ.get(SETTING) == "json")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(_Unexpected())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(logging.INFO)

    def log_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        # Deprecations inside Rasa and what it builds on are many, known, and nothing that could be mended here.
        if issubclass(category, UserWarning) and "Deprecat" not in category.__name__:
            logging.getLogger("rasa").warning("%s", message)

    warnings.showwarning = log_warning

    def name_only(_logger: Any, _method: str, event: dict[str, Any]) -> str:
        return str(event.get("event"))

    structlog.configure(
        processors=[name_only],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return formatter
