"""Tests of the actions, on a real desk: see `tests/desk_fixtures.py`."""

from tests.desk_fixtures import library, migrated_store, store, talk

__all__ = ["library", "migrated_store", "store", "talk"]
