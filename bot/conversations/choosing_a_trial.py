"""A conversation that began without a trial: which one is it about?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.conversations.messages import Button, Message, NoticeCustom
from bot.screening.reading.text import cleaned
from bot.trials import TrialRecord
from bot.words import Words

MOST_LISTED = 8
"""Trials that a message can list; of more, people write the number."""
_NUMBER = re.compile(r"\bNCT\d{8}\b", re.IGNORECASE)


def named_trial(text: str) -> str | None:
    """The number of a trial that a message holds."""
    named = _NUMBER.search(cleaned(text))
    return None if named is None else named[0].upper()


def chosen_trial(text: str, trials: Sequence[TrialRecord], words: Words, unknown: str | None) -> TrialRecord | None:
    """The trial of a few that a message names by its title; else the only one there is, unless another was wanted (`unknown`)."""
    if len(trials) == 1 and unknown is None:
        return trials[0]
    title = cleaned(text).casefold()
    matching = [trial for trial in trials if trial.in_words(words.locale).title.casefold() == title]
    return matching[0] if len(matching) == 1 else None


def trial_choice(trials: Sequence[TrialRecord], total: int, words: Words, unknown: str | None) -> list[Message]:
    """Which study? One quick reply for each, where they are few; after a number that is not stored, that is said."""
    messages = []
    if unknown:
        told = words.text("trial_unknown", nct_id=unknown)
        messages.append(Message(text=told, custom=NoticeCustom(code="trial_unknown")))
    if total > len(trials):
        asked = "\n".join([words.text("greeting_general"), words.text("trial_number", total=total)])
        return [*messages, Message(text=asked, custom=NoticeCustom(code="choose_trial"))]
    titles = [f"{trial.in_words(words.locale).title} ({trial.nct_id})" for trial in trials]
    lines = "\n".join([words.text("greeting_general"), words.text("trial_choose"), *(f"- {title}" for title in titles)])
    buttons = tuple(Button(title=title, payload=title) for title in titles)
    return [*messages, Message(text=lines, buttons=buttons, custom=NoticeCustom(code="choose_trial"))]
