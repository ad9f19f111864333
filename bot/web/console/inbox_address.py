"""The inbox's filters as they stand in an address, and back. Words that are searched for never stand there as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from multidict import MultiMapping

from bot.store.errors import StoreError
from bot.store.inbox_records import InboxFilter, InboxKey, ShownStage
from bot.store.records import VERDICTS, WORK_STATUSES
from bot.store.words import terms_of
from bot.store.work import as_tag

INBOX = "/console/inbox"
SEARCH = "search"
FIELDS = (SEARCH, "trial", "stage", "verdict", "status", "who", "waiting", "undelivered", "channel", "locale", "tag", "since", "until")
"""The filters, in the order in which an address and the list of them have them. `trial` may be there more than once."""
_SELDOM = frozenset({"verdict", "channel", "locale", "tag", "since", "until", "waiting", "undelivered"})
NO_TRIAL, NOBODY, ME = "none", "nobody", "me"
SHOWN_STAGES: tuple[str, ...] = get_args(ShownStage)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"(\d{1,17})-([0-9a-f]{1,32})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TRIAL = re.compile(r"NCT\d{8}", re.ASCII)
_NAME = re.compile(r"[\w:.+ -]{1,40}")
_LONGEST = 200
_LONGEST_SEALED = 2_000
_MOST_TRIALS = 50
Pairs = tuple[tuple[str, str], ...]


class NotAnAddressError(ValueError):
    """An address holds something that no page of the console leads to."""


class SearchIsOverError(NotAnAddressError):
    """An address holds a search of another session. `address` is the same without it."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: filters, as written and as meant, the words that are searched for, and the place in the list."""

    pairs: Pairs
    wanted: InboxFilter
    said: str = ""
    older_than: InboxKey | None = None
    newer_than: InboxKey | None = None

    @property
    def query(self) -> str:
        """The filters alone, without the place."""
        return urlencode(self.pairs)

    @property
    def lasting(self) -> str:
        """What of the filters is kept in a list: not what was searched for, which says something about somebody's health."""
        return urlencode(_lasting(self.pairs))

    @property
    def address(self) -> str:
        return address_of(self.pairs)

    def without(self, name: str, value: str) -> str:
        """The address of the list without one of its filters."""
        return address_of(pair for pair in self.pairs if pair != (name, value))

    def searching(self, sealed: str) -> str:
        """The address of the list that is searched as well."""
        return address_of(((SEARCH, sealed), *_lasting(self.pairs)))

    def beyond(self, name: str, key: InboxKey | None) -> str | None:
        """The address of the next page; `name` is `older` or `newer`."""
        return None if key is None else address_of((*self.pairs, (name, key_text(key))))

    @property
    def has_more(self) -> bool:
        """Whether one of the filters counts that are seldom used."""
        return any(name in _SELDOM for name, _ in self.pairs)

    def first(self, name: str) -> str:
        """What was chosen for a filter; empty: nothing."""
        return next((value for field, value in self.pairs if field == name), "")


def address_of(pairs: Iterable[tuple[str, str]], path: str = INBOX) -> str:
    """The address of a list."""
    query = urlencode(tuple(pairs))
    return f"{path}?{query}" if query else path


def key_text(key: InboxKey) -> str:
    """A place in the list, for an address."""
    return f"{(key.last_at - _EPOCH) // timedelta(microseconds=1)}-{key.id}"


def asked(query: MultiMapping[str], me: int, opened: Callable[[str], str | None]) -> Asked:
    """Read an address of the inbox. `me` is the account that "mine" means; `opened` opens what is searched for.

    Raises `NotAnAddressError`.
    """
    if query.get("words", "").strip():
        raise NotAnAddressError
    pairs = tuple(_pairs(query))
    found = {name: value for name, value in pairs if name != "trial"}
    trials = [value for name, value in pairs if name == "trial"]
    said = opened(found[SEARCH]) if SEARCH in found else ""
    if said is None:
        raise SearchIsOverError(address_of(_lasting(pairs)))
    wanted = InboxFilter(
        trials=tuple(map(_trial, (trial for trial in trials if trial != NO_TRIAL))),
        without_trial=NO_TRIAL in trials,
        stage=_one_of(found, "stage", SHOWN_STAGES),
        verdict=_one_of(found, "verdict", VERDICTS),
        status=_one_of(found, "status", WORK_STATUSES),
        assigned_to=_who(found.get("who"), me),
        waiting=_one_of(found, "waiting", ("yes",)) is not None,
        undelivered=_one_of(found, "undelivered", ("yes",)) is not None,
        channel=_named(found.get("channel")),
        locale=_named(found.get("locale")),
        tag=_tag(found.get("tag")),
        since=_day(found.get("since")),
        until=_day(found.get("until"), after=1),
        words=terms_of(said),
    )
    return Asked(pairs, wanted, said, _key(query.get("older")), _key(query.get("newer")))


def has_empty_fields(query: MultiMapping[str]) -> bool:
    """Whether a form left something open, which the address then need not say."""
    return any(not value.strip() for value in query.values())


def _pairs(query: MultiMapping[str]) -> Iterator[tuple[str, str]]:
    for name in FIELDS:
        given = [value.strip() for value in query.getall(name, ()) if value.strip()]
        if any(len(value) > (_LONGEST_SEALED if name == SEARCH else _LONGEST) for value in given) or len(given) > _MOST_TRIALS:
            raise NotAnAddressError
        for value in dict.fromkeys(given if name == "trial" else given[:1]):
            yield name, value


def _lasting(pairs: Pairs) -> Pairs:
    return tuple((name, value) for name, value in pairs if name != SEARCH)


def _one_of(found: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> Any:
    value = found.get(name)
    if value is not None and value not in allowed:
        raise NotAnAddressError
    return value


def _named(value: str | None) -> str | None:
    if value is not None and not _NAME.fullmatch(value):
        raise NotAnAddressError
    return value


def _trial(value: str) -> str:
    if not _TRIAL.fullmatch(value):
        raise NotAnAddressError
    return value


def _who(value: str | None, me: int) -> int | Literal["nobody"] | None:
    if value is None:
        return None
    if value == NOBODY:
        return "nobody"
    if value == ME:
        return me
    if not re.fullmatch(r"[1-9]\d{0,8}", value, re.ASCII):
        raise NotAnAddressError
    return int(value)


def _tag(value: str | None) -> str | None:
    try:
        return None if value is None else as_tag(value)
    except StoreError:
        raise NotAnAddressError from None


def _day(value: str | None, after: int = 0) -> datetime | None:
    if value is None:
        return None
    if not _DAY.fullmatch(value):
        raise NotAnAddressError
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC) + timedelta(days=after)
    except (ValueError, OverflowError):
        raise NotAnAddressError from None


def _key(value: str | None) -> InboxKey | None:
    if not value:
        return None
    found = _KEY.fullmatch(value)
    if found is None:
        raise NotAnAddressError
    return InboxKey(_EPOCH + timedelta(microseconds=int(found[1])), found[2])
