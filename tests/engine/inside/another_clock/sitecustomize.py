"""Python reads this when it starts, where it is on the path: a clock that a test sets forward or back while the program runs."""

import os
import time
from pathlib import Path

_AHEAD = Path(os.environ["SECONDS_AHEAD"])
_true_time = time.time


def _shown_time() -> float:
    return _true_time() + float(_AHEAD.read_text() or 0)


time.time = _shown_time
