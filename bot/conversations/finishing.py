"""That a screening came to its end, told to programs that follow."""

from __future__ import annotations

from datetime import datetime

from bot.deliveries.events import note_event
from bot.store import Event, Screening, Unit
from bot.store.records import Stage


def note_finished(unit: Unit, screening: Screening, stage: Stage, at: datetime) -> None:
    """Note it where a screening is finished, once for all that was answered until then.

    Looking at a result again is no other end; an answer that is changed or added afterwards leads to one.
    """
    if stage != "finished":
        return
    note_event(
        unit,
        Event.SCREENING_FINISHED,
        thing=f"{screening.id}:{len(unit.answers(screening.id))}",
        conversation_id=screening.conversation_id,
        trial_id=screening.trial_id,
        at=at,
    )
