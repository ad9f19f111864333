"""What people tell without being asked, and of whom.

A few facts beside an answer are taken and restated. What is told before consent waits for it;
much at once waits for a yes to "is that right?". Nothing counts that may be another person's.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.screening import steps
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import AnswerType
from bot.screening.course import Course
from bot.screening.prompts import Prompt, Told, Waiting
from bot.screening.readings import (
    SELF,
    Fact,
    Heard,
    ReadAnswer,
    ReadDecline,
    Reading,
    ReadNo,
    ReadUnclear,
    ReadUnsure,
    ReadYes,
)
from bot.screening.state import CONSENT, State, Turn

MANY = 3
"""Facts in one message from which on they are repeated back before they count."""
MOST_ATTEMPTS = 2
"""How often a question is put again in other words before it is left unknown."""


class Listening(Course):
    """Takes what a message tells besides the answer that is open."""

    @abstractmethod
    def _react(self, state: State, reading: Reading) -> Turn:
        """What a reading does that comes with nothing else."""

    # -- whom it is about

    def _heard(self, state: State, heard: Heard) -> Turn:
        """What a message that is neither a command nor for others does."""
        prompt = state.prompt
        if prompt.waiting is Waiting.ABOUT and prompt.about is not None:
            return self._on_about(state, heard, prompt.about)
        if heard.about == state.whom:
            # Who said that it is about them is not taken to speak of a relative later.
            state = replace(state, about=heard.about)
        if heard.about is None or heard.about == state.whom or prompt.waiting is Waiting.DECLINED:
            return self._listen(state, heard.reading, heard.facts)
        says_only_that = isinstance(heard.reading, ReadUnclear) and not heard.facts
        fresh = state.about is None and not state.volunteered and not state.answers.keys() - {CONSENT}
        if fresh or (says_only_that and heard.about == SELF):
            return self._turned_to(state, heard.about, heard)
        # What was answered so far was of somebody else, or this is only mentioned: a wrong guess would mix two people's answers.
        told = tuple(Told(attribute=a.attribute, value=a.value, said=a.said) for a in self._stated(heard) if a.value is not None)
        asking = replace(state, prompt=Prompt(waiting=Waiting.ABOUT, about=heard.about, told=told, before=prompt))
        return self.again(asking)

    def _turned_to(self, state: State, whom: str, heard: Heard) -> Turn:
        """Take the message as told of `whom`, and say once whom it is about."""
        state = replace(state, about=whom)
        if isinstance(heard.reading, ReadUnclear) and not heard.facts and not heard.reading.between:
            return self.again(state).saying_first(steps.AboutWhom())
        return self._listen(state, heard.reading, heard.facts).saying_first(steps.AboutWhom())

    def _on_about(self, state: State, heard: Heard, candidate: str) -> Turn:
        if heard.about not in (None, candidate, state.whom):
            other = state.prompt.model_copy(update={"about": heard.about, "attempt": 0})
            return self.again(replace(state, prompt=other))
        if heard.about == candidate or (heard.about is None and isinstance(heard.reading, ReadYes)):
            facts = tuple(Fact(told.attribute, told.value, told.said) for told in state.prompt.told)
            return self._turned_to(state.returned, candidate, Heard(ReadUnclear(), (*facts, *heard.facts)))
        attempt = state.prompt.attempt + 1
        if heard.about is None and not isinstance(heard.reading, ReadNo) and attempt < MOST_ATTEMPTS:
            asking = replace(state, prompt=state.prompt.model_copy(update={"attempt": attempt}))
            return self.again(asking).saying_first(steps.NotUnderstood())
        return self.again(state.returned).saying_first(steps.StillAbout())

    # -- facts by what is open

    def _listen(self, state: State, reading: Reading, facts: tuple[Fact, ...]) -> Turn:
        prompt = state.prompt
        if not state.consented:
            return self._before_consent(state, reading, facts)
        if prompt.waiting is Waiting.FACTS or prompt.about_facts:
            return self._on_facts(state, reading, facts)
        told = self._usable(state, facts)
        own = next((answer for answer in told if answer.attribute == prompt.attribute and prompt.waiting is Waiting.QUESTION), None)
        if own is not None and own.value is not None and isinstance(reading, ReadUnclear):
            reading = ReadAnswer(own.attribute, own.value, own.said)
        answered = reading.attribute if isinstance(reading, ReadAnswer | ReadUnsure | ReadDecline) else None
        answered = prompt.attribute if prompt.waiting is Waiting.CONFIRM and isinstance(reading, ReadYes) else answered
        told = tuple(answer for answer in told if answer.attribute != answered)
        return self._told(state, reading, told) if told else self._react(state, reading)

    def _before_consent(self, state: State, reading: Reading, facts: tuple[Fact, ...]) -> Turn:
        """What is told waits for the yes. After a no it is not even kept for that."""
        if isinstance(reading, ReadAnswer) and reading.attribute != CONSENT:
            facts = (*facts, Fact(reading.attribute, reading.value, reading.said))
            reading = ReadUnclear()
        told = self._usable(state, facts) if state.prompt.waiting is Waiting.QUESTION else ()
        if not told:
            return self._react(state, reading)
        state = self._volunteering(state, told)
        if isinstance(reading, ReadUnclear):
            return self.again(state).saying_first(steps.Volunteered())
        return self._react(state, reading)

    def _told(self, state: State, reading: Reading, told: tuple[Answer, ...]) -> Turn:
        """Facts after consent, beside a reading or without one that means anything."""
        waiting = state.prompt.waiting
        if waiting in (Waiting.CHANGE, Waiting.NOTHING, Waiting.GO_ON) and not isinstance(reading, ReadAnswer):
            # "No, I am 62" corrects; only a yes to going on is a yes to that.
            reading = reading if waiting is Waiting.GO_ON and isinstance(reading, ReadYes) else ReadUnclear()
        if len(told) >= MANY:
            much = self._volunteering(state, told)
            return self._repeat_back(much, state.prompt) if isinstance(reading, ReadUnclear) else self._react(much, reading)
        kept = self._kept(state, told)
        turn = self._come_back(kept) if isinstance(reading, ReadUnclear) else self._react(kept, reading)
        return self._restating(state, turn, told)

    def _come_back(self, state: State) -> Turn:
        """To what was open before facts were taken, as far as it still matters."""
        prompt = state.prompt
        match prompt.waiting:
            case Waiting.QUESTION if not prompt.changing:
                return self._next(state, keep=prompt.asks)
            case Waiting.QUESTION | Waiting.CONFIRM:
                return self.again(state)
            case Waiting.CHANGE if prompt.before is not None:
                return self._come_back(state.returned)
        return self._next(state)

    def _restating(self, before: State, turn: Turn, told: tuple[Answer, ...]) -> Turn:
        """The turn with the facts said: new ones in one message with the answer, changed ones each by itself."""
        new = tuple(answer for answer in told if answer.attribute not in before.answers)
        corrected = tuple(steps.Corrected(before.answers[a.attribute], a) for a in told if a.attribute in before.answers)
        first, rest = turn.steps[:1], turn.steps[1:]
        match first:
            case (steps.Noted(answer=answer, tapped=False, hedged=False),) if answer.outcome is Outcome.KNOWN:
                new, first = (answer, *new), ()
            case (steps.Noted() | steps.Corrected(),):
                pass
            case _:
                first, rest = (), turn.steps
        restated = (steps.Told(new),) if new else ()
        turn = replace(turn, steps=(*first, *restated, *corrected, *rest), answers=(*turn.answers, *told))
        return self._pointing(turn)

    def _pointing(self, turn: Turn) -> Turn:
        """An early end, with the attribute that brought it about: a correction in words is of that one."""
        ended = next((step for step in turn.steps if isinstance(step, steps.EarlyEnd)), None)
        if ended is None:
            return turn
        taken = {answer.attribute for answer in turn.answers}
        stated = (name for result in ended.assessment.failing for name in ended.assessment.facts.stated(result.evaluation.because))
        deciding = next((name for name in stated if name in taken), turn.state.prompt.attribute)
        prompt = turn.state.prompt.model_copy(update={"attribute": deciding})
        return replace(turn, state=replace(turn.state, prompt=prompt))

    # -- what was repeated back

    def _on_facts(self, state: State, reading: Reading, facts: tuple[Fact, ...]) -> Turn:
        if isinstance(reading, ReadAnswer):
            facts = (*facts, Fact(reading.attribute, reading.value, reading.said))
        corrected = self._usable(state, facts, correcting=True)
        if corrected:
            return self._repeat_back(self._volunteering(state, corrected), self._behind_facts(state))
        match reading:
            case ReadYes() if state.prompt.waiting is Waiting.FACTS:
                return self._accept(state)
            case ReadNo() if state.prompt.waiting is Waiting.CHANGE:
                return self._drop(state)
            case ReadNo():
                return self._which_is_wrong(state)
        attempt = state.prompt.attempt + 1
        if attempt >= MOST_ATTEMPTS:
            return self._drop(state)
        asking = replace(state, prompt=state.prompt.model_copy(update={"attempt": attempt}))
        return self.again(asking).saying_first(steps.NotUnderstood())

    def _accept(self, state: State) -> Turn:
        """Everything repeated back is right: from now on it counts."""
        taken = tuple(state.volunteered.values())
        turn = self._after_facts(state, taken)
        return self._pointing(replace(turn, answers=(*taken, *turn.answers))).saying_first(steps.FactsTaken())

    def _drop(self, state: State) -> Turn:
        """Nothing of it is right, or it stayed unclear: what matters is asked."""
        return self._after_facts(state, ()).saying_first(steps.FactsDropped())

    def _after_facts(self, state: State, taken: tuple[Answer, ...]) -> Turn:
        """On to what was open before they were repeated back, with those that are right."""
        before = self._behind_facts(state)
        kept = replace(self._kept(state, taken), volunteered={})
        return self._next(kept) if before is None else self._come_back(replace(kept, prompt=before))

    def _which_is_wrong(self, state: State) -> Turn:
        if len(state.volunteered) == 1:
            return self._ask_instead(state, next(iter(state.volunteered)))
        facts = Prompt(waiting=Waiting.FACTS, before=self._behind_facts(state))
        return self.again(replace(state, prompt=Prompt(waiting=Waiting.CHANGE, before=facts)))

    def _ask_instead(self, state: State, wrong: str) -> Turn:
        """One was misunderstood: the others count, and that one is asked."""
        taken = tuple(answer for name, answer in state.volunteered.items() if name != wrong)
        if not self.attributes[wrong].asked:
            turn = self._after_facts(state, taken)
            return replace(turn, answers=(*taken, *turn.answers)).saying_first(steps.FactsDropped())
        kept = replace(self._kept(state, taken), volunteered={})
        turn = replace(self._question(kept, wrong, changing=wrong in kept.answers), answers=taken)
        return turn.saying_first(steps.RestTaken()) if taken else turn

    @staticmethod
    def _behind_facts(state: State) -> Prompt | None:
        """What was open before the facts were repeated back."""
        prompt = state.prompt
        facts = prompt if prompt.waiting is Waiting.FACTS else prompt.before
        return None if facts is None else facts.before

    # -- which facts may count

    @staticmethod
    def _volunteering(state: State, told: Iterable[Answer]) -> State:
        return replace(state, volunteered={**state.volunteered, **{answer.attribute: answer for answer in told}})

    def _stated(self, heard: Heard) -> tuple[Answer, ...]:
        """Everything a message states, the answer to the open question included unless it is doubted."""
        reading = heard.reading
        stated = list(heard.facts)
        if isinstance(reading, ReadAnswer) and not reading.hedged and reading.attribute != CONSENT:
            stated.append(Fact(reading.attribute, reading.value, reading.said))
        return tuple(Answer(fact.attribute, Outcome.KNOWN, fact.value, fact.said) for fact in stated)

    def _usable(self, state: State, facts: tuple[Fact, ...], correcting: bool = False) -> tuple[Answer, ...]:
        """The facts that say something new and are no likely slip; of two on one attribute the later.

        A number outside the plausible range is left: where it matters it is asked, and then read back.
        """
        known: Mapping[str, Answer] = {**state.answers, **state.volunteered} if correcting or not state.consented else state.answers
        usable = {
            fact.attribute: Answer(fact.attribute, Outcome.KNOWN, fact.value, fact.said)
            for fact in facts
            if fact.attribute != CONSENT
            and fact.attribute in self.attributes
            and self.attributes[fact.attribute].accepts(fact.value)
            and self._plausible(fact)
            and (fact.attribute not in known or known[fact.attribute].value != fact.value)
        }
        return tuple(usable.values())

    def _plausible(self, fact: Fact) -> bool:
        attribute = self.attributes[fact.attribute]
        if attribute.answer_type is not AnswerType.NUMBER or attribute.plausible is None:
            return True
        low, high = attribute.plausible
        return isinstance(fact.value, int | float) and low <= fact.value <= high
