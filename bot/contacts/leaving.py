"""Leaving contact data, changing it, taking it back: each in one transaction with everything that follows from it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.contacts.form import Entered, faults
from bot.contacts.texts import ContactTexts
from bot.conversations.contact_lines import left_line, withdrawn_line
from bot.conversations.desk import Desk
from bot.conversations.messages import Message
from bot.conversations.results import place
from bot.conversations.snapshots import about_of, answers_of, state_of
from bot.conversations.table import stage_of
from bot.deliveries.events import in_the_console, note_event, tell
from bot.matching.search import LOCATION
from bot.screening.state import State
from bot.sealing import Sealer
from bot.store import ContactRequest, Event, JsonObject, NewMessage, Screening, Store, Unit, UnknownConversationError
from bot.store.clock import Clock
from bot.store.records import Conversation
from bot.trials import Site, TrialRecord
from bot.words import Library

PATIENT = "patient"
"""As the audit names whoever holds the key."""


@dataclass(frozen=True)
class ContactPage:
    """What the page of a key is about.

    `sites` are places by name, the nearest first where `near`; `request` is what was left before; `open` whether anything may be
    left now; `told` whether somebody is sent a note of it.
    """

    conversation: Conversation
    screening: Screening
    record: TrialRecord
    texts: ContactTexts
    sites: dict[str, Site]
    near: bool
    request: ContactRequest | None
    open: bool
    told: bool


@dataclass(frozen=True)
class Refused:
    """What was entered cannot be kept as it is: the code of a text for each field."""

    faults: dict[str, str]


class ContactDesk:
    """Takes contact data. What the key does not lead to, any more or at all, is None."""

    def __init__(self, store: Store, library: Library, desk: Desk, sealer: Sealer, site_url: str, clock: Clock, keep_days: int = 0) -> None:
        """`keep_days`: how long conversations are kept after their last message where the trial sets nothing else; 0: for ever."""
        self._keep_days = keep_days
        self._store, self._library, self._desk = store, library, desk
        self._sealer, self._site_url, self._clock = sealer, site_url, clock

    def _days(self, unit: Unit, nct_id: str) -> int | None:
        own = unit.days_kept(nct_id)
        return (self._keep_days if own is None else own) or None

    def page(self, key: str) -> ContactPage | None:
        """What stands behind a key."""
        with self._store.reading() as unit:
            return self._page(unit, key)

    def leave(self, key: str, entered: Entered) -> Refused | ContactPage | None:
        """Keep what was entered, in place of what was there: sealed, with a line in the transcript, and the study team told."""
        page = self.page(key)
        if page is None or not page.open:
            return page
        found = faults(entered, page.sites, page.texts.digest)
        if found:
            return Refused(found)
        site = page.sites.get(entered.site)
        try:
            with self._store.unit() as unit:
                self._keep(unit, page, entered, None if site is None else _as_json(site))
        except UnknownConversationError:
            return None
        return page

    def withdraw(self, key: str) -> bool | None:
        """Remove what was left, and say so to whoever was told; whether there was anything."""
        page = self.page(key)
        if page is None:
            return None
        now, conversation, nct_id = self._clock(), page.conversation, page.record.nct_id
        try:
            with self._store.unit() as unit:
                request = unit.contact_request(conversation.id, nct_id)
                if request is None or not unit.remove_contact_request(conversation.id, nct_id):
                    return False
                self._say(unit, page, withdrawn_line(page.texts.words), now)
                if not unit.contact_requests(conversation.id):
                    current = unit.current_screening(conversation.id) or page.screening
                    unit.take_back_handoff(conversation.id, stage=stage_of(self._state(unit, current), current.verdict), at=now)
                self._tell(unit, Event.HANDOFF_WITHDRAWN, page, request.site, now)
                unit.audit(PATIENT, "contact_withdrawn", "conversation", conversation.id, at=now, trial_id=nct_id)
        except UnknownConversationError:
            return None
        return True

    def _state(self, unit: Unit, screening: Screening) -> State:
        attributes = self._library.attributes
        return state_of(screening.snapshot, answers_of(unit.answers(screening.id), attributes), attributes)

    def _keep(self, unit: Unit, page: ContactPage, entered: Entered, site: JsonObject | None) -> None:
        now, conversation, nct_id = self._clock(), page.conversation, page.record.nct_id
        before = unit.contact_request(conversation.id, nct_id)
        unit.put_contact_request(
            conversation.id,
            screening_id=page.screening.id,
            trial_id=nct_id,
            site=site,
            sealed=self._sealer.seal(entered.content()),
            text_version=page.texts.version,
            text_hash=page.texts.digest,
            at=now,
        )
        if before is None:
            handoff = unit.add_handoff(conversation.id, reason="contact", at=now, screening_id=page.screening.id, trial_id=nct_id)
            note_event(
                unit,
                Event.HANDOFF_CREATED,
                thing=handoff.id,
                conversation_id=conversation.id,
                trial_id=nct_id,
                at=now,
                more=in_the_console(conversation.id, site, self._site_url),
            )
        else:
            self._tell(unit, Event.HANDOFF_CHANGED, page, site, now)
        self._say(unit, page, left_line(page.texts.words, again=before is not None), now)
        unit.touch(conversation.id, now)
        current = unit.conversation(conversation.id)
        unit.note_progress(conversation.id, stage="handed_off", verdict=None if current is None else current.verdict, at=now)
        if current is not None and current.status == "new":
            # It is on the list of those to call, whoever looks first.
            unit.set_status(conversation.id, "to_call", now)
        unit.audit(
            PATIENT,
            "contact_left" if before is None else "contact_changed",
            "conversation",
            conversation.id,
            at=now,
            trial_id=nct_id,
            # What was agreed to is known even after the request itself is gone.
            detail={"text_version": page.texts.version, "text_hash": page.texts.digest},
        )

    def _tell(self, unit: Unit, event: Event, page: ContactPage, site: JsonObject | None, now: datetime) -> None:
        tell(
            unit,
            event,
            trial_id=page.record.nct_id,
            conversation_id=page.conversation.id,
            site=site,
            site_url=self._site_url,
            at=now,
        )

    def _say(self, unit: Unit, page: ContactPage, line: Message, now: datetime) -> None:
        """A line in the transcript, which the engine knows nothing of."""
        said: dict[str, Any] = line.as_json()
        data = {"custom": said["custom"]}
        new = NewMessage(event_key=f"contact-{secrets.token_hex(16)}", who="bot", text=line.text, at=now, data=data)
        unit.add_messages(page.conversation.id, [new])

    def _page(self, unit: Unit, key: str) -> ContactPage | None:
        screening = unit.screening_by_contact_key(key)
        if screening is None or screening.trial_id is None:
            return None
        conversation = unit.conversation(screening.conversation_id)
        # Inactive or not: whoever left something may take it back for as long as it is here.
        record = self._desk.stored_record(unit, screening.trial_id)
        if conversation is None or record is None:
            return None
        words = self._library.in_locale(conversation.locale).speaking_of(about_of(screening))
        told = next((row.value for row in reversed(unit.answers(screening.id)) if row.attribute == LOCATION), None)
        where = told[0] if isinstance(told, list) and told else None
        in_order = [record.sites[number] for number in self._desk.pool.sites_to_go_to(record, where)]
        return ContactPage(
            conversation=conversation,
            screening=screening,
            record=record,
            texts=ContactTexts(words, record.in_words(words.locale).title, self._days(unit, record.nct_id)),
            sites={place(site): site for site in in_order},
            near=where is not None and len(in_order) > 1,
            request=unit.contact_request(conversation.id, record.nct_id),
            open=unit.takes_contacts(record.nct_id),
            told=bool(unit.targets_to_tell(record.nct_id, Event.HANDOFF_CREATED)),
        )


def _as_json(site: Site) -> JsonObject:
    return {"facility": site.facility, "city": site.city, "state": site.state, "country": site.country}
