"""Reading one message against what is open. The answer is looked for first, intents come last.

A misread answer is the worst fault this program can have: wherever words point two ways, the
message is unclear and the question is put again.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.criteria.operators import NEVER, Value
from bot.screening.attributes import AnswerType, Attribute
from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading.lexicon import Lexicon, Means, whole_form
from bot.screening.reading.numbers import NumberReader
from bot.screening.reading.text import Match, cleaned, said, tokens
from bot.screening.reading.times import TimeReader
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
_LONG = 14
"""Words beyond which a yes or no in the middle of a message is not taken for the answer."""
_NEGATION_REACH = 3
_WEAK_REACH = 2
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
_ELSEWHERE = frozenset({"greet", "goodbye", "thanks", "medical_advice"})
_OVERRULING = ("safety_",)


@dataclass(frozen=True)
class Intent:
    """What the engine's classifier made of the message: one input among several, never the master."""

    name: str | None = None
    confidence: float = 0.0


class Reader:
    """Reads messages in one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._numbers = NumberReader(lexicon.reading["numbers"])
        self._times = TimeReader(lexicon.reading["times"], self._numbers)

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
        change = self._change(text, words, today)
        if change is not None:
            return change
        if prompt.waiting is Waiting.QUESTION:
            reading = self._answer(text, words, self._lexicon.attributes[prompt.asks], today)
        elif prompt.waiting is Waiting.CHANGE:
            reading = self._which_to_change(text, words)
        elif prompt.waiting is Waiting.CONFIRM:
            reading = self._yes_or_no(text, words)
            if isinstance(reading, ReadUnclear):
                reading = self._answer(text, words, self._lexicon.attributes[prompt.asks], today)
        elif prompt.waiting is Waiting.PAUSED and prompt.before and prompt.before.waiting is Waiting.QUESTION:
            reading = self._answer(text, words, self._lexicon.attributes[prompt.before.asks], today)
        else:
            reading = self._yes_or_no(text, words)
        if not isinstance(reading, ReadUnclear):
            return reading
        return self._from_intent(intent)

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
        if value is None or name not in offered or name not in self._lexicon.attributes:
            return _OFFERS.get(name) if value is None else None
        if value == "unsure":
            return ReadUnsure(name, "", tapped=True)
        if value == "decline":
            return ReadDecline(name, "", tapped=True)
        attribute = self._lexicon.attributes[name]
        meant = _payload_value(attribute, value)
        if meant is None or not attribute.accepts(meant):
            return None
        return ReadAnswer(name, meant, self._title(attribute, meant), tapped=True)

    def _title(self, attribute: Attribute, value: Value) -> str:
        """What the person saw on what they tapped."""
        options = self._lexicon.words_of(attribute.name).options
        chosen: tuple[object, ...] = value if isinstance(value, tuple) else (value,)
        if isinstance(value, bool):
            chosen = ("yes" if value else "no",)
        return ", ".join(options[str(item)].title if str(item) in options else str(item) for item in chosen)

    # -- changing an earlier answer in words

    def _change(self, text: str, words: Sequence[str], today: datetime.date) -> ReadCommand | None:
        cues = [match for match in self._lexicon.change_cues.find(words) if match.start <= 4]
        for cue in cues:
            for name in self._lexicon.attribute_names.find(words):
                if 0 <= name.start - cue.end <= 2:
                    rest = words[name.end :]
                    value = self._value(self._lexicon.attributes[name.label], text, rest, today) if rest else None
                    return ReadCommand(Command.CHANGE, name.label, value, said(text))
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
            commands = [m.label.command for m in found if m.label.command]
            if commands:
                return ReadCommand(commands[0])
            value = None if _asks(words) or len(words) > _LONG else _one_polarity(found, len(words))
            return ReadUnclear() if value is None else (ReadYes() if value else ReadNo())
        if means.command is not None:
            return ReadCommand(means.command)
        if means.kind == "value":
            return ReadYes() if means.value else ReadNo()
        return ReadUnclear()

    # -- an answer to the open question

    def _answer(self, text: str, words: Sequence[str], attribute: Attribute, today: datetime.date) -> Reading:
        whole = self._lexicon.whole(attribute.name).get(whole_form(text))
        if whole is not None:
            return self._as_reading(whole, attribute, text)
        found = self._lexicon.phrases(attribute.name).find(words)
        for kind, reading in (("decline", ReadDecline), ("unsure", ReadUnsure)):
            if any(match.label.kind == kind for match in found):
                return reading(attribute.name, said(text))
        commands = [match.label.command for match in found if match.label.command]
        urgent = [command for command in commands if command in _URGENT]
        if urgent:
            return ReadCommand(urgent[0])
        if not (_asks(words) and attribute.answer_type is not AnswerType.NUMBER):
            value = self._value(attribute, text, words, today)
            if value is not None:
                hedged = any(match.label.kind == "hedged_no" for match in found)
                return ReadAnswer(attribute.name, value, said(text), hedged=hedged)
        return ReadCommand(commands[0]) if commands else ReadUnclear()

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

    def _value(self, attribute: Attribute, text: str, words: Sequence[str], today: datetime.date) -> Value | None:
        """The one value these words give for the attribute, or None."""
        found = self._lexicon.phrases(attribute.name).find(words)
        match attribute.answer_type:
            case AnswerType.YES_NO:
                leading = bool(found) and found[0].start == 0
                if len(words) > _LONG and not leading:
                    return None
                return _one_polarity(self._unnegated(found, words), len(words))
            case AnswerType.CHOICE:
                values = self._chosen(found, words)
                if len(values) != 1 or self._stray(found, words, attribute, values[0]):
                    return None
                return values[0]
            case AnswerType.CHOICES:
                chosen = {str(item) for value in self._chosen(found, words) if isinstance(value, tuple) for item in value}
                ordered = tuple(value for value in attribute.values if value in chosen)
                return ordered if attribute.accepts(ordered) else None
            case AnswerType.NUMBER:
                return self._number(attribute, words)
            case AnswerType.TIME_SINCE:
                if any(match.label.value == NEVER for match in found):
                    return NEVER if not self._numbers.find(words) else None
                return self._times.days_since(text, words, today)
            case AnswerType.TEXT:
                return self._conditions(words)

    def _chosen(self, found: Sequence[Match[Means]], words: Sequence[str]) -> list[Value]:
        """The values named and not negated, each once."""
        values: dict[Value, None] = {}
        for match in found:
            if match.label.kind == "value" and match.label.value is not None and not self._negated(match, words):
                values[match.label.value] = None
        return list(values)

    def _stray(self, found: Sequence[Match[Means]], words: Sequence[str], attribute: Attribute, chosen: Value) -> bool:
        """Whether a bare figure beside the phrase means another value: "stage 3b or 4"."""
        covered = {position for match in found for position in range(match.start, match.end)}
        whole = self._lexicon.whole(attribute.name)
        figures = (word for position, word in enumerate(words) if position not in covered and word.isdigit())
        return any(word in whole and whole[word].value != chosen for word in figures)

    def _negated(self, match: Match[Means], words: Sequence[str]) -> bool:
        before = words[max(0, match.start - 2) : match.start]
        after = words[match.end : match.end + 2]
        return bool(self._lexicon.negators.find(before)) or bool(self._lexicon.negative_results.find(after))

    def _unnegated(self, found: Sequence[Match[Means]], words: Sequence[str]) -> list[Match[Means]]:
        """Yes-or-no phrases, less those of the attribute's own that a no stands right before."""
        kept: list[Match[Means]] = []
        denial = -_NEGATION_REACH - 1
        for match in found:
            if match.label.kind not in ("value", "hedged_no"):
                continue
            if match.label.own and match.label.value is True and 0 <= match.start - denial <= _NEGATION_REACH:
                continue
            if match.label.own and match.label.value is True and self._lexicon.negators.find(words[max(0, match.start - 2) : match.start]):
                continue
            if match.label.value is False:
                denial = match.end
            kept.append(match)
        return kept

    def _number(self, attribute: Attribute, words: Sequence[str]) -> Value | None:
        numbers = self._numbers.find(words)
        lowest = attribute.plausible[0] if attribute.plausible else None
        if not numbers:
            return 0 if lowest is not None and lowest <= 0 and self._numbers.is_none(words) else None
        if self._numbers.is_blurred(words) or self._of_another(attribute, words, {number.start for number in numbers}):
            return None
        factors = self._lexicon.words_of(attribute.name).unit_factors
        values = {number.value * _factor(words, number.end, factors) for number in numbers}
        if len(values) != 1:
            return None
        value = values.pop()
        if attribute.possible and not attribute.possible[0] <= value <= attribute.possible[1]:
            return None
        if attribute.whole:
            return int(value)
        return round(value, 2)

    def _of_another(self, attribute: Attribute, words: Sequence[str], starts: set[int]) -> bool:
        """Whether a number stands right behind the name of something else: "stage 3", where an age was asked."""
        own = {tuple(tokens(name)) for name in self._lexicon.words_of(attribute.name).names}
        return any(
            match.end in starts and match.label != attribute.name and tuple(words[match.start : match.end]) not in own
            for match in self._lexicon.attribute_names.find(words)
        )

    def _conditions(self, words: Sequence[str]) -> Value | None:
        named = dict.fromkeys(match.label for match in self._lexicon.condition_phrases.find(words))
        broader: set[str] = set()
        for name in named:
            above = self._lexicon.broader.get(name)
            while above and above not in broader:
                broader.add(above)
                above = self._lexicon.broader.get(above)
        narrowest = tuple(name for name in named if name not in broader)
        return narrowest or None

    # -- what the classifier says, last

    @staticmethod
    def _from_intent(intent: Intent) -> Reading:
        if intent.name is None or intent.confidence < _TRUSTED:
            return ReadUnclear()
        if intent.name in _TRUSTED_COMMANDS:
            return ReadCommand(_TRUSTED_COMMANDS[intent.name])
        if intent.name in _ELSEWHERE or intent.name.startswith("ask_"):
            return ReadElsewhere()
        return ReadUnclear()


_URGENT = (Command.STOP, Command.ERASE, Command.HUMAN, Command.RESTART, Command.CHANGE)


def _asks(words: Sequence[str]) -> bool:
    return bool(words) and words[-1] == "?"


def _one_polarity(found: Sequence[Match[Means]], length: int) -> bool | None:
    """Yes or no where everything found agrees.

    "I have" and its like begin any sentence: they give way to any no, and are a yes only where
    hardly anything else is said.
    """
    matches = [match for match in found if match.label.kind in ("value", "hedged_no")]
    denied = any(match.label.value is False for match in matches)
    matches = [m for m in matches if not (m.label.weak and (denied or length > m.length + _WEAK_REACH))]
    values = {match.label.value for match in matches if isinstance(match.label.value, bool)}
    return values.pop() if len(values) == 1 else None


def _factor(words: Sequence[str], after: int, factors: Mapping[str, float]) -> float:
    return factors.get(words[after], 1.0) if after < len(words) else 1.0


def _payload_value(attribute: Attribute, value: str) -> Value | None:
    match attribute.answer_type:
        case AnswerType.YES_NO:
            return {"yes": True, "no": False}.get(value)
        case AnswerType.CHOICES:
            return tuple(dict.fromkeys(value.split(",")))
        case AnswerType.TEXT:
            return (value,)
        case AnswerType.NUMBER | AnswerType.TIME_SINCE:
            if value == NEVER:
                return value
            return int(value) if value.isdigit() else None
        case AnswerType.CHOICE:
            return value
