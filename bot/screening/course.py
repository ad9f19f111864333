"""The course of a screening: what is asked, what comes next, how it ends.

Nothing here reads a message: `told` and `screening` say what one does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace

from bot.screening import steps
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import Attributes
from bot.screening.prompts import Prompt, Waiting
from bot.screening.state import CONSENT, State, Turn
from bot.screening.steps import Step


class Course(ABC):
    """The questions of a screening, whatever it is a screening for."""

    def __init__(self, attributes: Attributes) -> None:
        self.attributes = attributes

    @abstractmethod
    def progress(self, state: State) -> steps.Progress:
        """How many questions were answered, and an honest estimate of those to come."""

    @abstractmethod
    def _onward(self, state: State, keep: str | None = None) -> Turn:
        """What comes once consent is given and nothing waits to be repeated back."""

    @abstractmethod
    def _show_result(self, state: State) -> Turn:
        """The end, with all there is to say then."""

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

    def _repeat_back(self, state: State, before: Prompt | None) -> Turn:
        """Say what was understood and ask whether it is right; a yes goes on with `before`."""
        asking = replace(state, prompt=Prompt(waiting=Waiting.FACTS, before=before))
        return Turn(asking, self._reminder(asking))

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
