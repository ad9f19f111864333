"""`make bench`: run every benchmark, or those named: `make bench ARGS="turn planner"`."""

from __future__ import annotations

import sys

from bench import asking, console, criteria, load, long, matching_engine, places, planning, reading, stored, turn

BENCHMARKS = {
    "turn": turn.main,
    "long": long.main,
    "load": load.main,
    "stored": stored.main,
    "reading": reading.main,
    "planning": planning.main,
    "criteria": criteria.main,
    "engine": matching_engine.main,
    "asking": asking.main,
    "places": places.main,
    "console": console.main,
}


def main() -> int:
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        print(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
        return 2
    for name in wanted:
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
