"""How patients want to be reached: sealed, one for each conversation and trial; and which session may see it for now."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select

from bot.store.console_tables import ContactRequestRow
from bot.store.errors import UnknownScreeningError
from bot.store.records import ContactRequest, JsonObject, Screening, Stage
from bot.store.screenings import Screenings
from bot.store.tables import ScreeningRow
from bot.store.trial_settings import TrialSettingsPart


class Contacts(Screenings, TrialSettingsPart):
    """The contact requests of a unit of work."""

    def takes_contacts(self, trial_id: str) -> bool:
        """Whether people may leave contact data for a trial: as the study team decided, else where somebody would be told."""
        settings = self.trial_settings(trial_id)
        return settings.active and settings.takes_contacts

    def trials_asked_for(self, conversation_id: str) -> frozenset[str]:
        """The trials whose study teams somebody asked to contact them, whatever the conversation came to be about afterwards."""
        found = select(ContactRequestRow.trial_id).where(ContactRequestRow.conversation_id == conversation_id)
        return frozenset(self._session.scalars(found))

    def days_kept(self, trial_id: str) -> int | None:
        """How many days after its last message a conversation about a trial is kept; None where the trial says nothing of its own."""
        return self.trial_settings(trial_id).keep_days

    def ensure_contact_key(self, screening_id: int) -> str:
        """The key of the page where contact data may be left: 256 random bits, made once, another one than the summary's."""
        row = self._session.scalars(select(ScreeningRow).where(ScreeningRow.id == screening_id).with_for_update()).one_or_none()
        if row is None:
            raise UnknownScreeningError(screening_id)
        if row.contact_key is None:
            row.contact_key = secrets.token_urlsafe(32)
            self._session.flush()
        return row.contact_key

    def screening_by_contact_key(self, contact_key: str) -> Screening | None:
        """The screening after whose result contact data may be left."""
        return self._screening_where(ScreeningRow.contact_key == contact_key)

    def put_contact_request(
        self,
        conversation_id: str,
        *,
        screening_id: int,
        trial_id: str,
        site: JsonObject | None,
        sealed: str,
        text_version: str,
        text_hash: str,
        at: datetime,
    ) -> ContactRequest:
        """Keep a request, in place of the one before it for the same trial."""
        self._locked(conversation_id)
        row = self._contact_row(conversation_id, trial_id)
        if row is None:
            row = ContactRequestRow(conversation_id=conversation_id, trial_id=trial_id)
            self._session.add(row)
        else:
            # What was written before is not left lying in the journal.
            self._after_commit("erased")
        row.screening_id, row.site, row.sealed = screening_id, site, sealed
        row.text_version, row.text_hash, row.at = text_version, text_hash, at
        self._session.flush()
        return request_of(row)

    def contact_request(self, conversation_id: str, trial_id: str) -> ContactRequest | None:
        """The request of a conversation about a trial."""
        row = self._contact_row(conversation_id, trial_id)
        return None if row is None else request_of(row)

    def contact_requests(self, conversation_id: str) -> list[ContactRequest]:
        """All requests of a conversation, first to last."""
        rows = self._session.scalars(
            select(ContactRequestRow).where(ContactRequestRow.conversation_id == conversation_id).order_by(ContactRequestRow.id)
        )
        return [request_of(row) for row in rows]

    def has_contact_requests(self) -> bool:
        """Whether anybody's contact data are here."""
        return self._session.scalar(select(ContactRequestRow.id).limit(1)) is not None

    def remove_contact_request(self, conversation_id: str, trial_id: str) -> bool:
        """Remove a request for good; whether there was one."""
        self._locked(conversation_id)
        row = self._contact_row(conversation_id, trial_id)
        if row is None:
            return False
        self._session.delete(row)
        self._session.flush()
        self._after_commit("erased")
        return True

    def take_back_handoff(self, conversation_id: str, *, stage: Stage, at: datetime) -> None:
        """Nobody is to be called any more: the conversation is as far as it was without that. `note_progress` never goes back."""
        row = self._locked(conversation_id)
        row.stage = stage
        self._note_change(row, at)
        self._session.flush()

    def _contact_row(self, conversation_id: str, trial_id: str) -> ContactRequestRow | None:
        return self._session.scalars(
            select(ContactRequestRow)
            .where(ContactRequestRow.conversation_id == conversation_id, ContactRequestRow.trial_id == trial_id)
            .with_for_update()
        ).one_or_none()


def request_of(row: ContactRequestRow) -> ContactRequest:
    """The request of a row."""
    return ContactRequest(
        id=row.id,
        conversation_id=row.conversation_id,
        screening_id=row.screening_id,
        trial_id=row.trial_id,
        site=row.site,
        sealed=row.sealed,
        text_version=row.text_version,
        text_hash=row.text_hash,
        at=row.at,
    )
