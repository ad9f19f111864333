"""What a new version of a trial's record says otherwise than the one before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bot.trials.parts import Site
from bot.trials.records import TrialRecord

_IN_FULL = ("status", "phase", "ages", "sex", "enrollment", "healthy_volunteers", "sponsor", "title_brief", "study_type", "allocation")
_BY_NAME = (
    ("title_official", "official title"),
    ("summary_official", "summary"),
    ("description_official", "description"),
    ("interventions", "interventions"),
    ("arms", "arms"),
    ("conditions", "conditions"),
    ("condition_terms", "condition terms"),
    ("contacts", "central contacts"),
    ("dates", "dates"),
    ("masking", "masking"),
)


@dataclass(frozen=True)
class Changes:
    """For people to read: one short line for each change. `returned` are criteria that were approved and have to be reviewed again."""

    lines: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


def changes(before: TrialRecord, now: TrialRecord) -> Changes:
    """What is otherwise now. Criteria are told apart by their official text: one that is only counted otherwise is no change of it."""
    lines = [*_facts(before, now), *_sites(before.sites, now.sites), *_criteria(before, now)]
    returned = tuple(
        one.id
        for one in now.criteria
        if one.reviewed is None and one.former is not None and ((was := before.criterion(one.id)) is None or was.reviewed is not None)
    )
    return Changes(tuple(lines), returned)


def _criteria(before: TrialRecord, now: TrialRecord) -> Iterator[str]:
    old = {one.fingerprint: one for one in before.criteria if one.fingerprint}
    new = {one.fingerprint for one in now.criteria}
    for one in now.criteria:
        was = before.criterion(one.id)
        if one.fingerprint is None or one.fingerprint in old:
            same = was if one.fingerprint is None else old[one.fingerprint]
            if same is not None and same.requires != one.requires:
                yield f"{one.id} has another rule"
        elif was is None:
            yield f"{one.id} is new"
        elif was.fingerprint is None:
            yield f"{one.id} has got its official text"
        else:
            yield f"{one.id} has another text"
    for one in before.criteria:
        if one.fingerprint is not None and one.fingerprint not in new and now.criterion(one.id) is None:
            yield f"{one.id} is gone"


def _facts(before: TrialRecord, now: TrialRecord) -> Iterator[str]:
    for field in _IN_FULL:
        old, new = getattr(before, field), getattr(now, field)
        if old != new:
            yield f"{field.replace('_', ' ')}: {_shown(old)} → {_shown(new)}"
    for field, name in _BY_NAME:
        if getattr(before, field) != getattr(now, field):
            yield f"{name} changed"


def _sites(before: tuple[Site, ...], now: tuple[Site, ...]) -> Iterator[str]:
    if before == now:
        return
    old, new = _placed(before), _placed(now)
    for count, what in ((len(new.keys() - old.keys()), "new"), (len(old.keys() - new.keys()), "gone")):
        if count:
            yield f"sites: {count} {what}"
    moved = Counter((old[key].status, new[key].status) for key in old.keys() & new.keys() if old[key].status != new[key].status)
    for (was, is_), count in sorted(moved.items(), key=lambda item: str(item[0])):
        yield f"sites: {count} {_shown(was)} → {_shown(is_)}"
    contacts = sum(old[key].contacts != new[key].contacts for key in old.keys() & new.keys())
    if contacts:
        yield f"sites: contacts of {contacts} changed"


def _placed(sites: tuple[Site, ...]) -> dict[tuple[object, ...], Site]:
    """Sites by where they are; the same place listed twice is told apart by its turn."""
    turns: Counter[tuple[object, ...]] = Counter()
    placed: dict[tuple[object, ...], Site] = {}
    for site in sites:
        where = (site.facility, site.city, site.state, site.country)
        turns[where] += 1
        placed[*where, turns[where]] = site
    return placed


def _shown(value: object) -> str:
    if value is None:
        return "not stated"
    name = getattr(value, "name", None)
    if isinstance(name, str):
        return name
    minimum, maximum = getattr(value, "minimum", None), getattr(value, "maximum", None)
    if minimum is not None or maximum is not None:
        return f"{'' if minimum is None else f'{minimum:g}'} to {'' if maximum is None else f'{maximum:g}'} years"
    count = getattr(value, "count", None)
    return f"{count}" if isinstance(count, int) else str(value)
