"""A unit of work: everything that happens in one transaction."""

from __future__ import annotations

from bot.store.account_sessions import AccountSessions
from bot.store.api_keys import ApiKeys
from bot.store.api_reading import ApiReading
from bot.store.audit import Audit
from bot.store.channels import Channels
from bot.store.contacts import Contacts
from bot.store.conversations import Conversations
from bot.store.credentials import Credentials
from bot.store.erasing import Erasing
from bot.store.events import Events
from bot.store.exports import Exports
from bot.store.figures import Figures
from bot.store.inbox import Inbox
from bot.store.invitations import Invitations
from bot.store.known_browsers import KnownBrowsers
from bot.store.notes import Notes
from bot.store.queues import QueueFigures
from bot.store.retention import Retention
from bot.store.reveals import Reveals
from bot.store.review import Review
from bot.store.saved_views import SavedViews
from bot.store.sealed import Sealed
from bot.store.takeover import TakeOvers
from bot.store.transcripts import Transcripts
from bot.store.trials import Trials
from bot.store.turns import Turns
from bot.store.work import Work


class Unit(
    Inbox,
    ApiReading,
    Conversations,
    Contacts,
    Turns,
    Transcripts,
    Trials,
    Audit,
    Credentials,
    AccountSessions,
    KnownBrowsers,
    Invitations,
    Work,
    SavedViews,
    TakeOvers,
    Notes,
    Reveals,
    Review,
    Sealed,
    Erasing,
    Retention,
    Exports,
    Figures,
    Channels,
    ApiKeys,
    Events,
    QueueFigures,
):
    """All that can be read and written in one transaction; made by ``Store.unit()`` or ``Store.reading()``."""
