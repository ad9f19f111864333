"""Stored records as `TrialRecord`s, the ones used last kept at hand: checking one anew takes milliseconds, and there may be thousands."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from bot.store import StoredTrial
from bot.trials.records import TrialRecord

KEPT = 200


class RecordCache:
    """Safe to share between threads."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._records: OrderedDict[str, TrialRecord] = OrderedDict()
        self._lock = Lock()

    def record(self, stored: StoredTrial) -> TrialRecord:
        """The record of a version of a trial."""
        with self._lock:
            known = self._records.get(stored.content_hash)
            if known is not None:
                self._records.move_to_end(stored.content_hash)
                return known
        made = TrialRecord.model_validate(stored.record)
        with self._lock:
            self._records[stored.content_hash] = made
            if len(self._records) > self._most:
                self._records.popitem(last=False)
        return made
