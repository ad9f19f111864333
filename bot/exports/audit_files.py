"""The audit as CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.audit.chain import Entry
from bot.exports import csv_files

COLUMNS = ("number", "at", "actor", "name", "action", "object_kind", "object_id", "trial", "detail", "previous", "digest")


def as_csv(entries: Sequence[Entry], names: Mapping[str, str]) -> str:
    """Entries as rows, without the names of the columns."""
    return csv_files.lines(_rows(entries, names))


def head_of_csv() -> str:
    """The names of the columns."""
    return csv_files.lines([COLUMNS])


def as_json(entries: Sequence[Entry], names: Mapping[str, str]) -> list[str]:
    """Entries as objects, one text each."""
    return [
        json.dumps(
            {
                "number": entry.number,
                "at": entry.at.isoformat(),
                "actor": entry.actor,
                "name": names.get(entry.actor),
                "action": entry.action,
                "object": {"kind": entry.object_kind, "id": entry.object_id},
                "trial": entry.trial_id,
                "detail": entry.detail,
                "previous": entry.previous,
                "digest": entry.digest,
            },
            ensure_ascii=False,
        )
        for entry in entries
    ]


def _rows(entries: Sequence[Entry], names: Mapping[str, str]) -> Iterator[Sequence[Any]]:
    for entry in entries:
        detail = "" if entry.detail is None else json.dumps(entry.detail, sort_keys=True)
        yield (
            entry.number,
            entry.at,
            entry.actor,
            names.get(entry.actor),
            entry.action,
            entry.object_kind,
            entry.object_id,
            entry.trial_id,
            detail,
            entry.previous,
            entry.digest,
        )
