"""What the study team decided about trials, and the lists of trials that depend on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all
from sqlalchemy.orm import aliased

from bot.store.console_tables import TrialSettingRow
from bot.store.deliveries import Deliveries
from bot.store.event_names import Event
from bot.store.records import Answer, StoredTrial
from bot.store.screenings import answer_of
from bot.store.tables import AnswerRow, ConversationRow, CriterionRow, ScreeningRow, TrialBriefRow, TrialRow
from bot.store.trials import trial_of


@dataclass(frozen=True, slots=True)
class TrialSettings:
    """What was decided about a trial. Where nothing was, it is as it says here.

    An inactive trial is shown to nobody and found by no search. `keep_days` counts from the last message; None: as the installation
    has it. `takes_contacts`: whether people may leave contact data.
    """

    active: bool = True
    keep_days: int | None = None
    takes_contacts: bool = False


@dataclass(frozen=True, slots=True)
class TrialInList:
    """A line of a list of trials. `conversations` is counted up to a bound."""

    nct_id: str
    title: str
    status: str | None
    active: bool
    to_review: int
    conversations: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class TrialFilter:
    """Which trials of a list: those that somebody sees (None: all), with a text in title or number, a status, active or not,
    about a condition, and with criteria to review. None, or an empty text: whatever."""

    trials: frozenset[str] | None
    text: str = ""
    status: str | None = None
    active: bool | None = None
    to_review: bool = False
    condition: str = ""


@dataclass(frozen=True, slots=True)
class PastScreening:
    """A screening that came to a result, with its answers, oldest first."""

    conversation_id: str
    finished_at: datetime | None
    answers: tuple[Answer, ...]


class TrialSettingsPart(Deliveries):
    """The settings of trials of a unit of work."""

    def trial_settings(self, trial_id: str, *, hold: bool = False) -> TrialSettings:
        """What was decided about a trial. As long as nobody has, it takes contact data where somebody would be told of them.

        `hold` keeps everybody else from deciding until the transaction ends.
        """
        if hold:
            # The trial's row, not the settings': that one is not there before the first decision.
            self._session.execute(select(TrialRow.nct_id).where(TrialRow.nct_id == trial_id).with_for_update())
        row = self._session.get(TrialSettingRow, trial_id)
        if row is None:
            return TrialSettings(takes_contacts=bool(self.targets_to_tell(trial_id, Event.HANDOFF_CREATED)))
        return TrialSettings(row.active, row.keep_days, row.takes_contacts)

    def change_trial_settings(self, trial_id: str, settings: TrialSettings) -> None:
        """Keep what was decided, in place of what was before."""
        row = self._session.get(TrialSettingRow, trial_id, with_for_update=True)
        if row is None:
            row = TrialSettingRow(trial_id=trial_id)
            self._session.add(row)
        row.active, row.keep_days, row.takes_contacts = settings.active, settings.keep_days, settings.takes_contacts
        self._session.flush()

    def inactive_trials(self) -> frozenset[str]:
        """The trials that are shown to nobody."""
        return frozenset(self._session.scalars(select(TrialSettingRow.trial_id).where(TrialSettingRow.active.is_(False))))

    def shown_trial(self, nct_id: str) -> StoredTrial | None:
        """The current record of a trial that people may see."""
        row = self._session.scalars(select(TrialRow).where(TrialRow.nct_id == nct_id, TrialRow.nct_id.not_in(_hidden()))).one_or_none()
        return None if row is None else trial_of(row)

    def shown_trials(self, offset: int, limit: int) -> list[StoredTrial]:
        """Some of the trials that people may see, by number."""
        rows = select(TrialRow).where(TrialRow.nct_id.not_in(_hidden())).order_by(TrialRow.nct_id).offset(offset).limit(limit)
        return [trial_of(row) for row in self._session.scalars(rows)]

    def count_shown_trials(self) -> int:
        """How many trials people may see."""
        return self._session.scalar(select(func.count()).select_from(TrialRow).where(TrialRow.nct_id.not_in(_hidden()))) or 0

    def list_trials(self, wanted: TrialFilter, *, after: str = "", limit: int, most_conversations: int) -> list[TrialInList]:
        """The trials of a filter by number, those that come after one; conversations are counted up to `most_conversations` each."""
        active = func.coalesce(TrialSettingRow.active, True)
        rows = (
            select(TrialBriefRow.nct_id, TrialBriefRow.status, active, TrialBriefRow.changed_at)
            .outerjoin(TrialSettingRow, TrialSettingRow.trial_id == TrialBriefRow.nct_id)
            .where(TrialBriefRow.nct_id > after, *_wanted(wanted))
            .order_by(TrialBriefRow.nct_id)
            .limit(limit)
        )
        found = self._session.execute(rows).all()
        ids = [row[0] for row in found]
        titles, reviews, conversations = self._titles(ids), self._to_review(ids), self._conversations(ids, most_conversations)
        return [
            TrialInList(nct_id, titles[nct_id], status, bool(is_active), reviews.get(nct_id, 0), conversations.get(nct_id, 0), changed_at)
            for nct_id, status, is_active, changed_at in found
        ]

    def matching_trials(self, wanted: TrialFilter, *, after: str = "", limit: int) -> list[StoredTrial]:
        """The current records of the trials of a filter by number, those that come after one."""
        rows = (
            select(TrialRow)
            .join(TrialBriefRow, TrialBriefRow.nct_id == TrialRow.nct_id)
            .outerjoin(TrialSettingRow, TrialSettingRow.trial_id == TrialRow.nct_id)
            .where(TrialRow.nct_id > after, *_wanted(wanted))
            .order_by(TrialRow.nct_id)
            .limit(limit)
        )
        return [trial_of(row) for row in self._session.scalars(rows)]

    def past_screenings(self, trial_id: str, trials: frozenset[str] | None, limit: int) -> list[PastScreening]:
        """The latest screenings of a trial that came to a result, of conversations that somebody sees (None: all)."""
        rows = (
            select(ScreeningRow.id, ScreeningRow.conversation_id, ScreeningRow.finished_at)
            .join(ConversationRow, ConversationRow.id == ScreeningRow.conversation_id)
            .where(ScreeningRow.trial_id == trial_id, ScreeningRow.verdict.is_not(None))
            .order_by(ScreeningRow.id.desc())
            .limit(limit)
        )
        if trials is not None:
            rows = rows.where(ConversationRow.trial_id.in_(sorted(trials)))
        found = self._session.execute(rows).all()
        answers: dict[int, list[Answer]] = {screening_id: [] for screening_id, _, _ in found}
        for row in self._session.scalars(select(AnswerRow).where(AnswerRow.screening_id.in_(answers)).order_by(AnswerRow.id)):
            answers[row.screening_id].append(answer_of(row))
        return [PastScreening(conversation_id, at, tuple(answers[screening_id])) for screening_id, conversation_id, at in found]

    def _titles(self, ids: Sequence[str]) -> dict[str, str]:
        paths = (("words", "en", "title"), ("title_brief",), ("title_official",))
        known = (TrialRow.record[path].as_string() for path in paths)
        rows = select(TrialRow.nct_id, func.coalesce(*known, TrialRow.nct_id)).where(TrialRow.nct_id.in_(ids))
        return dict(iter(self._session.execute(rows)))

    def _to_review(self, ids: Sequence[str]) -> dict[str, int]:
        rows = select(CriterionRow.nct_id, func.count()).where(CriterionRow.nct_id.in_(ids), *_waiting()).group_by(CriterionRow.nct_id)
        return dict(iter(self._session.execute(rows)))

    def _conversations(self, ids: Sequence[str], most: int) -> dict[str, int]:
        if not ids:
            return {}
        some = [select(ConversationRow.trial_id).where(ConversationRow.trial_id == nct_id).limit(most).subquery() for nct_id in ids]
        counted = union_all(*(select(one.c.trial_id, func.count()).group_by(one.c.trial_id) for one in some))
        return {str(nct_id): count for nct_id, count in self._session.execute(counted)}


def _hidden() -> Select[str]:
    return select(TrialSettingRow.trial_id).where(TrialSettingRow.active.is_(False))


def _waiting() -> tuple[ColumnElement[bool], ...]:
    return (CriterionRow.status == "unreviewed", CriterionRow.fingerprint.is_not(None))


def _wanted(wanted: TrialFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.trials is not None:
        where.append(TrialBriefRow.nct_id.in_(sorted(wanted.trials)))
    where += [
        or_(TrialBriefRow.title.icontains(word, autoescape=True), TrialBriefRow.nct_id.icontains(word, autoescape=True))
        for word in wanted.text.split()
    ]
    if wanted.status is not None:
        where.append(TrialBriefRow.status == wanted.status)
    if wanted.active is not None:
        where.append(func.coalesce(TrialSettingRow.active, True).is_(wanted.active))
    if wanted.condition:
        # As text: the list of names as JSON, in which a part of a name is found.
        record = aliased(TrialRow)
        about = record.record[("conditions",)].as_string().icontains(wanted.condition, autoescape=True)
        where.append(select(record.nct_id).where(record.nct_id == TrialBriefRow.nct_id, about).exists())
    if wanted.to_review:
        where.append(select(CriterionRow.nct_id).where(CriterionRow.nct_id == TrialBriefRow.nct_id, *_waiting()).exists())
    return where
