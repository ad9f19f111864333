"""What the bot says where one trial is talked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.conversations.messages import Message
from bot.conversations.rendering import Renderer
from bot.conversations.results import ResultTexts, Whereabouts
from bot.screening import steps
from bot.screening.screening import CONSENT
from bot.trials import TrialRecord


@dataclass(frozen=True)
class TrialRenderer(Renderer):
    """Renders for a conversation about one trial.

    `near` tells where it is nearest, for whom a place was told in a search before; `contact_url` where to ask to be contacted, if anywhere.
    """

    record: TrialRecord
    near: Callable[[], Whereabouts | None] = lambda: None
    contact_url: Callable[[], str | None] = lambda: None

    @property
    def registry_url(self) -> str:
        return self.record.registry_url

    @property
    def illnesses(self) -> Sequence[str]:
        return self.record.conditions

    def _welcome(self) -> str:
        return self.words.text("greeting", trial_title=self.record.in_words(self.words.locale).title)

    @property
    def _results(self) -> ResultTexts:
        return ResultTexts(self.words, self.record, self.state.answers)

    def _ending(self, step: steps.Step) -> list[Message]:
        match step:
            case steps.EarlyEnd():
                return self._early_end(step.assessment)
            case steps.OfferToGoOn():
                return [self._notice("ended_early", self.words.text("early_end_offer"), *self._after_early_end())]
            case steps.Finished():
                return self._finished(step.assessment)
            case steps.Chosen():
                return [self._chosen(step)]
            case steps.ShowContacts():
                return self._results.handoff(self.near(), self.contact_url())
        raise TypeError(f"nothing is said of {type(step).__name__} where one trial is talked about")

    def _chosen(self, step: steps.Chosen) -> Message:
        told = self.words.text("chosen", title=self.record.in_words(self.words.locale).title)
        if not step.remaining:
            return self._notice("chosen", told)
        more = self.words.text("chosen_more", remaining=self.words.counted("questions", step.remaining))
        return self._notice("chosen", f"{told} {more}", "resume")

    def _after_early_end(self) -> tuple[str, ...]:
        others = ("others",) if self.others else ()
        return ("go_on", "change", "finish", *others, "contacts")

    def _why(self, step: steps.Why) -> Message:
        why = str(self.words.about(step.attribute)["why"])
        about = self.record.in_words(self.words.locale).criteria
        plain = [about[criterion].plain for criterion in step.criteria]
        if not plain or step.attribute == CONSENT:
            return self._notice("why", self.words.text("why", why=why))
        if len(plain) == 1:
            return self._notice("why", self.words.text("why_with_criterion", why=why, criterion=plain[0]))
        return self._notice("why", self.words.text("why_with_criteria", why=why, criteria=" ".join(plain)))

    def _early_end(self, assessment: steps.Assessment) -> list[Message]:
        offer = f"{self.words.text('early_end_offer')} {self.words.text('early_end_correct')}"
        told = Message(text=self._early_reasons(assessment), custom=self._results.custom(assessment))
        return [told, self._notice("ended_early", offer, *self._after_early_end())]

    def _early_reasons(self, assessment: steps.Assessment) -> str:
        """What was said, once, and every criterion that it makes fail."""
        about = self.record.in_words(self.words.locale).criteria
        reasons: dict[str, list[str]] = {}
        for result in assessment.failing:
            said = self.words.listed(self._results.clauses(result, assessment.facts))
            reasons.setdefault(said, []).append(str(about[result.id].not_met))
        return "\n".join(
            self.words.text("early_end", said=said, not_met=" ".join(not_met))
            if said
            else self.words.text("early_end_plain", not_met=" ".join(not_met))
            for said, not_met in reasons.items()
        )

    def _finished(self, assessment: steps.Assessment) -> list[Message]:
        messages = [self._results.result(assessment)]
        for_doctor = self._results.for_the_doctor(assessment)
        if for_doctor is not None:
            messages.append(for_doctor)
        return [*messages, *self._with_summary()]
