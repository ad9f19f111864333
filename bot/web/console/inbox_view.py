"""What the inbox's templates show: everything worked out and put into words, nothing left to decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.accounts.roles import Permission
from bot.conversations.working import can_have
from bot.store import Unit
from bot.store.inbox import A_PAGE, COUNTED
from bot.store.inbox_records import InboxPage, InboxRow
from bot.store.records import VERDICTS, WORK_STATUSES
from bot.store.saved_views import SavedView
from bot.store.work import Colleague
from bot.web.console.inbox_address import (
    INBOX,
    ME,
    NO_TRIAL,
    NOBODY,
    SEARCH,
    SHOWN_STAGES,
    Asked,
    address_of,
    key_text,
)
from bot.web.console.services import ConsoleServices
from bot.web.console.visitor import Visitor

_GENERAL: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("all", ()),
    ("mine", (("who", ME),)),
    ("waiting", (("waiting", "yes"),)),
    ("undelivered", (("undelivered", "yes"),)),
    ("to_call", (("status", "to_call"),)),
    ("nobodys", (("who", NOBODY),)),
)
_TONES = {"likely": "good", "possible": "open", "unlikely": "bad"}
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from."""

    trials: Sequence[str]
    channels: Sequence[str]
    tags: Sequence[str]
    colleagues: Sequence[Colleague]
    views: Sequence[SavedView]
    # In how many conversations something did not arrive.
    undelivered: int


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a field."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that counts, and the address of the list without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A list to go to. `id` is that of a saved one."""

    name: str
    address: str
    current: bool
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation of the list, in words."""

    id: str
    name: str
    channel: str
    locale: str
    language: str
    trial: str
    stage: str
    verdict: str
    tone: str
    status: str
    assigned_to: str
    taken_over_by: str | None
    waiting_since: datetime | None
    waits: str
    last_at: datetime
    alarm: str | None
    undelivered: bool
    tags: tuple[str, ...]


def _texts(services: ConsoleServices) -> Mapping[str, Any]:
    """The room's own texts, and what all rooms call alike."""
    return {**services.texts["states"], **services.texts["inbox"]}


def choices(unit: Unit, visitor: Visitor) -> Choices:
    """What somebody may choose from: nothing of other trials."""
    return Choices(
        trials=unit.trials_of_conversations() if visitor.trials is None else sorted(visitor.trials),
        channels=unit.channels_of_conversations(),
        tags=unit.tags_in_sight(visitor.trials),
        colleagues=unit.colleagues(visitor.trials),
        views=unit.saved_views(visitor.account.id),
        undelivered=unit.count_undelivered(visitor.trials),
    )


def list_view(services: ConsoleServices, visitor: Visitor, what: Asked, found: InboxPage) -> dict[str, Any]:
    """What `inbox_list.html` shows."""
    s, now = _texts(services), services.clock()
    return {
        "lines": [_line(row, s, now) for row in found.rows],
        "is_filtered": bool(what.pairs),
        "picks": visitor.may(Permission.WORK),
        "count": _count(found, s),
        "newer": what.beyond("newer", found.newer),
        "older": what.beyond("older", found.older),
        "first": what.address,
    }


def page_view(
    query: Mapping[str, str], services: ConsoleServices, visitor: Visitor, what: Asked, found: InboxPage, possible: Choices
) -> dict[str, Any]:
    """What `inbox.html` shows."""
    s = _texts(services)
    return {
        **list_view(services, visitor, what, found),
        "asked": what,
        "fields": _fields(what, possible, services, visitor),
        "chips": [
            Chip(_said(name, what.said if name == SEARCH else value, s, possible), what.without(name, value)) for name, value in what.pairs
        ],
        "views": _views(what, possible, s),
        "searches": visitor.may(Permission.REVEAL),
        "people": [Option(str(one.id), one.name, False) for one in possible.colleagues if can_have(one) and one.id != visitor.account.id],
        "statuses": [Option(status, s["statuses"][status], False) for status in WORK_STATUSES],
        "used_tags": possible.tags,
        "message": _message(query, s),
        "problem": s["problems"].get(query.get("problem", "")),
        # A search is not done again by itself: each one is audited.
        "refresh": None if what.wanted.words else _refresh(what),
    }


def _refresh(what: Asked) -> str:
    place = [(name, key_text(key)) for name, key in (("older", what.older_than), ("newer", what.newer_than)) if key is not None]
    return address_of((*what.pairs, *place), f"{INBOX}/list")


def _line(row: InboxRow, s: Mapping[str, Any], now: datetime) -> Line:
    one = row.conversation
    return Line(
        id=one.id,
        name=one.id[:_SHORT],
        channel=s["channels"].get(one.channel, one.channel),
        locale=one.locale,
        language=s["languages"].get(one.locale, one.locale),
        trial=one.trial_id or s["no_trial"],
        stage=s["stages"][row.stage],
        verdict=s["verdicts"].get(one.verdict, "") if one.verdict else "",
        tone=_TONES.get(one.verdict or "", ""),
        status=s["statuses"][one.status],
        assigned_to=row.assigned_to or "",
        taken_over_by=row.taken_over_by,
        waiting_since=one.waiting_since,
        waits=_ago(now - one.waiting_since, s["ago"]) if one.waiting_since else "",
        last_at=one.last_at,
        alarm=None if row.alarm is None else s["alarms"][row.alarm],
        undelivered=row.undelivered,
        tags=row.tags,
    )


def _ago(passed: timedelta, texts: Mapping[str, str]) -> str:
    """How long, roughly: what counts is whether somebody waits for minutes or for days."""
    minutes = max(0, int(passed.total_seconds() // 60))
    if minutes < 60:
        return texts["minutes"].format(n=minutes)
    return texts["hours"].format(n=minutes // 60) if minutes < 48 * 60 else texts["days"].format(n=minutes // (24 * 60))


def _count(found: InboxPage, s: Mapping[str, Any]) -> str:
    if found.found is None:
        return str(s["counts"]["later"].format(n=len(found.rows)))
    if found.found > COUNTED:
        return str(s["counts"]["very_many"].format(n=f"{COUNTED:,}", shown=len(found.rows)))
    kind = {0: "none", 1: "one"}.get(found.found, "few" if found.found <= A_PAGE else "many")
    return str(s["counts"][kind].format(n=found.found, shown=len(found.rows)))


def _views(what: Asked, possible: Choices, s: Mapping[str, Any]) -> list[ViewLink]:
    counts = {"undelivered": possible.undelivered}
    general = [ViewLink(_counted(name, counts.get(name, 0), s), address_of(pairs), what.pairs == pairs) for name, pairs in _GENERAL]
    own = [ViewLink(view.name, f"{INBOX}?{view.query}", what.lasting == view.query and not what.said, view.id) for view in possible.views]
    return general + own


def _counted(name: str, number: int, s: Mapping[str, Any]) -> str:
    """What a list is called, with how many it has where that calls for somebody."""
    if not number:
        return str(s["views"][name])
    return str(s["views"]["counted"].format(name=s["views"][name], n=f"{COUNTED:,}+" if number > COUNTED else number))


def _fields(what: Asked, possible: Choices, services: ConsoleServices, visitor: Visitor) -> dict[str, list[Option]]:
    s = _texts(services)
    trials = [*possible.trials, *([NO_TRIAL] if visitor.trials is None else [])]
    fixed: dict[str, list[tuple[str, str]]] = {
        "trial": [(trial, s["no_trial"] if trial == NO_TRIAL else trial) for trial in trials],
        "stage": [(stage, s["stages"][stage]) for stage in SHOWN_STAGES],
        "verdict": [(verdict, s["verdicts"][verdict]) for verdict in VERDICTS],
        "status": [(status, s["statuses"][status]) for status in WORK_STATUSES],
        "who": [(ME, s["me"]), (NOBODY, s["nobody"]), *((str(one.id), one.name) for one in possible.colleagues)],
        "channel": [(channel, s["channels"].get(channel, channel)) for channel in possible.channels],
        "locale": [(locale, s["languages"].get(locale, locale)) for locale in services.library.words],
        "tag": [(tag, tag) for tag in possible.tags],
    }
    return {name: _options(pairs, [value for field, value in what.pairs if field == name]) for name, pairs in fixed.items()}


def _options(pairs: Iterable[tuple[str, str]], chosen: Sequence[str]) -> list[Option]:
    known = dict(pairs)
    # What an address asks for stays chosen, also where it is none of the usual.
    return [Option(value, label, value in chosen) for value, label in ({value: value for value in chosen} | known).items()]


def _said(name: str, value: str, s: Mapping[str, Any], possible: Choices) -> str:
    """A filter in words: State: Finished."""
    if name in ("waiting", "undelivered"):
        return str(s["fields"][name])
    match name:
        case "stage":
            value = s["stages"][value]
        case "verdict":
            value = s["verdicts"][value]
        case "status":
            value = s["statuses"][value]
        case "channel":
            value = s["channels"].get(value, value)
        case "locale":
            value = s["languages"].get(value, value)
        case "trial":
            value = s["no_trial"] if value == NO_TRIAL else value
        case "who":
            own = {ME: s["me"], NOBODY: s["nobody"]}
            value = own.get(value) or next((one.name for one in possible.colleagues if str(one.id) == value), value)
    return f"{s['fields'][name]}: {value}"


def _message(query: Mapping[str, str], s: Mapping[str, Any]) -> str | None:
    """What a form before has done, and to how many."""
    text = s["done"].get(query.get("done", ""))
    if text is None:
        return None
    done, left = _number(query.get("n", "")), _number(query.get("left", ""))
    number = s["numbers"]["one" if done == 1 else "many"].format(n=done)
    rest = "" if not left else " " + s["left"]["one" if left == 1 else "many"].format(n=left)
    return str(text.format(number=number)) + rest


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
