"""Whom to tell: adding, switching off, trying out; and sending something once more."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.audit.actions import Action
from bot.deliveries.events import tell_as_test
from bot.deliveries.webhooks import Networks, fault_of
from bot.sealing import Sealer
from bot.store import DeliveryTarget, Event, Store
from bot.store.event_names import CHOICES, FOR_PEOPLE
from bot.store.records import TargetKind

LONGEST_ADDRESS = 500
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,190}", re.ASCII)
_TRIAL = re.compile(r"NCT\d{8}", re.ASCII)


def choices(kind: str) -> tuple[Event, ...]:
    """What a receiver of that kind can be told: mail, what there are words for in `words/<locale>/console/deliveries.yaml`."""
    return FOR_PEOPLE if kind == "mail" else CHOICES


def fault_of_events(kind: str, events: Collection[Event]) -> str | None:
    """What is wrong with what a receiver is to be told, as a code for the room's texts."""
    if not events:
        return "no_events"
    return None if set(events) <= set(choices(kind)) else "not_by_mail"


@dataclass(frozen=True, slots=True)
class Added:
    """A new target; the secret of a webhook is known here and never again."""

    target: DeliveryTarget
    secret: str | None


@dataclass(frozen=True)
class Targets:
    """The targets as one person of the console may change them: `actor` as the audit names them, `trials` those they see (None: all)."""

    store: Store
    sealer: Sealer
    site_url: str
    actor: str
    trials: frozenset[str] | None

    def fault(self, trial_id: str | None, kind: str, address: str, events: Collection[Event], networks: Networks) -> str | None:
        """What is wrong with a target to be added, as a code for the room's texts. `events`: what it is to be told."""
        if trial_id is None and self.trials is not None:
            return "not_all"
        if trial_id is not None and (not _TRIAL.fullmatch(trial_id) or (self.trials is not None and trial_id not in self.trials)):
            return "bad_trial"
        if kind == "mail":
            wrong = None if _MAIL.fullmatch(address) else "bad_mail"
        elif kind != "webhook" or len(address) > LONGEST_ADDRESS:
            wrong = "bad_url"
        else:
            wrong = fault_of(address, networks)
        return wrong or fault_of_events(kind, events)

    def add(self, trial_id: str | None, kind: TargetKind, address: str, events: Collection[Event], now: datetime) -> Added:
        """Add one that has no fault."""
        secret = secrets.token_urlsafe(32) if kind == "webhook" else None
        sealed = None if secret is None else self.sealer.seal(secret)
        with self.store.unit() as unit:
            target = unit.add_delivery_target(trial_id=trial_id, kind=kind, address=address, secret=sealed, at=now, events=events)
            detail = {"kind": kind, "events": sorted(events)}
            unit.audit(self.actor, "delivery_target_added", "delivery_target", str(target.id), at=now, trial_id=trial_id, detail=detail)
        return Added(target, secret)

    def switch(self, target_id: int, active: bool, now: datetime) -> bool:
        """Switch one on or off; False where there is none of theirs."""
        with self.store.unit() as unit:
            target = unit.delivery_target(target_id, self.trials)
            if target is None:
                return False
            unit.set_target_active(target.id, active)
            done: Action = "delivery_target_switched_on" if active else "delivery_target_switched_off"
            unit.audit(self.actor, done, "delivery_target", str(target.id), at=now, trial_id=target.trial_id)
        return True

    def choose(self, target_id: int, events: Collection[Event], now: datetime) -> str | None:
        """Say what one is told from now on; what is wrong with that, as a code: `none` where there is none of theirs."""
        with self.store.unit() as unit:
            target = unit.delivery_target(target_id, self.trials)
            if target is None:
                return "none"
            if (fault := fault_of_events(target.kind, events)) is not None:
                return fault
            unit.set_target_events(target.id, events)
            detail = {"events": sorted(events)}
            unit.audit(
                self.actor, "delivery_target_chose", "delivery_target", str(target.id), at=now, trial_id=target.trial_id, detail=detail
            )
        return None

    def test(self, target_id: int, now: datetime) -> bool:
        """Send something to one, to see that it arrives; False where there is none of theirs in use."""
        with self.store.unit() as unit:
            target = unit.delivery_target(target_id, self.trials)
            if target is None or not target.active:
                return False
            tell_as_test(unit, target, site_url=self.site_url, at=now)
            unit.audit(self.actor, "delivery_target_tested", "delivery_target", str(target.id), at=now, trial_id=target.trial_id)
        return True

    def send_again(self, delivery_id: int, now: datetime) -> bool:
        """Send something once more; False where there is none of theirs, its target is switched off, or what it told of was erased."""
        with self.store.unit() as unit:
            found = unit.delivery(delivery_id, self.trials)
            if found is None or not found[1].active:
                return False
            delivery, target = found
            if not unit.redeliver(delivery.id, at=now):
                return False
            detail = {"event": delivery.event}
            unit.audit(self.actor, "delivery_sent_again", "delivery", str(delivery.id), at=now, trial_id=target.trial_id, detail=detail)
        return True
