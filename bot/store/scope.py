"""Whose conversations: a trial's are those about it, and those in which somebody asked its study team to contact them.

Such a request stands whatever the conversation came to be about afterwards: whoever is to call finds it where they look for it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.sql.expression import literal

from bot.store.console_tables import ContactRequestRow
from bot.store.tables import ConversationRow


def of_trials(about: ColumnElement[Any], trials: Collection[str], seen: Collection[str] | None = None) -> ColumnElement[bool]:
    """Conversations of these trials; `about` is the column that says what they are about now, as a query may read it.

    `seen` are the trials of whoever looks, where some of `trials` are none of theirs (None: all are): what somebody asked another
    trial's study team is not for them to find.

    Requests are looked up by conversation, each in the index that keeps them apart, and only where it is about something else:
    a list that is read in its order until a page is full stays one that is.
    """
    requests = select(literal(1)).where(
        ContactRequestRow.conversation_id == ConversationRow.id,
        ContactRequestRow.trial_id.in_(sorted(trial for trial in trials if seen is None or trial in seen)),
    )
    return or_(about.in_(sorted(trials)), requests.exists())
