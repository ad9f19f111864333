"""`trialchat run`, `trialchat serve` and `trialchat train` on the command line."""

from __future__ import annotations

import functools
from collections.abc import Callable

import click

from bot.running.errors import CannotRun
from bot.settings import Settings, SettingsError


def _in_one_line(command: Callable[[], None]) -> Callable[[], None]:
    """What can be helped by the person at the terminal is told to them in a line, not in a traceback."""

    @functools.wraps(command)
    def told() -> None:
        try:
            command()
        except (CannotRun, SettingsError) as error:
            raise click.ClickException(str(error)) from None

    return told


@click.command()
@_in_one_line
def run() -> None:
    """Start everything; Ctrl-C stops it."""
    from bot.running.run import run as run_everything

    run_everything(Settings.from_environment())


@click.command()
@_in_one_line
def serve() -> None:
    """Run as a service: nothing is made up, trained or asked for.

    Every secret has to be set, by its name or as a file by its name with _FILE, and the model to be there. What is printed goes to
    whoever started it; it holds no secret.
    """
    from bot.running.serve import serve as serve_everything

    serve_everything(Settings.from_environment())


@click.command()
@_in_one_line
def train() -> None:
    """Train the dialogue model, if what it is made from has changed."""
    from bot.running.run import train as train_model

    train_model(Settings.from_environment())
