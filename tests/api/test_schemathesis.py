"""Schemathesis reads the description that the app serves, and tries what it promises: over a real socket, with a key of all scopes."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bot.accounts.api_keys import NewKey, Scope, make
from bot.accounts.roles import Role
from bot.web.limits import Rate
from tests.api.conftest import OpenHouse
from tests.console.house import House

EXAMPLES = 6
"""For each operation. With more it finds nothing else, and takes longer than a person waits."""


def key_of_all_scopes(house: House) -> str:
    """A key that may do everything."""
    new = NewKey("schemathesis", tuple(scope.value for scope in Scope), all_trials=True, trials="", days="0")
    return make(house.store, house.account(Role.ADMINISTRATOR), new, house.clock())[1]


# Its systematic phase would try each of a hundred attributes in thirty ways; `test_screenings` has those that differ.
_WITHOUT_COVERAGE = """
[[operations]]
include-name = "POST /api/v1/screenings"
phases.coverage.enabled = false
"""


async def run(house: House, folder: Path, secret: str, conversation: str) -> tuple[int, str]:
    """Its exit status, and what it printed."""
    url = house.url.rstrip("/")
    (folder / "schemathesis.toml").write_text(
        "\n".join(
            [
                _WITHOUT_COVERAGE,
                *(
                    f"""
[[operations]]
include-name = "{name}"
parameters = {{ "path.{part}" = "{value}" }}
"""
                    for name, part, value in (
                        ("GET /api/v1/conversations/{conversation_id}", "conversation_id", conversation),
                        ("GET /api/v1/conversations/{conversation_id}/transcript", "conversation_id", conversation),
                        ("GET /fhir/QuestionnaireResponse/{id}", "id", f"{conversation}.1"),
                        ("GET /fhir/ResearchSubject/{id}", "id", conversation),
                    )
                ),
            ]
        )
    )
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"),
        *("--config-file", str(folder / "schemathesis.toml"), "run", f"{url}/api/v1/openapi.json", "--url", url),
        *("--header", f"Authorization: Bearer {secret}", "--checks", "all", "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", str(EXAMPLES), "--seed", "6141070", "--no-shrink", "--suppress-health-check", "all"),
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def test_the_api_keeps_what_its_description_promises(open_house: OpenHouse, tmp_path: Path) -> None:
    # Schemathesis asks faster than any key may; how fast that is has a test of its own.
    house = await open_house(api_rate=Rate(burst=1_000_000, per_second=1_000_000))
    secret = key_of_all_scopes(house)
    status, printed = await run(house, tmp_path, secret, house.conversation("yes", "61", "No"))
    assert status == 0, printed
