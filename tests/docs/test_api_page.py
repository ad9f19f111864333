"""What docs/api.md shows, run as it stands there, against the app."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys

import pytest

from bot.accounts.api_keys import Scope
from bot.settings import PROJECT
from tests.api.conftest import OpenHouse, Programs, house, library, migrated_store, open_house, program
from tests.console.house import TRIAL, House

__all__ = ["OpenHouse", "house", "library", "migrated_store", "open_house", "program"]

PAGE = (PROJECT / "docs" / "api.md").read_text()
SHELL = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


async def run(house: House, secret: str | None, *command: str) -> str:
    """What it printed; it must have ended well."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "SITE": house.url.rstrip("/"), "KEY": secret or ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, problems = await process.communicate()
    assert process.returncode == 0, problems.decode()
    return printed.decode()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
async def test_every_line_for_a_shell_works(house: House, program: Programs) -> None:
    secret = program().secret
    printed = [await run(house, secret, "sh", "-e", "-c", snippet) for snippet in SHELL]
    trials, screening, events, fhir = printed
    assert TRIAL in trials
    assert '"verdict": "possible"' in screening
    assert '"cursor": 0' in events
    assert "CapabilityStatement" in fhir


async def test_the_client_works(house: House, program: Programs) -> None:
    conversation = house.conversation("yes", "I am 12 years old")
    (client,) = PYTHON
    printed = await run(house, program().secret, sys.executable, "-W", "error", "-c", client)
    assert re.search(rf"^{TRIAL} possible \d+$", printed, re.MULTILINE)
    assert f"screening.finished {conversation}" in printed


def test_the_page_has_every_scope() -> None:

    assert set(re.findall(r"^\| `([a-z:]+)` \|", PAGE, re.MULTILINE)) == set(Scope)
