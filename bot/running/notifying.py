"""Telling systemd how far we are, where it asked to be told (`Type=notify`)."""

from __future__ import annotations

import contextlib
import os
import socket


def tell_systemd(state: str) -> None:
    """Send a state such as ``READY=1``. Nobody is told where nobody asked, and nothing fails where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    # An @ stands for the zero byte that abstract addresses begin with.
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notifying, contextlib.suppress(OSError):
        notifying.sendto(state.encode(), address.replace("@", "\0", 1) if address.startswith("@") else address)
