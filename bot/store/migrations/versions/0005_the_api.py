"""The API: keys of programs, and what happened, in order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
EVENT = "event IN ('screening.finished', 'handoff.created', 'conversation.flagged', 'conversation.erased')"


def upgrade() -> None:
    """Three tables, empty: what happened before is told to nobody."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("all_trials", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_api_keys_made_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_table(
        "api_key_trials",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name=op.f("fk_api_key_trials_key_id_api_keys")),
        sa.PrimaryKeyConstraint("key_id", "trial_id", name=op.f("pk_api_key_trials")),
    )
    op.create_table(
        "events",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("trial_id", sa.String(length=20), nullable=True),
        sa.Column("receipt", sa.String(length=32), nullable=True),
        sa.Column("audit_number", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(EVENT, name=op.f("ck_events_event")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_events")),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_events_conversation_id"), "events", ["conversation_id"])


def downgrade() -> None:
    """Drop what was added."""
    for name in ("events", "api_key_trials", "api_keys"):
        op.drop_table(name)
