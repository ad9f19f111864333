"""A search among many trials: what they are sought for, for whom, where; then the questions that tell most about those left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from bot.matching.pool import Look
from bot.screening import steps
from bot.screening.answers import Answer, Facts, Outcome, facts_from
from bot.screening.attributes import Attribute, Attributes
from bot.screening.prompts import Prompt, Waiting
from bot.screening.questioning import Questioning
from bot.screening.readings import SELF, Command, Heard, ReadAnswer, ReadCommand, Reading
from bot.screening.state import CONSENT, State, Turn

CONDITION, ASKED_FOR, LOCATION = "condition", "asked_for", "location"
_OTHER, _SOMEONE = "other", "someone"
_FIRST = (CONDITION, ASKED_FOR, LOCATION)
"""Asked before anything else, in this order."""
_LISTING = frozenset({Command.FINISH, Command.SUMMARY, Command.OTHERS})
"""Wishes to see the list, whatever is open."""
FEW = 5
"""So many trials can be read at once: nothing more has to be asked to choose among them."""
MOST_ASKED = 20
"""Questions after which the trials are shown whatever is left; more are asked if the person wishes."""


WORTH_ASKING = 0.02
"""The share of the trials left that the best question has to be expected to settle, for its effort, to be asked."""


class Trials(Protocol):
    """All trials, as a search needs them."""

    def look(self, facts: Facts, asked: Collection[str], last_group: str | None) -> Look:
        """What is left, and the best question."""

    def left(self, facts: Facts) -> int:
        """How many trials are left."""

    def is_kind(self, name: str, illness: str) -> bool:
        """Whether an illness is another one, or a kind of it."""

    def best(self, facts: Facts, most: int) -> tuple[steps.Candidate, ...]:
        """The trials that may fit best, best first."""


class Search(Questioning):
    """One person's search. The same conversation as about one trial: answers, corrections, commands; only what is asked next is another."""

    def __init__(self, attributes: Attributes, trials: Trials) -> None:
        super().__init__(attributes)
        self._trials = trials

    def carry_on(self, state: State) -> Turn:
        """From answers that were given elsewhere, on to whatever comes next."""
        return self._next(replace(state, prompt=Prompt(waiting=Waiting.NOTHING), gone_on=False))

    def respond(self, state: State, heard: Heard | Reading) -> Turn:
        reading = heard.reading if isinstance(heard, Heard) else heard
        if isinstance(reading, ReadCommand) and reading.command in _LISTING:
            state = state.returned if state.prompt.waiting is Waiting.PAUSED else state
            return self._result_again(state) if state.consented and self._counts(state) else self.again(state)
        turn = super().respond(state, heard)
        return self._with_count(state, turn) if turn.answers else turn

    def _with_count(self, before: State, turn: Turn) -> Turn:
        """The turn with how many trials are left, where that has changed and a question follows."""
        if turn.state.prompt.waiting is not Waiting.QUESTION or not (turn.state.consented and self._counts(turn.state)):
            return turn
        # Another illness means other trials, which are counted anew.
        first = not (before.consented and before.answers.get(CONDITION) == turn.state.answers[CONDITION])
        look = self._look(turn.state)
        if not first and look.left == self._trials.left(self._facts(before)):
            return turn
        *said, asked = turn.steps
        return replace(turn, steps=(*said, steps.TrialsLeft(look.left, look.looked_at, first), asked))

    def _heard(self, state: State, heard: Heard) -> Turn:
        prompt = state.prompt
        if prompt.waiting is not Waiting.QUESTION or prompt.attribute != ASKED_FOR or heard.about is None:
            return super()._heard(state, heard)
        # Whoever is named here is the one that is asked for, and nobody mentioned in passing.
        said = heard.reading.said if isinstance(heard.reading, ReadAnswer) else ""
        answer = ReadAnswer(ASKED_FOR, SELF if heard.about == SELF else _OTHER, said)
        return self._listen(replace(state, about=heard.about), answer, heard.facts)

    def again_with_list(self, state: State) -> Turn:
        """The list once more, as what is open."""
        return self._result_again(state)

    # -- what is left

    def progress(self, state: State) -> steps.Progress:
        answered = sum(name != CONSENT for name in state.answers)
        first = sum(self._is_due(state, name) for name in _FIRST)
        useful = len(self._look(state).choice.scores)
        # Each answer drops trials, and with them questions: rarely are half of them asked.
        likely = min((useful + 1) // 2, max(0, MOST_ASKED - len(state.asked)))
        open_now = state.prompt.waiting is Waiting.QUESTION and state.prompt.attribute not in _FIRST
        return steps.Progress(answered, max(first + likely, int(open_now)))

    def _look(self, state: State, keep: str | None = None) -> Look:
        others = {name for name, attribute in self.attributes.items() if attribute.of_one_trial or not self._concerns(state, attribute)}
        asked = {*state.answers, *others, state.prompt.attribute or ""} - {keep}
        last = state.asked[-1] if state.asked else None
        return self._trials.look(self._facts(state), asked, self.attributes[last].group if last else None)

    def _concerns(self, state: State, attribute: Attribute) -> bool:
        """Whether a question does not speak of an illness that the person has not named."""
        illness = attribute.of_illness
        sought = state.answers.get(CONDITION)
        named = sought.value if sought is not None and isinstance(sought.value, tuple) else ()
        return illness is None or any(self._trials.is_kind(name, illness) for name in named)

    def _facts(self, state: State) -> Facts:
        return facts_from(self.attributes, state.answers)

    def _is_due(self, state: State, name: str) -> bool:
        """Whether one of the first questions is still to be asked."""
        if name not in self.attributes or name in state.answers:
            return False
        return name != ASKED_FOR or state.about is None

    # -- what comes next

    def _onward(self, state: State, keep: str | None = None) -> Turn:
        first = next((name for name in _FIRST if self._is_due(state, name)), None)
        look = self._look(state, keep)
        if first is not None and (look.looked_at or not self._counts(state)):
            return self._question(state, first)
        if not look.left:
            return self._none(state, look)
        little = not look.choice.scores or look.choice.scores[0][1] < WORTH_ASKING
        enough = little or look.left <= FEW or len(state.asked) >= MOST_ASKED
        if look.choice.attribute is None or (enough and not state.gone_on):
            return self._show_result(state)
        wanted = keep if keep in dict(look.choice.scores) else look.choice.attribute
        return self._question(state, wanted)

    def _counts(self, state: State) -> bool:
        """Whether the trials left are worth counting: once it is known what they are sought for."""
        return CONDITION in state.answers

    def _answered(self, state: State, reading: ReadAnswer, to: str | None = None) -> Turn:
        if reading.attribute == ASKED_FOR:
            # Who is meant may be named in the same message; then it is known already.
            named = state.about if state.about not in (None, SELF) else _SOMEONE
            state = replace(state, about=named if reading.value == _OTHER else SELF)
        return super()._answered(state, reading, to)

    # -- the end

    def _show_result(self, state: State) -> Turn:
        shown = self._shortlist(state)
        done = Prompt(waiting=Waiting.NOTHING, offered=tuple(one.trial_id for one in shown.candidates))
        return Turn(replace(state, prompt=done), (shown,))

    def _none(self, state: State, look: Look) -> Turn:
        done = replace(state, prompt=Prompt(waiting=Waiting.NOTHING))
        return Turn(done, (self._nothing_left(state, look),))

    def _nothing_left(self, state: State, look: Look) -> steps.NoneFound:
        """What was told, with the number of trials that would be left were it not known, the most first."""
        known = [name for name, answer in state.answers.items() if answer.outcome is Outcome.KNOWN and name not in (CONSENT, *_FIRST)]
        freed = [(name, self._trials.left(facts_from(self.attributes, _without(state, name)))) for name in known]
        ruled_out = sorted(((name, count) for name, count in freed if count), key=lambda one: -one[1])
        return steps.NoneFound(look.looked_at, tuple(ruled_out))

    def _shortlist(self, state: State) -> steps.Shortlist:
        look = self._look(state)
        return steps.Shortlist(self._trials.best(self._facts(state), FEW), look.left, look.looked_at)

    def _result_again(self, state: State) -> Turn:
        return self._none(state, look) if not (look := self._look(state)).left else self._show_result(state)

    def _rules_out(self, state: State, answer: Answer) -> bool:
        if answer.attribute in _FIRST:
            return False
        without = facts_from(self.attributes, _without(state, answer.attribute))
        with_it = facts_from(self.attributes, {**state.answers, answer.attribute: answer})
        return self._trials.left(with_it) < self._trials.left(without)

    def _why(self, state: State) -> steps.Why:
        name = state.prompt.asks
        if name == CONSENT or name in _FIRST:
            return steps.Why(name)
        look = self._look(state, keep=name)
        return steps.Why(name, depending=look.choice.depends.get(name, 0), left=look.left)


def _without(state: State, name: str) -> dict[str, Answer]:
    return {other: answer for other, answer in state.answers.items() if other != name}
