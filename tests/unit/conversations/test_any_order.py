"""Whatever people say in whatever order: every turn says something, and nothing counts that was told before a yes."""

from __future__ import annotations

import json
import random

import pytest

from bot.conversations.snapshots import snapshot_of, state_of
from bot.conversations.trial_rendering import TrialRenderer
from bot.screening import steps
from bot.screening.attributes import AnswerType, Attribute
from bot.screening.prompts import Waiting
from bot.screening.readings import (
    SELF,
    Command,
    Fact,
    Heard,
    ReadAnswer,
    ReadCommand,
    ReadDecline,
    Reading,
    ReadNo,
    ReadNothing,
    ReadUnclear,
    ReadUnsure,
    ReadYes,
)
from bot.screening.screening import CONSENT, Interview, State
from bot.settings import PROJECT
from bot.trials import load_records
from bot.words import Library

PEOPLE = (None, None, None, None, SELF, "mother", "father")


def value(attribute: Attribute, chance: random.Random) -> bool | float | str | tuple[str, ...]:
    match attribute.answer_type:
        case AnswerType.YES_NO:
            return chance.random() < 0.5
        case AnswerType.NUMBER:
            return chance.choice([1, 3, 17, 64, 500])
        case AnswerType.CHOICE:
            return chance.choice(attribute.values)
        case AnswerType.CHOICES:
            return (chance.choice(attribute.values),)
        case AnswerType.TIME_SINCE:
            return chance.choice(["never", 3, 900])
    return ("Non Small Cell Lung Cancer",)


def message(state: State, interview: Interview, chance: random.Random) -> Heard:
    """Any message that the reader could make of words at this point."""
    attributes = [a for a in interview.attributes.values() if a.name != CONSENT]
    facts = tuple(Fact(a.name, value(a, chance), "said") for a in chance.sample(attributes, chance.choice([0, 0, 0, 1, 2, 4])))
    asked = state.prompt.attribute if state.prompt.waiting in (Waiting.QUESTION, Waiting.CONFIRM) else None
    readings: list[Reading] = [ReadUnclear(), ReadNothing(), ReadCommand(chance.choice(list(Command)), chance.choice([None, "age"]))]
    if asked is None:
        readings += [ReadYes()] * 3 + [ReadNo()]
    else:
        answer = ReadAnswer(asked, asked == CONSENT or value(interview.attributes[asked], chance), "said", hedged=chance.random() < 0.1)
        readings += [answer] * 5 + [ReadUnsure(asked, "no idea"), ReadDecline(asked, "no")]
    reading = chance.choice(readings)
    name = reading.attribute if isinstance(reading, ReadAnswer) else None
    return Heard(reading, tuple(fact for fact in facts if fact.attribute != name), chance.choice(PEOPLE))


@pytest.mark.parametrize("seed", range(60))
def test_any_order_of_messages_is_answered_and_keeps_the_promises(seed: int, library: Library) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's choices
    record = load_records(PROJECT / "trials", library.attributes)[0]
    words = library.in_locale("en")
    interview = Interview(library.attributes, record.criteria, words.lexicon.condition_names)
    turn = interview.begin(Heard(ReadUnclear(), (Fact("age", 64, "64"),)) if seed % 2 else None)
    for _ in range(60):
        state = state_of(json.loads(json.dumps(snapshot_of(turn.state))), turn.state.answers, library.attributes)
        assert state == turn.state
        heard = message(state, interview, chance)
        turn = interview.respond(state, heard)
        if any(isinstance(step, steps.Erase) for step in turn.steps):
            return
        assert turn.steps
        if any(isinstance(step, steps.LookForOthers) for step in turn.steps):
            continue  # The desk goes on elsewhere.
        shown = TrialRenderer(words.speaking_of(turn.state.about), turn.state, None, False, record).render(turn.steps)
        assert shown
        assert all(said.text for said in shown)
        stored = [answer.attribute for answer in turn.answers if answer.attribute != CONSENT]
        assert not stored or turn.state.consented
        assert len(stored) == len(set(stored))
        assert turn.state.consented or not turn.state.answers.keys() - {CONSENT} or CONSENT in turn.state.answers
        if turn.state.prompt.waiting is Waiting.FACTS:
            assert turn.state.volunteered
