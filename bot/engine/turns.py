"""A turn either happens whole or not at all.

Rasa carries on when an action fails: it logs the error, forgets what the action would have said, and saves the message as
handled. The person would get silence, and sending the message again would count twice. Here a failed action ends the turn
before anything is saved or published, so that the app can say "try again" and mean it.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.events import Event


class TurnFailed(BaseException):
    """An action could not be run, or the conversation not be kept. Not an ``Exception``, since Rasa swallows those and goes on."""


def end_the_turn_when_an_action_fails() -> None:
    """Let a failed action end its turn; a rejection is no failure but the screening's way of handing a message on."""
    run = RemoteAction.run

    async def run_or_fail(self: RemoteAction, *args: Any, **kwargs: Any) -> list[Event]:
        try:
            events: list[Event] = await run(self, *args, **kwargs)
            return events
        except ActionExecutionRejection:
            raise
        except Exception as error:
            raise TurnFailed(f"{self.name()}: {type(error).__name__}") from error

    RemoteAction.run = run_or_fail


def end_the_turn_when_the_conversation_cannot_be_kept() -> None:
    """Let a failing tracker store end the turn.

    Rasa would go on with an empty conversation in memory, which loses the screening, and log the error with what people said.
    """

    def fail(_: FailSafeTrackerStore, error: Exception) -> None:
        raise TurnFailed(f"tracker store: {type(error).__name__}") from None

    FailSafeTrackerStore.on_tracker_store_error = fail
    FailSafeTrackerStore.on_tracker_store_retrieve_error = fail
