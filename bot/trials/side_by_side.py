"""A criterion as whoever reviews it sees it: the official text beside what a program made of it, and what was decided so far."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.criteria.extraction.tracing import traced
from bot.criteria.rules import AllOf, Rule, mentioned, parse_rule, rule_as_json
from bot.criteria.sentences import sentence
from bot.store import CriterionReview
from bot.trials.parts import CriterionWords, TrialCriterion
from bot.trials.records import TrialRecord
from bot.trials.registry.record import Reader
from bot.words import Words

AROUND = 500
"""Characters of the official text that are shown before a criterion, and behind it."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of the official text with the criterion's own words in it. `cut_before`, `cut_after`: there is more of the text."""

    before: str
    own: str
    after: str
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Words of a criterion, and the condition that was made of them; None where they are left to the study team."""

    words: str
    condition: str | None
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """A decision that was taken. `rule` is a sentence; None where it had none."""

    action: str
    by: str
    at: datetime
    rule: str | None
    worded: bool


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything about one criterion that is looked at to decide."""

    criterion: TrialCriterion
    excerpt: Excerpt | None
    parts: tuple[Part, ...]
    rule: str | None
    rule_json: str
    asks: tuple[str, ...]
    words: CriterionWords
    history: tuple[Past, ...]


def sides(record: TrialRecord, criterion: TrialCriterion, reviews: Sequence[CriterionReview], reader: Reader, book: Words) -> Sides:
    """A criterion of a stored record. `reviews` are all of the trial's, oldest first."""
    own = " ".join((criterion.text or "").split())
    rule = criterion.requires
    return Sides(
        criterion=criterion,
        excerpt=_excerpt(record, criterion),
        parts=tuple(_parts(record, criterion, reader, book)),
        rule=said(rule, book, own),
        rule_json=written(rule),
        asks=() if rule is None else tuple(book.attribute_name(name) for name in mentioned(rule)),
        words=record.in_words(book.locale).criteria[criterion.id],
        history=tuple(
            Past(
                action=one.action,
                by=one.by,
                at=one.at,
                rule=None if one.rule is None else said(parse_rule(one.rule), book, own),
                worded=bool(one.words),
            )
            for one in reversed(reviews)
            if one.fingerprint == criterion.fingerprint
        ),
    )


def said(rule: Rule | None, book: Words, own: str) -> str | None:
    """A rule as a sentence; None where there is none."""
    if rule is None:
        return None
    text = sentence(rule, book, own)
    return f"{text[:1].upper()}{text[1:]}."


def written(rule: Rule | None) -> str:
    """A rule as JSON, to be edited; empty where there is none."""
    return "" if rule is None else json.dumps(rule_as_json(rule), ensure_ascii=False, indent=2)


def _excerpt(record: TrialRecord, criterion: TrialCriterion) -> Excerpt | None:
    text, place = record.eligibility_text, criterion.words_span
    if text is None or place is None:
        return None
    first, last = max(0, place[0] - AROUND), min(len(text), place[1] + AROUND)
    return Excerpt(text[first : place[0]], text[slice(*place)], text[place[1] : last], first > 0, last < len(text))


def _parts(record: TrialRecord, criterion: TrialCriterion, reader: Reader, book: Words) -> list[Part]:
    text, place = record.eligibility_text, criterion.words_span
    if text is None or place is None:
        return []
    return [
        Part(
            words=" ".join(text[slice(*piece.place)].split()),
            condition=None
            if piece.attribute is None
            else book.attribute_name(piece.attribute)
            if piece.condition is None
            else sentence(piece.condition, book),
            denied=piece.denied,
        )
        for piece in traced(text, place, reader.language)
        # Words that ask for nothing by themselves are told by what is read beside them.
        if piece.condition != AllOf(all=())
    ]
