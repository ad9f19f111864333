"""`trialchat run` and `trialchat train`, from the first check to the last goodbye."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Coroutine
from pathlib import Path

import click

from bot.accounts.roles import FIRST_LOGIN
from bot.running.errors import CannotRun
from bot.running.guard import Guard
from bot.running.home import known_as_running, occupied
from bot.running.model import model_path
from bot.running.ports import check_ports, settle_inner_ports
from bot.running.process import Command, Running, in_words
from bot.running.secrets_file import with_secrets
from bot.running.services import ENGINE_PYTHON, app, check_engine_environment, engine, environment, guarded, keep_running, stop_signals
from bot.running.supervisor import last_words
from bot.settings import PROJECT, Settings


class Progress:
    """Lines with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        click.echo(f"[{time.monotonic() - self._began:4.0f} s] {text}")


def run(settings: Settings) -> None:
    """Run everything until Ctrl-C or SIGTERM; `CannotRun` says in one line why not."""
    # What people say is for nobody else on this machine: every file made from here on is ours alone.
    os.umask(0o077)
    check_engine_environment()
    settings = settle_inner_ports(settings, os.environ)
    check_ports(settings)
    with occupied(settings), known_as_running(settings), guarded() as guard:
        asyncio.run(_run(with_secrets(settings), guard, Progress()))


def train(settings: Settings) -> Path:
    """Train the model if the present inputs have none yet; returns where it is."""
    check_engine_environment()
    settings.models.mkdir(parents=True, exist_ok=True)
    with guarded() as guard:
        return asyncio.run(_train(settings, guard, Progress()))


async def _run(settings: Settings, guard: Guard, progress: Progress) -> None:
    async with stop_signals(progress.say) as stop:
        model = await _unless_stopped(stop, _model(settings, guard, progress))
        if model is None:
            progress.say("stopped")
            return
        progress.say("starting the dialogue engine and the app")
        services = [app(settings, settings.logs / "app.log"), engine(settings, model, settings.logs / "engine.log")]
        await keep_running(services, progress.say, guard, stop, lambda: _welcome(settings, progress))
        progress.say("stopped")


async def _train(settings: Settings, guard: Guard, progress: Progress) -> Path:
    async with stop_signals(progress.say) as stop:
        model = await _unless_stopped(stop, _model(settings, guard, progress))
        if model is None:
            raise CannotRun("stopped; nothing was trained")
        progress.say(f"the model is ready: {model}")
        return model


async def _model(settings: Settings, guard: Guard, progress: Progress) -> Path:
    """The model, trained now where it does not exist."""
    path = model_path(settings)
    if path.is_file():
        return path
    progress.say("training the dialogue model (once, until its data change)")
    log = settings.home / "logs" / "train.log"
    command = Command(
        "training", [str(ENGINE_PYTHON), "-W", "ignore", "-m", "bot.engine.train", "--to", str(path)], environment(settings), PROJECT, log
    )
    running = await Running.start(command, guard)
    ended = asyncio.create_task(running.wait())
    try:
        while not ended.done():
            await asyncio.wait([ended], timeout=5)
            if not ended.done():
                progress.say("still training")
    finally:
        if not ended.done():
            await asyncio.shield(running.stop(grace=5))
    if ended.result() != 0 or not path.is_file():
        raise CannotRun(f"training the dialogue model failed ({in_words(ended.result())}); {last_words(command)}")
    return path


def _welcome(settings: Settings, progress: Progress) -> None:
    progress.say("ready")
    click.echo(
        f"\n  Site                {settings.site_url}"
        f"\n  Console             {settings.site_url}/console"
        f"\n  Coordinator login   {FIRST_LOGIN} / {settings.admin_password}"
        f"\n  API key             {settings.api_key}"
        f"\n  Chat by HTTP        POST {settings.site_url}/webhooks/rest/webhook"
        f"\n  Data and logs       {settings.home}"
        "\n\n  Ctrl-C stops everything.\n"
    )


async def _unless_stopped(stop: asyncio.Event, work: Coroutine[None, None, Path]) -> Path | None:
    """The work's result, or None where we were told to stop first."""
    task, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        return task.result()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return None
