"""Which addresses this machine has, and who answers there."""

from __future__ import annotations

import contextlib
import fcntl
import socket
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.doctor.deployment import is_here

# Of Linux: ask an interface for its address (netdevice(7)).
_SIOCGIFADDR = 0x8915
_SECONDS = 1.0


def outer_addresses() -> list[str]:
    """The addresses of this machine that are not loopback ones."""
    found = {address.partition("%")[0] for address in (*_of_interfaces(), *_of_name(), *_of_routes())}
    return sorted(address for address in found if not is_here(address))


def answering(ports: Iterable[tuple[str, int]], addresses: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Those of the ports on which somebody answers at one of the addresses."""
    known = list(addresses)
    for name, port in ports:
        for address in known:
            with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=_SECONDS):
                yield name, address, port


def _of_interfaces() -> Iterator[str]:
    if sys.platform != "linux":
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                yield socket.inet_ntoa(answer[20:24])
    with contextlib.suppress(OSError):
        for line in Path("/proc/net/if_inet6").read_text("ascii").splitlines():
            # Link-local ones need their interface to be named, and lead to the same listeners.
            if not (digits := line.split()[0]).startswith("fe80"):
                yield socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits))


def _of_name() -> Iterator[str]:
    with contextlib.suppress(OSError):
        yield from (str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None))


def _of_routes() -> Iterator[str]:
    """The address that this machine would come from; nothing is sent. Both destinations are kept for documentation."""
    for family, somewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((somewhere, 9))
            yield str(asking.getsockname()[0])
