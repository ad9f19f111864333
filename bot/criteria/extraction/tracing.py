"""How a criterion was read: which of its words became which condition, and which were left to the study team."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.criteria.extraction.bounds import Limit, limits
from bot.criteria.extraction.measures import comparison
from bot.criteria.extraction.outline import Span
from bot.criteria.extraction.points import Language
from bot.criteria.extraction.signs import Sign, lowered_alike, signs
from bot.criteria.extraction.statements import Statement, statements
from bot.criteria.rules import Rule


@dataclass(frozen=True)
class Piece:
    """Words at `place` of the text. `condition` is what they say by themselves; None where nothing was made of them."""

    place: Span
    condition: Rule | None = None
    attribute: str | None = None
    denied: bool = False


def traced(text: str, own: Span, language: Language) -> list[Piece]:
    """The pieces of a criterion whose own words stand at `own` of an eligibility text, in their order.

    Words that say nothing about who may take part ("patients must have") are in no piece.
    """
    found = signs(text, lowered_alike(text), *own, language.words)
    said = [language.measures.as_meant(limit) for limit in limits(found, language.words, None)]
    blocks = [_signs_at(found, limit.place) for limit in said]
    stated = statements(found, language.statements, blocks)
    pieces = [*_of_limits(said, language), *_of_statements(found, stated)]
    read = {index for block in blocks for index in block}
    read.update(index for statement in stated for index in range(statement.first, statement.last + 1))
    left = _left(found, read, language)
    return sorted([*pieces, *left], key=lambda piece: piece.place)


def _signs_at(found: Sequence[Sign], place: Span) -> range:
    inside = [index for index, sign in enumerate(found) if place[0] <= sign.start < place[1]]
    return range(inside[0], inside[-1] + 1)


def _of_limits(said: Sequence[Limit], language: Language) -> Iterator[Piece]:
    for limit in said:
        yield Piece(limit.place, comparison(limit, language.measures), limit.attribute, limit.denied)


def _of_statements(found: Sequence[Sign], stated: Sequence[Statement]) -> Iterator[Piece]:
    for statement in stated:
        place = (found[statement.first].start, found[statement.last].end)
        yield Piece(place, statement.stated.rule, statement.stated.attribute, statement.denied)


def _left(found: Sequence[Sign], read: set[int], language: Language) -> Iterator[Piece]:
    """Runs of words that say something and of which nothing was made."""
    run: list[Sign] = []
    for index, sign in enumerate(found):
        if index in read:
            if any(language.tells(one) for one in run):
                yield Piece((run[0].start, run[-1].end))
            run = []
        else:
            run.append(sign)
    if any(language.tells(one) for one in run):
        yield Piece((run[0].start, run[-1].end))
