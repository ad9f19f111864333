"""`trialchat read`: messages from a file, read by the same code and with the same model as the running chat reads them."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.conversations.reading_files import Line, as_read, lines_of
from bot.json_lines import LineFault
from bot.running.errors import CannotRun
from bot.running.home import as_running
from bot.screening.reading import Intent
from bot.settings import Settings, SettingsError
from bot.store.clock import utc_now
from bot.web.engine_client import SECRET_HEADER
from bot.words import Library, load_library

_BATCH = 100


async def intents_of(texts: Sequence[str], settings: Settings) -> list[Intent]:
    """What the running engine makes of each text; `CannotRun` where it does not answer."""
    found: list[Intent] = []
    url = f"{settings.engine_url}/webhooks/trialchat/understand"
    try:
        async with ClientSession(timeout=ClientTimeout(total=120), headers={SECRET_HEADER: settings.engine_secret}) as session:
            for start in range(0, len(texts), _BATCH):
                async with session.post(url, json={"texts": texts[start : start + _BATCH]}) as answer:
                    answer.raise_for_status()
                    found += map(Intent.of, (await answer.json())["understood"])
    except (ClientError, TimeoutError, KeyError, ValueError) as problem:
        raise CannotRun(
            f"the dialogue engine on port {settings.engine_port} does not answer ({type(problem).__name__}); is `make run` running?"
        ) from None
    return found


async def readings(lines: Sequence[Line], library: Library, settings: Settings) -> list[dict[str, Any]]:
    """What the chat makes of each message. While some are read, the engine looks at the next ones."""
    today = utc_now().date()
    found: list[dict[str, Any]] = []
    before: Sequence[Line] = ()
    intents: list[Intent] = []
    for start in range(0, len(lines) + _BATCH, _BATCH):
        batch = lines[start : start + _BATCH]
        reading = asyncio.to_thread(_read_all, before, intents, library, today)
        read_before, intents = await asyncio.gather(reading, intents_of([line.utterance for line in batch], settings))
        found += read_before
        before = batch
    return found


def _read_all(lines: Sequence[Line], intents: Sequence[Intent], library: Library, today: datetime.date) -> list[dict[str, Any]]:
    return [as_read(line, intent, library, today) for line, intent in zip(lines, intents, strict=True)]


@click.command()
@click.option(
    "--in", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="Messages, a JSON object a line."
)
@click.option("--out", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where what was read goes.")
def read(source: Path, target: Path) -> None:
    """Read messages as the running chat would.

    Each line of the input is {"id", "utterance", "attribute"?, "locale"?}; each line of the output says what was read.
    """
    library = load_library()
    try:
        with source.open(encoding="utf-8") as given:
            lines = list(lines_of(given, library))
        settings = as_running(Settings.from_environment())
        found = asyncio.run(readings(lines, library, settings))
    except (CannotRun, SettingsError, LineFault) as problem:
        raise click.ClickException(str(problem)) from None
    with target.open("w", encoding="utf-8") as out:
        for reading in found:
            out.write(json.dumps(reading, ensure_ascii=False) + "\n")
    click.echo(f"{len(lines)} messages read")
