"""Trial records and their criteria."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from sqlalchemy import delete, func, select, text

from bot.store.part import Part
from bot.store.records import (
    BriefCriterion,
    Criterion,
    CriterionReview,
    JsonObject,
    NewCriterion,
    RegistryRecord,
    StoredTrial,
    TrialBrief,
    TrialVersion,
)
from bot.store.tables import CriterionReviewRow, CriterionRow, RegistryRecordRow, TrialBriefRow, TrialRow, TrialVersionRow

MOST_OF_A_TITLE = 500
"""Characters of a title that a list of trials looks through."""
_TRIALS_LOCK = 6_141_072
_NEXT = timedelta(microseconds=1)
"""The shortest time between two moments that both databases tell apart."""
_AT_ONCE = 1000
"""Rows that are fetched at once of a table that may be long."""


class Trials(Part):
    """The trials of a unit of work."""

    def take_turns_at_trials(self) -> None:
        """Be the only one that changes trials' records until the transaction ends; to be called before anything of them is read.

        A record is put together of several tables: two who did so at once would each leave out what the other had just decided.
        On SQLite a unit that writes is alone anyway.
        """
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TRIALS_LOCK})

    def put_trial(
        self,
        nct_id: str,
        *,
        version: str,
        record: JsonObject,
        content_hash: str,
        criteria: Sequence[NewCriterion],
        at: datetime,
        made_of: str | None = None,
        brief: JsonObject | None = None,
    ) -> Literal["added", "changed", "unchanged"]:
        """Make this the current version of the record and of its criteria; the versions before it stay in the history.

        `brief` is what a search among all trials needs of it; without one the search does not have the trial.
        """
        row = self._session.scalars(select(TrialRow).where(TrialRow.nct_id == nct_id).with_for_update()).one_or_none()
        if row is not None and (row.version, row.content_hash) == (version, content_hash):
            row.made_of = made_of
            return "unchanged"
        if row is None:
            outcome: Literal["added", "changed"] = "added"
            row = TrialRow(nct_id=nct_id, version=version, record=record, content_hash=content_hash, imported_at=at, made_of=made_of)
            self._session.add(row)
        else:
            outcome = "changed"
            row.version = version
            row.record = record
            row.content_hash = content_hash
            row.imported_at = at
            row.made_of = made_of
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
                text=criterion.text,
                span=None if criterion.span is None else list(criterion.span),
                reading=criterion.reading,
                fingerprint=criterion.fingerprint,
                reviewed_by=criterion.reviewed_by,
                reviewed_on=criterion.reviewed_on,
            )
            for position, criterion in enumerate(criteria)
        )
        self._session.flush()
        if brief is not None:
            self.put_brief(nct_id, brief, content_hash, at)
        return outcome

    def put_brief(self, nct_id: str, brief: JsonObject, content_hash: str, at: datetime) -> None:
        """Keep what a search needs of a trial, in place of what was there.

        It counts as changed later than every other, whatever `at` says: whoever waited for its turn would else be overlooked by
        those who ask what has changed since.
        """
        last = self._session.scalar(select(func.max(TrialBriefRow.changed_at)))
        at = at if last is None or last < at else last + _NEXT
        row = self._session.get(TrialBriefRow, nct_id)
        if row is None:
            row = TrialBriefRow(nct_id=nct_id)
            self._session.add(row)
        row.brief, row.content_hash, row.changed_at = brief, content_hash, at
        # An index holds them both, and entries of an index have to be short.
        status = brief.get("status")
        row.title, row.status = str(brief.get("title") or "")[:MOST_OF_A_TITLE], None if status is None else str(status)[:40]
        self._session.flush()

    def briefs(self, since: datetime | None = None) -> Iterator[TrialBrief]:
        """The briefs of all trials, or of those that changed at a moment or later."""
        rows = select(TrialBriefRow).order_by(TrialBriefRow.nct_id).execution_options(yield_per=_AT_ONCE)
        for row in self._session.scalars(rows if since is None else rows.where(TrialBriefRow.changed_at >= since)):
            yield TrialBrief(row.nct_id, row.brief, row.content_hash, row.changed_at)
            self._session.expunge(row)

    def briefs_of(self, nct_ids: Collection[str]) -> list[TrialBrief]:
        """The briefs of some trials."""
        rows = select(TrialBriefRow).where(TrialBriefRow.nct_id.in_(sorted(nct_ids))).order_by(TrialBriefRow.nct_id)
        return [TrialBrief(row.nct_id, row.brief, row.content_hash, row.changed_at) for row in self._session.scalars(rows)]

    def briefs_changed(self) -> tuple[int, datetime | None]:
        """How many briefs there are, and when the last of them changed."""
        count, last = self._session.execute(select(func.count(), func.max(TrialBriefRow.changed_at))).one()
        return count, last

    def without_brief(self, limit: int) -> list[StoredTrial]:
        """Trials that have no brief yet."""
        known = select(TrialBriefRow.nct_id)
        rows = select(TrialRow).where(TrialRow.nct_id.not_in(known)).order_by(TrialRow.nct_id).limit(limit)
        return [trial_of(row) for row in self._session.scalars(rows)]

    def brief_criteria(self, nct_ids: Sequence[str] | None = None) -> Iterator[tuple[str, list[BriefCriterion]]]:
        """The criteria of all trials, or of some, trial by trial in the order of their numbers."""
        columns = (CriterionRow.nct_id, CriterionRow.criterion_id, CriterionRow.section, CriterionRow.checked_by)
        rows = select(*columns, CriterionRow.rule, CriterionRow.status).order_by(CriterionRow.nct_id, CriterionRow.position)
        if nct_ids is not None:
            rows = rows.where(CriterionRow.nct_id.in_(nct_ids))
        found = self._session.execute(rows.execution_options(yield_per=_AT_ONCE))
        for nct_id, criteria in groupby(found, key=lambda row: str(row[0])):
            yield nct_id, [BriefCriterion(*row[1:]) for row in criteria]

    def trial(self, nct_id: str) -> StoredTrial | None:
        """The current record of a trial."""
        row = self._session.get(TrialRow, nct_id)
        return None if row is None else trial_of(row)

    def trial_as_of(self, nct_id: str, moment: datetime) -> StoredTrial | None:
        """The record that was current at some moment: what was said then is explained by what was known then."""
        row = self._session.scalars(
            select(TrialVersionRow)
            .where(TrialVersionRow.nct_id == nct_id, TrialVersionRow.imported_at <= moment)
            .order_by(TrialVersionRow.imported_at.desc(), TrialVersionRow.id.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else trial_of(row)

    def trials(self) -> list[StoredTrial]:
        """The current records of all trials, by number."""
        return [trial_of(row) for row in self._session.scalars(select(TrialRow).order_by(TrialRow.nct_id))]

    def trial_ids(self) -> list[str]:
        """The numbers of all trials."""
        return list(self._session.scalars(select(TrialRow.nct_id).order_by(TrialRow.nct_id)))

    def criteria(self, nct_id: str) -> list[Criterion]:
        """The criteria of a trial's current record, in its order."""
        rows = self._session.scalars(select(CriterionRow).where(CriterionRow.nct_id == nct_id).order_by(CriterionRow.position))
        return [_criterion(row) for row in rows]

    def trial_versions(self, nct_id: str, latest: int | None = None) -> list[TrialVersion]:
        """The versions of a trial's record, oldest first; no more than the `latest` of them."""
        columns = (TrialVersionRow.nct_id, TrialVersionRow.version, TrialVersionRow.content_hash, TrialVersionRow.imported_at)
        rows = select(*columns).where(TrialVersionRow.nct_id == nct_id).order_by(TrialVersionRow.id.desc()).limit(latest)
        return [TrialVersion(*row) for row in reversed(self._session.execute(rows).all())]

    # -- what a record is put together from

    def put_registry_record(self, nct_id: str, *, study: JsonObject, content_hash: str, origin: str, at: datetime) -> None:
        """Keep a study as the registry gave it, in place of the one before."""
        row = self._session.get(RegistryRecordRow, nct_id)
        if row is None:
            row = RegistryRecordRow(nct_id=nct_id, study=study, content_hash=content_hash, origin=origin, imported_at=at)
            self._session.add(row)
        else:
            row.study, row.content_hash, row.origin, row.imported_at = study, content_hash, origin, at
        self._session.flush()

    def registry_record(self, nct_id: str) -> RegistryRecord | None:
        """The study that a trial was imported from."""
        row = self._session.get(RegistryRecordRow, nct_id)
        if row is None:
            return None
        return RegistryRecord(row.nct_id, row.study, row.content_hash, row.origin, row.imported_at)

    def imported_ids(self) -> list[str]:
        """The numbers of all imported trials."""
        return list(self._session.scalars(select(RegistryRecordRow.nct_id).order_by(RegistryRecordRow.nct_id)))

    def add_criterion_review(self, review: CriterionReview) -> None:
        """Note a decision about a criterion's text."""
        self._session.add(
            CriterionReviewRow(
                nct_id=review.nct_id,
                criterion_id=review.criterion_id,
                fingerprint=review.fingerprint,
                action=review.action,
                rule=review.rule,
                words=review.words,
                by=review.by,
                at=review.at,
            )
        )
        self._session.flush()

    def criterion_reviews(self, nct_id: str) -> list[CriterionReview]:
        """All decisions about a trial's criteria, oldest first."""
        rows = select(CriterionReviewRow).where(CriterionReviewRow.nct_id == nct_id).order_by(CriterionReviewRow.id)
        return [
            CriterionReview(
                row.nct_id,
                row.criterion_id,
                row.fingerprint,
                row.action,  # type: ignore[arg-type]  # a check constraint keeps it to these
                row.by,
                row.at,
                row.rule,
                row.words,
            )
            for row in self._session.scalars(rows)
        ]

    def count_unreviewed(self) -> list[tuple[str, int]]:
        """Every trial with criteria that nobody has approved, and how many."""
        waiting = (
            select(CriterionRow.nct_id, func.count())
            .where(CriterionRow.status == "unreviewed", CriterionRow.fingerprint.is_not(None))
            .group_by(CriterionRow.nct_id)
            .order_by(CriterionRow.nct_id)
        )
        return [(nct_id, count) for nct_id, count in self._session.execute(waiting)]


def trial_of(row: TrialRow | TrialVersionRow) -> StoredTrial:
    """A row as what the store hands out."""
    return StoredTrial(
        nct_id=row.nct_id,
        version=row.version,
        record=row.record,
        content_hash=row.content_hash,
        imported_at=row.imported_at,
        made_of=row.made_of if isinstance(row, TrialRow) else None,
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
        text=row.text,
        span=None if row.span is None else (int(row.span[0]), int(row.span[1])),
        reading=row.reading,
        fingerprint=row.fingerprint,
        reviewed_by=row.reviewed_by,
        reviewed_on=row.reviewed_on,
    )
