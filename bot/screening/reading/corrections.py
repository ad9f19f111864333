"""Changing an earlier answer in words: which one is meant, and what it should be now.

People name the answer ("my age"), or only its value ("I said three spots, it's four"). What they say of the old answer
("I put none", "not stage 3") is set aside before the new value is looked for, so that the old one is never taken for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from bot.criteria.operators import Value
from bot.screening.attributes import AnswerType, Attribute
from bot.screening.reading.facts import TellTale
from bot.screening.reading.lexicon import Lexicon
from bot.screening.reading.text import said
from bot.screening.reading.values import Message, ValueReader
from bot.screening.readings import Command, ReadAnswer, ReadCommand, Reading

_CUE_REACH = 4
"""How far into a message the cue of a change may stand: "please could you change …"."""
_NAME_REACH = 5
"""How many words may stand between "change" and what is to be changed."""

_SEX = "sex"

AnswerReader = Callable[[str, Message, Attribute], Reading]


class Corrections:
    """Finds corrections with the words of one language; `answer` reads words against one attribute's question."""

    def __init__(self, lexicon: Lexicon, values: ValueReader, answer: AnswerReader) -> None:
        self._lexicon = lexicon
        self._values = values
        self._answer = answer

    def find(self, message: Message, offered: Collection[str], asked: str | None, facts: Mapping[str, TellTale]) -> ReadCommand | None:
        """ "Change my age to 61", and without the word: "wait, my age is 61", "sorry, it is four spots, not three"."""
        found = self._named(message, offered, asked, facts)
        if found is None and asked is not None and self._is_another_figure(message, asked):
            return ReadCommand(Command.CHANGE, said=said(message.said.text))
        return found

    def _is_another_figure(self, message: Message, asked: str) -> bool:
        """Whether a figure is put right where a yes or a no was asked for: "that's wrong" says no to nothing then."""
        attribute, words = self._lexicon.attributes[asked], message.said.words
        if attribute.answer_type is not AnswerType.YES_NO or message.attribute_names:
            return False
        slip = self._lexicon.cues("old_answer").find(words) or self._lexicon.single("a_slip").intersection(words)
        figures = {number.start for number in message.numbers.find(words)}
        return bool(slip) and any(cue.end in figures for cue in self._lexicon.cues("should_be").find(words))

    def _named(self, message: Message, offered: Collection[str], asked: str | None, facts: Mapping[str, TellTale]) -> ReadCommand | None:
        """A correction that says, or shows by its value, which answer is meant."""
        words = message.said.words
        every = message.attribute_names
        names = [name for name in every if name.label in offered] or every
        nouns = self._lexicon.single("owning")
        # "The change" is a thing, not a wish.
        cues_of_change = [cue for cue in self._lexicon.change_cues.find(words) if not (cue.start and words[cue.start - 1] in nouns)]
        for cue in cues_of_change:
            for name in names:
                if name.label != asked and cue.start <= _CUE_REACH and 0 <= name.start - cue.end <= _NAME_REACH:
                    return self._change(name.label, message)
        named = dict.fromkeys(name.label for name in names)
        if cues_of_change and len(named) == 1 and asked not in named and self._lexicon.cues("change_to").find(words):
            # "The biopsy one, switch that to yes": the name first.
            (label,) = named
            value = self._new_value(label, message)
            if value is not None or self._pointed_at(message):
                return ReadCommand(Command.CHANGE, label, value, said(message.said.text))
        if len(named) == 1 and asked not in named and self._lexicon.cues("was_wrong").find(words):
            # "The mutation one was wrong, EGFR came back positive."
            return self._change(next(iter(named)), message)
        if not self._lexicon.cues("correction_cues").find(words):
            return None
        names = [name for name in every if name.label in offered]
        if len({name.label for name in names}) == 1 and names[0].label != asked:
            value = self._new_value(names[0].label, message)
            if value is not None:
                return ReadCommand(Command.CHANGE, names[0].label, value, said(message.said.text))
        told = {name: tale.value for name, tale in facts.items() if name in offered}
        if len(told) == 1 and asked not in told:
            ((attribute, value),) = told.items()
            return self._change(attribute, message, otherwise=value)
        return None

    def wish(self, message: Message, facts: Mapping[str, TellTale], asked: str | None = None) -> ReadCommand:
        """The wish to change an answer, however it was recognised, with the attribute and the value where they are said."""
        named = list(dict.fromkeys(match.label for match in message.attribute_names))
        if len(named) != 1:
            # Not named: what they speak of may say it. "I ticked male and should have ticked female."
            told = dict.fromkeys(name for name in facts if not named or name in named)
            told = told or dict.fromkeys(match.label.attribute for match in message.told if not named or match.label.attribute in named)
            if len(told) > 1:
                told.pop(_SEX, None)  # Of whom it is told, and not what is to be changed: "she is 66".
            # An illness is named in passing by many: "I had radiotherapy for my cancer after all".
            named = [name for name in told if name != asked and self._lexicon.attributes[name].answer_type is not AnswerType.TEXT]
        if len(named) > 1:
            # "Two spots before, but it's three places": of what is named, the one that a new value is told for.
            told_anew = [name for name in named if self._new_value(name, message) is not None]
            named = told_anew if len(told_anew) == 1 else named
        if len(named) != 1:
            return ReadCommand(Command.CHANGE, said=said(message.said.text))
        return self._change(named[0], message)

    def _change(self, name: str, message: Message, otherwise: Value | None = None) -> ReadCommand:
        value = self._new_value(name, message)
        return ReadCommand(Command.CHANGE, name, otherwise if value is None else value, said(message.said.text))

    # -- the new value

    def _new_value(self, name: str, message: Message) -> Value | None:
        """What the answer should be now; None where that is not said."""
        attribute = self._lexicon.attributes[name]
        old = self._old(message)
        value = self._first(attribute, message, old)
        if value is not None or not old:
            return value
        named = {p for name in message.attribute_names for p in range(name.start, name.end)}
        before = self._read(attribute, message, sorted(old - self._cue_of_old(message) - named))
        outright = any(match.label.kind == "value" and not match.label.own and match.start in old for match in message.general)
        if attribute.answer_type is AnswerType.YES_NO and isinstance(before, bool) and outright:
            return not before  # "I put yes by accident."
        # "Set it to not tested": what seemed to be set aside is the value, unless it was said to be the old one.
        return None if self._lexicon.cues("old_answer").find(message.said.words) else self._first(attribute, message, frozenset())

    def _first(self, attribute: Attribute, message: Message, left_out: frozenset[int]) -> Value | None:
        """The first value among the ways to read what is left: behind the name, and all but the name and the cues."""
        count = len(message.said)
        names = [match for match in message.attribute_names if match.label == attribute.name]
        cues = {p for cue in self._lexicon.change_cues.find(message.said.words) for p in range(cue.start, cue.end)}
        cues |= {p for cue in self._lexicon.cues("correction_cues").find(message.said.words) for p in range(cue.start, cue.end)}
        spoken = {p for name in names for p in range(name.start, name.end)}
        left_out |= self._pointed_at(message)
        ways: list[Sequence[int]] = []
        if names:
            ways.append(range(names[-1].end, count))
        if len(names) > 1:
            # "The radiation answer was wrong, I did have radiotherapy": named first, and then told.
            ways.append(range(names[0].end, count))
        ways.append([p for p in range(count) if p not in cues and p not in spoken])
        if attribute.answer_type is not AnswerType.YES_NO:
            # The name may be a part of the value: "stage 4". Of a yes or no it is not: "the radiation answer" is no yes.
            ways += [[p for p in range(count) if p not in cues], range(count)]
        for way in ways:
            value = self._read(attribute, message, [p for p in way if p not in left_out])
            if value is not None:
                return value
        return None

    def _pointed_at(self, message: Message) -> frozenset[int]:
        """The "one" of "the age one"."""
        words, count = message.said.words, len(message.said)
        pointing, pointed_at = self._lexicon.single("pointing"), self._lexicon.single("pointed_at")
        behind = (name.end for name in message.attribute_names if name.start and words[name.start - 1] in pointing)
        return frozenset(position for position in behind if position < count and words[position] in pointed_at)

    def _read(self, attribute: Attribute, message: Message, positions: Sequence[int]) -> Value | None:
        text = "".join(self._pieces(message, positions)).strip(" ,;:.!-–—")
        if not text:
            return None
        reading = self._answer(text, self._values.message(text, message.today, whom=message.whom, asked=message.asked), attribute)
        return reading.value if isinstance(reading, ReadAnswer) else None

    @staticmethod
    def _pieces(message: Message, positions: Sequence[int]) -> Iterator[str]:
        """The words at these positions with what stood between them; a comma where something was left out."""
        for index, position in enumerate(positions):
            if index:
                yield message.said.between[position] if positions[index - 1] == position - 1 else ", "
            yield message.said.words[position]

    # -- the old one

    def _old(self, message: Message) -> frozenset[int]:
        """The words about the old answer: behind "I said" and its like, or behind a "not" in the second place."""
        words, count = message.said.words, len(message.said)
        ends = {match.start for match in self._lexicon.cues("new_answer").find(words)}
        old: set[int] = set()
        for start, end in self._cues_of_old(message):
            old |= set(range(start, self._end(message, end, ends, count)))
        for cue in self._lexicon.cues("not_old").find(words):
            if cue.start not in old:
                old |= set(range(cue.start, self._end(message, cue.end, ends, count)))
        return frozenset(old)

    @staticmethod
    def _end(message: Message, start: int, ends: Collection[int], count: int) -> int:
        return next((p for p in range(start, count) if p in ends or (p > start and p in message.said.pauses)), count)

    def _cue_of_old(self, message: Message) -> frozenset[int]:
        short = ((cue.start, cue.end) for cue in self._lexicon.cues("not_old").find(message.said.words))
        return frozenset(p for start, end in (*self._cues_of_old(message), *short) for p in range(start, end))

    def _cues_of_old(self, message: Message) -> Iterator[tuple[int, int]]:
        """Where "I said" and its like stand, the "I" included: left over, it would be taken for stage I."""
        words, subjects = message.said.words, self._lexicon.single("first_subject")
        for cue in self._lexicon.cues("old_answer").find(words):
            yield cue.start - (cue.start > 0 and words[cue.start - 1] in subjects), cue.end
