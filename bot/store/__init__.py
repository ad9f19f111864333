"""The store: everything trialchat remembers, behind one small typed door.

    store = Store("sqlite:///var/trialchat.db")
    store.migrate()
    with store.unit() as unit:
        conversation = unit.conversation(conversation_id)

Calls are synchronous; the web application makes them through ``asyncio.to_thread``.
"""

from bot.store.records import (
    Account,
    AccountSession,
    Answer,
    AnswerState,
    BriefCriterion,
    Consent,
    Conversation,
    Criterion,
    CriterionReview,
    Erasure,
    Handoff,
    Json,
    JsonObject,
    Message,
    NewCriterion,
    NewMessage,
    RegistryRecord,
    Screening,
    StoredTrial,
    TrialBrief,
    TrialVersion,
    Turn,
    TurnStatus,
    Verdict,
)
from bot.store.store import (
    Store,
    StoreError,
    StoreNeedsMigrationError,
    StoreUnavailableError,
    UnknownConversationError,
    UnknownScreeningError,
)
from bot.store.unit import Unit

__all__ = [
    "Account",
    "AccountSession",
    "Answer",
    "AnswerState",
    "BriefCriterion",
    "Consent",
    "Conversation",
    "Criterion",
    "CriterionReview",
    "Erasure",
    "Handoff",
    "Json",
    "JsonObject",
    "Message",
    "NewCriterion",
    "NewMessage",
    "RegistryRecord",
    "Screening",
    "Store",
    "StoreError",
    "StoreNeedsMigrationError",
    "StoreUnavailableError",
    "StoredTrial",
    "TrialBrief",
    "TrialVersion",
    "Turn",
    "TurnStatus",
    "Unit",
    "UnknownConversationError",
    "UnknownScreeningError",
    "Verdict",
]
