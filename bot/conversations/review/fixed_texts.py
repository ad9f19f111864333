"""The texts of the bot that are the same for everybody, which a masked page may show.

A text is shown masked only if it is, letter for letter, one that the bot would say to a person of whom nothing is known. So
whatever restates an answer, counts trials by it or follows from it is hidden, whichever message it comes in and whoever adds
a new kind of message: what is not known to be fixed counts as told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.conversations import interruptions
from bot.conversations.facts import answer_about
from bot.conversations.messages import Message as Said
from bot.conversations.rendering import Renderer
from bot.conversations.search_rendering import SearchRenderer
from bot.conversations.trial_rendering import TrialRenderer
from bot.matching.distances import Unit
from bot.screening import steps
from bot.screening.prompts import Prompt, Waiting
from bot.screening.screening import Interview
from bot.screening.state import State
from bot.store import Message
from bot.trials import TrialRecord
from bot.trials.screened import screened
from bot.words import Library, Words

_NOBODY = State(prompt=Prompt(waiting=Waiting.NOTHING))
"""A person who said nothing."""
_STEPS: Sequence[steps.Step] = (
    steps.Greet(),
    steps.Volunteered(),
    steps.AboutWhom(),
    steps.SentTwice(),
    steps.NotUnderstood(),
    steps.EmptyMessage(),
    steps.NothingToChange(),
    steps.Paused(),
    steps.ConsentDeclined(),
    steps.ConfirmErase(),
    steps.ConfirmRestart(),
    steps.KeptAfterAll(),
    steps.Restarted(),
    steps.OfferHuman(),
    steps.GeneralHelp(),
    steps.Languages(),
    steps.NoOthers(),
    steps.Closing(),
    steps.WhatNow(),
)
"""What is said without regard to any health answer. Whether a step is here is decided by what it gives away by being said at
all: "you were not sure" and "this trial may not be the right one" are not, though their words are the same for everybody."""
_BESIDE = ("greet", "goodbye", "thanks", "language", "out_of_scope", None)
_DANGERS = ("safety_emergency", "safety_crisis", "medical_advice")
_ATTEMPTS = 3
_NUMBER = re.compile(r"\d+")


def fixed_texts(
    library: Library, locale: str, records: Sequence[TrialRecord], messages: Sequence[Message], channel: str = ""
) -> Mapping[str, tuple[str, ...]]:
    """The fixed texts that could stand in a transcript, each with the titles of its quick replies.

    `records` are of the trials that the conversation is openly about. Of the transcript only that is looked at which is no
    secret anyway: the channel, which questions were asked, which topics answered, how many trials there were.
    """
    words = library.in_locale(locale).carried_by(channel)
    custom = [(message.data or {}).get("custom") or {} for message in messages if message.who == "bot"]
    asked = dict.fromkeys(str(one.get("attribute")) for one in custom if one.get("type") == "question")
    attributes = [name for name in asked if name in library.attributes]
    topics = dict.fromkeys(str(one.get("topic")) for one in custom if one.get("type") == "fact")
    greetings = [message.text for message, one in zip(_bots(messages), custom, strict=True) if one.get("code") == "greeting"]
    totals = {int(number) for text in greetings for number in _NUMBER.findall(text)[:1]}
    said = [
        *_beside(words, locale, list(topics), records),
        *(one for total in (totals or {0}) for one in _in_a_search(words, total, attributes)),
        *(one for record in records for one in _about_a_trial(words, record, attributes)),
    ]
    return {one.text: tuple(button.title for button in one.buttons) for one in said if one.text}


def _bots(messages: Sequence[Message]) -> list[Message]:
    return [message for message in messages if message.who == "bot"]


def _about_a_trial(words: Words, record: TrialRecord, attributes: Sequence[str]) -> Iterator[Said]:
    renderer = TrialRenderer(words, _NOBODY, None, False, record)
    interview = Interview(words.attributes, screened(record))
    yield from renderer.render([*_STEPS, steps.ShowContacts()])
    yield from _questions(renderer, attributes)
    yield from renderer.render([steps.Why(name, interview.depending(name)) for name in attributes])


def _in_a_search(words: Words, total: int, attributes: Sequence[str]) -> Iterator[Said]:
    def no_record(nct_id: str) -> TrialRecord:
        raise KeyError(nct_id)

    renderer = SearchRenderer(words, _NOBODY, None, False, no_record, total, lambda: Unit.KILOMETRES)
    yield from renderer.render([*_STEPS, steps.ShowContacts()])
    yield from _questions(renderer, attributes)
    yield from renderer.render([steps.Why(name) for name in attributes])


def _questions(renderer: Renderer, attributes: Sequence[str]) -> Iterator[Said]:
    asked = [name for name in attributes if renderer.words.attributes[name].asked]
    nothing = steps.Progress(0, 0)
    yield from renderer.render([steps.Ask(name, nothing, attempt) for name in asked for attempt in range(_ATTEMPTS)])
    yield from renderer.render([steps.Help(name) for name in asked])


def _beside(words: Words, locale: str, topics: Sequence[str], records: Sequence[TrialRecord]) -> Iterator[Said]:
    for intent in _DANGERS:
        yield from interruptions.safety(intent, words, locale)
    for aside in _BESIDE:
        yield from interruptions.small_talk(aside, words)
        yield from interruptions.not_understood(aside, words)
    yield from interruptions.general_help(words)
    yield from interruptions.nothing_to_erase(words)
    for topic in topics:
        yield from interruptions.answer_question(f"ask_{topic}", None, words)
        for record in records:
            yield answer_about(topic, record, words)
    for about in (None, *records):
        yield from interruptions.offer_human(about, words)
