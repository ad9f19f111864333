"""The keys of programs. Of a key only the hash is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult

from bot.store.api_records import ApiKey
from bot.store.api_tables import ApiKeyRow, ApiKeyTrialRow
from bot.store.part import Part


class ApiKeys(Part):
    """The keys of a unit of work."""

    def add_api_key(
        self,
        *,
        name: str,
        prefix: str,
        key_hash: str,
        scopes: Iterable[str],
        trials: Iterable[str] | None,
        made_by: int,
        at: datetime,
        expires_at: datetime | None,
    ) -> ApiKey:
        """Add a key. `trials` None: for all."""
        row = ApiKeyRow(
            name=name,
            prefix=prefix,
            key_hash=key_hash,
            scopes=sorted(scopes),
            all_trials=trials is None,
            made_by=made_by,
            created_at=at,
            expires_at=expires_at,
        )
        self._session.add(row)
        self._session.flush()
        self._session.add_all(ApiKeyTrialRow(key_id=row.id, trial_id=trial) for trial in sorted(set(trials or ())))
        self._session.flush()
        return self._api_keys([row])[0]

    def api_key_by_hash(self, key_hash: str) -> ApiKey | None:
        """The key of that hash, good or not."""
        rows = self._session.scalars(select(ApiKeyRow).where(ApiKeyRow.key_hash == key_hash)).all()
        return next(iter(self._api_keys(rows)), None)

    def api_key(self, key_id: int) -> ApiKey | None:
        """The key of that id."""
        rows = self._session.scalars(select(ApiKeyRow).where(ApiKeyRow.id == key_id)).all()
        return next(iter(self._api_keys(rows)), None)

    def api_keys(self) -> list[ApiKey]:
        """All keys, those that were revoked last, then the newest first."""
        rows = select(ApiKeyRow).order_by(ApiKeyRow.revoked_at.is_not(None), ApiKeyRow.id.desc())
        return self._api_keys(self._session.scalars(rows).all())

    def note_api_key_used(self, key_id: int, at: datetime) -> None:
        """Note that it was used."""
        self._session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(used_at=at))

    def revoke_api_key(self, key_id: int, at: datetime) -> bool:
        """It is good no longer; False where there is none, or it was revoked before."""
        gone = self._session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None)).values(revoked_at=at))
        self._session.expire_all()
        return bool(isinstance(gone, CursorResult) and gone.rowcount)

    def _api_keys(self, rows: Sequence[ApiKeyRow]) -> list[ApiKey]:
        trials: defaultdict[int, set[str]] = defaultdict(set)
        of_these = ApiKeyTrialRow.key_id.in_([row.id for row in rows])
        for key_id, trial_id in self._session.execute(select(ApiKeyTrialRow.key_id, ApiKeyTrialRow.trial_id).where(of_these)):
            trials[key_id].add(trial_id)
        return [
            ApiKey(
                id=row.id,
                name=row.name,
                prefix=row.prefix,
                scopes=frozenset(map(str, row.scopes)),
                trials=None if row.all_trials else frozenset(trials[row.id]),
                created_at=row.created_at,
                expires_at=row.expires_at,
                used_at=row.used_at,
                revoked_at=row.revoked_at,
            )
            for row in rows
        ]
