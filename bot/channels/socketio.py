"""How Rasa's Socket.IO protocol is set up. It is no provider: widgets connect to us, and answers go back the same way."""

from __future__ import annotations

from pydantic import Field

from bot.channels.providers.base import Config

NAME = "socketio"
"""As it is called in `channels.yaml`, in the table of channels and in the store."""


class SocketIoConfig(Config):
    """`path`: where widgets connect, `/socket.io` for most. `connections`: how many may be open; a process has about a thousand."""

    path: str = Field(default="/socket.io", pattern=r"^(/[A-Za-z0-9._-]+)+$")
    connections: int = Field(default=500, ge=1, le=100_000)
