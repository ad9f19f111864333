"""`python -m bot.web`: the app's process, as `trialchat run` starts it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from contextlib import AsyncExitStack
from typing import NoReturn

from aiohttp import web

from bot.sealing import SealingError
from bot.settings import INTERFACE, Settings, SettingsError
from bot.store import StoreError
from bot.trials import RecordFault
from bot.web.assembly import Assembled, assemble
from bot.web.logs import set_up_logging
from bot.web.serving import Runner
from bot.words import WordsFault

_log = logging.getLogger("bot.web")

# A turn takes well under a second; those at work when we are told to stop may end.
SHUTDOWN_SECONDS = 4


def main() -> int:
    """Run until told to stop; the exit status."""
    set_up_logging()
    try:
        settings = Settings.from_environment()
        assembled = assemble(settings)
    except (SettingsError, SealingError, StoreError, RecordFault, WordsFault) as problem:
        _log.error("the app cannot start: %s", problem)
        return 1
    # What was loaded at the start stays until the end: the collector need not look at it again and again.
    gc.freeze()
    try:
        asyncio.run(serve(settings, assembled))
    except OSError as problem:
        _log.error("the app cannot start: %s", problem.strerror or problem)
        return 1
    finally:
        assembled.store.dispose()
    return 0


async def serve(settings: Settings, assembled: Assembled) -> None:
    """Serve both ports until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as closing:
        for close in assembled.closing:
            closing.push_async_callback(close)
        # The public door closes first: a turn that is under way still needs the actions.
        await _listen(closing, assembled.actions, INTERFACE, settings.actions_port)
        await _listen(closing, assembled.public, settings.listen, settings.port)
        _log.info("listening on %s, actions on port %d", settings.site_url, settings.actions_port)
        await stop.wait()
        _log.info("stopping")


async def _listen(closing: AsyncExitStack, app: web.Application, address: str, port: int) -> None:
    runner = Runner(app, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    closing.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, address, port).start()


def leave(status: int) -> NoReturn:
    """End the process at once. All is closed by now, and taking apart what was read at the start, word by word, takes seconds."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


if __name__ == "__main__":
    leave(main())
