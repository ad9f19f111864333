"""Trial records and their criteria."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select

from bot.store.part import Part
from bot.store.records import Criterion, JsonObject, NewCriterion, StoredTrial, TrialVersion
from bot.store.tables import CriterionRow, TrialRow, TrialVersionRow


class Trials(Part):
    """The trials of a unit of work."""

    def put_trial(
        self,
        nct_id: str,
        *,
        version: str,
        record: JsonObject,
        content_hash: str,
        criteria: Sequence[NewCriterion],
        at: datetime,
    ) -> Literal["added", "changed", "unchanged"]:
        """Make this the current version of the record and of its criteria; the versions before it stay in the history."""
        row = self._session.scalars(select(TrialRow).where(TrialRow.nct_id == nct_id).with_for_update()).one_or_none()
        if row is not None and (row.version, row.content_hash) == (version, content_hash):
            return "unchanged"
        if row is None:
            outcome: Literal["added", "changed"] = "added"
            row = TrialRow(nct_id=nct_id, version=version, record=record, content_hash=content_hash, imported_at=at)
            self._session.add(row)
        else:
            outcome = "changed"
            row.version = version
            row.record = record
            row.content_hash = content_hash
            row.imported_at = at
        self._session.flush()
        self._session.add(TrialVersionRow(nct_id=nct_id, version=version, content_hash=content_hash, record=record, imported_at=at))
        self._session.execute(delete(CriterionRow).where(CriterionRow.nct_id == nct_id))
        self._session.add_all(
            CriterionRow(
                nct_id=nct_id,
                criterion_id=criterion.criterion_id,
                section=criterion.section,
                position=position,
                checked_by=criterion.checked_by,
                plain=criterion.plain,
                rule=criterion.rule,
                status=criterion.status,
            )
            for position, criterion in enumerate(criteria)
        )
        self._session.flush()
        return outcome

    def trial(self, nct_id: str) -> StoredTrial | None:
        """The current record of a trial."""
        row = self._session.get(TrialRow, nct_id)
        return None if row is None else _trial(row)

    def trial_as_of(self, nct_id: str, moment: datetime) -> StoredTrial | None:
        """The record that was current at some moment: what was said then is explained by what was known then."""
        row = self._session.scalars(
            select(TrialVersionRow)
            .where(TrialVersionRow.nct_id == nct_id, TrialVersionRow.imported_at <= moment)
            .order_by(TrialVersionRow.imported_at.desc(), TrialVersionRow.id.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else _trial(row)

    def trials(self) -> list[StoredTrial]:
        """The current records of all trials, by number."""
        return [_trial(row) for row in self._session.scalars(select(TrialRow).order_by(TrialRow.nct_id))]

    def trial_ids(self) -> list[str]:
        """The numbers of all trials."""
        return list(self._session.scalars(select(TrialRow.nct_id).order_by(TrialRow.nct_id)))

    def criteria(self, nct_id: str) -> list[Criterion]:
        """The criteria of a trial's current record, in its order."""
        rows = self._session.scalars(select(CriterionRow).where(CriterionRow.nct_id == nct_id).order_by(CriterionRow.position))
        return [_criterion(row) for row in rows]

    def trial_versions(self, nct_id: str) -> list[TrialVersion]:
        """The versions of a trial's record, oldest first."""
        rows = self._session.scalars(select(TrialVersionRow).where(TrialVersionRow.nct_id == nct_id).order_by(TrialVersionRow.id))
        return [
            TrialVersion(nct_id=row.nct_id, version=row.version, content_hash=row.content_hash, imported_at=row.imported_at) for row in rows
        ]


def _trial(row: TrialRow | TrialVersionRow) -> StoredTrial:
    return StoredTrial(
        nct_id=row.nct_id,
        version=row.version,
        record=row.record,
        content_hash=row.content_hash,
        imported_at=row.imported_at,
    )


def _criterion(row: CriterionRow) -> Criterion:
    return Criterion(
        nct_id=row.nct_id,
        criterion_id=row.criterion_id,
        section=row.section,
        position=row.position,
        checked_by=row.checked_by,
        plain=row.plain,
        rule=row.rule,
        status=row.status,  # type: ignore[arg-type]  # a check constraint keeps it to these
    )
