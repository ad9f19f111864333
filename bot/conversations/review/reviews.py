"""Putting a conversation's page together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.conversations.review.fixed_texts import fixed_texts
from bot.conversations.review.history import Given, History
from bot.conversations.review.loading import Loaded, load
from bot.conversations.review.standing import Answers, Standings
from bot.conversations.review.study_words import StudyWords, capital, study_words
from bot.conversations.review.views import (
    Agreement,
    Alert,
    Danger,
    Flag,
    Line,
    LineKind,
    Noted,
    PointRef,
    Review,
    Standing,
    TrialChange,
    Understood,
    Why,
    WhyKind,
)
from bot.matching.search import ASKED_FOR, CONDITION, LOCATION
from bot.screening.state import CONSENT
from bot.store import Conversation, Message, Screening, Unit, Verdict
from bot.trials import TrialRecord
from bot.trials.record_cache import RecordCache
from bot.trials.screened import Deciding
from bot.words import Library
from bot.words.words import FALLBACK_LOCALE

_KINDS: Mapping[str, LineKind] = {"question": "question", "result": "result", "handoff": "handoff", "fact": "fact", "safety": "safety"}
_DANGERS: Mapping[str, Danger] = {"emergency": "emergency", "crisis": "crisis", "medical_advice": "medical_advice"}
_HEARD: Mapping[str | None, Danger] = {"safety_emergency": "emergency", "safety_crisis": "crisis"}
_FIRST_OF_A_SEARCH = frozenset({CONDITION, ASKED_FOR, LOCATION})


@dataclass(frozen=True)
class Reviews:
    """Conversations as the study team reads them. `texts`: see `study_words`; `locale`: the language that the team reads."""

    library: Library
    texts: Mapping[str, Any]
    unreviewed: Deciding = Deciding.AGE_AND_SEX
    locale: str = FALLBACK_LOCALE
    _records: RecordCache = field(default_factory=RecordCache)
    study: StudyWords = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "study", study_words(self.library.in_locale(self.locale), self.texts))

    def review(self, unit: Unit, conversation: Conversation, *, revealed: bool) -> Review:
        """A conversation, whole; unless it is revealed, without anything that tells of the patient's health."""
        return self.of(load(unit, conversation, self._records), revealed=revealed)

    def of(self, loaded: Loaded, *, revealed: bool) -> Review:
        """The same of what was loaded."""
        return _Reviewing(self, loaded, revealed).review()


class _Reviewing:
    def __init__(self, reviews: Reviews, loaded: Loaded, revealed: bool) -> None:
        self._library, self._study, self._locale = reviews.library, reviews.study, reviews.locale
        self._loaded, self._revealed = loaded, revealed
        self._history = History(loaded, reviews.library.attributes)
        self._standings = Standings(reviews.library.attributes, reviews.unreviewed, reviews.study, reviews.locale)
        records = self._open_records()
        self._open_trials = frozenset(record.nct_id for record in records)
        # Masked, only what is known to be the same for everybody is shown.
        self._fixed = (
            {}
            if revealed
            else fixed_texts(reviews.library, loaded.conversation.locale, records, loaded.messages, loaded.conversation.channel)
        )

    def review(self) -> Review:
        lines = tuple(self._lines())
        trials, hidden = self._trials()
        return Review(
            revealed=self._revealed,
            lines=lines,
            alerts=tuple(_alerts(lines)),
            trials=trials,
            hidden_trials=hidden,
            agreements=tuple(Agreement(one.given, one.at, one.text_version, one.text_hash) for one in self._loaded.consents),
        )

    def _open_records(self) -> list[TrialRecord]:
        """The trials that the conversation is about for everybody to see: the one it is under now, and the one it began with."""
        screenings = self._loaded.screenings
        first = screenings[0].trial_id if screenings else None
        trials = dict.fromkeys(trial for trial in (first, self._loaded.conversation.trial_id) if trial is not None)
        moments = (*(screening.started_at for screening in screenings), self._loaded.conversation.last_at)
        found = [self._loaded.record_of(trial, moment) for trial in trials for moment in moments]
        return list({id(record): record for record in found if record is not None}.values())

    # -- the transcript

    def _lines(self) -> Iterator[Line]:
        # What is open when a message comes: the last question since the message before.
        asked: str | None = None
        for message in self._loaded.messages:
            yield self._line(message, asked)
            custom = _custom(message)
            if message.who == "patient":
                asked = None
            elif custom.get("type") == "question":
                asked = str(custom.get("attribute"))

    def _line(self, message: Message, asked: str | None) -> Line:
        custom = _custom(message)
        is_fixed = message.who == "bot" and message.text in self._fixed
        shown = self._revealed or is_fixed
        attribute = str(custom.get("attribute")) if custom.get("type") == "question" else None
        return Line(
            position=message.position,
            who=message.who,
            author=None if message.author is None else self._loaded.authors.get(message.author),
            at=message.at,
            kind=_KINDS.get(str(custom.get("type")), "notice") if custom else "text",
            text=message.text if shown else None,
            replies=self._replies(message) if self._revealed else self._fixed[message.text] if is_fixed else (),
            danger=_danger(message, custom),
            asks=self._name(attribute),
            asked=asked if message.who == "patient" else None,
            why=None if attribute is None else self._why(message, attribute),
            understood=self._understood(message, asked) if message.who == "patient" and self._revealed else None,
            flag=self._flag(message.position),
        )

    def _replies(self, message: Message) -> tuple[str, ...]:
        buttons = (message.data or {}).get("buttons") or ()
        return tuple(str(button.get("title", "")) for button in buttons) if message.who == "bot" else ()

    def _name(self, attribute: str | None) -> str | None:
        if attribute is None:
            return None
        return capital(self._study.name(attribute)) if attribute in self._library.attributes else attribute

    def _flag(self, position: int) -> Flag | None:
        found = self._loaded.misread.get(position)
        if found is None:
            return None
        return Flag(found.author, found.at, self._name(found.attribute), found.meant if self._revealed else None)

    # -- why it was asked

    def _why(self, message: Message, attribute: str) -> Why | None:
        if attribute not in self._library.attributes:
            return None
        general = self._study.about(attribute).get("why")
        general = None if general is None else str(general)
        screening = self._history.screening_at(message.at)
        if attribute == CONSENT:
            return Why("consent", general)
        if screening is None:
            return Why("trial", general)
        known = self._history.known(screening.id, before=message.position) if self._revealed else None
        if screening.trial_id is not None:
            return Why("trial", general, self._points(screening.trial_id, message, attribute, known))
        kind: WhyKind = "first" if attribute in _FIRST_OF_A_SEARCH else "search"
        if known is None:
            return Why(kind, general)
        listed = [self._points(one.trial_id, message, attribute, known) for one in self._listed(screening)]
        return Why(kind, general, tuple(point for points in listed for point in points))

    def _points(self, trial_id: str, message: Message, attribute: str, known: Answers | None) -> tuple[PointRef, ...]:
        if known is None and trial_id not in self._open_trials:
            return ()
        record = self._loaded.record_of(trial_id, message.at)
        return () if record is None else self._standings.points_on(record, attribute, known)

    # -- what was understood

    def _understood(self, message: Message, asked: str | None) -> Understood:
        noted: list[Noted] = []
        changes: list[TrialChange] = []
        carried = 0
        for screening, given in self._history.given_by(message):
            new = [one for one in given if not one.carried]
            carried += len(given) - len(new)
            noted += [self._noted(one, asked) for one in new]
            if new:
                changes += self._changes(screening, message, corrected=any(one.replaced is not None for one in new))
        return Understood(message.intent, message.confidence, tuple(noted), carried, tuple(changes))

    def _noted(self, given: Given, asked: str | None) -> Noted:
        answer, replaced = given.answer, given.replaced
        return Noted(
            name=capital(self._study.name(answer.attribute)),
            value=self._study.answer(answer),
            said=answer.said,
            besides=answer.attribute != asked,
            before=None if replaced is None else self._study.answer(replaced),
        )

    def _changes(self, screening: Screening, message: Message, *, corrected: bool) -> Iterator[TrialChange]:
        """Of one trial whatever changed; of a search's list, what a correction changed."""
        trials = [screening.trial_id] if screening.trial_id else [one.trial_id for one in self._listed(screening)] if corrected else []
        before = self._history.known(screening.id, before=message.position)
        after = self._history.known(screening.id, before=message.position + 1)
        for trial in trials:
            record = self._loaded.record_of(trial, message.at)
            change = None if record is None else self._standings.change(record, before, after)
            if change is not None:
                yield change

    # -- the criteria

    def _listed(self, screening: Screening) -> Sequence[Verdict]:
        """The trials of the list that a search showed last."""
        verdicts = self._loaded.verdicts.get(screening.id, ())
        return [one for one in verdicts if one.at == verdicts[-1].at]

    def _trials(self) -> tuple[tuple[Standing, ...], int]:
        if not self._loaded.screenings:
            return (), 0
        screening = self._loaded.screenings[-1]
        given = {one.trial_id: one for one in self._listed(screening)}
        if not self._revealed and screening.trial_id not in self._open_trials:
            return (), len(given)
        trials = [screening.trial_id] if screening.trial_id else list(given)
        moment = screening.finished_at or self._loaded.conversation.last_at
        answers = self._history.known(screening.id) if self._revealed else None
        found = []
        for trial in trials:
            record = self._loaded.record_of(trial, moment)
            if record is not None:
                found.append(self._standings.standing(record, answers, given.get(trial)))
        return tuple(found), 0


def _alerts(lines: Sequence[Line]) -> Iterator[Alert]:
    """Each danger once: what was heard, and not its answer too, which follows it."""
    before: Danger | None = None
    for line in lines:
        if line.danger in ("emergency", "crisis") and line.danger != before:
            yield Alert(line.danger, line.position, line.at)
        before = line.danger


def _custom(message: Message) -> Mapping[str, Any]:
    return ((message.data or {}).get("custom") or {}) if message.who == "bot" else {}


def _danger(message: Message, custom: Mapping[str, Any]) -> Danger | None:
    if message.who == "patient":
        return _HEARD.get(message.intent)
    return _DANGERS.get(str(custom.get("category"))) if custom.get("type") == "safety" else None
