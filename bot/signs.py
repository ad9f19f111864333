"""What the parts of this process say about themselves, without knowing who listens: what happened, and which work was done.

It is counted for the whole process, since it began. The kinds are listed here, and so bounded: no name of a person, a trial or a
conversation can be among them.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum


class Happening(StrEnum):
    """What is counted."""

    STORE_AWAY = "store_away"
    NOTIFICATION_GIVEN_UP = "notification_given_up"
    ANSWER_GIVEN_UP = "answer_given_up"
    MESSAGE_GIVEN_UP = "message_given_up"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - what happened
    WRONG_CODE = "wrong_code"
    PROVIDER_REFUSED = "provider_refused"
    ACCOUNT_LOCKED = "account_locked"
    CONVERSATION_TOO_FAST = "conversation_too_fast"
    ADDRESS_TOO_FAST = "address_too_fast"
    SESSIONS_TOO_FAST = "sessions_too_fast"
    CONTACTS_TOO_FAST = "contacts_too_fast"
    SIGN_INS_TOO_FAST = "sign_ins_too_fast"
    KEY_TOO_FAST = "key_too_fast"
    STRANGER_TOO_FAST = "stranger_too_fast"


class Work(StrEnum):
    """What is done in the background, over and over."""

    TRANSCRIPTS = "transcripts"
    HOUSEKEEPING = "housekeeping"
    OUTBOX = "outbox"
    CHANNEL_MESSAGES = "channel_messages"
    CHANNEL_ANSWERS = "channel_answers"
    CHANNEL_LINES = "channel_lines"


_lock = threading.Lock()
_happened: Counter[Happening] = Counter()
_done: dict[Work, float] = {}


def happened(what: Happening) -> None:
    """It happened once more."""
    with _lock:
        _happened[what] += 1


def times(what: Happening) -> int:
    """How often it happened since the process began."""
    return _happened[what]


def did(work: Work) -> None:
    """A round of that work ended well, whether or not there was something to do."""
    _done[work] = time.time()


def last_done() -> Mapping[Work, float]:
    """When each work ended well last, as Unix time. What this process does not do, or never did yet, is not there."""
    return dict(_done)
