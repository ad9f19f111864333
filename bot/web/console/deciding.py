"""Taking a decision about a criterion: what a form says, what it would change, and keeping it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from multidict import MultiDictProxy

from bot.accounts.roles import Permission
from bot.audit import actions as audit
from bot.conversations.snapshots import answers_of
from bot.store import Unit
from bot.trials.effect import Effect, effect
from bot.trials.parts import CriterionWords, TrialCriterion
from bot.trials.records import TrialRecord
from bot.trials.review import Action
from bot.trials.reviewing import WORDS, Decision, ReviewFault, decide, foreseen, rule_from_json, rule_from_sentence, waiting, words_before
from bot.trials.side_by_side import said, written
from bot.web.console.conversation import revealed_until
from bot.web.console.effect_view import ShownEffect, shown
from bot.web.console.services import ConsoleServices
from bot.web.console.visitor import Visitor
from bot.web.requests import printable
from bot.words import Words

MOST_SCREENINGS = 300
"""Past screenings on which a decision is tried out: the latest ones."""
LONGEST_RULE, LONGEST_WORDS = 20_000, 600
Form = MultiDictProxy[str | bytes | bytearray | web.FileField]

_NOTED: Mapping[Action, audit.Action] = {
    Action.APPROVED: "criterion_approved",
    Action.EDITED: "criterion_edited",
    Action.RETURNED: "criterion_returned",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision would do. `seen` is the record it was tried out on; the decision is taken on that very one or not at all."""

    decision: Decision
    before: str | None
    after: str | None
    rule_json: str
    words: CriterionWords
    new_words: CriterionWords
    effect: ShownEffect
    seen: str


def criterion_of(record: TrialRecord, criterion_id: str) -> TrialCriterion:
    """The criterion that an address names."""
    found = record.criterion(criterion_id)
    if found is None:
        raise web.HTTPNotFound
    return found


def next_waiting(record: TrialRecord, criterion_id: str) -> str | None:
    """The criterion to review next: the first that waits behind this one, else the first of all."""
    ids = [one.id for one in record.criteria]
    left = [one.id for one in waiting(record) if one.id != criterion_id]
    behind = [one for one in left if ids.index(one) > ids.index(criterion_id)]
    return next(iter(behind or left), None)


def book_of(services: ConsoleServices) -> Words:
    """The words in which the console speaks of rules and patients' texts."""
    return services.library.in_locale(None)


def previewed(services: ConsoleServices, visitor: Visitor, trial_id: str, criterion_id: str, form: Form) -> Preview:
    """What the decision of a form would change in rule, words and past screenings; `ReviewFault` where it cannot be taken."""
    book, attributes, at = book_of(services), services.library.attributes, services.clock()
    with services.store.reading() as unit:
        stored = unit.trial(trial_id)
        record = services.desk.stored_record(unit, trial_id)
        if stored is None or record is None:
            raise web.HTTPNotFound
        criterion = criterion_of(record, criterion_id)
        decision = _decision(services, unit, visitor, record, criterion, form)
        after = foreseen(unit, services.keeper, trial_id, criterion_id, decision, attributes, at)
        past = unit.past_screenings(trial_id, visitor.trials, MOST_SCREENINGS + 1)
    answers = ((one.conversation_id, answers_of(one.answers, attributes)) for one in past)
    found = effect(attributes, services.desk.criteria(record), services.desk.criteria(after), answers, most=MOST_SCREENINGS)
    new = criterion_of(after, criterion_id)
    own = " ".join((criterion.text or "").split())
    return Preview(
        decision=decision,
        before=said(criterion.requires, book, own),
        after=said(new.requires, book, own),
        rule_json=written(decision.rule),
        words=record.in_words(book.locale).criteria[criterion_id],
        new_words=after.in_words(book.locale).criteria[criterion_id],
        effect=_told(services, visitor, trial_id, criterion_id, found, at),
        seen=stored.content_hash,
    )


def saved(services: ConsoleServices, visitor: Visitor, trial_id: str, criterion_id: str, form: Form) -> tuple[str, str | None]:
    """Decide and audit in one transaction; which decision it was, and the criterion that waits next."""
    # Made before the transaction begins, in which everybody else waits.
    _ = services.reader
    with services.store.unit() as unit:
        unit.take_turns_at_trials()
        at = services.clock()
        stored = unit.trial(trial_id)
        record = services.desk.stored_record(unit, trial_id)
        if stored is None or record is None:
            raise web.HTTPNotFound
        criterion = criterion_of(record, criterion_id)
        if form.get("seen") != stored.content_hash:
            raise ReviewFault(services.texts["criteria"]["changed_meanwhile"])
        decision = _decision(services, unit, visitor, record, criterion, form)
        kept = decide(unit, services.keeper, trial_id, [criterion_id], decision, services.library.attributes, at)
        new = criterion_of(kept.record, criterion_id)
        detail = {
            "criterion": criterion_id,
            "text": criterion.fingerprint,
            "rule_changed": new.requires != criterion.requires,
            "words_changed": _words(record, criterion_id, services) != _words(kept.record, criterion_id, services),
        }
        unit.audit(visitor.actor, _NOTED[decision.action], "trial", trial_id, at=at, trial_id=trial_id, detail=detail)
    return decision.action.value, next_waiting(kept.record, criterion_id)


def _told(services: ConsoleServices, visitor: Visitor, trial_id: str, criterion_id: str, found: Effect, at: datetime) -> ShownEffect:
    """What a visitor is told of an effect. That they are is audited: what others answered went into it."""
    with services.store.unit() as unit:
        made = shown(found, visitor.may(Permission.REVEAL), lambda name: revealed_until(unit, visitor, name, at) is not None)
        if made.looked_at:
            detail = {"criterion": criterion_id, "screenings": made.looked_at, "would_change": made.told}
            unit.audit(visitor.actor, "criterion_previewed", "trial", trial_id, at=at, trial_id=trial_id, detail=detail)
    return made


def _words(record: TrialRecord, criterion_id: str, services: ConsoleServices) -> CriterionWords:
    return record.in_words(book_of(services).locale).criteria[criterion_id]


def _decision(
    services: ConsoleServices, unit: Unit, visitor: Visitor, record: TrialRecord, criterion: TrialCriterion, form: Form
) -> Decision:
    """What a form says; `ReviewFault` where it says nothing that can be done."""
    texts, by = services.texts["criteria"], visitor.account.name
    match form.get("action"):
        case Action.APPROVED:
            return Decision(Action.APPROVED, by)
        case Action.RETURNED:
            return Decision(Action.RETURNED, by)
        case Action.EDITED:
            pass
        case _:
            raise ReviewFault(texts["no_action"])
    rule = criterion.requires
    match form.get("how"):
        case "sentence":
            rule = rule_from_sentence(_text(form, "sentence", LONGEST_RULE, texts), criterion, services.reader)
        case "json":
            rule = rule_from_json(_text(form, "rule", LONGEST_RULE, texts))
        case "study_team":
            rule = None
    locale = book_of(services).locale
    words = words_before(unit, criterion, record.nct_id)
    new = _new_words(words.get(locale, {}), record.in_words(locale).criteria[criterion.id], form, texts)
    words = {**words, locale: new} if new else {key: value for key, value in words.items() if key != locale}
    if rule == criterion.requires and words == words_before(unit, criterion, record.nct_id) and criterion.reviewed is not None:
        raise ReviewFault(texts["nothing_changed"])
    return Decision(Action.EDITED, by, rule, words or None)


def _new_words(before: Mapping[str, str], shown: CriterionWords, form: Form, texts: Mapping[str, str]) -> dict[str, str]:
    """The words by hand: what was written, what stays as it was, and not what is left empty, which words itself again."""
    made = {}
    for name in WORDS:
        text = " ".join(_text(form, name, LONGEST_WORDS, texts).split())
        if text and text != getattr(shown, name):
            made[name] = text
        elif text and name in before:
            made[name] = before[name]
    return made


def _text(form: Form, name: str, longest: int, texts: Mapping[str, str]) -> str:
    value = form.get(name, "")
    text = printable(value).strip() if isinstance(value, str) else ""
    if len(text) > longest:
        raise ReviewFault(texts["too_long"].format(most=longest))
    return text
