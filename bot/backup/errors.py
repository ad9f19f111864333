"""What keeps a backup from being made or put back, in words for whoever is at the terminal."""

from __future__ import annotations


class BackupError(Exception):
    """Says what happened, and what to do next."""
