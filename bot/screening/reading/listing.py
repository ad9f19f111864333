"""Answers that name all there are: every illness, every medicine, every operation of a person, or none."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from bot.criteria.operators import Value
from bot.screening.attributes import Attribute
from bot.screening.reading.conditions import Named
from bot.screening.reading.lexicon import Lexicon, Means
from bot.screening.reading.patterns import Found
from bot.screening.reading.stance import Stance
from bot.screening.reading.text import Match

if TYPE_CHECKING:
    from bot.screening.reading.values import Message

Placed = TypeVar("Placed", Named, Match[bool])
_BUT_FOR_REACH = 2
"""How many words may stand between an "apart from" and the name that is the exception."""


class _Part(NamedTuple):
    """What stands between the commas and the "and" of a list: `words[start:end]`."""

    start: int
    end: int


class ListReader:
    """Reads lists in one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def read(self, attribute: Attribute, found: Sequence[Found[Means]], message: Message) -> Value | None:
        """Every name that is told of the patient, or none at all; None where one of them is not sure."""
        names_of, but_for = self._lexicon.names_of(attribute.name), self._lexicon.cues("but_for").find(message.said.words)
        parts = self._parts(message)
        short = [Named(name, *part) for part in parts if (name := self._short_name(attribute, message, *part)) is not None]
        said = [*message.named(attribute.name), *short]
        hidden, unclear = self._hidden(attribute, said, message)
        if unclear:
            return None
        named_now = [named for named in said if named.name not in names_of.well and named not in hidden]
        names: list[tuple[int, str]] = []
        for named in named_now:
            if not message.of_patient(named.start):
                continue
            stance = message.clauses.stance(named.start, named.end, deny_after=False)
            if not any(self._excepts(cue, named, message) for cue in but_for):
                if stance is Stance.DENIED:
                    continue
                if message.clauses.denied(named.start, named.end):
                    return None  # A "cancer, all clear now" was one; a "hepatitis test, negative" was none.
            if stance in (Stance.DOUBTED, Stance.PLANNED):
                return None
            names.append((named.start, named.name))
        if names:
            return names_of.without_wider(name for _, name in sorted(names))
        none = any(match.label.own and match.label.kind == "value" for match in found) or any(named not in hidden for named in said)
        return () if none and not named_now and self.all_read(attribute, message) else None

    @staticmethod
    def _excepts(cue: Match[bool], named: Named, message: Message) -> bool:
        """Whether a name is the exception of a "nothing but"; in "but no stroke" it is none."""
        between = range(cue.end, named.start)
        return 0 <= named.start - cue.end <= _BUT_FOR_REACH and message.clauses.barriers.isdisjoint(between)

    def all_read(self, attribute: Attribute, message: Message) -> bool:
        """Whether every part of a list names something of it, or says that there is none, or says nothing."""
        found = (*message.found(attribute.name), *message.general)
        said = [match for match in found if match.label.kind in ("value", "hedged_no", "ignore")]
        times = (time for time in message.times.find(message.said, message.today) if not time.bare)
        known = {p for match in said for p in range(match.start, match.end)} | {p for time in times for p in range(time.start, time.end)}
        words = self._lexicon.words_of(attribute.name)
        for cues in (words.hides, words.hidden_by):
            known |= {p for match in cues.find(message.said.words) for p in range(match.start, match.end)}
        named = {p for one in message.named(attribute.name) for p in range(one.start, one.end)}
        small = self._lexicon.single("beside_names")
        return all(
            named.intersection(range(start, end))
            or self._short_name(attribute, message, start, end) is not None
            or all(p in known or message.said.words[p] in small for p in range(start, end))
            for start, end in self._parts(message)
        )

    def _parts(self, message: Message) -> list[_Part]:
        words = message.said.words
        cuts = sorted({0, len(words), *message.said.pauses, *(p for p, word in enumerate(words) if word in self._lexicon.joins)})
        parts = [_Part(start + (words[start] in self._lexicon.joins), end) for start, end in itertools.pairwise(cuts)]
        return [part for part in parts if part.start < part.end]

    def _short_name(self, attribute: Attribute, message: Message, start: int, end: int) -> str | None:
        """What the short name is of that is all of a part: the "ms" of "asthma, ms and gout"."""
        words = message.said.words
        first = next((p for p in range(start, end) if words[p] not in self._lexicon.single("beside_names")), end)
        return self._lexicon.names_of(attribute.name).whole(words[first:end])

    # -- what is named and is not on the list: "stopped warfarin", "allergic to penicillin"

    def _hidden(self, attribute: Attribute, said: Sequence[Named], message: Message) -> tuple[list[Named], bool]:
        """The names that words around them take out of the list, and whether it is unclear of others."""
        words = self._lexicon.words_of(attribute.name)
        ahead, behind = (cues.find(message.said.words) for cues in (words.hides, words.hidden_by))
        if not (ahead or behind) or not said:
            return [], False
        hidden: list[Named] = []
        pieces = self._pieces(message)
        for number, piece in enumerate(pieces):
            inside = _inside(said, piece)
            gone: list[Named] = []
            for cue in _inside(ahead, piece):
                gone += [named for named in inside if named.start >= cue.start][:1]
            open_end = bool(gone) or (bool(_inside(ahead, piece)) and not inside)
            for cue in _inside(behind, piece):
                gone += [named for named in inside if named.end <= cue.end][-1:]
                if not inside and number:
                    # "Warfarin, until last year": said of what stands before the comma.
                    gone += _inside(said, pieces[number - 1])[-1:]
                    open_end = False
            hidden += gone
            following = pieces[number + 1] if number + 1 < len(pieces) else None
            if following is not None and open_end and self._goes_on(following, said, message):
                return hidden, True
        return hidden, False

    def _pieces(self, message: Message) -> list[_Part]:
        """The parts, parted at each "but" as well."""
        turns = {match.start for match in self._lexicon.cues("contrasts").find(message.said.words)}
        pieces: list[_Part] = []
        for part in self._parts(message):
            cuts = sorted({part.start, part.end, *(turn for turn in turns if part.start < turn < part.end)})
            pieces += [_Part(*ends) for ends in itertools.pairwise(cuts)]
        return pieces

    def _goes_on(self, piece: _Part, said: Sequence[Named], message: Message) -> bool:
        """Whether a piece begins with a name, so that it may go on with what was said before: "stopped warfarin and metformin"."""
        named = _inside(said, piece)
        return bool(named) and named[0].start == piece.start and piece.start not in message.said.stops


def _inside(placed: Sequence[Placed], piece: _Part) -> list[Placed]:
    return [one for one in placed if piece.start <= one.start and one.end <= piece.end]
