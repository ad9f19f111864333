"""Nothing a person says, and no key or token, is written to a log, whatever goes wrong."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.web import turns

from .conftest import API_KEY, Door

SECRET_TEXT = "SECRETWORD about my illness"


async def test_no_message_reaches_a_log_on_any_path(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    session = await door.open()
    for trouble in ["", "refuse", "drop", "drop the reply", "garbage"]:
        door.engine.trouble = [trouble]
        await door.send(session, f"m {trouble}", SECRET_TEXT)
        await door.rest(SECRET_TEXT, SECRET_TEXT)
    await door.rest("ann", SECRET_TEXT * 400)
    await door.rest("ann", SECRET_TEXT, metadata=SECRET_TEXT)
    await door.transcript(session)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp.access")]
    assert not [line for line in ours if "SECRETWORD" in line]
    assert API_KEY not in caplog.text
    assert session["Authorization"].split()[1] not in caplog.text


async def test_an_error_that_quotes_a_message_is_logged_without_it(
    door: Door, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: turns.Turns, conversation: Any, message_id: str, text: str, event: Any = None) -> list[Any]:
        raise ValueError(f"cannot make sense of {text!r}")

    monkeypatch.setattr(turns.Turns, "take", fail)
    status, answer = await door.rest("ann", SECRET_TEXT)
    assert (status, answer["error"]["code"]) == (500, "internal")
    assert "SECRETWORD" not in caplog.text
    assert "SECRETWORD" not in str(answer)
    assert "ValueError in fail" in caplog.text
