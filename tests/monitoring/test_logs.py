"""Log lines as JSON: what is in them, and what is in none of them."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest

from bot import traceparent
from bot.engine.logs import PrivateFormatter
from bot.settings import Settings, SettingsError
from bot.web.logs import JsonFormatter, set_up_logging

SECRET_TEXT = "SECRETWORD about my illness"
TRACE = "0af7651916cd43dd8448eb211c80319c"


def record(message: str, *values: object, name: str = "bot.web", failed: bool = False) -> logging.LogRecord:
    """A line to be logged; where something `failed`, with an exception that quotes a person."""
    try:
        raise ValueError(SECRET_TEXT)
    except ValueError as error:
        told = (type(error), error, error.__traceback__) if failed else None
    return logging.LogRecord(name, logging.WARNING, __file__, 1, message, values, told)


def engine(*, private: bool) -> PrivateFormatter:
    formatter = PrivateFormatter(as_json=True)
    formatter.private = private
    return formatter


def read(line: str) -> dict[str, Any]:
    """One line, and one object."""
    assert "\n" not in line
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize("formatter", [JsonFormatter(), engine(private=True)], ids=["app", "engine"])
class TestEitherProcess:
    def test_a_line_says_when_how_bad_who_and_what(self, formatter: logging.Formatter) -> None:
        said = read(formatter.format(record("%d things\nwait: %s", 3, "“so”")))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", said.pop("time"))
        assert said == {"level": "WARNING", "logger": "bot.web", "message": "3 things\nwait: “so”"}

    def test_a_line_of_a_turn_names_its_trace(self, formatter: logging.Formatter) -> None:
        with traceparent.carrying(f"00-{TRACE}-b7ad6b7169203331-01"):
            assert read(formatter.format(record("hello")))["trace"] == TRACE
        assert "trace" not in read(formatter.format(record("hello")))

    @pytest.mark.parametrize(
        "sent", [SECRET_TEXT, f"00-{TRACE}-b7ad6b7169203331-01 {SECRET_TEXT}", f"00-{'0' * 32}-b7ad6b7169203331-01", ""]
    )
    def test_what_is_no_trace_is_not_named(self, formatter: logging.Formatter, sent: str) -> None:
        with traceparent.carrying(sent):
            assert "trace" not in read(formatter.format(record("hello")))
            assert traceparent.as_header() == {}

    def test_what_failed_is_told_by_its_place_and_kind_alone(self, formatter: logging.Formatter) -> None:
        line = formatter.format(record("it failed", failed=True))
        assert "SECRETWORD" not in line
        assert "ValueError" in read(line)["where"]
        assert "test_logs.py" in read(line)["where"]


def test_the_text_that_another_formatter_left_behind_is_not_taken() -> None:
    failed = record("it failed", failed=True)
    logging.Formatter().format(failed)
    assert "SECRETWORD" in (failed.exc_text or "")
    assert "SECRETWORD" not in JsonFormatter().format(failed)


def test_what_rasa_says_is_withheld_once_people_are_talking() -> None:
    said = read(engine(private=True).format(record("cannot read %s", SECRET_TEXT, name="rasa.core")))
    assert re.fullmatch(r"at \w+\.py:1 \(text withheld\)", said["message"])
    assert read(engine(private=False).format(record("cannot start", name="rasa.core")))["message"] == "cannot start"


@pytest.mark.parametrize(("log_format", "is_json"), [("json", True), ("text", False), ("", False)])
def test_the_app_logs_as_it_is_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log_format: str, is_json: bool
) -> None:
    root = logging.getLogger()
    before = root.handlers[:]
    monkeypatch.setenv("TRIALCHAT_LOG_FORMAT", log_format)
    try:
        set_up_logging()
        logging.getLogger("bot.web").info("hello")
    finally:
        root.handlers[:] = before
    line = capsys.readouterr().err.strip()
    assert line.startswith("{") == is_json
    assert line.endswith('"message": "hello"}' if is_json else "INFO bot.web: hello")


def test_another_format_is_named() -> None:
    with pytest.raises(SettingsError, match="TRIALCHAT_LOG_FORMAT=xml: expected one of text, json"):
        Settings.from_environment({"TRIALCHAT_LOG_FORMAT": "xml"})
