"""Are the ports free? Asked before anything is started, so that the answer is one clear line."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from dataclasses import replace

from bot.running.errors import CannotRun
from bot.settings import INTERFACE, Settings


def check_ports(settings: Settings) -> None:
    """`CannotRun` where a port cannot be listened on."""
    names: Mapping[str, tuple[str, int, str]] = {
        "PORT": (settings.listen, settings.port, "the site"),
        "TRIALCHAT_ENGINE_PORT": (INTERFACE, settings.engine_port, "the dialogue engine"),
        "TRIALCHAT_ACTIONS_PORT": (INTERFACE, settings.actions_port, "the actions"),
    }
    for variable, (address, port, whose) in names.items():
        _check(address, port, variable, whose)


def settle_inner_ports(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The two ports behind the site are nobody's business: where one that nobody asked for is taken, any free one will do."""
    taken = {settings.port}
    settled: dict[str, int] = {}
    for field, variable in (("engine_port", "TRIALCHAT_ENGINE_PORT"), ("actions_port", "TRIALCHAT_ACTIONS_PORT")):
        port: int = getattr(settings, field)
        if not environment.get(variable) and not _is_free(port):
            port = _free_port(taken)
        taken.add(port)
        settled[field] = port
    return replace(settings, engine_port=settled["engine_port"], actions_port=settled["actions_port"])


def _is_free(port: int) -> bool:
    return _refusal(port) is None


def _free_port(taken: set[int]) -> int:
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((INTERFACE, 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port


def _check(address: str, port: int, variable: str, whose: str) -> None:
    refusal = _refusal(port, address)
    if refusal is None:
        return
    if refusal.errno == errno.EADDRNOTAVAIL:
        raise CannotRun(f"TRIALCHAT_LISTEN={address} is no address of this machine; set one that it has, or 0.0.0.0 for all of them")
    if isinstance(refusal, PermissionError):
        raise CannotRun(f"port {port} (for {whose}) needs more rights; choose one above 1023: {variable}=8080")
    if refusal.errno != errno.EADDRINUSE:
        raise CannotRun(f"port {port} (for {whose}) cannot be used: {refusal.strerror}; choose another with {variable}")
    raise CannotRun(f"port {port} (for {whose}) is in use by another program; stop that one, or choose another: {variable}={port + 100}")


def _refusal(port: int, address: str = INTERFACE) -> OSError | None:
    """Why the port cannot be listened on, or None where it can."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are only just closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            return error
    return None
