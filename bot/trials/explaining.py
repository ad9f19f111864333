"""A stored trial's criteria, explained line by line: for people who check what a program made of the registry's text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bot.criteria import CheckedBy
from bot.criteria.extraction.tracing import Piece, traced
from bot.criteria.reading import Reading
from bot.criteria.rules import mentioned, rule_as_json
from bot.criteria.sentences import sentence
from bot.trials.parts import TrialCriterion
from bot.trials.records import TrialRecord
from bot.trials.registry.record import Reader
from bot.words import Words

_READ = {
    Reading.WHOLE: "every word",
    Reading.PART: "in part; the rest is for the study team",
    Reading.NONE: "not at all; it stays as text, for the study team",
    Reading.LEAD: "only leads to the criteria inside of it",
    Reading.INSIDE: "is one of several; the rule stands at the one that leads to them",
}
_LONGEST_RULE = 600


def explained(record: TrialRecord, criterion: TrialCriterion, reader: Reader, locale: str) -> Iterator[str]:
    """The lines about one criterion: its place, its words, what was read of them, what that asks, and who approved it."""
    book = reader.library.in_locale(locale)
    checked = "patient" if criterion.checked_by is CheckedBy.PATIENT else "study team"
    yield f"{criterion.id}  {criterion.section}, checked by the {checked}, {approval(criterion)}"
    if criterion.under:
        yield f"  under:    {' / '.join(criterion.under)}"
    if criterion.inside_of:
        yield f"  inside:   {criterion.inside_of}"
    if criterion.text:
        place = "" if criterion.words_span is None else f"  (characters {criterion.words_span[0]} to {criterion.words_span[1]})"
        yield f"  text:     {' '.join(criterion.text.split())}{place}"
    if criterion.reading is not None:
        yield f"  read:     {_READ[criterion.reading]}"
    if record.eligibility_text is not None and criterion.words_span is not None:
        for piece in traced(record.eligibility_text, criterion.words_span, reader.language):
            yield f"            {_piece(piece, record.eligibility_text, book, criterion.reading)}"
    if criterion.requires is not None:
        own = " ".join((criterion.text or "").split())
        yield f"  means:    {sentence(criterion.requires, book, own)}"
        yield f"  asks:     {', '.join(mentioned(criterion.requires)) or 'nothing'}"
        rule = json.dumps(rule_as_json(criterion.requires), ensure_ascii=False)
        yield f"  rule:     {rule if len(rule) <= _LONGEST_RULE else rule[:_LONGEST_RULE] + ' …'}"
    yield f"  patients: {record.in_words(locale).criteria[criterion.id].plain}"
    if criterion.former is not None:
        former = criterion.former
        words = " ".join((former.text or "").split())
        yield f"  before:   approved by {former.reviewed.by} on {former.reviewed.on}, for another text: {words}"
        yield f"            as: {former.plain}"


def approval(criterion: TrialCriterion) -> str:
    """Whether somebody approved a criterion, who and when."""
    if criterion.reviewed is not None:
        return f"approved by {criterion.reviewed.by} on {criterion.reviewed.on}"
    return "from the record's field" if criterion.id.startswith("R-") else "approved by nobody yet"


def _piece(piece: Piece, text: str, book: Words, reading: Reading | None) -> str:
    words = " ".join(text[slice(*piece.place)].split())
    if piece.attribute is None:
        return f"“{words}” → {'asks for nothing more' if reading is Reading.WHOLE else 'left to the study team'}"
    asked = piece.attribute if piece.condition is None else sentence(piece.condition, book)
    return f"“{words}” → {'not: ' if piece.denied else ''}{asked}"
