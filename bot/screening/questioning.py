"""What each reading of a message does to a screening, whether that is of one trial or a search among many.

Every method takes a state and returns a `Turn`: the new state, what to say, and the answers
to store. Nothing here knows words, clocks or databases.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from bot.criteria.operators import Value
from bot.screening import steps
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import AnswerType
from bot.screening.prompts import Prompt, Waiting
from bot.screening.readings import (
    SELF,
    Command,
    Heard,
    ReadAnswer,
    ReadCommand,
    ReadDecline,
    ReadElsewhere,
    Reading,
    ReadNo,
    ReadNothing,
    ReadUnclear,
    ReadUnsure,
    ReadYes,
)
from bot.screening.state import CONSENT, State, Turn
from bot.screening.told import MOST_ATTEMPTS, Listening


class Questioning(Listening):
    """Asks, takes answers, obeys commands."""

    def begin(self, heard: Heard | None = None) -> Turn:
        """Greet and ask for consent; nothing else may be asked before.

        `heard` is what the very first message told: it waits for the consent.
        """
        state = State(Prompt(waiting=Waiting.QUESTION, attribute=CONSENT))
        # A yes or a no to a question that was not asked yet is to nothing.
        told = Heard(ReadUnclear()) if heard is None else Heard(ReadUnclear(), heard.facts, heard.about)
        if not told.facts and told.about in (None, SELF):
            return self.again(replace(state, about=told.about)).saying_first(steps.Greet())
        return self._heard(state, told).saying_first(steps.Greet())

    # -- one message

    def respond(self, state: State, heard: Heard | Reading) -> Turn:
        """What one message does."""
        heard = heard if isinstance(heard, Heard) else Heard(heard)
        match heard.reading:
            case ReadElsewhere():
                return Turn(state, handed_over=True)
            case ReadNothing():
                return self.again(state).saying_first(steps.EmptyMessage())
            case ReadCommand():
                return self._obey(state, heard.reading)
        match state.prompt.waiting:
            case Waiting.PAUSED:
                return self._on_paused(state, heard)
            case Waiting.ERASE | Waiting.RESTART:
                return self._react(state, heard.reading)
        return self._heard(state, heard)

    def _react(self, state: State, reading: Reading) -> Turn:
        """What a reading does that comes with nothing else."""
        match state.prompt.waiting:
            case Waiting.QUESTION:
                return self._on_question(state, reading)
            case Waiting.CONFIRM:
                return self._on_confirm(state, reading)
            case Waiting.GO_ON:
                return self._on_go_on(state, reading)
            case Waiting.CHANGE:
                return self._on_change(state, reading)
            case Waiting.ERASE:
                return self._on_erase(state, reading)
            case Waiting.RESTART:
                return self._on_restart(state, reading)
            case Waiting.DECLINED:
                return self._on_declined(state, reading)
        return self._on_nothing(state, reading)

    # -- what each prompt makes of a reading that is no command

    def _on_question(self, state: State, reading: Reading) -> Turn:
        attribute = state.prompt.asks
        match reading:
            case ReadAnswer():
                return self._answered(state, reading)
            case ReadUnsure() | ReadDecline():
                return self._left_unknown(state, reading)
        attempt = state.prompt.attempt + 1
        if attempt > MOST_ATTEMPTS:
            given_up = Answer(attribute, Outcome.UNREAD)
            turn = self._decline_consent(state) if attribute == CONSENT else self._take(state, given_up, tapped=False)
            return replace(turn, unread=attribute)
        state = replace(state, prompt=state.prompt.model_copy(update={"attempt": attempt}))
        between = reading.between if isinstance(reading, ReadUnclear) else ()
        return Turn(state, (steps.Unclear(attribute, attempt, between), self._ask(state)), unread=attribute)

    def _on_confirm(self, state: State, reading: Reading) -> Turn:
        prompt = state.prompt
        match reading:
            case ReadYes() if prompt.value is not None and prompt.asks == CONSENT:
                return self._answered(state, ReadAnswer(CONSENT, prompt.value, prompt.said, tapped=True))
            case ReadYes() if prompt.value is not None:
                answer = Answer(prompt.asks, Outcome.KNOWN, prompt.value, prompt.said)
                return self._take(state, answer, tapped=True)
            case ReadNo():
                return self._question(state, prompt.asks, changing=prompt.changing)
            case ReadAnswer():
                return self._answered(state, reading)
            case ReadUnsure() | ReadDecline():
                return self._left_unknown(state, reading)
        return replace(self.again(state).saying_first(steps.NotUnderstood()), unread=prompt.asks)

    def _on_go_on(self, state: State, reading: Reading) -> Turn:
        match reading:
            case ReadYes():
                return self._next(replace(state, gone_on=True))
            case ReadNo():
                return self._close(state)
            case ReadAnswer():
                return self._answered(state, reading)
        return self.again(state).saying_first(steps.NotUnderstood())

    def _on_change(self, state: State, reading: Reading) -> Turn:
        match reading:
            case ReadAnswer():
                return self._answered(state, reading)
            case ReadNo():
                return self.again(state.returned)
        if state.prompt.attempt + 1 >= MOST_ATTEMPTS:
            return self.again(state.returned).saying_first(steps.NotUnderstood())
        again = replace(state, prompt=state.prompt.model_copy(update={"attempt": state.prompt.attempt + 1}))
        return self.again(again).saying_first(steps.NotUnderstood())

    def _on_paused(self, state: State, heard: Heard) -> Turn:
        state, reading = state.returned, heard.reading
        if isinstance(reading, ReadAnswer) or (isinstance(reading, ReadUnsure | ReadDecline) and state.prompt.waiting is Waiting.QUESTION):
            return self.respond(state, heard).saying_first(steps.WelcomeBack())
        if heard.facts:
            # A yes or no is to the pause; what is told counts.
            return self.respond(state, replace(heard, reading=ReadUnclear())).saying_first(steps.WelcomeBack())
        return self.again(state).saying_first(steps.WelcomeBack())

    def _on_erase(self, state: State, reading: Reading) -> Turn:
        if isinstance(reading, ReadYes):
            return Turn(state, (steps.Erase(),))
        # Anything but a clear yes keeps everything: erasing cannot be undone.
        return self.again(state.returned).saying_first(steps.KeptAfterAll())

    def _on_restart(self, state: State, reading: Reading) -> Turn:
        if isinstance(reading, ReadYes):
            return self._restart(state)
        return self.again(state.returned).saying_first(steps.KeptAfterAll())

    def _on_declined(self, state: State, reading: Reading) -> Turn:
        match reading:
            case ReadYes():
                return self._question(state, CONSENT)
            case ReadAnswer():
                return self._answered(state, reading)
        return Turn(state, (steps.ConsentDeclined(),))

    def _on_nothing(self, state: State, reading: Reading) -> Turn:
        match reading:
            case ReadAnswer():
                return self._answered(state, reading)
            case ReadNo():
                return Turn(state, (steps.Closing(),))
        return Turn(state, (steps.NotUnderstood(), steps.WhatNow()))

    # -- commands

    def _obey(self, state: State, reading: ReadCommand) -> Turn:
        prompt = state.prompt
        if prompt.waiting is Waiting.PAUSED and reading.command is not Command.ERASE:
            turn = self.again(state.returned).saying_first(steps.WelcomeBack())
            if reading.command in (Command.RESUME, Command.REPEAT, Command.GO_ON, Command.STOP):
                return turn
            return self._obey(state.returned, reading).saying_first(steps.WelcomeBack())
        asking = prompt.waiting in (Waiting.QUESTION, Waiting.CONFIRM)
        match reading.command:
            case Command.WHY if asking:
                return self.again(state).saying_first(self._why(state))
            case Command.HELP if asking:
                return self.again(state).saying_first(steps.Help(prompt.asks))
            case Command.RESUME if prompt.waiting in _OFFERS:
                return self.again(state.returned)
            case Command.RESUME | Command.GO_ON if prompt.waiting in (Waiting.GO_ON, Waiting.NOTHING):
                return self._next(replace(state, gone_on=True))
            case Command.REPEAT | Command.RESUME:
                return self.again(state)
            case Command.PROGRESS:
                report = steps.ReportProgress(self.progress(state))
                return self.again(state).saying_first(report)
            case Command.SKIP if prompt.waiting is Waiting.FACTS or prompt.about_facts:
                return self._drop(state)
            case Command.SKIP if asking:
                if prompt.asks == CONSENT:
                    return self._decline_consent(state)
                return self._take(state, Answer(prompt.asks, Outcome.DECLINED), tapped=True)
            case Command.BACK:
                return self._back(state)
            case Command.CHANGE:
                return self._change(state, reading)
            case Command.FINISH | Command.SUMMARY if prompt.waiting is Waiting.GO_ON:
                return self._show_result(state)
            case Command.STOP | Command.FINISH if prompt.waiting is Waiting.DECLINED:
                return self._close(state)
            case Command.STOP if prompt.waiting in (Waiting.GO_ON, Waiting.NOTHING):
                return self._close(state)
            case Command.STOP:
                paused = Prompt(waiting=Waiting.PAUSED, before=prompt)
                return Turn(replace(state, prompt=paused), (steps.Paused(),))
            case Command.RESTART:
                if prompt.waiting is Waiting.DECLINED:
                    return self._question(state, CONSENT)
                if not (state.asked or state.volunteered) or prompt.waiting is Waiting.RESTART:
                    return self._restart(state)
                restart = Prompt(waiting=Waiting.RESTART, before=prompt)
                return Turn(replace(state, prompt=restart), (steps.ConfirmRestart(),))
            case Command.GO_ON if prompt.waiting is Waiting.DECLINED:
                return self._question(state, CONSENT)
            case Command.GO_ON:
                return self.again(state)
            case Command.ERASE if prompt.waiting is Waiting.ERASE:
                return Turn(state, (steps.Erase(),))
            case Command.ERASE:
                erase = Prompt(waiting=Waiting.ERASE, before=prompt)
                return Turn(replace(state, prompt=erase), (steps.ConfirmErase(),))
            case Command.CONTACTS:
                return self.again(state).saying_first(steps.ShowContacts())
            case Command.SUMMARY | Command.FINISH if state.consented:
                return self._result_again(state)
            case Command.HUMAN:
                return self.again(state).saying_first(steps.OfferHuman())
            case Command.HELP:
                return self.again(state).saying_first(steps.GeneralHelp())
            case Command.FEELING:
                return self.again(state).saying_first(steps.Comfort())
            case Command.LANGUAGE:
                return self.again(state).saying_first(steps.Languages())
            case Command.OTHERS:
                return Turn(state, (steps.LookForOthers(),))
            case _:
                # A command with nothing to apply to here, such as "skip" with no question open.
                return self.again(state).saying_first(steps.NotUnderstood())

    def _back(self, state: State) -> Turn:
        """To the question before the one that is open."""
        before = tuple(name for name in state.asked if self.attributes[name].asked)
        if state.prompt.waiting in (Waiting.QUESTION, Waiting.CONFIRM):
            name = state.prompt.asks
            before = before[: before.index(name)] if name in before else before
        if not before:
            return self.again(state).saying_first(steps.NothingToChange())
        return self._question(state, before[-1], changing=True)

    def _change(self, state: State, reading: ReadCommand) -> Turn:
        name = reading.attribute
        if state.consented and (state.prompt.waiting is Waiting.FACTS or state.prompt.about_facts):
            if name is not None and name in state.volunteered:
                if reading.value is not None:
                    return self._on_facts(state, ReadAnswer(name, reading.value, reading.said), ())
                return self._ask_instead(state, name)
            if name is None:
                return self._which_is_wrong(state)
            if name not in state.answers:
                return self._which_is_wrong(state).saying_first(steps.NotUnderstood())
        if name is not None and name in state.answers:
            if reading.value is not None:
                return self._answered(state, ReadAnswer(name, reading.value, reading.said), to=name)
            return self._question(state, name, changing=True)
        if not state.asked or not state.consented:
            return self.again(state).saying_first(steps.NothingToChange())
        before = state.prompt
        while before.waiting is Waiting.CHANGE and before.before is not None:
            before = before.before
        changing = replace(state, prompt=Prompt(waiting=Waiting.CHANGE, before=before))
        return self.again(changing)

    def _restart(self, state: State) -> Turn:
        """From the first question, the consent still standing; earlier answers stop counting."""
        consent = {name: a for name, a in state.answers.items() if name == CONSENT}
        fresh = State(Prompt(waiting=Waiting.QUESTION, attribute=CONSENT), consent, about=state.about)
        if not consent:
            return Turn(fresh, (steps.Restarted(), self._ask(fresh)))
        return self._next(fresh).saying_first(steps.Restarted())

    # -- taking answers

    def _answered(self, state: State, reading: ReadAnswer, to: str | None = None) -> Turn:
        attribute = self.attributes[reading.attribute]
        asked_for = to or state.prompt.attribute
        if reading.guessed and (reading.attribute == CONSENT or self._rules_out(state, self._known(reading))):
            # What no word gave is no consent, and costs nobody a trial: it is read back first.
            return self._confirming(state, attribute.name, reading.value, reading.said)
        if reading.partly:
            # What was not read may be one more, and what is not named counts as denied.
            return self._confirming(state, attribute.name, reading.value, reading.said)
        if reading.attribute == CONSENT and reading.value is False:
            return self._decline_consent(state, said=reading.said)
        old = state.answers.get(attribute.name)
        if old is not None and old.value == reading.value and asked_for != attribute.name:
            # A second tap on the same quick reply: nothing new was said.
            return self.again(state)
        if attribute.answer_type is AnswerType.NUMBER and attribute.plausible:
            low, high = attribute.plausible
            number = reading.value
            confirmed = state.prompt.waiting is Waiting.CONFIRM and state.prompt.value == number
            if isinstance(number, int | float) and not low <= number <= high and not confirmed:
                return self._confirming(state, attribute.name, number, reading.said)
        answer = self._known(reading)
        if reading.hedged and self._rules_out(state, answer):
            # A doubt never costs anyone a trial: "I don't think so" is not a no that decides.
            answer = Answer(attribute.name, Outcome.UNSURE, said=reading.said)
        hedged = reading.hedged and answer.outcome is Outcome.KNOWN
        return self._take(state, answer, tapped=reading.tapped, hedged=hedged)

    @staticmethod
    def _known(reading: ReadAnswer) -> Answer:
        return Answer(reading.attribute, Outcome.KNOWN, reading.value, reading.said)

    def _confirming(self, state: State, attribute: str, value: Value, said: str) -> Turn:
        """Read a value back before it counts. Of what nobody is asked, nobody is asked whether it is right either."""
        if not self.attributes[attribute].asked:
            return self.again(state).saying_first(steps.NotUnderstood())
        prompt = Prompt(waiting=Waiting.CONFIRM, attribute=attribute, changing=state.prompt.changing, value=value, said=said)
        return Turn(replace(state, prompt=prompt), (steps.Confirm(attribute, value),))

    # -- what depends on what is screened for

    @abstractmethod
    def _why(self, state: State) -> steps.Why:
        """Why the open question is asked."""

    @abstractmethod
    def _result_again(self, state: State) -> Turn:
        """Where the person stands, whatever is open, or once more after the end."""

    @abstractmethod
    def _rules_out(self, state: State, answer: Answer) -> bool:
        """Whether this answer makes something fail that does not fail without it."""

    def _left_unknown(self, state: State, reading: ReadUnsure | ReadDecline) -> Turn:
        name = reading.attribute or state.prompt.asks
        if name == CONSENT:
            if isinstance(reading, ReadDecline):
                return self._decline_consent(state, said=reading.said)
            return self.again(state).saying_first(steps.Help(CONSENT))
        outcome = Outcome.UNSURE if isinstance(reading, ReadUnsure) else Outcome.DECLINED
        return self._take(state, Answer(name, outcome, said=reading.said), tapped=reading.tapped)


_OFFERS = (Waiting.CHANGE, Waiting.ERASE, Waiting.RESTART)
"""What a person can decide against and be back where they were."""
