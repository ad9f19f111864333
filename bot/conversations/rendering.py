"""Putting what the bot does (`bot.screening.steps`) into words. No decision is taken here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.conversations.messages import Button, Message, NoticeCustom, Option, ProgressShape, QuestionCustom
from bot.screening import steps
from bot.screening.answers import Answer, Outcome
from bot.screening.attributes import NONE, AnswerType, Attribute
from bot.screening.prompts import Waiting
from bot.screening.screening import CONSENT, State
from bot.words import Words

_IN_A_SENTENCE = 3
"""How many facts are repeated back in one sentence; more are easier to check one on a line."""


@dataclass(frozen=True)
class Renderer(ABC):
    """Renders for one conversation: its language, where it stands, and where its summary is."""

    words: Words
    state: State
    summary_url: str | None
    others: bool
    """Whether there are other trials to look for here."""

    # -- what depends on whether one trial is talked about, or all

    @property
    @abstractmethod
    def registry_url(self) -> str:
        """The official page to point to."""

    @property
    @abstractmethod
    def illnesses(self) -> Sequence[str]:
        """Illnesses that are offered as quick replies where one is asked for."""

    refused: ClassVar[str] = "consent_refused"
    """The text after a no to the consent."""
    what_now: ClassVar[str] = "done_help"
    """The text about what can be done at the end."""

    @abstractmethod
    def _welcome(self) -> str:
        """The first sentence: what this can help with."""

    @abstractmethod
    def _why(self, step: steps.Why) -> Message:
        """Why a question is asked."""

    @abstractmethod
    def _ending(self, step: steps.Step) -> list[Message]:
        """The steps that tell where a person stands, and what can be done."""

    def render(self, said: Sequence[steps.Step]) -> list[Message]:
        """The messages for the steps of one turn, in order."""
        return [message for step in said for message in self._step(step)]

    # -- one step

    def _step(self, step: steps.Step) -> list[Message]:
        text = self.words.text
        match step:
            case steps.Greet():
                return self._greeting()
            case steps.Ask():
                return [self._question(step)]
            case steps.Noted():
                return self._noted(step)
            case steps.Told():
                return [self._notice("noted", self._restated(step.answers))]
            case steps.Volunteered():
                return [self._notice("volunteered", text("volunteered"))]
            case steps.Understood():
                return [self._understood(step.answers)]
            case steps.WhichIsWrong():
                none = Button(title=self.words.button("none_right"), payload="#no")
                return [self._choose(text("understood_wrong"), step.answers, none)]
            case steps.FactsTaken():
                return [self._notice("noted", text("facts_taken"))]
            case steps.RestTaken():
                return [self._notice("noted", text("rest_taken"))]
            case steps.FactsDropped():
                return [self._notice("noted", text("facts_dropped"))]
            case steps.AboutWhom():
                return [self._notice("about", text("about_whom"))]
            case steps.AskAboutWhom():
                asked = self.words.speaking_of(step.person).text("about_ask")
                return [Message(text=asked, buttons=self._yes_and_no(), custom=NoticeCustom(code="confirm_about"))]
            case steps.StillAbout():
                return [self._notice("about", text("still_about"))]
            case steps.SentTwice():
                return [self._notice("sent_twice", text("sent_twice"))]
            case steps.Corrected():
                return [self._corrected(step)]
            case steps.Unclear():
                return [self._unclear(step)]
            case steps.NotUnderstood():
                return [self._notice("unclear", text("fallback"))]
            case steps.EmptyMessage():
                return [self._notice("empty", text("empty_message"))]
            case steps.Confirm():
                return [self._confirm(step)]
            case steps.Why():
                return [self._why(step)]
            case steps.Help():
                shown = str(self.words.about(step.attribute)["help"])
                return [self._notice("help", text("help_question", help=shown))]
            case steps.ReportProgress():
                return [self._notice("progress", self._progress(step.progress))]
            case steps.Closing():
                return [self._notice("done", text("done_goodbye"), *self._afterwards())]
            case steps.WhatNow():
                return [self._notice("done", text(self.what_now), *self._afterwards())]
            case steps.ChooseChange():
                keep = Button(title=self.words.button("resume"), payload="#no")
                return [self._choose(text("change_choose"), step.answers, keep)]
            case steps.NothingToChange():
                return [self._notice("nothing_to_change", text("change_nothing"))]
            case steps.Paused():
                return [self._notice("paused", text("paused"), "resume", "erase")]
            case steps.WelcomeBack():
                return [self._notice("resumed", self._welcome_back())]
            case steps.ConsentDeclined():
                refused = text(self.refused, registry_url=self.registry_url)
                agree = Button(title=self.words.option_title(CONSENT, True), payload=f"#{CONSENT}=yes")
                return [Message(text=refused, buttons=(agree, *self._buttons("contacts")), custom=NoticeCustom(code="consent_declined"))]
            case steps.ConfirmErase():
                no = Button(title=self.words.button("erase_cancel"), payload="#no")
                erase = Button(title=self.words.button("erase_confirm"), payload="#erase=confirm")
                return [Message(text=text("erase_confirm"), buttons=(no, erase), custom=NoticeCustom(code="confirm_erase"))]
            case steps.ConfirmRestart():
                return [Message(text=text("restart_confirm"), buttons=self._yes_and_no(), custom=NoticeCustom(code="confirm_restart"))]
            case steps.KeptAfterAll():
                return [self._notice("kept", text("erase_cancelled"))]
            case steps.Erase():
                return [self._notice("erased", text("erase_done"))]
            case steps.Restarted():
                return [self._notice("restarted", text("restarted"))]
            case steps.OfferHuman():
                return [self._notice("human", text("human", registry_url=self.registry_url))]
            case steps.GeneralHelp():
                return [self._notice("help", f"{text('help')} {text('help_topics')}")]
            case steps.Comfort():
                return [self._notice("comfort", text("feeling"), "stop", "human")]
            case steps.Languages():
                return [self._notice("language", text("language", languages=text("language_name")))]
            case steps.NoOthers():
                return [self._notice("no_others", text("no_others", registry_url=self.registry_url))]
        return self._ending(step)

    def _notice(self, code: str, text: str, *commands: str) -> Message:
        return Message(text=text, buttons=self._buttons(*commands), custom=NoticeCustom(code=code))

    def _buttons(self, *commands: str) -> tuple[Button, ...]:
        return tuple(Button(title=self.words.button(name), payload=f"#{name}") for name in commands)

    def _yes_and_no(self) -> tuple[Button, ...]:
        return tuple(Button(title=self.words.button(name), payload=f"#{name}") for name in ("yes", "no"))

    # -- opening and questions

    def _greeting(self) -> list[Message]:
        text = self.words.text
        who = f"{self._welcome()} {text('what_i_am')}"
        data = "\n".join((text("data_notice"), text("data_choices"), text("not_for_emergencies")))
        return [
            Message(text=who, custom=NoticeCustom(code="greeting")),
            Message(text=text("what_i_am_not"), custom=NoticeCustom(code="not_advice")),
            Message(text=data, custom=NoticeCustom(code="data")),
        ]

    def _question(self, step: steps.Ask) -> Message:
        attribute = self.words.attributes[step.attribute]
        about = self.words.about(attribute.name)
        again: Sequence[str] = about.get("question_again") or ()
        wording = again[min(step.attempt, len(again)) - 1] if step.attempt and again else about["question"]
        prompt = str(wording)
        if step.current is not None and step.current.value is not None:
            clause = self.words.clause(attribute.name, step.current.value)
            prompt = f"{self.words.text('change_ask', name=self.words.name(attribute.name), said=clause)} {prompt}"
        options = [Option(value=value, title=self.words.option_title(attribute.name, value)) for value in attribute.values]
        return Message(
            text=self._with_options(prompt, attribute, options),
            buttons=self._replies(attribute, options),
            custom=QuestionCustom(
                attribute=attribute.name,
                answer_type=attribute.answer_type.value,
                options=options,
                exclusive=list(attribute.exclusive),
                unit=attribute.unit,
                progress=ProgressShape(answered=step.progress.answered, remaining=step.progress.remaining),
                prompt=prompt,
            ),
        )

    def _with_options(self, prompt: str, attribute: Attribute, options: Sequence[Option]) -> str:
        """The question as it reads where no buttons are shown."""
        if not options:
            return prompt
        key = "options_line_several" if attribute.answer_type is AnswerType.CHOICES else "options_line"
        lines = [prompt, self.words.text(key), *(f"- {option.title}" for option in options)]
        return "\n".join(lines)

    def _replies(self, attribute: Attribute, options: Sequence[Option]) -> tuple[Button, ...]:
        values: list[tuple[str, str]] = [(option.value, option.title) for option in options]
        match attribute.answer_type:
            case AnswerType.YES_NO:
                values = [("yes", self.words.option_title(attribute.name, True)), ("no", self.words.option_title(attribute.name, False))]
            case AnswerType.TIME_SINCE:
                values = [("never", self.words.option_title(attribute.name, "never"))]
            case AnswerType.TEXT if attribute.complete:
                values = [(NONE, self.words.option_title(attribute.name, NONE))]
            case AnswerType.TEXT:
                values = [] if attribute.of_places else [(name, name) for name in self.illnesses]
        replies = [Button(title=title, payload=f"#{attribute.name}={value}") for value, title in values]
        open_ends = ("unsure",) if attribute.name == CONSENT else ("unsure", "decline")
        replies.extend(Button(title=self.words.button(key), payload=f"#{attribute.name}={key}") for key in open_ends)
        return (*replies, *self._buttons("why"))

    # -- after an answer

    def _noted(self, step: steps.Noted) -> list[Message]:
        answer, text = step.answer, self.words.text
        if answer.attribute == CONSENT:
            return [self._notice("noted", text("consent_given"))]
        match answer.outcome:
            case Outcome.UNSURE:
                return [self._notice("noted", text("answer_unsure"))]
            case Outcome.DECLINED:
                return [self._notice("noted", text("answer_declined"))]
            case Outcome.UNREAD:
                return [self._notice("noted", text("moving_on", name=self.words.name(answer.attribute)))]
        if step.tapped or answer.value is None:
            return []
        key = "answer_hedged" if step.hedged else "answer_restated"
        return [self._notice("noted", text(key, said=self.words.clause(answer.attribute, answer.value)))]

    def _clauses(self, answers: Sequence[Answer]) -> list[str]:
        return [self.words.clause(answer.attribute, answer.value) for answer in answers if answer.value is not None]

    def _restated(self, answers: Sequence[Answer]) -> str:
        """Several answers in one sentence, each as a clause of its own."""
        clauses = self._clauses(answers)
        if len(clauses) == 1:
            return self.words.text("answer_restated", said=clauses[0])
        first = self.words.text("clauses_comma").join(clauses[:-1])
        return self.words.text("answers_restated", said=f"{first}{self.words.text('clauses_and')}{clauses[-1]}")

    def _understood(self, answers: Sequence[Answer]) -> Message:
        """What was told, repeated back: a sentence, or a list where a sentence would be long."""
        clauses, text = self._clauses(answers), self.words.text
        if len(clauses) <= _IN_A_SENTENCE:
            shown = text("understood", said=self.words.listed(clauses))
        else:
            shown = "\n".join([text("understood_list"), *(f"- {clause}" for clause in clauses), text("understood_right")])
        yes = Button(title=self.words.button("confirm_value"), payload="#yes")
        no = Button(title=self.words.button("correct_value"), payload="#no")
        return Message(text=shown, buttons=(yes, no), custom=NoticeCustom(code="understood"))

    def _corrected(self, step: steps.Corrected) -> Message:
        name = self.words.name(step.new.attribute)
        old, new = self.words.answer(step.old), self.words.answer(step.new)
        if old == new:
            return self._notice("corrected", self.words.text("corrected_same", name=name, value=new))
        return self._notice("corrected", self.words.text("corrected", name=name, old=old, new=new))

    def _unclear(self, step: steps.Unclear) -> Message:
        attribute = self.words.attributes[step.attribute]
        if len(step.between) > 1:
            key = "between_number" if attribute.answer_type is AnswerType.NUMBER else "between"
            values = [self.words.value(attribute, value) for value in step.between]
            shown = self.words.text("list_comma").join(values[:-1]) + self.words.text("list_or") + values[-1]
            return self._notice("unclear", self.words.text(key, values=shown))
        if step.between and attribute.answer_type is AnswerType.TEXT:
            return self._notice("unclear", self.words.text("between_kind", clause=self.words.clause(attribute.name, step.between[0])))
        return self._notice("unclear", self.words.text(f"unclear_{attribute.answer_type.value}_{step.attempt}"))

    def _confirm(self, step: steps.Confirm) -> Message:
        shown = self.words.value(self.words.attributes[step.attribute], step.value)
        yes = Button(title=self.words.button("confirm_value"), payload="#yes")
        no = Button(title=self.words.button("correct_value"), payload="#no")
        attribute = self.words.attributes[step.attribute]
        if attribute.answer_type is AnswerType.NUMBER:
            asked = self.words.text("implausible_confirm", value=shown)
        else:
            key = "complete_confirm" if attribute.complete else "guessed_confirm"
            asked = self.words.text(key, said=self.words.clause(step.attribute, step.value))
        return Message(text=asked, buttons=(yes, no), custom=NoticeCustom(code="confirm"))

    def _progress(self, progress: steps.Progress) -> str:
        def counted(number: int) -> str:
            return self.words.counted("questions", number)

        answered, remaining = counted(progress.answered), counted(progress.remaining)
        if progress.remaining == 0:
            return self.words.text("progress_done", answered=answered)
        if progress.answered == 0:
            return self.words.text("progress_start", remaining=remaining)
        if progress.remaining == 1:
            return self.words.text("progress_last", answered=answered)
        return self.words.text("progress", answered=answered, remaining=remaining)

    def _welcome_back(self) -> str:
        answered = sum(name != CONSENT for name in self.state.answers)
        if not answered:
            return self.words.text("welcome_back_begun" if self.state.consented else "welcome_back_consent")
        if self.state.prompt.waiting is Waiting.NOTHING:
            return self.words.text("welcome_back_result")
        return self.words.text("welcome_back", answered=self.words.counted("questions", answered))

    def _choose(self, asked: str, answers: Sequence[Answer], other: Button) -> Message:
        """Which of these? A quick reply for each, and one for none."""
        buttons = tuple(Button(title=self._as_choice(answer), payload=f"#change={answer.attribute}") for answer in answers)
        shown = "\n".join([asked, *(f"- {button.title}" for button in buttons)])
        return Message(text=shown, buttons=(*buttons, other), custom=NoticeCustom(code="choose_change"))

    def _as_choice(self, answer: Answer) -> str:
        return f"{_capital(self.words.name(answer.attribute))}: {self.words.answer(answer)}"

    # -- endings

    def _with_summary(self) -> list[Message]:
        if self.summary_url is None:
            return []
        link = self.words.text("summary_link", summary_url=self.summary_url)
        return [Message(text=f"{link}\n{self.words.text('summary_private')}", custom=NoticeCustom(code="summary", url=self.summary_url))]

    def _afterwards(self) -> tuple[str, ...]:
        others = ("others",) if self.others else ()
        return ("change", "summary", "contacts", *others, "restart", "erase")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
