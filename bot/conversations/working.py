"""Work on conversations, one or several at once: each change is audited, and what changes nothing is not.

Whoever works sees only the conversations of their trials.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from bot.accounts.roles import Permission, Role, allows
from bot.audit.actions import Action
from bot.store import Conversation, Json, Store, Unit
from bot.store.inbox_records import Trials
from bot.store.records import WorkStatus
from bot.store.work import Colleague

MOST = 50
"""Conversations that are changed at once: those of a page."""

_TO_DO: tuple[WorkStatus, ...] = ("new", "to_call")


@dataclass(frozen=True, slots=True)
class Assign:
    """Give them to somebody; None: to nobody."""

    account_id: int | None


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Say how far the study team is."""

    status: WorkStatus
    closed_because: str | None = None


@dataclass(frozen=True, slots=True)
class AddTag:
    """Put a word on them."""

    tag: str


@dataclass(frozen=True, slots=True)
class RemoveTag:
    """Take a word off them."""

    tag: str


Change = Assign | SetStatus | AddTag | RemoveTag


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of it: how many are as wanted now, and how many were left as they were."""

    done: int
    left: int


def can_have(colleague: Colleague) -> bool:
    """Whether conversations may be given to somebody: they are there, and their role works with conversations."""
    return colleague.active and allows(Role(colleague.role), Permission.WORK)


def trials_of(unit: Unit, conversation: Conversation) -> tuple[str | None, ...]:
    """What a conversation is about, and the trials whose study teams are asked for contact in it: who sees one of these sees it."""
    return (conversation.trial_id, *unit.trials_asked_for(conversation.id))


def change_all(store: Store, change: Change, picked: Collection[str], trials: Trials, actor: str, now: datetime) -> Worked:
    """Change those of the picked conversations that somebody who sees these trials may see, and whom the change fits.

    Left as they are: what is not theirs to see or is no longer there, and, when conversations are given to somebody, those that
    this person does not see. Raises `StoreError` for a tag that cannot be one, or a closing without a reason.
    """
    with store.unit() as unit:
        make = _maker(unit, change, trials, now)
        done, changed = 0, []
        for conversation in unit.conversations_in_sight(picked, trials):
            outcome = make(conversation)
            if outcome is None:
                continue
            done += 1
            if outcome.changed:
                changed.append((conversation, outcome))
        # Last, as everywhere: whoever audits holds the chain until the end, and must not wait for a conversation then.
        for conversation, outcome in changed:
            _audit(unit, conversation, outcome, actor, now)
    return Worked(done, len(set(picked)) - done)


def change_one(unit: Unit, change: Change, conversation_id: str, trials: Trials, actor: str, now: datetime) -> bool:
    """The same with one conversation, which was seen to be theirs; False where the change does not fit it, or it is gone."""
    # As it is in this transaction: somebody may have been faster.
    conversation = unit.conversation(conversation_id)
    outcome = None if conversation is None else _maker(unit, change, trials, now)(conversation)
    if conversation is None or outcome is None:
        return False
    if outcome.changed:
        _audit(unit, conversation, outcome, actor, now)
    return True


@dataclass(frozen=True, slots=True)
class _Outcome:
    changed: bool
    action: Action
    detail: Json = None


def _maker(unit: Unit, change: Change, trials: Trials, now: datetime) -> Callable[[Conversation], _Outcome | None]:
    # Tags and reasons are written freely and may say something about health: the audit does not repeat them.
    match change:
        case Assign(None):
            return lambda one: _Outcome(unit.assign(one.id, None, now), "unassigned", {"before": one.assigned_to})
        case Assign(account_id):
            theirs = next((one for one in unit.colleagues(trials) if one.id == account_id and can_have(one)), None)
            return lambda one: (
                _Outcome(unit.assign(one.id, account_id, now), "assigned", {"to": account_id, "before": one.assigned_to})
                if theirs is not None and theirs.sees(*trials_of(unit, one))
                else None
            )
        case SetStatus():
            return lambda one: _set_status(unit, one, change, now)
        case AddTag(tag):
            return lambda one: _Outcome(unit.add_tag(one.id, tag, now), "tag_added")
        case RemoveTag(tag):
            return lambda one: _Outcome(unit.remove_tag(one.id, tag, now), "tag_removed")


def _audit(unit: Unit, conversation: Conversation, outcome: _Outcome, actor: str, now: datetime) -> None:
    trial = conversation.trial_id
    unit.audit(actor, outcome.action, "conversation", conversation.id, at=now, trial_id=trial, detail=outcome.detail)


def _set_status(unit: Unit, one: Conversation, change: SetStatus, now: datetime) -> _Outcome:
    changed = unit.set_status(one.id, change.status, now, change.closed_because)
    if change.status not in _TO_DO and one.taken_over_by is None and one.waiting_since is not None:
        # Whoever was called, or needs nothing more, no longer waits for a person.
        unit.note_answered(one.id, now)
    return _Outcome(changed, "status_set", {"status": change.status, "before": one.status})
