"""What may be written down of something that went wrong."""

from __future__ import annotations

import traceback


def place(problem: BaseException) -> str:
    """What kind of exception, and where: all that may be logged of it, since its text may quote what a person said."""
    frames = traceback.extract_tb(problem.__traceback__)
    if not frames:
        return type(problem).__name__
    last = frames[-1]
    return f"{type(problem).__name__} in {last.name} (line {last.lineno} of {last.filename.rsplit('/', 1)[-1]})"
