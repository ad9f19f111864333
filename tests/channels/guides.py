"""The guides of channels, taken apart: what is typed, what goes over the line, and what they say of troubles."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import yaml

from bot.settings import PROJECT

FOLDER = PROJECT / "docs" / "channels"
SITE = "https://trials.example.org"
"""The app's address, as the pages have it."""
CUT = "…"
"""On the pages, in place of what is long or differs each time."""


@dataclass(frozen=True)
class Request:
    """A request as a page shows it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str

    @property
    def data(self) -> Any:
        """What is in the body: JSON, or the fields of a form, which the page may put on lines of their own."""
        if self.headers["Content-Type"].startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl("".join(self.body.split("\n")), keep_blank_values=True, strict_parsing=True))
        return json.loads(self.body)


@dataclass(frozen=True)
class Shell:
    """What is typed, and what the page says that it prints."""

    script: str
    prints: str | None


@dataclass(frozen=True)
class Guide:
    """A page."""

    channel: str

    @cached_property
    def text(self) -> str:
        return (FOLDER / f"{self.channel}.md").read_text("utf-8")

    @property
    def part(self) -> dict[str, Any]:
        """The part of channels.yaml, as it stands there."""
        (part,) = [given[self.channel] for given in map(yaml.safe_load, self.blocks("yaml")) if self.channel in given]
        assert isinstance(part, dict)
        return part

    def blocks(self, language: str) -> list[str]:
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)

    @property
    def shells(self) -> list[Shell]:
        found = re.findall(r"^```sh\n(.*?)^```\n(?:\nIt prints[^\n]*:\n\n((?: {4}[^\n]*\n)+))?", self.text, re.MULTILINE | re.DOTALL)
        return [Shell(script, re.sub(r"^ {4}", "", prints, flags=re.MULTILINE) or None) for script, prints in found]

    def requests(self, hosts: Mapping[str, str], names: Mapping[str, str]) -> list[Request]:
        """The requests on it, with the addresses and the values of names that are those of a test."""
        return [_request(block, hosts, names) for block in self.blocks("http")]

    @property
    def answered(self) -> tuple[int, str]:
        """What the provider's request is answered with."""
        (found,) = re.findall(r"answered with `(\d+)` and (?:(nothing)|`(.*?)`)", self.text)
        return int(found[0]), found[2]

    @property
    def errors(self) -> set[tuple[int, str]]:
        """The answers that the table of troubles tells: status and message."""
        return {(int(status), message) for status, message in re.findall(r'`(\d{3})` "([^"]+)"', self.text)}

    @property
    def logged(self) -> set[str]:
        """The lines of the log that it tells."""
        return set(re.findall(rf"`({self.channel}: [^`]+)`", self.text))


def _request(block: str, hosts: Mapping[str, str], names: Mapping[str, str]) -> Request:
    block = with_hosts(block, hosts)
    block = re.sub(r"\$(?:\{(\w+)\}|([A-Z_]+))", lambda found: names[found[1] or found[2]], block)
    head, _, body = block.partition("\n\n")
    first, *lines = head.split("\n")
    method, path = first.split(" ")
    return Request(method, path, dict(line.split(": ", 1) for line in lines), body.strip())


def with_hosts(text: str, hosts: Mapping[str, str]) -> str:
    """What stands there, with the addresses of a test."""
    for host, address in hosts.items():
        text = text.replace(host, address)
    return text


def is_like(shown: Any, real: Any) -> bool:
    """Whether a page shows something as it is: the same names and values everywhere, but for what is cut."""
    if isinstance(shown, str) and CUT in shown and isinstance(real, str):
        return re.fullmatch(".*".join(map(re.escape, shown.split(CUT))), real, re.DOTALL) is not None
    if isinstance(shown, dict) and isinstance(real, dict):
        return list(shown) == list(real) and all(is_like(shown[name], real[name]) for name in shown)
    if isinstance(shown, list) and isinstance(real, list):
        if shown and shown[-1] == CUT:
            # What follows is alike.
            shown, real = shown[:-1], real[: len(shown) - 1]
        return len(shown) == len(real) and all(map(is_like, shown, real))
    return bool(shown == real)


def shape(data: Any) -> Any:
    """The names at each level."""
    if isinstance(data, dict):
        return {name: shape(value) for name, value in data.items()}
    return [shape(one) for one in data] if isinstance(data, list) else None
