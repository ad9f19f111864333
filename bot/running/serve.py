"""`trialchat serve`: as `trialchat run`, for whoever starts it without looking: systemd, Kubernetes, a container.

Nothing is made up here. A secret that a machine made for itself would differ from that of the machine beside it, and a model that
is trained at the start would make the start take minutes.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
from pathlib import Path

import click

from bot.running.errors import CannotRun
from bot.running.guard import Guard
from bot.running.home import known_as_running, occupied
from bot.running.model import model_path
from bot.running.notifying import tell_systemd
from bot.running.ports import check_ports
from bot.running.secrets_file import FILE_NAME
from bot.running.services import app, check_engine_environment, engine, guarded, keep_running, stop_signals
from bot.settings import LOOPBACK_NETWORKS, Settings

#: What the first start of `trialchat run` would make.
_SECRETS = {
    "TRIALCHAT_API_KEY": "api_key",
    "TRIALCHAT_ADMIN_PASSWORD": "admin_password",
    "TRIALCHAT_ENGINE_SECRET": "engine_secret",
    "TRIALCHAT_SEALING_KEYS": "sealing_keys",
    "TRIALCHAT_AUDIT_KEY": "audit_key",
}


def needed_secrets() -> tuple[str, ...]:
    """What has to be set for `trialchat serve`."""
    return tuple(_SECRETS)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C, which takes ten seconds at the most; `CannotRun` says in one line why not."""
    os.umask(0o077)
    _check_secrets(settings)
    _check_the_door(settings)
    check_engine_environment()
    model = _model(settings)
    check_ports(settings)
    with occupied(settings), known_as_running(settings), guarded() as guard:
        asyncio.run(_serve(settings, model, guard))


async def _serve(settings: Settings, model: Path, guard: Guard) -> None:
    async with stop_signals(_say) as stop:
        _say("starting the dialogue engine and the app")
        stopping = asyncio.create_task(_tell_of_stopping(stop))
        try:
            await keep_running([app(settings, None), engine(settings, model, None)], _say, guard, stop, lambda: _ready(settings))
        finally:
            stopping.cancel()
        _say("stopped")


def _ready(settings: Settings) -> None:
    _say(f"ready: {settings.site_url}, listening on {settings.listen} port {settings.port}")
    tell_systemd("READY=1")


async def _tell_of_stopping(stop: asyncio.Event) -> None:
    await stop.wait()
    tell_systemd("STOPPING=1")


def _say(text: str) -> None:
    click.echo(f"trialchat: {text}")


def _check_secrets(settings: Settings) -> None:
    missing = [name for name, field in _SECRETS.items() if not getattr(settings, field)]
    if not missing:
        return
    kept = settings.home / FILE_NAME
    told = f"; those that `trialchat run` made for this home folder are in {kept}" if kept.exists() else ""
    raise CannotRun(f"not set: {', '.join(missing)}; a service makes up no secrets: set each, or its name with _FILE to a file of it{told}")


def _check_the_door(settings: Settings) -> None:
    """What is told here is unsafe whatever else is set; `trialchat run` on one's own machine may be lenient."""
    if ipaddress.ip_address(settings.listen).is_loopback:
        return
    wrong = []
    if not settings.public_url.startswith("https://"):
        wrong.append("TRIALCHAT_PUBLIC_URL to the https:// address that people come by")
    if settings.proxies == LOOPBACK_NETWORKS:
        wrong.append("TRIALCHAT_PROXIES to the network of the proxy that speaks TLS")
    if wrong:
        raise CannotRun(
            f"TRIALCHAT_LISTEN={settings.listen} opens the app to other machines, and it speaks no TLS: set {' and '.join(wrong)}"
        )


def _model(settings: Settings) -> Path:
    path = model_path(settings)
    if not path.is_file():
        raise CannotRun(
            f"the model of this release is not there ({path}); make it once with `trialchat train`, by the same TRIALCHAT_MODELS"
        )
    return path
