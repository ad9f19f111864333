"""The course of a screening: what is asked, what comes next, how it ends.

Nothing here reads a message: `told` and `screening` say what one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.criteria.criterion import CheckedBy, Criterion, check
from bot.criteria.rules import mentioned
from bot.criteria.verdict import Verdict, verdict
from bot.screening import steps
from bot.screening.answers import Answer, Outcome, facts_from
from bot.screening.attributes import Attributes
from bot.screening.planner import OpenQuestions, Plan, open_questions, plan
from bot.screening.prompts import Prompt, Waiting
from bot.screening.state import CONSENT, State, Turn
from bot.screening.steps import Step


class Course:
    """One trial's questions. `condition_names` are the illnesses the bot can recognise."""

    def __init__(
        self,
        attributes: Attributes,
        criteria: Sequence[Criterion],
        condition_names: tuple[str, ...] = (),
    ) -> None:
        self.attributes = attributes
        self.criteria = tuple(criteria)
        self._condition_names = condition_names

    # -- the whole

    def assess(self, answers: Mapping[str, Answer]) -> steps.Assessment:
        """Where the person stands on every criterion with the answers so far."""
        facts = facts_from(self.attributes, answers)
        results = tuple(check(criterion, facts.values) for criterion in self.criteria)
        return steps.Assessment(verdict(results), results, facts)

    def progress(self, state: State) -> steps.Progress:
        answered = sum(name != CONSENT for name in state.answers)
        open_now = {state.prompt.attribute} if state.prompt.waiting is Waiting.QUESTION else set()
        planned = self._open_questions(state).remaining
        extra = len(open_now - {CONSENT} - state.answers.keys())
        return steps.Progress(answered, planned + extra)

    def again(self, state: State) -> Turn:
        """Put what is open once more, after something else was dealt with."""
        return Turn(state, self._reminder(state))

    # -- keeping answers

    def _kept(self, state: State, answers: Iterable[Answer]) -> State:
        """The state with these answers, each of which counts as asked."""
        new = {answer.attribute: answer for answer in answers}
        asked = (*state.asked, *(name for name in new if name not in (CONSENT, *state.asked)))
        return replace(state, answers={**state.answers, **new}, asked=asked)

    def _take(self, state: State, answer: Answer, tapped: bool, hedged: bool = False) -> Turn:
        """Keep the answer, say so, and go on to whatever comes next."""
        name = answer.attribute
        old = state.answers.get(name)
        waiting_for = state.prompt.asks if state.prompt.waiting is Waiting.QUESTION else None
        turn = self._next(self._kept(state, (answer,)), keep=None if waiting_for == name else waiting_for)
        turn = replace(turn, answers=(answer, *turn.answers))
        if old is not None and old != answer and name != CONSENT:
            return turn.saying_first(steps.Corrected(old, answer))
        return turn.saying_first(steps.Noted(answer, tapped, hedged))

    def _decline_consent(self, state: State, said: str = "") -> Turn:
        """A no: nothing is asked, and what was told already is dropped."""
        declined = Answer(CONSENT, Outcome.KNOWN, False, said)
        state = replace(
            state,
            prompt=Prompt(waiting=Waiting.DECLINED),
            answers={**state.answers, CONSENT: declined},
            volunteered={},
        )
        return Turn(state, (steps.ConsentDeclined(),), (declined,))

    # -- what comes next

    def _next(self, state: State, keep: str | None = None) -> Turn:
        """On to the end or to a question: `keep`, which was open already, if it still matters."""
        if not state.consented:
            return self._question(state, CONSENT)
        if state.volunteered:
            return self._repeat_back(state, None if keep is None else Prompt(waiting=Waiting.QUESTION, attribute=keep))
        return self._onward(state, keep)

    def _onward(self, state: State, keep: str | None = None) -> Turn:
        """What comes once consent is given and nothing waits to be repeated back."""
        assessment = self.assess(state.answers)
        if assessment.verdict is Verdict.UNLIKELY and not state.gone_on:
            ended = replace(state, prompt=Prompt(waiting=Waiting.GO_ON, attribute=state.prompt.attribute))
            return Turn(ended, (steps.EarlyEnd(assessment),))
        planned = self._plan(state, still_open=keep)
        wanted = keep if keep in dict(planned.scores) else planned.attribute
        if wanted is None:
            return self._show_result(state)
        return self._question(state, wanted)

    def _repeat_back(self, state: State, before: Prompt | None) -> Turn:
        """Say what was understood and ask whether it is right; a yes goes on with `before`."""
        asking = replace(state, prompt=Prompt(waiting=Waiting.FACTS, before=before))
        return Turn(asking, self._reminder(asking))

    def _show_result(self, state: State) -> Turn:
        """The end: the result, then contacts and steps, then what can still be done."""
        done = replace(state, prompt=Prompt(waiting=Waiting.NOTHING))
        shown = steps.Finished(self.assess(state.answers))
        return Turn(done, (shown, steps.ShowContacts(), steps.WhatNow()))

    def _close(self, state: State) -> Turn:
        closed = replace(state, prompt=Prompt(waiting=Waiting.NOTHING))
        if state.prompt.waiting is Waiting.GO_ON:
            return Turn(closed, (steps.ShowContacts(), steps.Closing()))
        return Turn(closed, (steps.Closing(),))

    def _question(self, state: State, name: str, changing: bool = False) -> Turn:
        if not self.attributes[name].asked:
            return self._taken_back(state, name)
        prompt = Prompt(waiting=Waiting.QUESTION, attribute=name, changing=changing)
        asked = state.asked if name in (CONSENT, *state.asked) else (*state.asked, name)
        state = replace(state, prompt=prompt, asked=asked)
        return Turn(state, (self._ask(state),))

    def _taken_back(self, state: State, name: str) -> Turn:
        """On without an answer that is to be put again, where nobody is asked for it: what was told of it no longer counts."""
        if name not in state.answers:
            return self._next(state)
        return self._take(state, Answer(name, Outcome.DECLINED), tapped=True)

    def _open_questions(self, state: State, still_open: str | None = None) -> OpenQuestions:
        asked = {*state.answers, state.prompt.attribute or ""} - {still_open}
        return open_questions(self.attributes, self.criteria, facts_from(self.attributes, state.answers), asked)

    def _plan(self, state: State, still_open: str | None = None) -> Plan:
        last = state.asked[-1] if state.asked else None
        return plan(
            self.attributes,
            self._open_questions(state, still_open),
            facts_from(self.attributes, state.answers),
            last_group=self.attributes[last].group if last else None,
            condition_names=self._condition_names,
        )

    # -- putting it

    def _ask(self, state: State) -> steps.Ask:
        prompt = state.prompt
        current = state.answers.get(prompt.asks) if prompt.changing else None
        return steps.Ask(prompt.asks, self.progress(state), prompt.attempt, current)

    def _reminder(self, state: State) -> tuple[Step, ...]:
        prompt = state.prompt
        match prompt.waiting:
            case Waiting.QUESTION:
                return (self._ask(state),)
            case Waiting.CONFIRM if prompt.value is not None:
                return (steps.Confirm(prompt.asks, prompt.value),)
            case Waiting.FACTS:
                return (steps.Understood(tuple(state.volunteered.values())),)
            case Waiting.ABOUT if prompt.about is not None:
                return (steps.AskAboutWhom(prompt.about),)
            case Waiting.GO_ON:
                return (steps.OfferToGoOn(),)
            case Waiting.CHANGE if prompt.about_facts:
                return (steps.WhichIsWrong(tuple(state.volunteered.values())),)
            case Waiting.CHANGE:
                return (steps.ChooseChange(tuple(state.answers[name] for name in state.asked if name in state.answers)),)
            case Waiting.PAUSED:
                return (steps.Paused(),)
            case Waiting.ERASE:
                return (steps.ConfirmErase(),)
            case Waiting.RESTART:
                return (steps.ConfirmRestart(),)
            case Waiting.DECLINED:
                return (steps.ConsentDeclined(),)
            case _:
                return (steps.WhatNow(),)

    def _depending(self, name: str) -> tuple[str, ...]:
        """The criteria that an answer bears on, through what follows from it too."""
        names = {name}
        for attribute in self.attributes.values():
            if attribute.includes == name or (attribute.applies_when and name in mentioned(attribute.applies_when)):
                names.add(attribute.name)
        return tuple(
            criterion.id
            for criterion in self.criteria
            if criterion.checked_by is CheckedBy.PATIENT and criterion.requires is not None and names & set(mentioned(criterion.requires))
        )
