"""What the bot does in a turn, as values. `bot.conversations.rendering` puts them into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bot.criteria.criterion import CheckedBy, CriterionResult, Status
from bot.criteria.operators import Value
from bot.criteria.verdict import Verdict
from bot.screening.answers import Answer, Facts


@dataclass(frozen=True)
class Progress:
    """Questions answered so far and an honest estimate, which may shrink, of those to come."""

    answered: int
    remaining: int


@dataclass(frozen=True)
class Assessment:
    """Where a person stands on a trial now."""

    verdict: Verdict
    results: tuple[CriterionResult, ...]
    facts: Facts

    @property
    def failing(self) -> tuple[CriterionResult, ...]:
        return tuple(result for result in self.results if result.checked_by is CheckedBy.PATIENT and result.status is Status.NOT_MET)


@dataclass(frozen=True)
class Greet:
    """Who the bot is, what this is and is not, and what happens to what is said."""


@dataclass(frozen=True)
class Ask:
    """Put a question. `attempt` counts re-wordings; `current` is the answer being changed."""

    attribute: str
    progress: Progress
    attempt: int = 0
    current: Answer | None = None


@dataclass(frozen=True)
class Noted:
    """An answer was taken. `tapped` ones need no restating; words that were read do."""

    answer: Answer
    tapped: bool
    hedged: bool = False


@dataclass(frozen=True)
class Told:
    """What a message told besides was taken: each is restated."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Volunteered:
    """Something was told before consent: it is used only after a yes."""


@dataclass(frozen=True)
class Understood:
    """What was told, repeated back: is that right?"""

    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class WhichIsWrong:
    """What of that was misunderstood?"""

    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class FactsTaken:
    """What was repeated back is right."""


@dataclass(frozen=True)
class RestTaken:
    """All but one of what was repeated back is right; that one is asked."""


@dataclass(frozen=True)
class FactsDropped:
    """Nothing of what was told counts: it is asked instead."""


@dataclass(frozen=True)
class AboutWhom:
    """Whom the screening is about from now on."""


@dataclass(frozen=True)
class AskAboutWhom:
    """Is the screening about this person now?"""

    person: str


@dataclass(frozen=True)
class StillAbout:
    """The screening stays about whom it was about."""


@dataclass(frozen=True)
class SentTwice:
    """The same words came twice at once; they are not taken for the next answer too."""


@dataclass(frozen=True)
class Corrected:
    """An earlier answer was replaced."""

    old: Answer
    new: Answer


@dataclass(frozen=True)
class Unclear:
    """The message could not be read as an answer; the question follows in other words.

    `between`: the values it points to, where there is more than one.
    """

    attribute: str
    attempt: int
    between: tuple[Value, ...] = ()


@dataclass(frozen=True)
class NotUnderstood:
    """The message could not be read where no question was open."""


@dataclass(frozen=True)
class EmptyMessage:
    """Nothing readable was sent."""


@dataclass(frozen=True)
class Confirm:
    """A value that is read back before it counts: so unusual that it may be a slip, or one that no word gave."""

    attribute: str
    value: Value


@dataclass(frozen=True)
class Why:
    """Why a question is asked: with the criteria that depend on it, or, of `left` trials, how many do."""

    attribute: str
    criteria: tuple[str, ...] = ()
    depending: int = 0
    left: int = 0


@dataclass(frozen=True)
class Help:
    """How to find the answer to a question."""

    attribute: str


@dataclass(frozen=True)
class ReportProgress:
    """How many questions there were and may still be."""

    progress: Progress


@dataclass(frozen=True)
class EarlyEnd:
    """An answer settled it: say exactly why, gently, and offer to go on anyway."""

    assessment: Assessment


@dataclass(frozen=True)
class OfferToGoOn:
    """The offer of an early end, put again."""


@dataclass(frozen=True)
class Finished:
    """Every question is settled: the result, the list for the doctor, contacts and steps."""

    assessment: Assessment


@dataclass(frozen=True)
class Candidate:
    """A trial of a short list, and where the person stands on it now.

    `sure` where the trial is about the very illness that is sought, or a wider one; else about a kind of it. `site` is the number, in the
    record's order, of the nearest place that takes people, `kilometres` how far it is; both None where that is not known.
    `taking` says whether that place takes people now; None where the record does not say.
    """

    trial_id: str
    assessment: Assessment
    sure: bool
    site: int | None = None
    kilometres: float | None = None
    taking: bool | None = None


@dataclass(frozen=True)
class TrialsLeft:
    """How many of the trials that were looked at may still fit; `first` where it is said for the first time."""

    left: int
    looked_at: int
    first: bool = False


@dataclass(frozen=True)
class Shortlist:
    """The trials that may fit best, best first, of all that are left."""

    candidates: tuple[Candidate, ...]
    left: int
    looked_at: int


@dataclass(frozen=True)
class NoneFound:
    """No trial is left. `ruled_out`: what was told and how many trials it rules out by itself, the most first."""

    looked_at: int
    ruled_out: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Chosen:
    """One trial was chosen from a list. `remaining`: questions about it that nobody has asked yet."""

    remaining: int


@dataclass(frozen=True)
class NotOnTheList:
    """A trial was wished for by a place that the list does not have."""


@dataclass(frozen=True)
class LookForOthers:
    """The search among all trials begins or goes on, with the answers so far."""


@dataclass(frozen=True)
class NoOthers:
    """There are no other trials here to look through."""


@dataclass(frozen=True)
class ShowContacts:
    """Study contacts and the steps to take part."""


@dataclass(frozen=True)
class Closing:
    """The person is done; what they can still do."""


@dataclass(frozen=True)
class WhatNow:
    """What can be done now that no question is open."""


@dataclass(frozen=True)
class ChooseChange:
    """Which earlier answer should change?"""

    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class NothingToChange:
    """There is no earlier answer to change or go back to."""


@dataclass(frozen=True)
class Paused:
    """The screening stands still until the person returns."""


@dataclass(frozen=True)
class WelcomeBack:
    """The person returned to a paused screening."""


@dataclass(frozen=True)
class ConsentDeclined:
    """No health question will be asked; what is possible without."""


@dataclass(frozen=True)
class ConfirmErase:
    """Erasing cannot be undone: ask once."""


@dataclass(frozen=True)
class KeptAfterAll:
    """Nothing was erased."""


@dataclass(frozen=True)
class Erase:
    """Erase the whole conversation now."""


@dataclass(frozen=True)
class ConfirmRestart:
    """Starting over sets every answer aside: ask once."""


@dataclass(frozen=True)
class Restarted:
    """A new screening begins; the earlier answers no longer count."""


@dataclass(frozen=True)
class OfferHuman:
    """How to reach a person."""


@dataclass(frozen=True)
class GeneralHelp:
    """What can be said to the bot."""


@dataclass(frozen=True)
class Languages:
    """Which languages the bot speaks."""


@dataclass(frozen=True)
class Comfort:
    """A kind word to someone who said how they feel, and the way out."""


Step: TypeAlias = (
    Greet
    | Ask
    | Noted
    | Told
    | Volunteered
    | Understood
    | WhichIsWrong
    | FactsTaken
    | RestTaken
    | FactsDropped
    | AboutWhom
    | AskAboutWhom
    | StillAbout
    | SentTwice
    | Corrected
    | Unclear
    | NotUnderstood
    | EmptyMessage
    | Confirm
    | Why
    | Help
    | ReportProgress
    | EarlyEnd
    | OfferToGoOn
    | Finished
    | TrialsLeft
    | Shortlist
    | NoneFound
    | Chosen
    | NotOnTheList
    | LookForOthers
    | NoOthers
    | ShowContacts
    | Closing
    | WhatNow
    | ChooseChange
    | NothingToChange
    | Paused
    | WelcomeBack
    | ConsentDeclined
    | ConfirmErase
    | KeptAfterAll
    | Erase
    | ConfirmRestart
    | Restarted
    | OfferHuman
    | GeneralHelp
    | Languages
    | Comfort
)
