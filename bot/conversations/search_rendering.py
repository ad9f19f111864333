"""What the bot says in a search among all trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.conversations.messages import Button, Message, NoticeCustom, ResultCustom
from bot.conversations.rendering import Renderer
from bot.conversations.results import ResultTexts, Whereabouts, nearest_place
from bot.criteria import CheckedBy, Status
from bot.matching.distances import Unit
from bot.matching.search import CONDITION, LOCATION
from bot.screening import steps
from bot.screening.reading.text import cleaned
from bot.trials import TrialRecord
from bot.trials.official import search_url
from bot.words import Words

_MOST_NAMES = 4
"""What fits, or is open, that is named in a line; more is counted."""
_MOST_REASONS = 3
_NO_PLACE = 9
"""A larger number is no place of a list: an age, say."""
CHOICE = "trial"
"""The name of the quick replies that choose a trial."""


@dataclass(frozen=True)
class SearchRenderer(Renderer):
    """Renders for a search. `record_of` gives a trial's record, `total` is how many there are; `unit` tells how the person counts roads."""

    record_of: Callable[[str], TrialRecord]
    total: int
    unit: Callable[[], Unit]
    refused: ClassVar[str] = "consent_refused_search"
    what_now: ClassVar[str] = "done_help_search"

    @property
    def registry_url(self) -> str:
        return search_url(self._told(CONDITION), self._told(LOCATION))

    @property
    def illnesses(self) -> Sequence[str]:
        return ()

    def _told(self, attribute: str) -> str | None:
        """What was told of a text attribute, as the registry's search takes it."""
        answer = self.state.answers.get(attribute)
        return " ".join(answer.value) if answer is not None and isinstance(answer.value, tuple) else None

    def _welcome(self) -> str:
        return self.words.text("greeting_search", total=self.total)

    def _why(self, step: steps.Why) -> Message:
        why = str(self.words.about(step.attribute)["why"])
        if not step.depending:
            return self._notice("why", self.words.text("why", why=why))
        key = "why_one" if step.depending == 1 else "why_many"
        return self._notice("why", self.words.text(key, why=why, depending=step.depending, left=step.left))

    def _ending(self, step: steps.Step) -> list[Message]:
        match step:
            case steps.TrialsLeft():
                return [self._notice("trials_left", self._left(step))]
            case steps.Shortlist():
                return [self._shortlist(step), *self._with_summary()]
            case steps.NoneFound():
                return [self._none_found(step)]
            case steps.NotOnTheList():
                return [self._notice("not_on_list", self.words.text("not_on_list"))]
            case steps.LookForOthers():
                return [self._notice("searching", self.words.text("others_begin"))]
            case steps.ShowContacts():
                return [self._notice("choose_trial", self.words.text("shortlist_first"))]
        raise TypeError(f"nothing is said of {type(step).__name__} in a search")

    def _left(self, step: steps.TrialsLeft) -> str:
        if step.first and step.left and not self._told(CONDITION):
            return self.words.text("trials_any_one" if step.left == 1 else "trials_any", left=step.left)
        if step.first and step.left:
            return self.words.text("trials_found_one" if step.left == 1 else "trials_found", left=step.left)
        key = "trials_left_none" if not step.left else "trials_left_one" if step.left == 1 else "trials_left"
        return self.words.text(key, left=step.left, looked_at=step.looked_at)

    # -- the list

    def _shortlist(self, step: steps.Shortlist) -> Message:
        text = self.words.text
        records = [self.record_of(one.trial_id) for one in step.candidates]
        shown = len(records)
        key = "shortlist_one" if step.left == 1 else "shortlist_all" if step.left == shown else "shortlist_some"
        notes = [self._notes(one, record) for one, record in zip(step.candidates, records, strict=True)]
        items = [
            "\n".join([text("shortlist_item", number=number, title=self._title(record), nct_id=record.nct_id), *lines])
            for number, (record, lines) in enumerate(zip(records, notes, strict=True), 1)
        ]
        parts = [
            text(key, left=step.left, shown=shown),
            *items,
            text("result_not_decision"),
            f"{text('shortlist_choose')} {text(self.what_now)}",
        ]
        buttons = tuple(
            Button(title=f"{number}. {self._title(record)}", payload=f"#{CHOICE}={record.nct_id}")
            for number, record in enumerate(records, 1)
        )
        buttons = (*buttons, *self._buttons(*self._afterwards()))
        trials = [
            trial.model_copy(update={"notes": lines})
            for one, record, lines in zip(step.candidates, records, notes, strict=True)
            for trial in ResultTexts(self.words, record, self.state.answers).custom(one.assessment).trials
        ]
        return Message(text="\n\n".join(parts), buttons=buttons, custom=ResultCustom(trials=trials))

    def _notes(self, one: steps.Candidate, record: TrialRecord) -> list[str]:
        """What the list says of a trial, a line each."""
        text = self.words.text
        lines = []
        if not self._is_sure(one):
            lines.append(text("shortlist_kind", conditions=self.words.listed(list(record.conditions))))
        fits = self._names(one, Status.MET)
        if fits:
            lines.append(text("shortlist_fits", names=fits))
        open_names = self._names(one, Status.UNKNOWN)
        if open_names:
            lines.append(text("shortlist_open", names=open_names))
        for_team = sum(result.checked_by is CheckedBy.STUDY_TEAM for result in one.assessment.results)
        if for_team:
            lines.append(text("shortlist_team", points=self.words.counted("points", for_team)))
        lines.append(nearest_place(record, self.words, Whereabouts(one.site, one.kilometres, one.taking, self.unit())))
        return [line for line in lines if line]

    def _afterwards(self) -> tuple[str, ...]:
        return ("resume", "change", "restart", "erase")

    def _title(self, record: TrialRecord) -> str:
        return record.in_words(self.words.locale).title

    def _is_sure(self, one: steps.Candidate) -> bool:
        """Whether the trial is known to be about the illness; where none was told, it is not."""
        return one.sure and self._told(CONDITION) is not None

    def _names(self, one: steps.Candidate, status: Status) -> str:
        """What fits or is open, by the names of what was asked."""
        names: dict[str, None] = {self.words.name(CONDITION): None} if self._is_sure(one) and status is Status.MET else {}
        for result in one.assessment.results:
            if result.checked_by is not CheckedBy.PATIENT or result.status is not status:
                continue
            evaluation = result.evaluation
            told = one.assessment.facts.stated(evaluation.because) if status is Status.MET else evaluation.missing
            names.update(dict.fromkeys(self.words.name(name) for name in told if self.words.attributes[name].asked))
        listed = list(names)
        if len(listed) > _MOST_NAMES:
            listed = [*listed[:_MOST_NAMES], self.words.counted("points_more", len(listed) - _MOST_NAMES)]
        return self.words.listed(listed)

    # -- nothing found

    def _none_found(self, step: steps.NoneFound) -> Message:
        text = self.words.text
        told_illness = self.state.answers.get(CONDITION)
        if not step.looked_at:
            illness = None if told_illness is None else told_illness.value
            told = text("none_about", illness=self.words.inside(CONDITION, illness)) if illness else text("none_at_all")
        else:
            told = text("none_found", looked_at=step.looked_at)
            reasons = [text("none_reason", name=self.words.name(name), count=count) for name, count in step.ruled_out[:_MOST_REASONS]]
            told = "\n".join([told, *reasons])
        official = text("none_official", registry_url=self.registry_url)
        buttons = self._buttons("change", "restart", "erase")
        return Message(text=f"{told}\n{official}", buttons=buttons, custom=NoticeCustom(code="none_found", url=self.registry_url))


def choice_in(text: str, offered: Sequence[TrialRecord], words: Words) -> str | None:
    """The trial of a list that a message chooses, by its quick reply or that one's title, its place or its number.

    "" where the list has no such place; None where the message chooses nothing.
    """
    said = cleaned(text).casefold()
    for number, record in enumerate(offered, 1):
        title = record.in_words(words.locale).title.casefold()
        if said in (f"#{CHOICE}={record.nct_id}".casefold(), title, f"{number}. {title}") or record.nct_id.casefold() in said:
            return record.nct_id
    place_in_list = words.reader.place_in_list(text, len(offered))
    if place_in_list is None or place_in_list > _NO_PLACE:
        return None
    return offered[place_in_list - 1].nct_id if 1 <= place_in_list <= len(offered) else ""
