"""A unit of work: everything that happens in one transaction."""

from __future__ import annotations

from bot.store.accounts import Accounts
from bot.store.audit import Audit
from bot.store.conversations import Conversations
from bot.store.figures import Figures
from bot.store.screenings import Screenings
from bot.store.transcripts import Transcripts
from bot.store.trial_settings import TrialSettingsPart
from bot.store.trials import Trials
from bot.store.turns import Turns


class Unit(Conversations, Screenings, Turns, Transcripts, Trials, Audit, Accounts, TrialSettingsPart, Figures):
    """All that can be read and written in one transaction; made by ``Store.unit()`` or ``Store.reading()``."""
