"""One turn of a screening: load the state, read the message, store the answers, say what follows.

Everything happens in one transaction, and the answers are in the store before the reply leaves.
The same message handled twice (a repeat after a crash or a lost reply) changes nothing and is
answered as it was the first time.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.conversations.choosing_a_trial import MOST_LISTED, chosen_trial, named_trial, trial_choice
from bot.conversations.messages import Message
from bot.conversations.rendering import Renderer
from bot.conversations.snapshots import about_of, last_of, sent_twice, snapshot_of, state_of
from bot.criteria import Verdict
from bot.screening import steps
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import canonical
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import Intent
from bot.screening.readings import Heard
from bot.screening.screening import CONSENT, Interview, State, Turn
from bot.store import Store, Unit, UnknownConversationError
from bot.store.records import Conversation, Screening
from bot.trials import TrialRecord
from bot.trials.record_cache import RecordCache
from bot.trials.screened import Deciding, screened
from bot.words import Library, Words

Clock = Callable[[], datetime.datetime]


@dataclass(frozen=True)
class Incoming:
    """A message of a person, as the engine passes it on."""

    conversation_id: str
    text: str
    message_id: str | None
    intent: Intent = field(default_factory=Intent)


@dataclass(frozen=True)
class Reply:
    """What to say. `handed_over`: nothing, the rest of the dialogue answers this message."""

    messages: tuple[dict[str, Any], ...] = ()
    handed_over: bool = False
    erased: bool = False


@dataclass(frozen=True)
class Setting:
    """What a conversation is about and in which language."""

    record: TrialRecord | None
    words: Words
    locale: str


class Desk:
    """Screens people against the stored trials, one message at a time."""

    def __init__(self, store: Store, library: Library, clock: Clock, public_url: str, unreviewed: Deciding = Deciding.AGE_AND_SEX) -> None:
        self._store = store
        self._library = library
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._unreviewed = unreviewed
        self._records = RecordCache()

    def respond(self, incoming: Incoming) -> Reply:
        """Handle one message."""
        with self._store.unit() as unit:
            table = self._sit_down(unit, incoming.conversation_id, incoming)
            if isinstance(table, Reply):
                return table
            return table.respond(incoming)

    def ask_again(self, incoming: Incoming) -> Reply:
        """Put what is open once more, after others answered an interruption."""
        with self._store.unit() as unit:
            table = self._sit_down(unit, incoming.conversation_id, incoming)
            if isinstance(table, Reply):
                return table
            return table.ask_again(incoming)

    def pause(self, incoming: Incoming) -> Reply:
        """Let the screening stand still, saying nothing: something else came first."""
        with self._store.unit() as unit:
            table = self._sit_down(unit, incoming.conversation_id, incoming)
            return table.pause() if isinstance(table, _Table) else Reply()

    def setting(self, conversation_id: str) -> Setting:
        """The trial and the language of a conversation."""
        with self._store.reading() as unit:
            conversation = unit.conversation(conversation_id)
            locale = conversation.locale if conversation else ""
            stored = unit.trial(conversation.trial_id) if conversation and conversation.trial_id else None
            screening = unit.current_screening(conversation_id)
        record = self._records.record(stored) if stored else None
        words = self._library.in_locale(locale)
        return Setting(record, words.speaking_of(about_of(screening)), locale)

    def _sit_down(self, unit: Unit, conversation_id: str, incoming: Incoming) -> _Table | Reply:
        conversation = unit.conversation(conversation_id)
        if conversation is None:
            raise UnknownConversationError(conversation_id)
        words = self._library.in_locale(conversation.locale)
        stored = unit.trial(conversation.trial_id) if conversation.trial_id else None
        if stored is None:
            total = unit.count_trials()
            few = unit.trials_from(0, MOST_LISTED) if total <= MOST_LISTED else []
            trials = [self._records.record(trial) for trial in few]
            number = named_trial(incoming.text)
            wanted = unit.trial(number) if number else None
            chosen = self._records.record(wanted) if wanted else None
            if chosen is None and number is None:
                chosen = chosen_trial(incoming.text, trials, words, conversation.trial_id)
            if chosen is None:
                offered = trial_choice(trials, total, words, number or conversation.trial_id)
                return Reply(messages=tuple(message.as_json() for message in offered))
            conversation = unit.change_conversation(conversation_id, trial_id=chosen.nct_id)
            return _Table(self, unit, conversation, chosen, words, self._clock())
        return _Table(self, unit, conversation, self._records.record(stored), words, self._clock())

    def interview(self, record: TrialRecord, words: Words) -> Interview:
        return Interview(self._library.attributes, screened(record, self._unreviewed), words.lexicon.condition_names)

    def summary_url(self, key: str) -> str:
        return f"{self._public_url}/summary/{key}"


class _Table:
    """One conversation's screening within one transaction."""

    def __init__(
        self,
        desk: Desk,
        unit: Unit,
        conversation: Conversation,
        record: TrialRecord,
        words: Words,
        now: datetime.datetime,
    ) -> None:
        self._desk, self._unit, self._conversation = desk, unit, conversation
        self._record, self._words, self._now = record, words, now
        self._interview = desk.interview(record, words)
        self._screening = unit.current_screening(conversation.id)

    def respond(self, incoming: Incoming) -> Reply:
        screening = self._screening
        if screening is None:
            return self._begin(self._hear(incoming, None, incoming.intent), incoming)
        last = screening.snapshot.get("last") or {}
        if incoming.message_id and last.get("message_id") == incoming.message_id:
            return Reply(messages=tuple(last["messages"]))
        state = self._state(screening)
        heard = self._hear(incoming, state, incoming.intent)
        if sent_twice(last, state, self._interview.attributes, incoming.text, heard.reading, self._now):
            return self._finish(screening, self._interview.again(state).saying_first(steps.SentTwice()), incoming)
        turn = self._interview.respond(state, heard)
        if turn.handed_over:
            return Reply(handed_over=True)
        return self._finish(screening, turn, incoming)

    def _hear(self, incoming: Incoming, state: State | None, intent: Intent) -> Heard:
        prompt, about = (None, None) if state is None else (state.prompt, state.about)
        return self._words.reader.hear(incoming.text, prompt, _offered(state), self._now.date(), intent, about)

    def ask_again(self, incoming: Incoming) -> Reply:
        screening = self._screening
        if screening is None:
            # Others have dealt with what the first message wanted. What it told of a person counts; a question tells nothing.
            heard = self._hear(incoming, None, Intent())
            return self._begin(heard if heard.about is not None else None)
        state = self._state(screening)
        messages = self._renderer(state, screening).render(self._interview.again(state).steps)
        return Reply(messages=_as_json(messages))

    def pause(self) -> Reply:
        screening = self._screening
        if screening is not None:
            state = self._state(screening)
            if state.prompt.waiting is not Waiting.PAUSED:
                paused = replace(state, prompt=Prompt(waiting=Waiting.PAUSED, before=state.prompt))
                snapshot = {**screening.snapshot, **snapshot_of(paused), "last": {}}
                self._unit.save_screening(screening.id, snapshot=snapshot, state=Waiting.PAUSED.value)
        return Reply()

    # -- beginning and ending

    def _begin(self, heard: Heard | None, incoming: Incoming | None = None) -> Reply:
        turn = self._interview.begin(heard)
        screening = self._unit.start_screening(
            self._conversation.id, self._record.nct_id, words_version=self._words.version, at=self._now, snapshot={}
        )
        return self._finish(screening, turn, incoming)

    def _finish(self, screening: Screening, turn: Turn, incoming: Incoming | None) -> Reply:
        if any(isinstance(step, steps.Erase) for step in turn.steps):
            last_words = _as_json(self._renderer(turn.state, screening).render(turn.steps))
            self._unit.erase_conversation(self._conversation.id)
            return Reply(messages=last_words, erased=True)
        message_id = incoming.message_id if incoming else None
        if any(isinstance(step, steps.Restarted) for step in turn.steps):
            screening = self._restart(turn.state, message_id)
        for answer in turn.answers:
            self._keep(screening, answer, message_id, turn.state.about)
        concluded = [step.assessment for step in turn.steps if isinstance(step, steps.Finished | steps.EarlyEnd)]
        for assessment in concluded:
            self._conclude(screening, assessment)
        messages = _as_json(self._renderer(turn.state, screening).render(turn.steps))
        text = incoming.text if incoming else None
        # The words that began it are no answer to the consent question that they led to.
        took = bool(turn.answers) or any(isinstance(step, steps.Greet) for step in turn.steps)
        if turn.answers and screening.verdict and not concluded:
            # The verdict that was given no longer stands; it stays in the history of verdicts.
            self._unit.reopen_screening(screening.id)
        self._unit.save_screening(
            screening.id,
            snapshot={**snapshot_of(turn.state), "last": last_of(message_id, text, messages, took, self._now)},
            state=turn.state.prompt.waiting.value,
            verdict=concluded[-1].verdict.value if concluded else None,
            finished_at=self._now if turn.state.prompt.waiting is Waiting.NOTHING and concluded else None,
        )
        self._unit.touch(self._conversation.id, self._now)
        return Reply(messages=messages)

    def _restart(self, state: State, message_id: str | None) -> Screening:
        screening = self._unit.start_screening(
            self._conversation.id, self._record.nct_id, words_version=self._words.version, at=self._now, snapshot={}
        )
        for answer in state.answers.values():
            self._keep(screening, answer, message_id, state.about)
        return screening

    def _keep(self, screening: Screening, answer: Answer, message_id: str | None, about: str | None) -> None:
        value = list(answer.value) if isinstance(answer.value, tuple) else answer.value
        self._unit.add_answer(
            screening.id,
            attribute=answer.attribute,
            state=answer.outcome.value,
            value=value,
            said=answer.said,
            message_id=message_id,
            at=self._now,
        )
        if answer.attribute == CONSENT:
            shown = consent_text(self._words.speaking_of(about))
            self._unit.add_consent(
                self._conversation.id,
                text_version=self._words.version,
                text_hash=hashlib.sha256(shown.encode()).hexdigest(),
                given=answer.value is True,
                at=self._now,
                screening_id=screening.id,
                message_id=message_id,
            )

    def _conclude(self, screening: Screening, assessment: steps.Assessment) -> None:
        detail = {result.id: result.status.value for result in assessment.results}
        self._unit.add_verdict(screening.id, trial_id=self._record.nct_id, verdict=assessment.verdict.value, detail=detail, at=self._now)
        if assessment.verdict is not Verdict.UNLIKELY:
            self._unit.add_handoff(
                self._conversation.id, reason="result", at=self._now, screening_id=screening.id, trial_id=self._record.nct_id
            )

    # -- state and words

    def _state(self, screening: Screening) -> State:
        rows = {row.attribute: row for row in self._unit.answers(screening.id)}
        answers = {
            name: Answer(name, Outcome(row.state), None if row.value is None else canonical(row.value), row.said)
            for name, row in rows.items()
            if name in self._interview.attributes
        }
        return state_of(screening.snapshot, answers, self._interview.attributes)

    def _renderer(self, state: State, screening: Screening) -> Renderer:
        key = self._unit.ensure_summary_key(screening.id) if state.asked else None
        url = self._desk.summary_url(key) if key else None
        return Renderer(self._words.speaking_of(state.about), self._record, state, url)


def consent_text(words: Words) -> str:
    """All that a person is told before the consent question, and the question itself."""
    keys = ("what_i_am", "what_i_am_not", "data_notice", "data_choices", "not_for_emergencies")
    return "\n".join([*(words.text(key) for key in keys), str(words.about(CONSENT)["question"])])


def _offered(state: State | None) -> set[str]:
    """The attributes whose quick replies the person can have seen."""
    if state is None:
        return {CONSENT}
    repeated = state.volunteered if state.consented else {}
    return {CONSENT, *state.asked, *repeated, *(() if state.prompt.attribute is None else (state.prompt.attribute,))}


def _as_json(messages: list[Message]) -> tuple[dict[str, Any], ...]:
    return tuple(message.as_json() for message in messages)
