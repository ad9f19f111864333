"""What can go wrong with the store, said so that somebody can act on it."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what was asked."""


class StoreUnavailableError(StoreError):
    """The database cannot be reached or opened."""


class StoreNeedsMigrationError(StoreError):
    """The database is not at the version this code needs."""


class UnknownConversationError(StoreError):
    """There is no such conversation, or it was erased."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__(f"there is no conversation {conversation_id}; it may have been erased")


class UnknownScreeningError(StoreError):
    """There is no such screening, or it was erased."""

    def __init__(self, screening_id: int) -> None:
        super().__init__(f"there is no screening {screening_id}; it may have been erased")
