"""The desk: every message comes here, and is handled in one transaction.

The answers are in the store before the reply leaves. The same message handled twice (a repeat after a crash or a lost
reply) changes nothing and is answered as it was the first time.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversations.snapshots import about_of
from bot.conversations.table import Clock, Incoming, Reply, Table, consent_text
from bot.conversations.tables import SearchTable, TrialTable
from bot.conversations.trial_pool import TrialPool
from bot.conversations.waiting import NOBODY_TOLD, PersonCalls
from bot.criteria import Criterion
from bot.screening.screening import Interview
from bot.store import Store, Unit, UnknownConversationError
from bot.store.records import Conversation
from bot.trials import TrialRecord
from bot.trials.record_cache import RecordCache
from bot.trials.screened import Deciding, screened
from bot.words import Library, Words

__all__ = ["Clock", "Desk", "Incoming", "Reply", "Setting", "consent_text"]


@dataclass(frozen=True)
class Setting:
    """What a conversation is about and in which language."""

    record: TrialRecord | None
    words: Words
    locale: str


class Desk:
    """Screens people against the stored trials, one message at a time."""

    def __init__(
        self,
        store: Store,
        library: Library,
        clock: Clock,
        public_url: str,
        unreviewed: Deciding = Deciding.AGE_AND_SEX,
        calls: PersonCalls = NOBODY_TOLD,
    ) -> None:
        self._store = store
        self._library = library
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self.unreviewed = unreviewed
        self.calls = calls
        self._records = RecordCache()
        self.pool = TrialPool(store, library, unreviewed)

    def respond(self, incoming: Incoming) -> Reply:
        """Handle one message."""
        self.pool.refresh()
        with self._store.unit() as unit:
            reply = self._sit_down(unit, incoming).respond(incoming)
            if reply.wants_person:
                self._call_a_person(unit, incoming.conversation_id)
            return reply

    def ask_again(self, incoming: Incoming) -> Reply:
        """Put what is open once more, after others answered an interruption."""
        self.pool.refresh()
        with self._store.unit() as unit:
            return self._sit_down(unit, incoming).ask_again(incoming)

    def pause(self, incoming: Incoming) -> Reply:
        """Let the screening stand still, saying nothing: something else came first."""
        with self._store.unit() as unit:
            return self._sit_down(unit, incoming).pause()

    def call_a_person(self, conversation_id: str) -> None:
        """Somebody asked for a person, or may be in danger, and the rest of the dialogue answers."""
        with self._store.unit() as unit:
            self._call_a_person(unit, conversation_id)

    def _call_a_person(self, unit: Unit, conversation_id: str) -> None:
        conversation = unit.conversation(conversation_id)
        if conversation is not None:
            self.calls.call(unit, conversation, self._clock())

    def setting(self, conversation_id: str) -> Setting:
        """The trial and the language of a conversation."""
        with self._store.reading() as unit:
            conversation = unit.conversation(conversation_id)
            locale, channel = (conversation.locale, conversation.channel) if conversation else ("", "")
            record = None if conversation is None else self._subject(unit, conversation)
            screening = unit.current_screening(conversation_id)
        words = self._library.in_locale(locale)
        return Setting(record, words.speaking_of(about_of(screening)).carried_by(channel), locale)

    def _sit_down(self, unit: Unit, incoming: Incoming) -> Table:
        conversation = unit.conversation(incoming.conversation_id)
        if conversation is None:
            raise UnknownConversationError(incoming.conversation_id)
        words = self._library.in_locale(conversation.locale)
        record = self._subject(unit, conversation)
        if record is None and conversation.trial_id is None and len(shown := unit.shown_trials(0, 2)) == 1:
            # There is nothing to look for: the one trial that there is.
            record = self._records.record(shown[0])
        if record is not None:
            return self.trial_table(unit, conversation, record)
        return SearchTable(self, unit, conversation, words, self._clock(), self._library.attributes)

    def trial_table(self, unit: Unit, conversation: Conversation, record: TrialRecord) -> TrialTable:
        """A conversation about one trial, which is noted with it."""
        if conversation.trial_id != record.nct_id:
            conversation = unit.turn_conversation(conversation.id, record.nct_id)
        words = self._library.in_locale(conversation.locale)
        interview = Interview(self._library.attributes, self.criteria(record), words.lexicon.condition_names)
        return TrialTable(self, unit, conversation, words, self._clock(), record, interview)

    def search_table(self, unit: Unit, conversation: Conversation) -> SearchTable:
        """A search among all trials, in a conversation that was about one."""
        conversation = unit.turn_conversation(conversation.id, None)
        words = self._library.in_locale(conversation.locale)
        return SearchTable(self, unit, conversation, words, self._clock(), self._library.attributes)

    def record(self, unit: Unit, nct_id: str | None) -> TrialRecord | None:
        """The record of a trial that people may see; None where there is none of that number."""
        stored = unit.shown_trial(nct_id) if nct_id else None
        return None if stored is None else self._records.record(stored)

    def stored_record(self, unit: Unit, nct_id: str) -> TrialRecord | None:
        """The record of a trial, inactive or not: whoever was shown it may go on."""
        stored = unit.trial(nct_id)
        return None if stored is None else self._records.record(stored)

    def criteria(self, record: TrialRecord) -> tuple[Criterion, ...]:
        """The criteria of a record as they count in a screening here."""
        return screened(record, self.unreviewed)

    def _subject(self, unit: Unit, conversation: Conversation) -> TrialRecord | None:
        """The trial that a conversation is about. An inactive one goes on where it was begun, and is not known anywhere else."""
        if conversation.trial_id is None:
            return None
        running = unit.current_screening(conversation.id)
        if running is not None and running.trial_id == conversation.trial_id:
            return self.stored_record(unit, conversation.trial_id)
        return self.record(unit, conversation.trial_id)

    def summary_url(self, key: str) -> str:
        return f"{self._public_url}/summary/{key}"

    def contact_url(self, key: str) -> str:
        return f"{self._public_url}/contact/{key}"
