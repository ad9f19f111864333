"""A unit of work: everything that happens in one transaction."""

from __future__ import annotations

from bot.store.accounts import Accounts
from bot.store.audit import Audit
from bot.store.contacts import Contacts
from bot.store.conversations import Conversations
from bot.store.sealed import Sealed
from bot.store.transcripts import Transcripts
from bot.store.trials import Trials
from bot.store.turns import Turns


class Unit(Conversations, Contacts, Turns, Transcripts, Trials, Audit, Accounts, Sealed):
    """All that can be read and written in one transaction; made by ``Store.unit()`` or ``Store.reading()``."""
