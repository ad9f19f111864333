"""Messaging channels: what came in and is still to be heard, what is still to be sent, and where somebody is reached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Three tables, all empty."""
    op.create_table(
        "channel_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=128), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("to_hear", sa.Boolean(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_messages")),
        sa.UniqueConstraint("channel", "message_id", name=op.f("uq_channel_messages_channel_message_id")),
    )
    op.create_index(op.f("ix_channel_messages_to_hear_id"), "channel_messages", ["to_hear", "id"])
    op.create_index(op.f("ix_channel_messages_at"), "channel_messages", ["at"])
    op.create_table(
        "channel_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=128), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_replies")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_channel_replies_conversation_id_conversations")),
    )
    op.create_index(op.f("ix_channel_replies_conversation_id"), "channel_replies", ["conversation_id"])
    op.create_index(op.f("ix_channel_replies_channel_sender_id"), "channel_replies", ["channel", "sender", "id"])
    op.create_table(
        "channel_addresses",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_channel_addresses")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_channel_addresses_conversation_id_conversations")),
    )


def downgrade() -> None:
    """Drop what was added."""
    for name in ("channel_addresses", "channel_replies", "channel_messages"):
        op.drop_table(name)
