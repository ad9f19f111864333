"""Studies in files: one record, a page of `studies`, a list, or JSON Lines; or a folder of these.

Whatever cannot be read is named and left out; what stands before or beside it is still found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ENDINGS = (".json", ".jsonl", ".ndjson")
_LINES = (".jsonl", ".ndjson")
_WHITE = " \t\r\n"


@dataclass(frozen=True)
class Found:
    """A record, or (`problem`) where there should have been one. `origin` says where: a file, and the line or the number in it."""

    origin: str
    data: Any = None
    problem: str | None = None


def studies_in(path: Path) -> Iterator[Found]:
    """Every record of a file or a folder, in a fixed order."""
    if not path.is_dir():
        yield from _in_file(path, path.name)
        return
    files = sorted(one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in _ENDINGS and not _hidden(one, path))
    if not files:
        yield Found(str(path), problem=f"there is no {', '.join(_ENDINGS)} file in this folder")
    for file in files:
        yield from _in_file(file, str(file.relative_to(path)))


def studies_in_bytes(content: bytes, name: str) -> Iterator[Found]:
    """Every record of a file that was sent: of any of these forms, whatever its name ends with."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Found(name, problem="is not UTF-8 text")
        return
    yield from _in_text(text, name)


def about_how_many(path: Path) -> int:
    """How many records a file or folder seems to hold, for a progress bar: counted by a name that each of them has."""
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in _ENDINGS]
    return sum(_mentions(file, b'"protocolSection"') for file in files)


def _mentions(file: Path, name: bytes) -> int:
    try:
        with file.open("rb") as source:
            # A name cut by the end of a piece is missed: this is an estimate.
            return sum(piece.count(name) for piece in iter(lambda: source.read(1 << 20), b""))
    except OSError:
        return 0


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


def _in_file(path: Path, name: str) -> Iterator[Found]:
    try:
        if path.suffix.lower() in _LINES:
            with path.open(encoding="utf-8-sig", newline="\n") as lines:
                for number, line in enumerate(lines, start=1):
                    yield from _in_line(line, f"{name}, line {number}")
            return
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        yield Found(name, problem="is not UTF-8 text")
        return
    except OSError as problem:
        yield Found(name, problem=f"cannot be read ({problem.strerror})")
        return
    yield from _in_text(text, name)


def _in_text(text: str, name: str) -> Iterator[Found]:
    try:
        data = json.loads(text)
    except ValueError as problem:
        yield from _before_the_fault(text, name, problem)
        return
    except RecursionError:
        yield Found(name, problem="is nested too deep to be a record")
        return
    studies = data.get("studies") if isinstance(data, dict) and "protocolSection" not in data else data
    if isinstance(studies, list):
        for number, study in enumerate(studies, start=1):
            yield Found(f"{name}, study {number}", study)
    elif isinstance(data, dict) and "protocolSection" in data:
        yield Found(name, data)
    else:
        yield Found(name, problem="expected a record with a `protocolSection`, a page of `studies`, or a list of records")


def _in_line(line: str, origin: str) -> Iterator[Found]:
    if not line.strip():
        return
    try:
        yield Found(origin, json.loads(line))
    except (ValueError, RecursionError):
        yield Found(origin, problem="is not JSON; it may have been cut off")


def _before_the_fault(text: str, name: str, problem: ValueError) -> Iterator[Found]:
    """What can be read of a file that is not JSON as a whole: lines that each are, or the records of a page before it was cut."""
    lines = text.splitlines()
    if len(lines) > 1 and _is_object(lines[0]):
        for number, line in enumerate(lines, start=1):
            yield from _in_line(line, f"{name}, line {number}")
        return
    decoder, count = json.JSONDecoder(), 0
    place = _after(text, _list_of_studies(text))
    while place is not None and place < len(text):
        try:
            study, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        count += 1
        yield Found(f"{name}, study {count}", study)
        place = _after(text, place, ",")
    yield Found(name if not count else f"{name}, after study {count}", problem=f"is not JSON: {problem}; it may have been cut off")


def _list_of_studies(text: str) -> int | None:
    """Where the list of a page of studies begins, behind its bracket."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] == "[":
        return start + 1
    key = text.find('"studies"')
    bracket = -1 if key < 0 else text.find("[", key)
    return None if bracket < 0 or text[key + len('"studies"') : bracket].strip() != ":" else bracket + 1


def _after(text: str, place: int | None, sign: str = "") -> int | None:
    """The place behind white space, and behind a sign that has to stand there."""
    if place is None:
        return None
    while place < len(text) and text[place] in _WHITE:
        place += 1
    if not sign:
        return place
    return _after(text, place + 1) if text[place : place + 1] == sign else None


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
