"""The screening of one trial: its questions, when it ends, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.criteria.criterion import CheckedBy, Criterion, check
from bot.criteria.rules import mentioned
from bot.criteria.verdict import Verdict, verdict
from bot.screening import steps
from bot.screening.answers import Answer, facts_from
from bot.screening.attributes import Attributes
from bot.screening.planner import OpenQuestions, Plan, open_questions, plan
from bot.screening.prompts import Prompt, Waiting
from bot.screening.questioning import Questioning
from bot.screening.state import CONSENT, State, Turn

__all__ = ["CONSENT", "Interview", "State", "Turn"]


class Interview(Questioning):
    """One trial's questions. `condition_names` are the illnesses the bot can recognise."""

    def __init__(self, attributes: Attributes, criteria: Sequence[Criterion], condition_names: tuple[str, ...] = ()) -> None:
        super().__init__(attributes)
        self.criteria = tuple(criteria)
        self._condition_names = condition_names

    def assess(self, answers: Mapping[str, Answer]) -> steps.Assessment:
        """Where the person stands on every criterion with the answers so far."""
        facts = facts_from(self.attributes, answers)
        results = tuple(check(criterion, facts.values) for criterion in self.criteria)
        return steps.Assessment(verdict(results), results, facts)

    def chosen(self, state: State) -> Turn:
        """The person chose this trial from a list, and what they answered for that counts here: where they stand, and how to take part."""
        state = replace(state, prompt=Prompt(waiting=Waiting.NOTHING), gone_on=True)
        return self._show_result(state).saying_first(steps.Chosen(self._open_questions(state).remaining))

    def progress(self, state: State) -> steps.Progress:
        answered = sum(name != CONSENT for name in state.answers)
        open_now = {state.prompt.attribute} if state.prompt.waiting is Waiting.QUESTION else set()
        planned = self._open_questions(state).remaining
        extra = len(open_now - {CONSENT} - state.answers.keys())
        return steps.Progress(answered, planned + extra)

    def _why(self, state: State) -> steps.Why:
        return steps.Why(state.prompt.asks, self.depending(state.prompt.asks))

    def _rules_out(self, state: State, answer: Answer) -> bool:
        others = {name: a for name, a in state.answers.items() if name != answer.attribute}
        before = {result.id for result in self.assess(others).failing}
        after = {result.id for result in self.assess({**others, answer.attribute: answer}).failing}
        return bool(after - before)

    def _result_again(self, state: State) -> Turn:
        result = steps.Finished(self.assess(state.answers))
        return Turn(state, (result,)) if state.prompt.waiting is Waiting.NOTHING else self.again(state).saying_first(result)

    # -- what comes next

    def _onward(self, state: State, keep: str | None = None) -> Turn:
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

    def next_question(self, answers: Mapping[str, Answer]) -> tuple[str | None, int]:
        """The attribute to ask for next with these answers, None where no question is left; and how many questions may still come."""
        state = State(Prompt(waiting=Waiting.NOTHING), answers, asked=tuple(answers))
        return self._plan(state).attribute, self._open_questions(state).remaining

    def depending(self, name: str) -> tuple[str, ...]:
        """The criteria that an answer bears on, through what follows from it too."""
        names = {name}
        for attribute in self.attributes.values():
            rules = [rule for rule in (attribute.applies_when, attribute.implied_by) if rule is not None]
            if attribute.includes == name or any(name in mentioned(rule) for rule in rules):
                names.add(attribute.name)
        return tuple(
            criterion.id
            for criterion in self.criteria
            if criterion.checked_by is CheckedBy.PATIENT and criterion.requires is not None and names & set(mentioned(criterion.requires))
        )
