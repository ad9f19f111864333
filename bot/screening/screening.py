"""A screening: its state between turns, and what each reading does to it.

`Interview` holds what does not change (attributes, the trial's criteria); `State` what does.
Every method takes a state and returns a `Turn`: the new state, what to say, and the answers
to store. Nothing here knows words, clocks or databases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.criteria.criterion import CheckedBy, Criterion, check
from bot.criteria.rules import mentioned
from bot.criteria.verdict import Verdict, verdict
from bot.screening import steps
from bot.screening.answers import Answer, Outcome, facts_from
from bot.screening.attributes import AnswerType, Attributes
from bot.screening.planner import OpenQuestions, Plan, open_questions, plan
from bot.screening.prompts import Prompt, Waiting
from bot.screening.readings import (
    Command,
    ReadAnswer,
    ReadCommand,
    ReadDecline,
    ReadElsewhere,
    Reading,
    ReadNo,
    ReadNothing,
    ReadUnsure,
    ReadYes,
)
from bot.screening.steps import Step

CONSENT = "consent"
MOST_ATTEMPTS = 2
"""How often a question is put again in other words before it is left unknown."""


@dataclass(frozen=True)
class State:
    """A screening between two turns.

    `asked` lists the attributes put to the person, in order, consent left out; `gone_on` is
    set once the person chose to go on after an early end.
    """

    prompt: Prompt
    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    gone_on: bool = False


@dataclass(frozen=True)
class Turn:
    """What one message came to. `handed_over` means that others must answer it."""

    state: State
    steps: tuple[Step, ...] = ()
    answers: tuple[Answer, ...] = ()
    handed_over: bool = False

    def saying_first(self, *first: Step) -> Turn:
        return replace(self, steps=first + self.steps)


class Interview:
    """One trial's screening. `condition_names` are the illnesses the bot can recognise."""

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

    def begin(self) -> Turn:
        """Greet and ask for consent; nothing else may be asked before."""
        state = State(Prompt(waiting=Waiting.QUESTION, attribute=CONSENT))
        return Turn(state, (steps.Greet(), self._ask(state)))

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

    # -- one message

    def respond(self, state: State, reading: Reading) -> Turn:
        """What the reading of one message does."""
        match reading:
            case ReadElsewhere():
                return Turn(state, handed_over=True)
            case ReadNothing():
                return self.again(state).saying_first(steps.EmptyMessage())
            case ReadCommand():
                return self._obey(state, reading)
        match state.prompt.waiting:
            case Waiting.QUESTION:
                return self._on_question(state, reading)
            case Waiting.CONFIRM:
                return self._on_confirm(state, reading)
            case Waiting.GO_ON:
                return self._on_go_on(state, reading)
            case Waiting.CHANGE:
                return self._on_change(state, reading)
            case Waiting.PAUSED:
                return self._on_paused(state, reading)
            case Waiting.ERASE:
                return self._on_erase(state, reading)
            case Waiting.RESTART:
                return self._on_restart(state, reading)
            case Waiting.DECLINED:
                return self._on_declined(state, reading)
            case Waiting.NOTHING:
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
            if attribute == CONSENT:
                return self._decline_consent(state)
            return self._take(state, Answer(attribute, Outcome.UNREAD), tapped=False)
        state = replace(state, prompt=state.prompt.model_copy(update={"attempt": attempt}))
        return Turn(state, (steps.Unclear(attribute, attempt), self._ask(state)))

    def _on_confirm(self, state: State, reading: Reading) -> Turn:
        prompt = state.prompt
        match reading:
            case ReadYes() if prompt.value is not None:
                answer = Answer(prompt.asks, Outcome.KNOWN, prompt.value, prompt.said)
                return self._take(state, answer, tapped=True)
            case ReadNo():
                return self._question(state, prompt.asks, changing=prompt.changing)
            case ReadAnswer():
                return self._answered(state, reading)
            case ReadUnsure() | ReadDecline():
                return self._left_unknown(state, reading)
        return self.again(state).saying_first(steps.NotUnderstood())

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
                return self.again(_returned(state))
        if state.prompt.attempt + 1 >= MOST_ATTEMPTS:
            return self.again(_returned(state)).saying_first(steps.NotUnderstood())
        again = replace(state, prompt=state.prompt.model_copy(update={"attempt": state.prompt.attempt + 1}))
        return Turn(again, (steps.NotUnderstood(), self._choose_change(again)))

    def _on_paused(self, state: State, reading: Reading) -> Turn:
        state = _returned(state)
        if isinstance(reading, ReadAnswer) or (isinstance(reading, ReadUnsure | ReadDecline) and state.prompt.waiting is Waiting.QUESTION):
            return self.respond(state, reading).saying_first(steps.WelcomeBack())
        return self.again(state).saying_first(steps.WelcomeBack())

    def _on_erase(self, state: State, reading: Reading) -> Turn:
        if isinstance(reading, ReadYes):
            return Turn(state, (steps.Erase(),))
        # Anything but a clear yes keeps everything: erasing cannot be undone.
        return self.again(_returned(state)).saying_first(steps.KeptAfterAll())

    def _on_restart(self, state: State, reading: Reading) -> Turn:
        if isinstance(reading, ReadYes):
            return self._restart(state)
        return self.again(_returned(state)).saying_first(steps.KeptAfterAll())

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
            turn = self.again(_returned(state)).saying_first(steps.WelcomeBack())
            if reading.command in (Command.RESUME, Command.REPEAT, Command.GO_ON, Command.STOP):
                return turn
            return self._obey(_returned(state), reading).saying_first(steps.WelcomeBack())
        asking = prompt.waiting in (Waiting.QUESTION, Waiting.CONFIRM)
        match reading.command:
            case Command.WHY if asking:
                why = steps.Why(prompt.asks, self._depending(prompt.asks))
                return self.again(state).saying_first(why)
            case Command.HELP if asking:
                return self.again(state).saying_first(steps.Help(prompt.asks))
            case Command.RESUME if prompt.waiting in _OFFERS:
                return self.again(_returned(state))
            case Command.RESUME | Command.GO_ON if prompt.waiting in (Waiting.GO_ON, Waiting.NOTHING):
                return self._next(replace(state, gone_on=True))
            case Command.REPEAT | Command.RESUME:
                return self.again(state)
            case Command.PROGRESS:
                report = steps.ReportProgress(self.progress(state))
                return self.again(state).saying_first(report)
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
                if not state.asked or prompt.waiting is Waiting.RESTART:
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
            case Command.SUMMARY | Command.FINISH if _consented(state):
                result = steps.Finished(self.assess(state.answers))
                if prompt.waiting is Waiting.NOTHING:
                    return Turn(state, (result,))
                return self.again(state).saying_first(result)
            case Command.HUMAN:
                return self.again(state).saying_first(steps.OfferHuman())
            case Command.HELP:
                return self.again(state).saying_first(steps.GeneralHelp())
            case Command.FEELING:
                return self.again(state).saying_first(steps.Comfort())
            case Command.LANGUAGE:
                return self.again(state).saying_first(steps.Languages())
            case _:
                # A command with nothing to apply to here, such as "skip" with no question open.
                return self.again(state).saying_first(steps.NotUnderstood())

    def _back(self, state: State) -> Turn:
        """To the question before the one that is open."""
        before = state.asked
        if state.prompt.waiting in (Waiting.QUESTION, Waiting.CONFIRM):
            name = state.prompt.asks
            before = before[: before.index(name)] if name in before else before
        if not before:
            return self.again(state).saying_first(steps.NothingToChange())
        return self._question(state, before[-1], changing=True)

    def _change(self, state: State, reading: ReadCommand) -> Turn:
        name = reading.attribute
        if name is not None and name in state.answers:
            if reading.value is not None:
                return self._answered(state, ReadAnswer(name, reading.value, reading.said), to=name)
            return self._question(state, name, changing=True)
        if not state.asked or not _consented(state):
            return self.again(state).saying_first(steps.NothingToChange())
        before = state.prompt
        while before.waiting is Waiting.CHANGE and before.before is not None:
            before = before.before
        changing = replace(state, prompt=Prompt(waiting=Waiting.CHANGE, before=before))
        return Turn(changing, (self._choose_change(changing),))

    def _restart(self, state: State) -> Turn:
        """From the first question, the consent still standing; earlier answers stop counting."""
        consent = {name: a for name, a in state.answers.items() if name == CONSENT}
        fresh = State(Prompt(waiting=Waiting.QUESTION, attribute=CONSENT), consent)
        if not consent:
            return Turn(fresh, (steps.Restarted(), self._ask(fresh)))
        return self._next(fresh).saying_first(steps.Restarted())

    # -- taking answers

    def _answered(self, state: State, reading: ReadAnswer, to: str | None = None) -> Turn:
        attribute = self.attributes[reading.attribute]
        asked_for = to or state.prompt.attribute
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
                prompt = Prompt(
                    waiting=Waiting.CONFIRM,
                    attribute=attribute.name,
                    changing=state.prompt.changing,
                    value=number,
                    said=reading.said,
                )
                confirming = replace(state, prompt=prompt)
                return Turn(confirming, (steps.Confirm(attribute.name, number),))
        answer = Answer(attribute.name, Outcome.KNOWN, reading.value, reading.said)
        if reading.hedged and self._rules_out(state, answer):
            # A doubt never costs anyone a trial: "I don't think so" is not a no that decides.
            answer = Answer(attribute.name, Outcome.UNSURE, said=reading.said)
        hedged = reading.hedged and answer.outcome is Outcome.KNOWN
        return self._take(state, answer, tapped=reading.tapped, hedged=hedged)

    def _rules_out(self, state: State, answer: Answer) -> bool:
        """Whether this answer makes a criterion fail that does not fail without it."""
        others = {name: a for name, a in state.answers.items() if name != answer.attribute}
        before = {result.id for result in self.assess(others).failing}
        after = {result.id for result in self.assess({**others, answer.attribute: answer}).failing}
        return bool(after - before)

    def _left_unknown(self, state: State, reading: ReadUnsure | ReadDecline) -> Turn:
        name = reading.attribute or state.prompt.asks
        if name == CONSENT:
            if isinstance(reading, ReadDecline):
                return self._decline_consent(state, said=reading.said)
            return self.again(state).saying_first(steps.Help(CONSENT))
        outcome = Outcome.UNSURE if isinstance(reading, ReadUnsure) else Outcome.DECLINED
        return self._take(state, Answer(name, outcome, said=reading.said), tapped=reading.tapped)

    def _take(self, state: State, answer: Answer, tapped: bool, hedged: bool = False) -> Turn:
        """Keep the answer, say so, and go on to whatever comes next."""
        old = state.answers.get(answer.attribute)
        name = answer.attribute
        asked = state.asked if name in (CONSENT, *state.asked) else (*state.asked, name)
        taken = replace(state, answers={**state.answers, name: answer}, asked=asked)
        prompt = state.prompt
        waiting_for = prompt.asks if prompt.waiting is Waiting.QUESTION else None
        turn = self._next(taken, keep=None if waiting_for == name else waiting_for)
        turn = replace(turn, answers=(answer, *turn.answers))
        if old is not None and old != answer and name != CONSENT:
            return turn.saying_first(steps.Corrected(old, answer))
        return turn.saying_first(steps.Noted(answer, tapped, hedged))

    def _decline_consent(self, state: State, said: str = "") -> Turn:
        declined = Answer(CONSENT, Outcome.KNOWN, False, said)
        state = replace(
            state,
            prompt=Prompt(waiting=Waiting.DECLINED),
            answers={**state.answers, CONSENT: declined},
        )
        return Turn(state, (steps.ConsentDeclined(),), (declined,))

    # -- what comes next

    def _next(self, state: State, keep: str | None = None) -> Turn:
        """On to the end or to a question: `keep`, which was open already, if it still matters."""
        if not _consented(state):
            return self._question(state, CONSENT)
        assessment = self.assess(state.answers)
        if assessment.verdict is Verdict.UNLIKELY and not state.gone_on:
            ended = replace(state, prompt=Prompt(waiting=Waiting.GO_ON, attribute=state.prompt.attribute))
            return Turn(ended, (steps.EarlyEnd(assessment),))
        planned = self._plan(state, still_open=keep)
        wanted = keep if keep in dict(planned.scores) else planned.attribute
        if wanted is None:
            return self._show_result(state)
        return self._question(state, wanted)

    def _show_result(self, state: State) -> Turn:
        """The end: the result, then contacts and steps, then what can still be done."""
        done = replace(state, prompt=Prompt(waiting=Waiting.NOTHING))
        shown = steps.Finished(self.assess(state.answers))
        return Turn(done, (shown, steps.ShowContacts(), steps.WhatNow()))

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

    def _question(self, state: State, name: str, changing: bool = False) -> Turn:
        prompt = Prompt(waiting=Waiting.QUESTION, attribute=name, changing=changing)
        asked = state.asked if name in (CONSENT, *state.asked) else (*state.asked, name)
        state = replace(state, prompt=prompt, asked=asked)
        return Turn(state, (self._ask(state),))

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
            case Waiting.GO_ON:
                return (steps.OfferToGoOn(),)
            case Waiting.CHANGE:
                return (self._choose_change(state),)
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

    def _close(self, state: State) -> Turn:
        closed = replace(state, prompt=Prompt(waiting=Waiting.NOTHING))
        if state.prompt.waiting is Waiting.GO_ON:
            return Turn(closed, (steps.ShowContacts(), steps.Closing()))
        return Turn(closed, (steps.Closing(),))

    def _choose_change(self, state: State) -> steps.ChooseChange:
        return steps.ChooseChange(tuple(state.answers[name] for name in state.asked if name in state.answers))

    def _depending(self, name: str) -> tuple[str, ...]:
        """The criteria that an answer bears on, through what follows from it too."""
        names = {name}
        for attribute in self.attributes.values():
            if attribute.applies_when and name in mentioned(attribute.applies_when):
                names.add(attribute.name)
        return tuple(
            criterion.id
            for criterion in self.criteria
            if criterion.checked_by is CheckedBy.PATIENT and criterion.requires is not None and names & set(mentioned(criterion.requires))
        )


_OFFERS = (Waiting.CHANGE, Waiting.ERASE, Waiting.RESTART)
"""What a person can decide against and be back where they were."""


def _consented(state: State) -> bool:
    consent = state.answers.get(CONSENT)
    return consent is not None and consent.value is True


def _returned(state: State) -> State:
    """The state with the prompt that stood before an offer of ours."""
    before = state.prompt.before
    return state if before is None else replace(state, prompt=before)
