"""Figures as a table: medians and 95th percentiles in milliseconds, and ratios within one run."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value that `share` of all are not above, in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def show(title: str, rows: Mapping[str, Sequence[float]], beside: str | None = None) -> None:
    """One row for each set of timings; with `beside`, the ratio of medians to that row."""
    print(f"\n{title}")
    print(f"  {'':<44} {'n':>6} {'p50 ms':>9} {'p95 ms':>9}" + (f" {'ratio':>7}" if beside else ""))
    base = statistics.median(rows[beside]) if beside else 1.0
    for name, seconds in rows.items():
        line = f"  {name:<44} {len(seconds):>6} {percentile(seconds, 0.5):>9.2f} {percentile(seconds, 0.95):>9.2f}"
        print(line + (f" {statistics.median(seconds) / base:>7.2f}" if beside else ""))
