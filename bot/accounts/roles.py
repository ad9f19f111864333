"""Roles, and what each may do. A route of the console names one permission; nothing else decides."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

FIRST_LOGIN = "coordinator"
"""The account that is there from the start; `trialchat run` prints its password."""


class Role(StrEnum):
    """What somebody is in the study team."""

    COORDINATOR = "coordinator"
    TRIAL_MANAGER = "trial_manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What may be done in the console."""

    READ_CONVERSATIONS = "read_conversations"
    """See lists and conversations, with health answers and contact data masked."""
    REVEAL = "reveal"
    """See what was said, and how to reach the person; each reveal is audited."""
    WORK = "work"
    """Tag, note, assign, flag, change the status, take over and write."""
    ERASE = "erase"
    EXPORT = "export"
    """Export, de-identified."""
    EXPORT_IDENTIFIED = "export_identified"
    READ_TRIALS = "read_trials"
    MANAGE_TRIALS = "manage_trials"
    """Import, activate, review criteria, set how long conversations are kept and who is told."""
    READ_FIGURES = "read_figures"
    READ_AUDIT = "read_audit"
    MANAGE_ACCOUNTS = "manage_accounts"


_COORDINATING = frozenset(
    {
        Permission.READ_CONVERSATIONS,
        Permission.REVEAL,
        Permission.WORK,
        Permission.ERASE,
        Permission.EXPORT,
        Permission.READ_TRIALS,
        Permission.READ_FIGURES,
    }
)

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.COORDINATOR: _COORDINATING,
    Role.TRIAL_MANAGER: _COORDINATING | {Permission.MANAGE_TRIALS, Permission.EXPORT_IDENTIFIED},
    # Reads only: how the work was done, never what a patient said in the clear.
    Role.AUDITOR: frozenset({Permission.READ_CONVERSATIONS, Permission.READ_TRIALS, Permission.READ_FIGURES, Permission.READ_AUDIT}),
    Role.ADMINISTRATOR: frozenset(Permission),
}


def allows(role: Role, permission: Permission) -> bool:
    """Whether a role may do something."""
    return permission in PERMISSIONS[role]
