"""The store: everything trialchat remembers, behind one small typed door.

    store = Store("sqlite:///var/trialchat.db")
    store.migrate()
    with store.unit() as unit:
        conversation = unit.conversation(conversation_id)

Calls are synchronous; the web application makes them through ``asyncio.to_thread``.
"""

from bot.store.api_records import ApiKey, AskedToCall, EventRecord, HandoffKey
from bot.store.event_names import Event
from bot.store.records import (
    Account,
    AccountSession,
    Answer,
    AnswerState,
    BriefCriterion,
    Consent,
    ContactRequest,
    Conversation,
    Criterion,
    CriterionReview,
    Delivery,
    DeliveryTarget,
    Erasure,
    FlaggedMessage,
    Handoff,
    Invitation,
    Json,
    JsonObject,
    KnownBrowser,
    Message,
    Misreading,
    NewCriterion,
    NewMessage,
    Note,
    RegistryRecord,
    Screening,
    StoredTrial,
    TrialBrief,
    TrialVersion,
    Turn,
    TurnStatus,
    Verdict,
    WorkStatus,
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
    "ApiKey",
    "AskedToCall",
    "BriefCriterion",
    "Consent",
    "ContactRequest",
    "Conversation",
    "Criterion",
    "CriterionReview",
    "Delivery",
    "DeliveryTarget",
    "Erasure",
    "Event",
    "EventRecord",
    "FlaggedMessage",
    "Handoff",
    "HandoffKey",
    "Invitation",
    "Json",
    "JsonObject",
    "KnownBrowser",
    "Message",
    "Misreading",
    "NewCriterion",
    "NewMessage",
    "Note",
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
    "WorkStatus",
]
