"""What is in the database: at the right version, openable, unaltered; and whom it tells."""

from __future__ import annotations

from collections.abc import Iterator

from bot.doctor.deployment import Deployment, host_of, is_here
from bot.doctor.finding import Finding, unsafe, warning

_SKEW, _FAR_OFF = 5.0, 30.0


def in_order(here: Deployment) -> Iterator[Finding]:
    """Without the database nothing else can be told either."""
    if here.store.problem:
        yield unsafe("database", here.store.problem, "accounts, sealed data and the audit were not looked at")


def sealed(here: Deployment) -> Iterator[Finding]:
    """A key that was dropped too early is noticed here rather than when a patient is to be called."""
    if here.store.unopenable is None and here.store.sealed:
        yield unsafe("sealed", f"{here.store.sealed} sealed rows cannot be tried: there is no usable key", "set TRIALCHAT_SEALING_KEYS")
    elif here.store.unopenable:
        yield unsafe(
            "sealed",
            f"{here.store.unopenable} of {here.store.sealed} sealed rows fit none of the keys",
            "add the key they were sealed with to TRIALCHAT_SEALING_KEYS, after the newest",
        )


def audit(here: Deployment) -> Iterator[Finding]:
    """The whole chain, each time."""
    if here.store.problem:
        return
    if here.store.audit_faults is None:
        yield unsafe("audit", "the audit's key is not known, so nobody can tell whether it is whole", "set TRIALCHAT_AUDIT_KEY")
    elif here.store.audit_faults:
        yield unsafe(
            "audit",
            f"{here.store.audit_faults} faults in an audit of {here.store.audit_entries} entries: some were removed or altered",
            "run trialchat audit verify, and find out who can write to the database",
        )


def clock(here: Deployment) -> Iterator[Finding]:
    """One-time codes, links that end, and the order of what was said all rest on clocks that agree."""
    skew = here.store.skew
    if skew is None or abs(skew) < _SKEW:
        return
    what = f"this machine's clock and the database's differ by {abs(skew):.0f} s"
    todo = "have both keep time with NTP"
    yield unsafe("clock", what, todo) if abs(skew) >= _FAR_OFF else warning("clock", what, todo)


def webhooks(here: Deployment) -> Iterator[Finding]:
    """New ones are refused without https; older ones may be there, and loopback ones may not be meant."""
    for target in here.store.targets:
        if target.active and target.kind == "webhook" and target.address.startswith("http://"):
            level = warning if is_here(host_of(target.address)) else unsafe
            yield level("webhook-tls", f"webhook {target.id} is called by http", "give it an https:// address in the console")


def telling_people(here: Deployment) -> Iterator[Finding]:
    """A patient who asks to be contacted waits for somebody to look."""
    active = [target for target in here.store.targets if target.active]
    by_mail = sum(target.kind == "mail" for target in active)
    if by_mail and not here.settings.smtp_url:
        yield warning("mail", f"{by_mail} are to be told by mail, and no mail server is set", "set TRIALCHAT_SMTP_URL")
    elif here.store.handoffs and not active:
        yield warning(
            "mail", "people ask to be contacted and nobody is told of it", "add whom to tell in the console, and TRIALCHAT_SMTP_URL"
        )


def kept_for_ever(here: Deployment) -> Iterator[Finding]:
    """What is not there any more cannot be stolen."""
    if here.settings.keep_days == 0:
        yield warning("retention", "conversations are kept for ever where their trial sets nothing else", "set TRIALCHAT_KEEP_DAYS")
