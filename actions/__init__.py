"""rasa-sdk custom actions: the screening, and what interrupts it. They translate, nothing more."""

from __future__ import annotations

from rasa_sdk import Action

from actions.interruptions import (
    ActionAnswerQuestion,
    ActionDefaultFallback,
    ActionErase,
    ActionHelp,
    ActionOfferHuman,
    ActionSafety,
    ActionSmallTalk,
)
from actions.screening import ActionScreening
from bot.conversations.desk import Desk

__all__ = ["all_actions"]


def all_actions(desk: Desk) -> list[Action]:
    """Every action, at work on this desk."""
    kinds = (
        ActionScreening,
        ActionAnswerQuestion,
        ActionOfferHuman,
        ActionHelp,
        ActionSmallTalk,
        ActionSafety,
        ActionErase,
        ActionDefaultFallback,
    )
    return [kind(desk) for kind in kinds]
