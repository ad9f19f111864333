"""The two kinds of conversation: about one trial, and a search among many. Each can lead to the other, with the answers so far."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Protocol

from bot.conversations.choosing_a_trial import named_trial
from bot.conversations.messages import Message, NoticeCustom
from bot.conversations.search_rendering import SearchRenderer, choice_in
from bot.conversations.table import Incoming, Reply, Table
from bot.conversations.trial_pool import TrialPool
from bot.conversations.trial_rendering import TrialRenderer
from bot.criteria import Verdict
from bot.matching.search import ASKED_FOR, CONDITION, LOCATION, Search
from bot.screening import steps
from bot.screening.attributes import Attributes
from bot.screening.prompts import Waiting
from bot.screening.reading import Intent
from bot.screening.reading.text import said
from bot.screening.readings import Fact, Heard, ReadAnswer, ReadElsewhere, Reading, ReadNothing, ReadUnclear
from bot.screening.screening import Interview
from bot.screening.state import CONSENT, State, Turn
from bot.store import Unit
from bot.store.records import Conversation, Screening
from bot.trials import TrialRecord
from bot.words import Words

_MOST_MEANT = 3
"""Illnesses that a misspelt word may mean, of which one is asked for."""


class Tables(Protocol):
    """Where a conversation finds the other kind of table."""

    pool: TrialPool

    def trial_table(self, unit: Unit, conversation: Conversation, record: TrialRecord) -> TrialTable:
        """The conversation, about one trial from now on."""

    def search_table(self, unit: Unit, conversation: Conversation) -> SearchTable:
        """The conversation, a search from now on."""

    def record(self, unit: Unit, nct_id: str | None) -> TrialRecord | None:
        """The record of a trial that people may see."""

    def stored_record(self, unit: Unit, nct_id: str) -> TrialRecord | None:
        """The record of a trial, whether people may see it or not."""

    def summary_url(self, key: str) -> str:
        """Where a summary is."""

    def contact_url(self, key: str) -> str:
        """Where contact data may be left."""


class TrialTable(Table):
    """A conversation about one trial."""

    def __init__(
        self,
        desk: Tables,
        unit: Unit,
        conversation: Conversation,
        words: Words,
        now: datetime.datetime,
        record: TrialRecord,
        interview: Interview,
    ) -> None:
        super().__init__(unit, conversation, words, now, interview)
        self._desk, self._record, self._interview = desk, record, interview

    def chosen(self, before: State, incoming: Incoming) -> Reply:
        """Go on here with what was answered in a search."""
        return self._taken_over(before, self._interview.chosen(before), incoming)

    def begin(self, incoming: Incoming) -> Reply:
        """Begin here, where a message has just named this trial."""
        return self._begin(self._hear(incoming, None, incoming.intent), incoming)

    @property
    def _trial_id(self) -> str | None:
        return self._record.nct_id

    def _renderer(self, state: State, screening: Screening) -> TrialRenderer:
        key = self._unit.ensure_summary_key(screening.id) if state.asked else None
        url = self._desk.summary_url(key) if key else None
        pool, nct_id, place = self._desk.pool, self._record.nct_id, _told_place(state)
        words = self._words.speaking_of(state.about).carried_by(self._conversation.channel)
        return TrialRenderer(
            words, state, url, len(pool) > 1, self._record, lambda: pool.nearest(nct_id, place), lambda: self._contact_url(screening)
        )

    def _contact_url(self, screening: Screening) -> str | None:
        """Where to ask to be contacted: after a result, where there is somebody who would."""
        if not self._unit.verdicts(screening.id) or not self._unit.takes_contacts(self._record.nct_id):
            return None
        return self._desk.contact_url(self._unit.ensure_contact_key(screening.id))

    def _elsewhere(self, state: State, turn: Turn, incoming: Incoming) -> Reply | None:
        if not any(isinstance(step, steps.LookForOthers) for step in turn.steps):
            return None
        if len(self._desk.pool) < 2 or self._screening is None:
            none = Turn(state, (steps.NoOthers(), *self._questioning.again(state).steps))
            return None if self._screening is None else self._finish(self._screening, none, incoming)
        return self._desk.search_table(self._unit, self._conversation).carry_on(state, incoming)

    def _conclude(self, screening: Screening, turn: Turn) -> str | None:
        concluded = [step.assessment for step in turn.steps if isinstance(step, steps.Finished | steps.EarlyEnd)]
        for assessment in concluded:
            detail = {result.id: result.status.value for result in assessment.results}
            self._unit.add_verdict(
                screening.id, trial_id=self._record.nct_id, verdict=assessment.verdict.value, detail=detail, at=self._now
            )
            if assessment.verdict is not Verdict.UNLIKELY:
                self._unit.add_handoff(
                    self._conversation.id, reason="result", at=self._now, screening_id=screening.id, trial_id=self._record.nct_id
                )
        return concluded[-1].verdict.value if concluded else None


class SearchTable(Table):
    """A search among all trials."""

    def __init__(
        self, desk: Tables, unit: Unit, conversation: Conversation, words: Words, now: datetime.datetime, attributes: Attributes
    ) -> None:
        self._search = Search(attributes, desk.pool.trials(self._record_of))
        super().__init__(unit, conversation, words, now, self._search)
        self._desk = desk

    def carry_on(self, before: State, incoming: Incoming) -> Reply:
        """Search with what was answered about one trial."""
        turn = self._search.carry_on(before)
        return self._taken_over(before, turn.saying_first(steps.LookForOthers()), incoming)

    def _hear(self, incoming: Incoming, state: State | None, intent: Intent) -> Heard:
        heard = super()._hear(incoming, state, intent)
        asked = CONSENT if state is None else state.prompt.attribute if state.prompt.waiting is Waiting.QUESTION else None
        if asked == CONDITION and heard.reading == ReadUnclear():
            heard = replace(heard, reading=self._illness_of_trials(incoming.text))
        if asked == ASKED_FOR and heard.about is None:
            return replace(heard, about=self._words.reader.person(incoming.text))
        first = asked in (CONSENT, CONDITION) and (state is None or LOCATION not in state.answers)
        if first and not isinstance(heard.reading, ReadElsewhere | ReadNothing):
            # People begin with where they are: "… near Leeds".
            place = self._words.lexicon.places(incoming.text, led=True)[:1]
            facts = (Fact(LOCATION, place, said(incoming.text)),) if place else ()
            return replace(heard, facts=(*heard.facts, *facts))
        return heard

    def _illness_of_trials(self, text: str) -> Reading:
        """An illness that only the trials know, by their own words for it."""
        names = self._desk.pool.candidates(text)
        if len(names) == 1:
            return ReadAnswer(CONDITION, names, said(text))
        return ReadUnclear(tuple((name,) for name in names[:_MOST_MEANT]))

    @property
    def _trial_id(self) -> str | None:
        return None

    def _record_of(self, nct_id: str) -> TrialRecord:
        # One that was on a list may be inactive by now.
        record = self._desk.stored_record(self._unit, nct_id)
        if record is None:
            raise KeyError(nct_id)
        return record

    def _renderer(self, state: State, screening: Screening) -> SearchRenderer:
        pool = self._desk.pool
        place = _told_place(state)
        words = self._words.speaking_of(state.about).carried_by(self._conversation.channel)
        return SearchRenderer(words, state, None, False, self._record_of, len(pool), lambda: pool.unit_near(place))

    def _picked(self, state: State | None, incoming: Incoming) -> Reply | None:
        wanted = named_trial(incoming.text)
        unknown = wanted if wanted is not None else self._conversation.trial_id if state is None else None
        offered = () if state is None else state.prompt.offered
        choice = choice_in(incoming.text, [self._record_of(nct_id) for nct_id in offered], self._words) if offered else None
        record = self._desk.record(self._unit, choice or wanted)
        if record is not None:
            table = self._desk.trial_table(self._unit, self._conversation, record)
            return table.begin(incoming) if state is None else table.chosen(state, incoming)
        if unknown is not None:
            told = Message(text=self._words.text("trial_unknown", nct_id=unknown), custom=NoticeCustom(code="trial_unknown"))
            rest = self._begin(None, incoming) if state is None else self.ask_again(incoming)
            return Reply(messages=(told.as_json(), *rest.messages))
        if choice is not None and state is not None and self._screening is not None:
            again = self._search.again_with_list(state)
            return self._finish(self._screening, again.saying_first(steps.NotOnTheList()), incoming)
        return None

    def _elsewhere(self, state: State, turn: Turn, incoming: Incoming) -> Reply | None:
        return None

    def _conclude(self, screening: Screening, turn: Turn) -> str | None:
        for step in turn.steps:
            for one in step.candidates if isinstance(step, steps.Shortlist) else ():
                detail = {result.id: result.status.value for result in one.assessment.results}
                self._unit.add_verdict(
                    screening.id, trial_id=one.trial_id, verdict=one.assessment.verdict.value, detail=detail, at=self._now
                )
        return None


def _told_place(state: State) -> str | None:
    """Where the person lives, as far as it was told."""
    told = state.answers.get(LOCATION)
    return told.value[0] if told is not None and isinstance(told.value, tuple) and told.value else None
