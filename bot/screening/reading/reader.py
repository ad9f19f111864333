"""Reading one message against what is open. The answer is looked for first, intents come last.

A misread answer is the worst fault this program can have: wherever words point two ways, the
message is unclear and the question is put again.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.criteria.operators import Value
from bot.screening.attributes import AnswerType, Attribute
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.lexicon import Lexicon, Means, whole_form
from bot.screening.reading.text import cleaned, said, tokens
from bot.screening.reading.values import LONG, ValueReader, one_polarity, value_of_payload
from bot.screening.readings import (
    COMMANDS,
    Command,
    ReadAnswer,
    ReadCommand,
    ReadDecline,
    ReadElsewhere,
    Reading,
    ReadNo,
    ReadNothing,
    ReadUnclear,
    ReadUnsure,
    ReadYes,
)

_PAYLOAD = re.compile(r"^#(?P<name>[a-z][a-z0-9_]*)(?:=(?P<value>[A-Za-z0-9_,.\- ]+))?$")
_CUE_REACH = 4
"""How far into a message the cue of a change may stand: "please could you change …"."""
_MOST_IN_A_SKIP = 6
"""Words a message has at most that is taken for "skip" without being just that."""
_COURTESY = 4
"""Words a greeting, thanks or goodbye has at most. Longer ones are likelier an answer that was not understood."""
_TRUSTED = 0.6
_TRUSTED_COMMANDS: Mapping[str, Command] = {
    # Only what does no harm when misread. "skip", "back", "stop" and the like need their words.
    "why": Command.WHY,
    "repeat": Command.REPEAT,
    "help": Command.HELP,
    "human": Command.HUMAN,
    "progress": Command.PROGRESS,
    "language": Command.LANGUAGE,
    "show_contacts": Command.CONTACTS,
}
_OFFERS: Mapping[str, Reading] = {"yes": ReadYes(), "no": ReadNo()}
_COURTESIES = frozenset({"greet", "goodbye", "thanks"})
_OVERRULING = ("safety_",)
_URGENT = (Command.STOP, Command.ERASE, Command.HUMAN, Command.RESTART, Command.CHANGE, Command.FEELING)


@dataclass(frozen=True)
class Intent:
    """What the engine's classifier made of the message: one input among several, never the master."""

    name: str | None = None
    confidence: float = 0.0


class Reader:
    """Reads messages in one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._values = ValueReader(lexicon)

    def read(
        self,
        text: str,
        prompt: Prompt,
        offered: Collection[str],
        today: datetime.date,
        intent: Intent = Intent(),
    ) -> Reading:
        """What `text` means where `prompt` is open.

        `offered` names the attributes whose quick replies the person has been shown: a payload
        for any other is ordinary text.
        """
        if intent.name and intent.name.startswith(_OVERRULING):
            return ReadElsewhere()
        if not cleaned(text):
            return ReadNothing()
        if cleaned(text).startswith("/"):
            # Looks like a command to the machine. It has no power here, and is nobody's answer.
            return ReadUnclear()
        payload = self._payload(cleaned(text), offered)
        if payload is not None:
            return payload
        words = tokens(text)
        reading = self._correction(text, words, offered, today) or self._at(prompt, text, words, today)
        if not isinstance(reading, ReadUnclear):
            return reading
        elsewhere = self._from_intent(intent, words)
        # Who greets after a pause is back.
        return reading if prompt.waiting is Waiting.PAUSED and intent.name in _COURTESIES else elsewhere

    def _at(self, prompt: Prompt, text: str, words: Sequence[str], today: datetime.date) -> Reading:
        """The reading against what is open, intents left aside."""
        match prompt.waiting:
            case Waiting.QUESTION:
                return self._answer(text, words, self._lexicon.attributes[prompt.asks], today)
            case Waiting.CHANGE:
                return self._which_to_change(text, words)
            case Waiting.CONFIRM:
                reading = self._yes_or_no(text, words)
                return (
                    reading
                    if not isinstance(reading, ReadUnclear)
                    else self._answer(text, words, self._lexicon.attributes[prompt.asks], today)
                )
            case Waiting.GO_ON if prompt.attribute is not None and self._lexicon.correction_cues.find(words):
                # "No wait, I misread": about the answer that ended it, not about going on.
                reading = self._answer(text, words, self._lexicon.attributes[prompt.attribute], today)
                return reading if isinstance(reading, ReadAnswer) else ReadCommand(Command.CHANGE, prompt.attribute, said=said(text))
            case Waiting.PAUSED if prompt.before is not None and prompt.before.waiting is Waiting.QUESTION:
                return self._while_paused(text, words, self._lexicon.attributes[prompt.before.asks], today)
            case Waiting.GO_ON if prompt.attribute is not None and self._lexicon.whole(None).get(whole_form(text)) is None:
                # "No, it was 2 months ago": another value for the answer that ended it. A longer no is not taken for goodbye.
                attribute = self._lexicon.attributes[prompt.attribute]
                if attribute.answer_type is not AnswerType.YES_NO:
                    value = self._values.read(attribute, text, words, today)
                    if value is not None:
                        return ReadAnswer(attribute.name, value, said(text))
                reading = self._yes_or_no(text, words)
                return ReadUnclear() if isinstance(reading, ReadNo) and len(words) > _COURTESY else reading
        return self._yes_or_no(text, words)

    # -- quick replies of ours

    def _payload(self, text: str, offered: Collection[str]) -> Reading | None:
        match = _PAYLOAD.match(text)
        if match is None:
            return None
        name, value = match["name"], match["value"]
        if name in COMMANDS:
            if name == Command.CHANGE and value:
                return ReadCommand(Command.CHANGE, attribute=value) if value in offered else None
            if name == Command.ERASE and value == "confirm":
                return ReadYes()
            return ReadCommand(COMMANDS[name]) if value is None else None
        if value is None:
            return _OFFERS.get(name)
        if name not in offered or name not in self._lexicon.attributes:
            return None
        if value == "unsure":
            return ReadUnsure(name, "", tapped=True)
        if value == "decline":
            return ReadDecline(name, "", tapped=True)
        attribute = self._lexicon.attributes[name]
        meant = value_of_payload(attribute, value)
        return None if meant is None else ReadAnswer(name, meant, self._title(attribute, meant), tapped=True)

    def _title(self, attribute: Attribute, value: Value) -> str:
        """What the person saw on what they tapped."""
        options = self._lexicon.words_of(attribute.name).options
        chosen: tuple[object, ...] = value if isinstance(value, tuple) else (value,)
        if isinstance(value, bool):
            chosen = ("yes" if value else "no",)
        return ", ".join(options[str(item)].title if str(item) in options else str(item) for item in chosen)

    # -- changing an earlier answer in words

    def _correction(self, text: str, words: Sequence[str], offered: Collection[str], today: datetime.date) -> ReadCommand | None:
        """ "Change my age to 61", and without the word: "wait, my age is 61"."""
        names = self._lexicon.attribute_names.find(words)
        for cue in self._lexicon.change_cues.find(words):
            for name in names:
                if cue.start <= _CUE_REACH and 0 <= name.start - cue.end <= 2:
                    rest = words[name.end :]
                    value = self._values.read(self._lexicon.attributes[name.label], text, rest, today) if rest else None
                    return ReadCommand(Command.CHANGE, name.label, value, said(text))
        if len(names) == 1 and names[0].label in offered and self._lexicon.correction_cues.find(words):
            (name,) = names
            value = self._values.read(self._lexicon.attributes[name.label], text, words[name.end :], today)
            return None if value is None else ReadCommand(Command.CHANGE, name.label, value, said(text))
        return None

    def _which_to_change(self, text: str, words: Sequence[str]) -> Reading:
        means = self._lexicon.whole(None).get(whole_form(text))
        if means and means.command not in (None, Command.CHANGE):
            return ReadCommand(means.command) if means.command else ReadUnclear()
        if means and means.value is False:
            return ReadNo()
        names = {match.label for match in self._lexicon.attribute_names.find(words)}
        if len(names) == 1:
            return ReadCommand(Command.CHANGE, names.pop(), said=said(text))
        return ReadUnclear()

    # -- yes or no to an offer of ours

    def _yes_or_no(self, text: str, words: Sequence[str]) -> Reading:
        means = self._lexicon.whole(None).get(whole_form(text))
        if means is None:
            found = self._lexicon.general.find(words)
            commands = [match.label.command for match in found if match.label.command]
            if commands:
                return ReadCommand(commands[0])
            value = None if _asks(words) or len(words) > LONG else one_polarity(found, len(words))
            return ReadUnclear() if value is None else (ReadYes() if value else ReadNo())
        if means.command is not None:
            return ReadCommand(means.command)
        if means.kind == "value":
            return ReadYes() if means.value else ReadNo()
        return ReadUnclear()

    # -- an answer to the open question

    def _answer(self, text: str, words: Sequence[str], attribute: Attribute, today: datetime.date) -> Reading:
        known = self._lexicon.whole(attribute.name)
        whole = known.get(whole_form(text)) or known.get(" ".join(self._bare(words)))
        if whole is not None:
            return self._as_reading(whole, attribute, text)
        found = self._lexicon.phrases(attribute.name).find(words)
        for kind, reading in (("decline", ReadDecline), ("unsure", ReadUnsure)):
            if any(match.label.kind == kind for match in found):
                return reading(attribute.name, said(text))
        commands = [match.label.command for match in found if match.label.command]
        if len(words) > _MOST_IN_A_SKIP:
            commands = [command for command in commands if command is not Command.SKIP]
        urgent = [command for command in commands if command in _URGENT]
        if urgent:
            return ReadCommand(urgent[0])
        if not (_asks(words) and attribute.answer_type is not AnswerType.NUMBER):
            value = self._values.read(attribute, text, words, today)
            if value is not None:
                hedged = any(match.label.kind == "hedged_no" for match in found)
                return ReadAnswer(attribute.name, value, said(text), hedged=hedged)
        return ReadCommand(commands[0]) if commands else ReadUnclear()

    def _bare(self, words: Sequence[str]) -> Sequence[str]:
        """The words without a lead-in: the 4 of "it is 4"."""
        first = self._lexicon.lead_ins.find(words)[:1]
        return words[first[0].end :] if first and first[0].start == 0 else ()

    def _while_paused(self, text: str, words: Sequence[str], attribute: Attribute, today: datetime.date) -> Reading:
        """A yes or no after a pause, or after an alarm, is to that: only what can be nothing else answers the question."""
        reading = self._yes_or_no(text, words)
        if not isinstance(reading, ReadUnclear) or attribute.answer_type is AnswerType.YES_NO:
            return reading
        return self._answer(text, words, attribute, today)

    def _as_reading(self, means: Means, attribute: Attribute, text: str) -> Reading:
        tapped = whole_form(text) in self._lexicon.titles(attribute.name)
        if means.command is not None:
            return ReadCommand(means.command)
        if means.kind == "unsure":
            return ReadUnsure(attribute.name, said(text), tapped)
        if means.kind == "decline":
            return ReadDecline(attribute.name, said(text), tapped)
        if means.value is None:
            return ReadUnclear()
        return ReadAnswer(attribute.name, means.value, said(text), tapped)

    # -- what the classifier says, last

    def _from_intent(self, intent: Intent, words: Sequence[str]) -> Reading:
        if intent.name is None or intent.confidence < _TRUSTED:
            return ReadUnclear()
        if intent.name in _TRUSTED_COMMANDS:
            return ReadCommand(_TRUSTED_COMMANDS[intent.name])
        if intent.name in _COURTESIES and len(words) <= _COURTESY:
            return ReadElsewhere()
        if intent.name.startswith("ask_") or intent.name == "medical_advice":
            # "My daughter can drive me" is no question, whatever the classifier makes of it.
            begins = any(match.start <= 1 for match in self._lexicon.question_starts.find(words))
            return ReadElsewhere() if begins or _asks(words) else ReadUnclear()
        return ReadUnclear()


def _asks(words: Sequence[str]) -> bool:
    return bool(words) and words[-1] == "?"
