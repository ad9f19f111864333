"""The one value that words give for an attribute, or none.

A wrong value is worse than asking again. So whatever points two ways gives none: two numbers,
a "but", a second value beside the first, a bound where a number is due.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.criteria.operators import NEVER, Value
from bot.screening.attributes import NONE, AnswerType, Attribute
from bot.screening.reading.conditions import Named
from bot.screening.reading.lexicon import Lexicon, Means, Told
from bot.screening.reading.listing import ListReader
from bot.screening.reading.numbers import Number, NumberReader
from bot.screening.reading.patterns import Found, Patterns, Surroundings
from bot.screening.reading.quantities import QuantityReader
from bot.screening.reading.staging import stage_of_tnm
from bot.screening.reading.stance import Clauses, Stance
from bot.screening.reading.text import Attached, Match, Utterance, tokens
from bot.screening.reading.times import TimeReader
from bot.screening.readings import SELF

LONG = 14
"""Words beyond which a yes or no in the middle of a message is not taken for the answer."""
_WEAK_REACH = 2
_LEFT_OPEN = ("unsure", "unclear")
_MEASUREMENT = "measurement"
_STAGE = "cancer_stage"
_OTHER_CANCER = "other_cancer"
_YEAR_FIGURES = 4
_GROWN = 10
"""A bare date less than so many years back is no day of birth, and fewer years are no age beside another number."""


@dataclass(frozen=True)
class Message:
    """One message, and what every reader needs to know of it. Made once."""

    lexicon: Lexicon
    said: Utterance
    today: datetime.date
    numbers: NumberReader
    times: TimeReader
    unknown: frozenset[str] = frozenset()
    whom: str = SELF
    asked: frozenset[str] = frozenset()
    _found: dict[str, list[Found[Means]]] = field(default_factory=dict)
    _named: dict[str, list[Named]] = field(default_factory=dict)

    @cached_property
    def clauses(self) -> Clauses:
        return Clauses(self.lexicon, self.said)

    @cached_property
    def around(self) -> Surroundings:
        return Surroundings(self.said, self.numbers.spans(self.said.words), self.times.spans(self.said, self.today), self.clauses.barriers)

    def found(self, attribute: str) -> list[Found[Means]]:
        """What the words mean as an answer to an attribute's question."""
        if attribute not in self._found:
            found = self.lexicon.phrases(attribute).find(self.around)
            if self.lexicon.words_of(attribute).only_asked:
                # What leaves it open is of the patient: "my father was an alcoholic" leaves nothing open.
                found = [
                    match for match in found if not (match.label.own and match.label.kind in _LEFT_OPEN) or self.of_patient(match.start)
                ]
            self._found[attribute] = found
        return self._found[attribute]

    def of_patient(self, start: int) -> bool:
        """Whether what stands there is said of whom the screening is about, or of nobody in particular."""
        owner = self.clauses.owners[start] if start < len(self.said) else None
        return owner in (None, self.whom) or (self.whom != SELF and owner in self.lexicon.anybody)

    @cached_property
    def attribute_names(self) -> list[Match[str]]:
        """The attributes named; of those that are only asked, the ones that were."""
        found = self.lexicon.every_name.find(self.said.words)
        return [name for name in found if name.label in self.asked or not self.lexicon.words_of(name.label).only_asked]

    @cached_property
    def general(self) -> list[Found[Means]]:
        return self.lexicon.general.find(self.around)

    @cached_property
    def conditions(self) -> list[Named]:
        """The illnesses named, denied or not."""
        return self.lexicon.conditions.named(self.around)

    def named(self, attribute: str) -> list[Named]:
        """The names of the attribute's list, denied or not."""
        names = self.lexicon.names_of(attribute)
        if names is self.lexicon.conditions:
            return self.conditions
        if attribute not in self._named:
            self._named[attribute] = names.named(self.around)
        return self._named[attribute]

    @cached_property
    def questions(self) -> tuple[range, ...]:
        """The sentences that are questions: they end as one, or begin as only a question does."""
        words, asking = self.said.words, self.lexicon.cues("asking")
        begins = {match.start for match in asking.find(words)}
        return tuple(sentence for sentence in self.said.sentences if words[sentence[-1]] == "?" or sentence.start in begins)

    @cached_property
    def told(self) -> list[Found[Told]]:
        """Everything that stands by itself, overlapping only between attributes."""
        return self.lexicon.told.all(self.around)


class ValueReader:
    """Reads values in one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.numbers = NumberReader(lexicon.reading["numbers"])
        self.times = TimeReader(lexicon.reading["times"], self.numbers)
        self.quantities = QuantityReader(lexicon, self.numbers)
        self.lists = ListReader(lexicon)

    def message(
        self,
        text: str,
        today: datetime.date,
        repaired: dict[str, str] | None = None,
        unknown: frozenset[str] = frozenset(),
        whom: str | None = None,
        asked: Collection[str] = (),
    ) -> Message:
        """A message as it is read here: slips repaired, which words stay unknown, whom the screening is about, and what was asked."""
        said, unknown = Utterance(text, repaired), unknown - (repaired or {}).keys()
        return Message(self._lexicon, said, today, self.numbers, self.times, unknown, whom or SELF, frozenset(asked))

    def read(self, attribute: Attribute, message: Message) -> Value | None:
        """The value of `attribute` in this message, or None where there is none that is safe to take."""
        found = message.found(attribute.name)
        if any(match.label.kind == "unclear" for match in found):
            return None
        if not self._lexicon.words_of(attribute.name).only_asked:
            return self._value(attribute, found, message)
        # Nothing else looks whether it is said of the patient.
        mine = [match for match in found if not match.label.own or message.of_patient(match.start)]
        value = self._value(attribute, mine, message)
        if len(mine) == len(found) or attribute.answer_type is AnswerType.TEXT:
            return value
        if any(match.label.own and match.label.kind == "value" for match in mine):
            return value
        # "No, but my brother had one" is a no; "yes, my brother" may be none, and the "never" of "he never had one" is of him.
        said = [match for match in mine if match.label.kind == "value"]
        return False if said and said[0].start == 0 and not any(match.label.value for match in said) else None

    def _value(self, attribute: Attribute, found: Sequence[Found[Means]], message: Message) -> Value | None:
        match attribute.answer_type:
            case AnswerType.YES_NO:
                return self._yes_or_no(attribute, found, message)
            case AnswerType.CHOICE:
                return self._choice(attribute, found, message)
            case AnswerType.CHOICES:
                return self._choices(attribute, found, message)
            case AnswerType.NUMBER:
                return self._number(attribute, found, message)
            case AnswerType.TIME_SINCE:
                return self._time_since(found, message)
            case AnswerType.TEXT if attribute.complete:
                return self.lists.read(attribute, found, message)
            case AnswerType.TEXT if attribute.of_places:
                return self._lexicon.places(message.said.text)[:1] or None
            case _:
                names = self.conditions(message)
                if names is None or self._lexicon.conditions.contradict(names):
                    return None
                return self._lexicon.conditions.placed(names, message.said.words) or None

    def between(self, attribute: Attribute, message: Message) -> tuple[Value, ...]:
        """The values that an unclear message points to, where they are few: "3 or 4"."""
        match attribute.answer_type:
            case AnswerType.NUMBER:
                numbers = self.numbers.find(message.said.words)
                within = attribute.possible or (-1e9, 1e9)
                pairs = [
                    pair for pair in self.numbers.ranges(message.said.words, numbers) if all(within[0] <= n <= within[1] for n in pair)
                ]
                return tuple(int(n) if n == int(n) else n for n in pairs[0]) if len(pairs) == 1 else ()
            case AnswerType.CHOICE:
                values = tuple(dict.fromkeys(self._chosen(attribute, message.found(attribute.name), message)))
                return values if 2 <= len(values) <= 3 else ()
            case AnswerType.TEXT if not attribute.complete and not attribute.of_places:
                names = self.conditions(message) or ()
                # Kinds that exclude each other, or one name that is too wide by itself.
                return tuple((name,) for name in names) if self._lexicon.conditions.contradict(names) or len(names) == 1 else ()
        return ()

    def others(self, attribute: Attribute, message: Message) -> set[Value]:
        """Every number or time in a message that could be a value of the attribute, whatever is said of it."""
        if attribute.answer_type is AnswerType.TIME_SINCE:
            return {round(time.low) for time in self.times.find(message.said, message.today) if not time.bare}
        if attribute.group == _MEASUREMENT:
            measured = (self.quantities.value(attribute, quantity) for quantity in self.quantities.find(message.said))
            return {value for value in measured if value is not None}
        fitting = (self._fitting(attribute, number.value) for number in self.numbers.find(message.said.words))
        least, most = attribute.plausible or (-math.inf, math.inf)
        if self._lexicon.words_of(attribute.name).from_birth:
            least = max(least, _GROWN)  # "81, with three dogs."
        return {value for value in fitting if isinstance(value, int | float) and least <= value <= most}

    # -- yes and no

    def _yes_or_no(self, attribute: Attribute, found: Sequence[Found[Means]], message: Message) -> bool | None:
        own = self._own_polarity(found, message)
        if own is not None:
            if self._turns_round(found, message) or self._taken_back(found, own, message):
                return None  # "I can't drive, but my wife can."
            contrary = [m for m in self._general(attribute, found, message) if m.label.value is not own and not m.label.weak]
            # "No, I have never had it": two ways of saying no. "Yes … no fluid": which one?
            return own if not contrary or self._leads(found, own) else None
        if any(match.label.own and match.label.kind == "value" for match in found) and self._own_values(found, message):
            return None
        leading = bool(found) and found[0].start == 0
        if (len(message.said) > LONG and not leading) or self._turns_round(found, message):
            return None
        return one_polarity(self._general(attribute, found, message), len(message.said))

    @staticmethod
    def _leads(found: Sequence[Found[Means]], own: bool) -> bool:
        """Whether a plain yes or no stands first and says the same as the attribute's own words."""
        first = next((match for match in found if not match.label.own and match.label.kind in ("value", "hedged_no")), None)
        return first is not None and first.start == 0 and first.label.value is own

    def _own_values(self, found: Sequence[Found[Means]], message: Message) -> set[bool]:
        values: set[bool] = set()
        for match in found:
            if not match.label.own or match.label.kind != "value" or not isinstance(match.label.value, bool):
                continue
            match message.clauses.stance(match.start, match.end):
                case Stance.SAID:
                    values.add(match.label.value)
                case Stance.DENIED if match.label.value:
                    values.add(False)
        return values

    def _own_polarity(self, found: Sequence[Found[Means]], message: Message) -> bool | None:
        values = self._own_values(found, message)
        return values.pop() if len(values) == 1 else None

    def _taken_back(self, found: Sequence[Found[Means]], own: bool, message: Message) -> bool:
        """Whether behind a "but" the contrary is said, if only with a doubt: "it's hours away, but I'd crawl there if it helps"."""
        contrary = [m.start for m in found if m.label.own and m.label.kind == "value" and m.label.value is (not own)]
        return any(match.start < start for match in self._lexicon.cues("contrasts").find(message.said.words) for start in contrary)

    def _general(self, attribute: Attribute, found: Sequence[Found[Means]], message: Message) -> list[Found[Means]]:
        """Yes and no that belong to nothing else: not the "no" of "I have no car"."""
        kept = []
        dropped = False
        elsewhere = {p for told in message.told if told.label.attribute != attribute.name for p in range(told.start, told.end)}
        for match in found:
            if match.start > 0 and elsewhere.intersection(range(match.start, match.end)):
                # The "never" of "I'm 58 and never had chemo" answers another question.
                continue
            if match.label.own or match.label.kind not in ("value", "hedged_no"):
                continue
            inside = match.end < len(message.said) and match.end not in message.said.pauses
            if match.start == 0 and inside:
                # "No, I haven't" without its comma; but "no side effects" denies only those.
                inside = message.said.words[match.end] not in self._lexicon.single("after_plain_no")
            if inside and match.length == 1 and message.said.words[match.start] in self._lexicon.single("determiners"):
                dropped = True
                continue
            kept.append(match)
        # Nor is the "I have" before it a yes.
        return [match for match in kept if not match.label.weak] if dropped else kept

    def _turns_round(self, found: Sequence[Found[Means]], message: Message) -> bool:
        """Whether a "but" stands outside of what was understood: the rest may turn it round."""
        covered = _covered(found)
        last = max((match.start for match in found if match.label.kind in ("value", "hedged_no")), default=-1)
        contrasts = [m for m in self._lexicon.cues("contrasts").find(message.said.words) if not covered.issuperset(range(m.start, m.end))]
        turners = [m for m in self._lexicon.cues("turners").find(message.said.words) if not covered.issuperset(range(m.start, m.end))]
        # What was understood behind the "but" counts like all else; nothing understood there may be anything. A "but" within a
        # later sentence turns only that.
        ends = {position for match in found if match.label.kind in ("value", "hedged_no") for position in range(match.start, match.end)}

        def turns(start: int) -> bool:
            sentence = next(sentence for sentence in message.said.sentences if start in sentence)
            return start == sentence.start or bool(ends.intersection(sentence))

        return bool(turners) or any(match.start > last and turns(match.start) for match in contrasts)

    # -- choices

    def _choice(self, attribute: Attribute, found: Sequence[Found[Means]], message: Message) -> Value | None:
        if attribute.name == _STAGE:
            stage = stage_of_tnm(message.said.lowered)
            if stage is not None:
                return stage
        values = list(dict.fromkeys(self._chosen(attribute, found, message)))
        if self.numbers.ranges(message.said.words, self.numbers.find(message.said.words)):
            return None  # "Three or four."
        if len(values) != 1 or self._stray(found, message, attribute, values[0]):
            return None
        alone = any(match.label.alone and match.label.value == values[0] for match in found)
        return None if self._turns_round(found, message) and not alone else values[0]

    def _chosen(self, attribute: Attribute, found: Sequence[Found[Means]], message: Message) -> list[Value]:
        """The values named and not denied; where all are, what their denial means."""
        stances = self._stances(found, message, self._lexicon.words_of(attribute.name).deny_after)
        values = [value for _, value, stance in stances if stance is Stance.SAID]
        words = self._lexicon.words_of(attribute.name)
        denied, outranked = words.denied, {other for value in values for other in words.outranks.get(str(value), ())}
        values = [value for value in values if value not in outranked]
        return values or [denied[str(value)] for _, value, stance in stances if stance is Stance.DENIED and str(value) in denied]

    def _stances(
        self, found: Sequence[Found[Means]], message: Message, deny_after: bool = True
    ) -> list[tuple[Found[Means], Value, Stance]]:
        """What is said of each value. A "not" reaches over a list: "not ALK or ROS1"."""
        stances: list[tuple[Found[Means], Value, Stance]] = []
        denied_until = -1
        values = [(match, value) for match in found if match.label.kind == "value" and (value := match.label.value) is not None]
        for position, (match, value) in enumerate(values):
            following = values[position + 1][0].start if position + 1 < len(values) else None
            stance = message.clauses.stance(match.start, match.end, deny_after, following)
            listed = (
                denied_until >= 0
                and self._lexicon.joins.issuperset(message.said.words[denied_until : match.start])
                and match.start not in message.said.stops
            )
            if listed and stance is Stance.SAID:
                stance = Stance.DENIED
            denied_until = match.end if stance is Stance.DENIED else -1
            stances.append((match, value, stance))
        # A "negative" behind a list denies all of it: "EGFR, ALK and ROS1 negative".
        for position in range(len(stances) - 2, -1, -1):
            match, value, stance = stances[position]
            following_match, _, denied = stances[position + 1]
            behind = denied is Stance.DENIED and not message.clauses.denied(following_match.start, following_match.end, deny_after=False)
            listed = self._lexicon.joins.issuperset(message.said.words[match.end : following_match.start])
            listed = listed and not message.said.crosses(match.end - 1, following_match.start + 1, message.said.stops)
            if stance is Stance.SAID and behind and listed:
                stances[position] = (match, value, Stance.DENIED)
        return stances

    def _stray(self, found: Sequence[Found[Means]], message: Message, attribute: Attribute, chosen: Value) -> bool:
        """Whether a bare figure beside the phrase means another value: "stage 3b or 4"."""
        covered = _covered(found)
        whole = self._lexicon.whole(attribute.name)
        words = message.said.words
        figures = [position for position, word in enumerate(words) if position not in covered and word.isdecimal()]
        said = (words[position] for position in figures if not (position and self._lexicon.negators.find(words[position - 1 : position])))
        return any(word in whole and whole[word].value != chosen for word in said)

    def _choices(self, attribute: Attribute, found: Sequence[Found[Means]], message: Message) -> Value | None:
        words = self._lexicon.words_of(attribute.name)
        if self.trails_off(attribute, found, message):
            return None
        named = self._stances(found, message)
        chosen = {str(item) for _, value, stance in named if stance is Stance.SAID and isinstance(value, tuple) for item in value}
        if not chosen and words.all_denied and any(stance is Stance.DENIED for _, _, stance in named):
            chosen = {words.all_denied}
        if len(chosen) > 1:
            # "EGFR positive, otherwise none found": what was found counts.
            chosen -= {value for value in attribute.exclusive if value == words.all_denied}
        ordered = tuple(value for value in attribute.values if value in chosen)
        return ordered if attribute.accepts(ordered) else None

    def trails_off(self, attribute: Attribute, found: Sequence[Found[Means]], message: Message) -> bool:
        """Whether a denial is followed by a bare name and nothing else: "no EGFR, ALK" may deny both, or one and not the other."""
        values = [match for match in found if isinstance(match.label.value, tuple)]
        if len(values) < 2:
            return False
        first, last = values[-2:]
        all_denied = (self._lexicon.words_of(attribute.name).all_denied,)
        bare = last.end - last.start == 1 and last.end == len(message.said)
        follows = first.end == last.start and last.start in message.said.pauses
        denied = first.label.value == all_denied or message.clauses.denied(first.start, first.end, deny_after=False)
        return denied and last.label.value != all_denied and bare and follows

    # -- numbers and times

    def _number(self, attribute: Attribute, found: Sequence[Found[Means]], message: Message) -> Value | None:
        if attribute.group == _MEASUREMENT:
            dates = {p for time in self.times.find(message.said, message.today) if not time.bare for p in range(time.start, time.end)}
            return self.quantities.answer(attribute, message.said, frozenset(dates))
        said = [match for match in found if match.label.kind == "number" and len(match.numbers) == 1]
        said = [match for match in said if message.clauses.stance(match.start, match.end) is not Stance.DENIED]
        values = {match.numbers[0] for match in said if self._is_value(attribute, match, message)}
        words = message.said.words
        numbers = self.numbers.find(words)
        ahead = self._age_before_birthday(attribute, numbers, message)
        if ahead is not None:
            return ahead
        if len(values) == 1 and not self.numbers.ranges(words, numbers):
            return self._fitting(attribute, values.pop())
        named = [match.label.value for match in found if match.label.kind == "value" and isinstance(match.label.value, int | float)]
        lowest = attribute.plausible[0] if attribute.plausible else None
        if not numbers:
            if named:
                return named[0]
            none = lowest is not None and lowest <= 0 and self.numbers.is_none(words, message.said.pauses)
            return 0 if none and not self.numbers.is_vague(words) else None
        leading = self._leading_number(attribute, numbers, message)
        if leading is not None:
            return leading
        born = self._age_by_birth(attribute, message)
        if born is not None:
            return born
        latest = self._latest(numbers, message)
        if latest is not None:
            return self._fitting(attribute, latest.value * self._unit_factor(attribute, message, latest))
        if len(numbers) != 1:
            return self._total(attribute, numbers, message) or self._sum(attribute, numbers, message)
        (number,) = numbers
        if any(match.label.kind == "ignore" and match.start <= number.start < match.end for match in found):
            return None  # The 5 of "5 years ago", where an age is asked.
        near = words[max(0, number.start - 2) : number.end + 2]
        if self.numbers.is_blurred(words) or self.times.names_a_month(near):
            return None
        if number.end < len(words) and words[number.end] in message.unknown and number.end not in message.said.pauses:
            return None  # "sixty foru": what was meant behind the sixty is not sure.
        outside = [word for position, word in enumerate(words) if not number.start <= position < number.end]
        if self._lexicon.joins.intersection(outside) or self._of_another(attribute, message, number.start):
            return None
        if self._lexicon.negators.find(words[max(0, number.start - 1) : number.start]):
            return None
        return self._fitting(attribute, number.value * self._unit_factor(attribute, message, number))

    def _leading_number(self, attribute: Attribute, numbers: Sequence[Number], message: Message) -> Value | None:
        """The number that a message begins with, where a new thought begins behind it: "66, and I've had no chemo"."""
        first, words = numbers[0], message.said.words
        lead = self._lexicon.cues("lead_ins").find(words[: first.start])
        if first.start and not (lead and lead[0].start == 0 and sum(match.length for match in lead) == first.start):
            return None
        units = self._lexicon.words_of(attribute.name).units
        end = first.end
        while end < len(words) and end not in message.said.pauses and any(words[end] in tokens(unit) for unit in units):
            end += 1
        tail = self._lexicon.cues("tails").longest_at(words, end) if end < len(words) else None
        end = tail.end if tail else end
        joined = end < len(words) and words[end] in self._lexicon.joins
        starters = self._lexicon.single("clause_starts")
        new_thought = end < len(words) and (end in message.said.pauses or words[end] in starters or joined)
        rest = numbers[1:]
        if not new_thought or self.numbers.is_blurred(words[:end]):
            return None
        # Another bare number may be what is meant: "66, no, 67".
        elsewhere = {p for time in self.times.find(message.said, message.today) for p in range(time.start, time.end)}
        elsewhere |= {p for told in message.told if told.label.attribute != attribute.name for p in range(told.start, told.end)}
        if any(n.start not in elsewhere and not (n.end < len(words) and words[n.end] in self._lexicon.every_unit) for n in rest):
            return None
        if self._lexicon.cues("correction_cues").find(words[end:]) or self._lexicon.cues("turners").find(words[end:]):
            return None
        return self._fitting(attribute, first.value * self._unit_factor(attribute, message, first))

    def _age_before_birthday(self, attribute: Attribute, numbers: Sequence[Number], message: Message) -> Value | None:
        """The age of who tells the next one: "I'll be 60 in December"."""
        if not self._lexicon.words_of(attribute.name).from_birth:
            return None
        cues = {match.end for match in self._lexicon.cues("birthday_ahead").find(message.said.words)}
        behind = {match.start for match in self._lexicon.cues("birthday_after").find(message.said.words)}
        ahead = [number for number in numbers if number.start in cues or number.end in behind]
        if not ahead and len(numbers) == 2:
            # "40 now, 41 in March": the older one has a month behind it.
            older = max(numbers, key=lambda number: number.value)
            month = self.times.names_a_month(message.said.words[older.end : older.end + 2])
            month = month and not self._lexicon.cues("birthday_past").find(message.said.words[max(0, older.start - 1) : older.start])
            ahead = [older] if month and {number.value for number in numbers} == {older.value, older.value - 1} else []
        years = self._lexicon.every_unit.intersection(message.said.words)
        if len(ahead) != 1 or any(number.end < len(message.said) and message.said.words[number.end] in years for number in numbers):
            return None
        others = {number.value for number in numbers if number is not ahead[0]} & set(map(float, range(18, 120)))
        return self._fitting(attribute, ahead[0].value - 1) if not others - {ahead[0].value - 1} else None

    def _latest(self, numbers: Sequence[Number], message: Message) -> Number | None:
        """The number that counts now, where an older one is named before it: "they said seven, now it's six"."""
        if len(numbers) < 2 or self.numbers.ranges(message.said.words, numbers):
            return None
        now = [match.end for match in self._lexicon.cues("current").find(message.said.words)]
        latest = [number for number in numbers if any(0 <= number.start - end <= 2 for end in now)]
        return latest[0] if len(latest) == 1 and latest[0] is numbers[-1] else None

    def _is_value(self, attribute: Attribute, match: Found[Means], message: Message) -> bool:
        """Whether the number in a pattern is neither a bound nor of another unit."""
        words = message.said.words
        inside = [n for n in self.numbers.find(words) if match.start <= n.start and n.end <= match.end]
        return len(inside) == 1 and not self.numbers.bound_at(words, inside[0]) and self._unit_factor(attribute, message, inside[0]) == 1.0

    def number_in(self, attribute: Attribute, start: int, end: int, message: Message) -> Value | None:
        """The number within `words[start:end]`, where it is a value of the attribute and no bound."""
        words = message.said.words
        inside = [number for number in self.numbers.find(words) if start <= number.start and number.end <= end]
        if len(inside) != 1 or self.numbers.bound_at(words, inside[0]):
            return None
        ranges = self.numbers.ranges(words, self.numbers.find(words))
        if any(inside[0].value in ends for ends in ranges):
            return None
        return self._fitting(attribute, inside[0].value * self._unit_factor(attribute, message, inside[0]))

    def _unit_factor(self, attribute: Attribute, message: Message, number: Number) -> float:
        """What to multiply by for the unit behind the number; 0, which fits nothing, where it is another's."""
        words = message.said.words
        if number.end in message.said.pauses:
            return 1.0  # "I'm 34, a woman": what stands behind the comma is no unit.
        unit = words[number.end] if number.end < len(words) else ""
        units = self._lexicon.words_of(attribute.name).units
        known = {token: known for name, known in units.items() for token in tokens(name)[:1]}
        if unit in known:
            return known[unit].factor
        if unit in self._lexicon.every_unit or isinstance(unit, Attached):
            # "6o", "60s": letters written onto figures that are no unit make something else of them.
            return float("nan")
        return 1.0

    def _fitting(self, attribute: Attribute, value: float) -> Value | None:
        if value != value or (attribute.possible and not attribute.possible[0] <= value <= attribute.possible[1]):
            return None
        if self._lexicon.words_of(attribute.name).from_birth:
            return int(value)  # "Eighty three and a half" is 83 years old.
        if attribute.whole:
            return int(value) if value == int(value) else None
        return round(value, 2)

    def _total(self, attribute: Attribute, numbers: Sequence[Number], message: Message) -> Value | None:
        """The number that is said to be all of them: "two here and one there, so three in all"."""
        ends = {match.start for match in self._lexicon.cues("totals").find(message.said.words)}
        totals = {number.value for number in numbers if number.end in ends}
        return self._fitting(attribute, totals.pop()) if len(totals) == 1 else None

    def _age_by_birth(self, attribute: Attribute, message: Message) -> Value | None:
        """The age of who tells the day of birth; a year alone leaves two ages open."""
        if not self._lexicon.words_of(attribute.name).from_birth:
            return None
        times = [time for time in self.times.find(message.said, message.today) if not time.bare]
        told = bool(self._lexicon.cues("born").find(message.said.words))
        if len(times) != 1 or times[0].low != times[0].high or not (told or times[0].end - times[0].start == len(message.said)):
            return None
        born = message.today - datetime.timedelta(days=times[0].low)
        age = message.today.year - born.year - ((message.today.month, message.today.day) < (born.month, born.day))
        if age >= _GROWN:
            return self._fitting(attribute, age)
        # "79 on my birthday last week" tells no year; of a small child the year is told.
        years = [word for word in message.said.words[times[0].start : times[0].end] if word.isdecimal() and len(word) == _YEAR_FIGURES]
        return self._fitting(attribute, age) if told and years else None

    def _sum(self, attribute: Attribute, numbers: Sequence[Number], message: Message) -> Value | None:
        """Places counted one by one: "2 in the liver and 1 in the bone"."""
        counted = self._lexicon.reading["numbers"].get("counted_by") or {}
        by = counted.get(attribute.name)
        if by is None or self.numbers.is_vague(message.said.words) or self.numbers.ranges(message.said.words, numbers):
            return None
        places = message.found(str(by)) if by in self._lexicon.attributes else []
        parts = [match for match in places if match.label.kind == "value"]
        if len(numbers) > 2 and numbers[0].value == sum(number.value for number in numbers[1:]):
            return self._fitting(attribute, numbers[0].value)  # "Three: two in the liver, one in the hip."
        if len(parts) != len(numbers) or any(self.numbers.bound_at(message.said.words, n) for n in numbers):
            return None
        paired = all(
            (number.end <= place.start or place.start <= number.start < place.end)
            and (index + 1 == len(numbers) or place.end <= numbers[index + 1].start)
            for index, (number, place) in enumerate(zip(numbers, parts, strict=True))
        )
        return self._fitting(attribute, sum(number.value for number in numbers)) if paired else None

    def sum_of(self, attribute: Attribute, numbers: Sequence[Number], message: Message) -> Value | None:
        """All of these numbers together, where none is a bound or one end of a range."""
        words = message.said.words
        if any(self.numbers.bound_at(words, n) for n in numbers) or self.numbers.ranges(words, numbers):
            return None
        return self._fitting(attribute, sum(number.value for number in numbers))

    def _of_another(self, attribute: Attribute, message: Message, start: int) -> bool:
        """Whether the number stands right behind the name of something else: "stage 3", where an age was asked."""
        own = {tuple(tokens(name)) for name in self._lexicon.words_of(attribute.name).names}
        return any(
            match.end == start and match.label != attribute.name and tuple(message.said.words[match.start : match.end]) not in own
            for match in message.attribute_names
        )

    def _time_since(self, found: Sequence[Found[Means]], message: Message) -> Value | None:
        times = self.times.find(message.said, message.today)
        if any(match.label.value == NEVER for match in found):
            return None if times or self._turns_round(found, message) else NEVER
        return self.times.days_since(message.said, message.today)

    # -- illnesses

    def conditions(self, message: Message) -> tuple[str, ...] | None:
        """The illnesses named and not denied; of one and the same, the narrowest name."""
        named = [found for found in message.conditions if message.clauses.stance(found.start, found.end) is not Stance.DENIED]
        # "Years ago a kidney cancer, and now lung cancer": what is told as another illness is the one sought only where it is alone.
        other = [told for told in message.told if told.label.attribute == _OTHER_CANCER and told.label.means.kind == "value"]
        sought = [found for found in named if not any(told.start < found.end and found.start < told.end for told in other)]
        names = [found.name for found in sought or named]
        return self._lexicon.conditions.narrowest(names) or None


def one_polarity(found: Sequence[Found[Means]], length: int) -> bool | None:
    """Yes or no where everything found agrees.

    "I have" and its like begin any sentence: they give way to any no, and are a yes only where
    hardly anything else is said.
    """
    matches = [match for match in found if match.label.kind in ("value", "hedged_no")]
    denied = any(match.label.value is False for match in matches)
    matches = [m for m in matches if not (m.label.weak and (denied or length > m.length + _WEAK_REACH))]
    values = {match.label.value for match in matches if isinstance(match.label.value, bool)}
    return values.pop() if len(values) == 1 else None


def _covered(found: Sequence[Found[Means]]) -> set[int]:
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
            meant = () if attribute.complete and value == NONE else (value,)
        case AnswerType.NUMBER | AnswerType.TIME_SINCE if value != NEVER:
            meant = int(value) if value.isdecimal() else None
        case _:
            meant = value
    return meant if meant is not None and attribute.accepts(meant) else None


__all__ = ["LONG", "Message", "Patterns", "ValueReader", "one_polarity", "value_of_payload"]
