"""Measured values: a number, its unit, and what was measured."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.screening.attributes import Attribute
from bot.screening.reading.lexicon import Lexicon, Unit
from bot.screening.reading.numbers import Number, NumberReader
from bot.screening.reading.text import Phrases, Utterance, plain, tokens

MEASUREMENT = "measurement"
"""The group of the attributes that are measured values."""
_NAME_REACH, _SHARED_REACH = 5, 0
"""How many words may stand between a measurement's name and its number."""
_FOREIGN_REACH = 2
"""The same for the name of a value that no question asks for."""
_SINCE_NOW = 2
"""How many words may stand between "now" and a value written as two numbers."""
_SPACES = re.compile(r"\s*([/^*×])\s*")


@dataclass(frozen=True)
class Pair:
    """Two values written as one, "130 over 80", by the measurements they are of; the first is always the larger."""

    values: Mapping[str, Number]
    start: int
    end: int

    @property
    def figures(self) -> tuple[float, ...]:
        return tuple(number.value for number in self.values.values())


@dataclass(frozen=True)
class Quantity:
    """A number with the unit that was written, at `words[start:end]`; `unit` is empty where there was none."""

    value: float
    start: int
    end: int
    unit: str = ""


class QuantityReader:
    """Reads measurements with the names and units of one language."""

    def __init__(self, lexicon: Lexicon, numbers: NumberReader) -> None:
        self._lexicon = lexicon
        self._numbers = numbers
        spoken = lexicon.reading.get("measurements") or {}
        self._then: Mapping[str, str] = {str(unit): str(smaller) for unit, smaller in (spoken.get("then") or {}).items()}
        self._pairs: Sequence[Mapping[str, str]] = spoken.get("pairs") or ()
        self._over = frozenset(map(str, spoken.get("over") or ()))
        self._counting = frozenset(map(str, spoken.get("counting") or ()))
        self._one = frozenset(map(str, spoken.get("one") or ()))
        self._multiples = frozenset(map(str, spoken.get("multiples") or ()))
        self._out_of = frozenset(map(str, spoken.get("out_of") or ()))
        self._now, self._then_and_now = lexicon.cues("current"), lexicon.cues("then_and_now")
        self._foreign = lexicon.cues("other_measures")
        measured = {name: lexicon.words_of(name) for name, known in lexicon.attributes.items() if known.group == MEASUREMENT}
        # "eGFR 58" is the kidneys' and no gene: where a number follows, the measurement's name counts.
        self._names = Phrases({name: words.names for name, words in measured.items()})
        others = {
            token
            for name, known in lexicon.attributes.items()
            if known.group != MEASUREMENT
            for option in lexicon.words_of(name).options.values()
            for token in (*option.words, *option.whole)
        }
        # A name that is also a word for something else must stand right before its number: the eGFR of "EGFR exon 19" is a gene.
        self._shared = {tokens(own) for words in measured.values() for own in words.names if own in others}
        self._of_the_body = frozenset(map(str, spoken.get("of_the_body") or ()))
        self._known_units: dict[str, Mapping[str, Unit]] = {}
        self._telling = {name: frozenset(map(_tight, words.telling_units)) for name, words in measured.items()}

    @cached_property
    def _units(self) -> re.Pattern[str]:
        """Any unit of any measurement, the longest first, right behind a number."""
        names = [name for name, attribute in self._lexicon.attributes.items() if attribute.group == MEASUREMENT]
        units = {_tight(unit) for name in names for unit in self._lexicon.words_of(name).units}
        longest = sorted(units, key=len, reverse=True)
        return re.compile(r"\s*[x×*]?\s?(" + "|".join(map(re.escape, longest)) + r")(?![^\W\d_])") if longest else re.compile(r"(?!)")

    def find(self, said: Utterance) -> Sequence[Quantity]:
        """Every number with the unit behind it."""
        return said.words.once(self, lambda: self._find(said))

    def _find(self, said: Utterance) -> list[Quantity]:
        found: list[Quantity] = []
        for number in self._numbers.find(said.words):
            if (found and number.start < found[-1].end) or said.words[number.start] in self._counting:
                continue  # "Twice the limit" is no measurement.
            if number.end < len(said) and said.words[number.end] in self._multiples:
                continue  # Nor is "five times the norm".
            quantity = self._with_unit(number, said)
            if not quantity.unit and number.end - number.start == 1 < len(said) and said.words[number.start] in self._one:
                continue  # "The triglyceride one": which, and not how much.
            found.append(quantity)
        return self._joined(found, said)

    def _with_unit(self, number: Number, said: Utterance) -> Quantity:
        behind = said.spans[number.end - 1][1]
        rest = _tight(said.lowered[behind : behind + 40])
        match = self._units.match(rest)
        if match is None:
            behind_it = said.words[number.end] if number.end < len(said) and number.end not in said.pauses else ""
            # A unit that is none of ours makes the number none of ours either.
            return Quantity(number.value, number.start, number.end, behind_it if self._is_unit(behind_it) else "")
        # As many words as the unit has belong to it.
        length = len(re.findall(r"[^\W\d_]+|\d+|%", match[0]))
        return Quantity(number.value, number.start, min(number.end + length, len(said)), match[1])

    def _is_unit(self, word: str) -> bool:
        """Whether a word is a unit of something; the 10 of "10^9/L" is none by itself."""
        return word in self._lexicon.every_unit and not word.isdecimal()

    def _joined(self, found: list[Quantity], said: Utterance) -> list[Quantity]:
        """ "11 stone 4" is one weight."""
        joined: list[Quantity] = []
        for quantity in found:
            before = joined[-1] if joined else None
            smaller = self._then.get(before.unit) if before else None
            if before and smaller and 0 <= quantity.start - before.end <= 1 and quantity.unit in ("", smaller, *self._same(smaller)):
                ratio = self._factor(before.unit, smaller)
                joined[-1] = Quantity(before.value + quantity.value * ratio, before.start, quantity.end, before.unit)
                continue
            joined.append(quantity)
        return joined

    def _same(self, unit: str) -> tuple[str, ...]:
        units = next(units for units in self._units_of_each() if unit in units)
        return tuple(other for other, known in units.items() if known == units[unit])

    def _factor(self, larger: str, smaller: str) -> float:
        units = next(units for units in self._units_of_each() if larger in units and smaller in units)
        return units[smaller].factor / units[larger].factor

    def _units_of_each(self) -> Iterator[Mapping[str, Unit]]:
        return (self._lexicon.words_of(name).units for name in self._lexicon.attributes)

    # -- values

    def answer(self, attribute: Attribute, said: Utterance, dates: frozenset[int] = frozenset()) -> float | None:
        """The one value that an answer to this measurement's question gives; numbers at `dates` are none of it."""
        pairs = self._pairs_of(attribute.name, said)
        if pairs:
            pair = self._current(pairs, said)
            return None if pair is None else self._kept(attribute, pair.values[attribute.name].value)
        lost = [(match.start, match.end) for match in self._lexicon.cues("changes").find(said.words)]
        found = self.find(said)
        scored = self._out_of_scale(attribute, found, said)
        # The 7 of "7/10" is no day of October, and the 10 no value.
        taken = (dates - scored.keys()) | self._in_pairs(attribute.name, said) | set(scored.values())
        quantities = [q for q in found if q.start not in taken and not any(0 <= q.start - end <= 1 for _, end in lost)]
        quantities = self._without_norms(quantities, said)
        ends = self._ends_of_spans(quantities, said)
        values = [(quantity, value) for quantity in quantities if (value := self.value(attribute, quantity)) is not None]
        if any(
            quantity.unit in self._of_the_body and quantity.unit not in self._lexicon.words_of(attribute.name).units
            for quantity in quantities
        ):
            # "1 metre 70 and 68 kilos" is no body mass index, though it could be reckoned.
            values = [pair for pair in values if pair[0].unit or self._named(attribute.name, pair[0], said)]
        named = [pair for pair in values if self._named(attribute.name, pair[0], said)]
        with_unit = [pair for pair in values if pair[0].unit]
        values = [pair for pair in values if not self._of_another(attribute.name, pair[0], said)]
        now = [(match.start, match.end) for match in self._now.find(said.words)]
        # "95 now, they were 140": the "now" right behind a number is its own, and not the next one's.
        current = [q for q in values if any(start == q[0].end and start not in said.pauses for start, _ in now)]
        current = current or [q for q in values if any(0 <= q[0].start - end <= 2 for _, end in now)][-1:]
        if not current and len({value for _, value in values}) > 1 and self._then_and_now.find(said.words):
            return None  # "35 after the attack, 50 on the echo": which of them holds is not told in words that are known.
        for candidates in (values, current, named, with_unit):
            if candidates and len({value for _, value in candidates}) == 1:
                quantity, value = candidates[0]
                if quantity.start not in ends and not self._is_bound(quantity, said, quantities):
                    return value
        return self._single(attribute, said) if not quantities else None

    def _single(self, attribute: Attribute, said: Utterance) -> float | None:
        """One of a unit, without a figure: "about a year", "a year and a half"."""
        units = self._lexicon.words_of(attribute.name).units
        ones = [p for p in range(1, len(said)) if said.words[p] in units and said.words[p - 1] in self._one]
        if len(ones) != 1:
            return None
        (position,) = ones
        half = self._numbers.halves.longest_at(said.words, position + 1) if position + 1 < len(said) else None
        number = Number(1.0 + (half.label if half else 0.0), position - 1, position + 1)
        if self._numbers.bound_at(said.words, number) or any(self._lexicon.cues(key).find(said.words) for key in ("doubts", "changes")):
            return None
        return self.value(attribute, Quantity(number.value, number.start, number.end, said.words[position]))

    def facts(self, attribute: Attribute, said: Utterance) -> list[tuple[float, int, int]]:
        """Values told by name: "my HbA1c was 8.1 %"; with where they stand."""
        pairs = [pair for pair in self._pairs_of(attribute.name, said) if self._is_plausible(pair)]
        if pairs:
            pair = self._current(pairs, said)
            return [] if pair is None else [(pair.values[attribute.name].value, pair.start, pair.end)]
        quantities = self._without_norms(self.find(said), said)
        ends = self._ends_of_spans(quantities, said)
        found = []
        for quantity in quantities:
            value = self.value(attribute, quantity, strict=True)
            named = quantity.unit in self._telling[attribute.name] or self._named(attribute.name, quantity, said)
            if value is not None and named and quantity.start not in ends and not self._is_bound(quantity, said, quantities):
                found.append((value, quantity.start, quantity.end))
        return found

    def value(self, attribute: Attribute, quantity: Quantity, strict: bool = False) -> float | None:
        """The quantity in the attribute's own unit, if it can be one of it.

        A number without a unit that is far outside of what is plausible is taken in the one
        unit in which it is plausible: a hemoglobin of 135 is in g/L.
        """
        units = self._tight_units(attribute.name)
        if quantity.unit:
            if quantity.unit not in units:
                return None
            known = units[quantity.unit]
            converted = quantity.value * known.factor + known.offset
            if attribute.plausible and not _within(attribute.plausible, converted) and _within(attribute.plausible, quantity.value):
                return None  # "6.2 mmol": plausible only in another unit than the one written.
            return self._kept(attribute, converted)
        bare = self._lexicon.words_of(attribute.name).bare
        if bare and attribute.plausible and _within(attribute.plausible, quantity.value) and not _within(bare, quantity.value):
            return None  # "150", where some count in kilograms and some in pounds.
        if attribute.plausible and not _within(attribute.plausible, quantity.value):
            low, high = attribute.plausible
            others = {
                round(quantity.value * known.factor + known.offset, 2)
                for known in units.values()
                if (known.factor, known.offset) != (1.0, 0.0) and low <= quantity.value * known.factor + known.offset <= high
            }
            if len(others) == 1:
                return self._kept(attribute, others.pop())
            if strict:
                return None
        return self._kept(attribute, quantity.value)

    def _tight_units(self, attribute: str) -> Mapping[str, Unit]:
        """An attribute's units as they are compared, made once."""
        if attribute not in self._known_units:
            self._known_units[attribute] = {_tight(unit): known for unit, known in self._lexicon.words_of(attribute).units.items()}
        return self._known_units[attribute]

    @staticmethod
    def _kept(attribute: Attribute, value: float) -> float | None:
        if attribute.possible and not attribute.possible[0] <= value <= attribute.possible[1]:
            return None
        if attribute.whole and abs(value - round(value)) < 1e-9:
            return round(value)
        return None if attribute.whole else round(value, 2)

    def _is_bound(self, quantity: Quantity, said: Utterance, others: Sequence[Quantity]) -> bool:
        """Whether the number is only a limit, or one end of a range."""
        number = Number(quantity.value, quantity.start, quantity.start + 1)
        numbers = self._numbers.find(said.words)
        number = next((found for found in numbers if found.start == quantity.start), number)
        if self._numbers.bound_at(said.words, number) or self._numbers.bound_at(
            said.words, Number(quantity.value, quantity.start, quantity.end)
        ):
            return True
        ends = {value for low, high in self._numbers.ranges(said.words, numbers) for value in (low, high)}
        return len(others) > 1 and quantity.value in ends

    def _named(self, attribute: str, quantity: Quantity, said: Utterance) -> bool:
        names = self._names.find(said.words)
        before = [name for name in names if name.end <= quantity.start and not said.crosses(name.end - 1, quantity.start + 1, said.stops)]
        if before:
            nearest = max(before, key=lambda name: name.end)
            others = [number for number in self._numbers.find(said.words) if nearest.end <= number.start < quantity.start]
            reach = _SHARED_REACH if said.words[nearest.start : nearest.end] in self._shared else _NAME_REACH
            if nearest.label == attribute and quantity.start - nearest.end <= reach and not others:
                return True
        # "8.1 % HbA1c": the name behind, where none stands before.
        behind = [name for name in names if name.start == quantity.end and name.start not in said.stops]
        return bool(quantity.unit) and not before and any(name.label == attribute for name in behind)

    def _of_another(self, attribute: str, quantity: Quantity, said: Utterance) -> bool:
        """Whether the number stands behind the name of something else: "stage 3", "and the whites in all 8.3"."""
        if any(other != attribute and self._named(other, quantity, said) for other in self._telling):
            return not self._named(attribute, quantity, said)
        if any(0 <= quantity.start - match.end <= _FOREIGN_REACH for match in self._foreign.find(said.words)):
            return not self._named(attribute, quantity, said)  # "Cholesterol is 5.2", where triglycerides were asked.
        return any(
            0 <= quantity.start - name.end <= 1
            and not said.crosses(name.end - 1, quantity.start + 1, said.pauses)
            and name.label != attribute
            and not self._shares(attribute, said.words[name.start : name.end])
            for name in self._lexicon.attribute_names.find(said.words)
        )

    def _shares(self, attribute: str, name: Sequence[str]) -> bool:
        return any(tuple(name) == tokens(own) for own in self._lexicon.words_of(attribute).names)

    # -- two in one: "130 over 80"

    def _all_pairs(self, said: Utterance) -> Iterator[Pair]:
        units = {quantity.start: quantity.unit for quantity in self.find(said)}
        for first, second in itertools.pairwise(self._numbers.find(said.words)):
            middle = said.words[first.end : second.start]
            joined = (not middle and said.between[second.start].strip() == "/") or (len(middle) == 1 and middle[0] in self._over)
            if joined and first.value > second.value:
                for pair in self._pairs:
                    values = {pair["first"]: first, pair["second"]: second}
                    if all(not units.get(n.start) or units[n.start] in self._tight_units(name) for name, n in values.items()):
                        yield Pair(values, first.start, second.end)

    def _pairs_of(self, attribute: str, said: Utterance) -> list[Pair]:
        return [pair for pair in self._all_pairs(said) if attribute in pair.values]

    def _current(self, pairs: Sequence[Pair], said: Utterance) -> Pair | None:
        """The pair that counts: "it was 150/95, now it is 130/80"; None where that is not clear."""
        if len({pair.figures for pair in pairs}) > 1:
            now = [match.end for match in self._now.find(said.words)]
            pairs = [pair for pair in pairs if any(0 <= pair.start - end <= _SINCE_NOW for end in now)]
        return pairs[0] if len({pair.figures for pair in pairs}) == 1 else None

    def _in_pairs(self, attribute: str, said: Utterance) -> frozenset[int]:
        """Where numbers stand that are two in one of other measurements: they are no value of this one."""
        others = (pair for pair in self._all_pairs(said) if attribute not in pair.values and self._is_plausible(pair))
        return frozenset(number.start for pair in others for number in pair.values.values())

    def _is_plausible(self, pair: Pair) -> bool:
        ranges = ((self._lexicon.attributes[name].plausible, number.value) for name, number in pair.values.items())
        return all(plausible is None or _within(plausible, value) for plausible, value in ranges)

    def _without_norms(self, quantities: Sequence[Quantity], said: Utterance) -> list[Quantity]:
        """Without the range in brackets that a report prints behind a value: "13.5 (12-16)"."""
        ends = self._ends_of_spans(quantities, said)
        norms: set[int] = set()
        for value, low, high in zip(quantities, quantities[1:], quantities[2:], strict=False):
            if {low.start, high.start} <= ends and any("(" in gap for gap in said.between[value.end : low.start + 1]):
                norms |= {low.start, high.start}
        return [quantity for quantity in quantities if quantity.start not in norms]

    def _out_of_scale(self, attribute: Attribute, quantities: Sequence[Quantity], said: Utterance) -> dict[int, int]:
        """Where a score stands with the top of its scale behind it, and where that stands: "24 out of 30", "7/10"."""
        if attribute.unit or attribute.possible is None:
            return {}
        return {
            value.start: top.start
            for value, top in itertools.pairwise(quantities)
            if top.value == attribute.possible[1]
            and (" ".join(said.words[value.end : top.start]) or said.between[top.start].strip()) in self._out_of
        }

    @staticmethod
    def _ends_of_spans(quantities: Sequence[Quantity], said: Utterance) -> set[int]:
        """Where the ends of a range stand that is written with a hyphen: neither end of "55-60 %" is the value."""
        ends: set[int] = set()
        for left, right in itertools.pairwise(quantities):
            gap = said.between[right.start].strip() if left.end == right.start else ""
            if left.end == right.start and (gap == "-" or (not gap and right.value < 0)):
                ends |= {left.start, right.start}
        return ends


def _within(limits: Sequence[float], value: float) -> bool:
    return limits[0] <= value <= limits[1]


def _tight(text: str) -> str:
    return _SPACES.sub(r"\1", plain(text)) if text.strip() else text
