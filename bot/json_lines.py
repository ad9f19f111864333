"""Files of one JSON object a line, as commands read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any


class LineFault(ValueError):
    """A line of a file that cannot be used; says which and what is expected."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"line {number}: {problem}")


def objects(source: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every object with the number of its line, from one; empty lines are none. `LineFault` where a line is something else."""
    number, lines = 0, iter(source)
    while True:
        number += 1
        try:
            text = next(lines)
            data = json.loads(text) if text.strip() else {}
        except StopIteration:
            return
        except UnicodeDecodeError:
            raise LineFault(number, "expected UTF-8") from None
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise LineFault(number, "expected a JSON object")
        if text.strip():
            yield number, data
