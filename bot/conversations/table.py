"""One conversation at the desk, within one transaction: load the state, read the message, store the answers, say what follows."""

from __future__ import annotations

import datetime
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.conversations.erasing import PATIENT, erase
from bot.conversations.finishing import note_finished
from bot.conversations.messages import Message, NoticeCustom
from bot.conversations.rendering import Renderer
from bot.conversations.snapshots import answers_of, last_of, sent_twice, snapshot_of, state_of
from bot.screening import steps
from bot.screening.answers import Answer
from bot.screening.prompts import Prompt, Waiting
from bot.screening.questioning import Questioning
from bot.screening.reading import Intent
from bot.screening.readings import Heard
from bot.screening.state import CONSENT, State, Turn
from bot.store import Unit
from bot.store.records import Conversation, Screening, Stage
from bot.words import Words

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
    """What to say. `handed_over`: nothing, the rest of the dialogue answers this message. `wants_person`: they asked to talk to one."""

    messages: tuple[dict[str, Any], ...] = ()
    handed_over: bool = False
    erased: bool = False
    wants_person: bool = False


class Table(ABC):
    """What a conversation about one trial and a search among many have in common."""

    def __init__(self, unit: Unit, conversation: Conversation, words: Words, now: datetime.datetime, questioning: Questioning) -> None:
        self._unit, self._conversation, self._words, self._now = unit, conversation, words, now
        self._questioning = questioning
        self._screening = unit.current_screening(conversation.id)

    # -- what depends on what the conversation is about

    @property
    @abstractmethod
    def _trial_id(self) -> str | None:
        """The trial that a screening here is of; None for a search."""

    @abstractmethod
    def _renderer(self, state: State, screening: Screening) -> Renderer:
        """What puts the steps of a turn into words."""

    @abstractmethod
    def _conclude(self, screening: Screening, turn: Turn) -> str | None:
        """Note what the turn concluded; the verdict, where there is one."""

    @abstractmethod
    def _elsewhere(self, state: State, turn: Turn, incoming: Incoming) -> Reply | None:
        """The reply of the table that a turn leads to; None where it stays at this one."""

    def _picked(self, state: State | None, incoming: Incoming) -> Reply | None:
        """The reply to a message that picks a trial; None where it picks none."""
        return None

    # -- one message

    def respond(self, incoming: Incoming) -> Reply:
        """Handle one message."""
        screening = self._screening
        if screening is None:
            return self._picked(None, incoming) or self._begin(self._hear(incoming, None, incoming.intent), incoming)
        last = screening.snapshot.get("last") or {}
        if incoming.message_id and last.get("message_id") == incoming.message_id:
            return Reply(messages=tuple(last["messages"]))
        state = self._state(screening)
        picked = self._picked(state, incoming)
        if picked is not None:
            return picked
        heard = self._hear(incoming, state, incoming.intent)
        if sent_twice(last, state, self._questioning.attributes, incoming.text, heard.reading, self._now):
            return self._finish(screening, self._questioning.again(state).saying_first(steps.SentTwice()), incoming)
        turn = self._questioning.respond(state, heard)
        if turn.handed_over:
            return Reply(handed_over=True)
        return self._elsewhere(state, turn, incoming) or self._finish(screening, turn, incoming)

    def _hear(self, incoming: Incoming, state: State | None, intent: Intent) -> Heard:
        prompt, about = (None, None) if state is None else (state.prompt, state.about)
        return self._words.reader.hear(incoming.text, prompt, _offered(state), self._now.date(), intent, about)

    def ask_again(self, incoming: Incoming) -> Reply:
        """Put what is open once more."""
        screening = self._screening
        if screening is None:
            # Others have dealt with what the first message wanted. What it told of a person counts; a question tells nothing.
            heard = self._hear(incoming, None, Intent())
            return self._begin(heard if heard.about is not None else None)
        state = self._state(screening)
        messages = self._renderer(state, screening).render(self._questioning.again(state).steps)
        return Reply(messages=_as_json(messages))

    def pause(self) -> Reply:
        """Let the screening stand still, saying nothing."""
        screening = self._screening
        if screening is not None:
            state = self._state(screening)
            if state.prompt.waiting is not Waiting.PAUSED:
                paused = replace(state, prompt=Prompt(waiting=Waiting.PAUSED, before=state.prompt))
                snapshot = {**screening.snapshot, **snapshot_of(paused), "last": {}}
                self._unit.save_screening(screening.id, snapshot=snapshot, state=Waiting.PAUSED.value)
        return Reply()

    # -- beginning and ending

    def _begin(self, heard: Heard | None, incoming: Incoming | None = None, first: Sequence[steps.Step] = ()) -> Reply:
        return self._finish(self._started(), self._questioning.begin(heard).saying_first(*first), incoming)

    def _started(self) -> Screening:
        return self._unit.start_screening(
            self._conversation.id, self._trial_id, words_version=self._words.version, at=self._now, snapshot={}
        )

    def _taken_over(self, before: State, turn: Turn, incoming: Incoming) -> Reply:
        """A turn of a new screening here, with the answers of the one before it."""
        message_id = incoming.message_id
        screening = self._started_with(before, message_id)
        return self._finish(screening, turn, incoming)

    def _started_with(self, state: State, message_id: str | None) -> Screening:
        screening = self._started()
        for answer in state.answers.values():
            self._keep(screening, answer, message_id, state.about)
        return screening

    def _finish(self, screening: Screening, turn: Turn, incoming: Incoming | None) -> Reply:
        if any(isinstance(step, steps.Erase) for step in turn.steps):
            last_words = self._renderer(turn.state, screening).render(turn.steps)
            erasure = erase(self._unit, self._conversation.id, by=PATIENT, at=self._now)
            if erasure is not None:
                told = self._words.text("erase_receipt", receipt=erasure.receipt)
                last_words.append(Message(text=told, custom=NoticeCustom(code="receipt")))
            return Reply(messages=_as_json(last_words), erased=True)
        message_id = incoming.message_id if incoming else None
        if any(isinstance(step, steps.Restarted) for step in turn.steps):
            screening = self._started_with(turn.state, message_id)
        for answer in turn.answers:
            self._keep(screening, answer, message_id, turn.state.about)
        verdict = self._conclude(screening, turn)
        messages = _as_json(self._renderer(turn.state, screening).render(turn.steps))
        text = incoming.text if incoming else None
        # The words that began it are no answer to the consent question that they led to.
        took = bool(turn.answers) or any(isinstance(step, steps.Greet) for step in turn.steps)
        if turn.answers and screening.verdict and verdict is None:
            # The verdict that was given no longer stands; it stays in the history of verdicts.
            self._unit.reopen_screening(screening.id)
        saved = self._unit.save_screening(
            screening.id,
            snapshot={**snapshot_of(turn.state), "last": last_of(message_id, text, messages, took, self._now)},
            state=turn.state.prompt.waiting.value,
            verdict=verdict,
            finished_at=self._now if turn.state.prompt.waiting is Waiting.NOTHING and verdict else None,
        )
        self._unit.touch(self._conversation.id, self._now)
        stage = stage_of(turn.state, saved.verdict)
        note_finished(self._unit, saved, stage, self._now)
        self._unit.note_progress(self._conversation.id, stage=stage, verdict=saved.verdict, at=self._now, asks=asked_by(turn.state.prompt))
        if turn.unread is not None:
            self._unit.note_unread(self._conversation.id, turn.unread)
        return Reply(messages=messages, wants_person=any(isinstance(step, steps.OfferHuman) for step in turn.steps))

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
            shown = consent_text(self._words.speaking_of(about).carried_by(self._conversation.channel))
            self._unit.add_consent(
                self._conversation.id,
                text_version=self._words.version,
                text_hash=hashlib.sha256(shown.encode()).hexdigest(),
                given=answer.value is True,
                at=self._now,
                screening_id=screening.id,
                message_id=message_id,
            )

    # -- state

    def _state(self, screening: Screening) -> State:
        attributes = self._questioning.attributes
        answers = answers_of(self._unit.answers(screening.id), attributes)
        return state_of(screening.snapshot, answers, attributes)


def stage_of(state: State, verdict: str | None) -> Stage:
    """How far a screening came, for lists: what it waits for, and the verdict that stands.

    Before consent only the question for it is in progress: whoever said no stays withdrawn, also after what they say next.
    """
    waiting = state.prompt.waiting
    if waiting is Waiting.DECLINED or (not state.consented and asked_by(state.prompt) is None):
        return "withdrawn"
    return "finished" if verdict is not None or waiting is Waiting.NOTHING else "in_progress"


def asked_by(prompt: Prompt | None) -> str | None:
    """The attribute whose question is open, or will be again after what came between."""
    while prompt is not None:
        if prompt.waiting in (Waiting.QUESTION, Waiting.CONFIRM):
            return prompt.attribute
        prompt = prompt.before
    return None


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
