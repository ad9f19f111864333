"""The one value that words give for an attribute, or none.

A wrong value is worse than asking again. So whatever points two ways gives none: two numbers,
a "but", a second value beside the first, a bound where a number is due.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from bot.criteria.operators import NEVER, Value
from bot.screening.attributes import AnswerType, Attribute
from bot.screening.reading.lexicon import Lexicon, Means
from bot.screening.reading.numbers import NumberReader
from bot.screening.reading.text import Attached, Match, tokens
from bot.screening.reading.times import TimeReader

LONG = 14
"""Words beyond which a yes or no in the middle of a message is not taken for the answer."""
_NEGATION_REACH = 3
_WEAK_REACH = 2


class ValueReader:
    """Reads values in one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._numbers = NumberReader(lexicon.reading["numbers"])
        self._times = TimeReader(lexicon.reading["times"], self._numbers)

    def read(self, attribute: Attribute, text: str, words: Sequence[str], today: datetime.date) -> Value | None:
        """The value of `attribute` in these words, or None where there is none that is safe to take."""
        found = self._lexicon.phrases(attribute.name).find(words)
        match attribute.answer_type:
            case AnswerType.YES_NO:
                leading = bool(found) and found[0].start == 0
                if (len(words) > LONG and not leading) or self._turns_round(found, words):
                    return None
                return one_polarity(self._unnegated(self._without_determiners(found, words), words), len(words))
            case AnswerType.CHOICE:
                values = self._chosen(found, words)
                if len(values) != 1 or self._turns_round(found, words) or self._stray(found, words, attribute, values[0]):
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
                    return None if self._numbers.find(words) or self._turns_round(found, words) else NEVER
                return self._times.days_since(text, words, today)
            case AnswerType.TEXT:
                return self._conditions(words)

    # -- yes and no, choices

    def _turns_round(self, found: Sequence[Match[Means]], words: Sequence[str]) -> bool:
        """Whether a "but" stands outside of what was understood: the rest may turn it round."""
        covered = _covered(found)
        return any(not set(range(match.start, match.end)) & covered for match in self._lexicon.contrasts.find(words))

    def _without_determiners(self, found: Sequence[Match[Means]], words: Sequence[str]) -> list[Match[Means]]:
        """Without the "no" of "I have no car", which denies the car and nothing else."""
        own = [match.start for match in found if match.label.own and match.label.value is True]

        def only_denies_its_noun(match: Match[Means]) -> bool:
            inside = match.start > 0 and match.end < len(words)
            return (
                inside
                and match.length == 1
                and words[match.start] in self._lexicon.determiners
                and not any(0 <= start - match.end <= 1 for start in own)
            )

        kept = [match for match in found if match.label.own or not only_denies_its_noun(match)]
        # Nor is the "I have" before it a yes.
        return kept if len(kept) == len(found) else [match for match in kept if not match.label.weak]

    def _chosen(self, found: Sequence[Match[Means]], words: Sequence[str]) -> list[Value]:
        """The values named and not negated, each once. A "not" reaches over a list: "not ALK or ROS1"."""
        values: dict[Value, None] = {}
        denied_until = -1
        for match in found:
            if match.label.kind != "value" or match.label.value is None:
                continue
            listed = denied_until >= 0 and self._lexicon.joins.issuperset(words[denied_until : match.start])
            if listed or self._negated(match, words):
                denied_until = match.end
            else:
                denied_until = -1
                values[match.label.value] = None
        return list(values)

    def _stray(self, found: Sequence[Match[Means]], words: Sequence[str], attribute: Attribute, chosen: Value) -> bool:
        """Whether a bare figure beside the phrase means another value: "stage 3b or 4"."""
        covered = _covered(found)
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
            denied = match.start - denial <= _NEGATION_REACH or self._lexicon.negators.find(words[max(0, match.start - 2) : match.start])
            if match.label.own and match.label.value is True and denied:
                continue
            if match.label.value is False:
                denial = match.end
            kept.append(match)
        return kept

    # -- numbers

    def _number(self, attribute: Attribute, words: Sequence[str]) -> Value | None:
        numbers = self._numbers.find(words)
        lowest = attribute.plausible[0] if attribute.plausible else None
        if not numbers:
            return 0 if lowest is not None and lowest <= 0 and self._numbers.is_none(words) else None
        if len(numbers) != 1 or self._numbers.is_blurred(words) or self._times.names_a_month(words):
            return None
        (number,) = numbers
        outside = [word for position, word in enumerate(words) if not number.start <= position < number.end]
        if self._lexicon.joins.intersection(outside) or self._of_another(attribute, words, number.start):
            return None
        if self._lexicon.negators.find(words[max(0, number.start - 1) : number.start]):
            return None
        unit = words[number.end] if number.end < len(words) else ""
        if unit in self._lexicon.every_unit and unit not in self._units(attribute):
            return None
        if isinstance(unit, Attached) and unit not in self._units(attribute):
            # "6o", "60s": letters written onto figures that are no unit make something else of them.
            return None
        value = number.value * self._lexicon.words_of(attribute.name).unit_factors.get(unit, 1.0)
        if attribute.possible and not attribute.possible[0] <= value <= attribute.possible[1]:
            return None
        if attribute.whole:
            return int(value) if number.value == int(number.value) else None
        return round(value, 2)

    def _units(self, attribute: Attribute) -> frozenset[str]:
        words = self._lexicon.words_of(attribute.name)
        return frozenset(word for units in words.unit_words.values() for word in units) | words.unit_factors.keys()

    def _of_another(self, attribute: Attribute, words: Sequence[str], start: int) -> bool:
        """Whether the number stands right behind the name of something else: "stage 3", where an age was asked."""
        own = {tuple(tokens(name)) for name in self._lexicon.words_of(attribute.name).names}
        return any(
            match.end == start and match.label != attribute.name and tuple(words[match.start : match.end]) not in own
            for match in self._lexicon.attribute_names.find(words)
        )

    # -- illnesses

    def _conditions(self, words: Sequence[str]) -> Value | None:
        """The illnesses named and not denied; of one and the same, the narrowest name."""
        named = dict.fromkeys(
            match.label
            for match in self._lexicon.condition_phrases.find(words)
            if not self._lexicon.negators.find(words[max(0, match.start - _NEGATION_REACH) : match.start])
        )
        broader: set[str] = set()
        for name in named:
            above = self._lexicon.broader.get(name)
            while above and above not in broader:
                broader.add(above)
                above = self._lexicon.broader.get(above)
        narrowest = tuple(name for name in named if name not in broader)
        return narrowest or None


def one_polarity(found: Sequence[Match[Means]], length: int) -> bool | None:
    """Yes or no where everything found agrees.

    "I have" and its like begin any sentence: they give way to any no, and are a yes only where
    hardly anything else is said.
    """
    matches = [match for match in found if match.label.kind in ("value", "hedged_no")]
    denied = any(match.label.value is False for match in matches)
    matches = [m for m in matches if not (m.label.weak and (denied or length > m.length + _WEAK_REACH))]
    values = {match.label.value for match in matches if isinstance(match.label.value, bool)}
    return values.pop() if len(values) == 1 else None


def _covered(found: Sequence[Match[Means]]) -> set[int]:
    return {position for match in found for position in range(match.start, match.end)}


def value_of_payload(attribute: Attribute, value: str) -> Value | None:
    """The value in a quick reply's payload, if it has the attribute's shape."""
    meant: Value | None
    match attribute.answer_type:
        case AnswerType.YES_NO:
            meant = {"yes": True, "no": False}.get(value)
        case AnswerType.CHOICES:
            meant = tuple(dict.fromkeys(value.split(",")))
        case AnswerType.TEXT:
            meant = (value,)
        case AnswerType.NUMBER | AnswerType.TIME_SINCE if value != NEVER:
            meant = int(value) if value.isdigit() else None
        case _:
            meant = value
    return meant if meant is not None and attribute.accepts(meant) else None
