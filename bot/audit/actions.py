"""What can be noted in the audit. Each has its words in `words/<locale>/console/audit.yaml`; a test compares the two."""

from __future__ import annotations

from typing import Literal

Action = Literal[
    # Coming and going
    "signed_in",
    "signed_out",
    "sign_in_failed",
    "account_locked",
    "session_ended",
    "other_sessions_ended",
    "recovery_code_used",
    "provider_bound",
    # Accounts
    "account_added",
    "account_invited",
    "account_changed",
    "account_disabled",
    "account_enabled",
    "account_reset",
    "invitation_accepted",
    "password_changed",
    "password_set_by_installation",
    "second_factor_on",
    "second_factor_off",
    "recovery_codes_made",
    # Reading
    "searched",
    "view_saved",
    "view_deleted",
    "opened",
    "revealed",
    "hid",
    "contact_revealed",
    # Work on conversations
    "status_set",
    "assigned",
    "unassigned",
    "tag_added",
    "tag_removed",
    "noted",
    "deleted_note",
    "flagged_misreading",
    "withdrew_misreading",
    "exported_misreadings",
    "took_over",
    "wrote",
    "handed_back",
    # Contact requests, and telling about them
    "contact_left",
    "contact_changed",
    "contact_withdrawn",
    "delivery_target_added",
    "delivery_target_switched_on",
    "delivery_target_switched_off",
    "delivery_target_tested",
    "delivery_sent_again",
    # Trials and figures
    "trial_imported",
    "trial_settings_changed",
    "criterion_approved",
    "criterion_edited",
    "criterion_returned",
    "figures_exported",
    # Taking out, and erasing
    "exported",
    "exported_identified",
    "conversation_erased",
    "audit_exported",
    "audit_verified",
]

ObjectKind = Literal[
    "account",
    "audit",
    "conversation",
    "conversations",
    "delivery",
    "delivery_target",
    "figures",
    "inbox",
    "misreadings",
    "trial",
]
