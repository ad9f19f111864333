"""A unit of work: everything that happens in one transaction."""

from __future__ import annotations

from bot.store.accounts import Accounts
from bot.store.audit import Audit
from bot.store.conversations import Conversations
from bot.store.erasing import Erasing
from bot.store.exports import Exports
from bot.store.retention import Retention
from bot.store.screenings import Screenings
from bot.store.transcripts import Transcripts
from bot.store.trials import Trials
from bot.store.turns import Turns


class Unit(Conversations, Screenings, Turns, Transcripts, Trials, Audit, Accounts, Erasing, Retention, Exports):
    """All that can be read and written in one transaction; made by ``Store.unit()`` or ``Store.reading()``."""
