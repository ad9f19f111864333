"""The guide to the generic webhook, run as it is written."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from bot.settings import PROJECT
from tests.channels.conftest import Line
from tests.fakes.providers.webhook import SECRET, FakeWebhook

PAGE = (PROJECT / "docs/channels/webhook.md").read_text("utf-8")


@pytest.mark.parametrize("fake", [FakeWebhook], indirect=True)
async def test_the_code_of_the_guide_passes_a_message_on_and_the_answers_come(line: Line) -> None:
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code is not None
    there: dict[str, Any] = {}
    exec(code[1], there)  # noqa: S102 - the guide's own code
    message = {"sender": line.provider.sender, "message_id": "1", "message": "hello"}
    status, answer = await asyncio.to_thread(there["send"], line.provider.hook, SECRET, message)
    assert (status, answer) == (202, {"accepted": True, "message_id": "1"})
    await line.provider.see("Is it okay if I ask you some questions about your health?")


def test_the_guide_names_every_field_that_a_message_may_have() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert named == {"sender", "message_id", "message", "sequence", "metadata"}
