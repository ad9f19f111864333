"""Events out: what each receiver is told, what it answered, what did not arrive on a channel; and the few lines still to be brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
AS_BEFORE = sa.text("""'["handoff.created", "handoff.changed", "handoff.withdrawn", "conversation.waiting"]'""")
WAITING = sa.text("delivery = 'waiting'")


def upgrade() -> None:
    """Whoever is told already goes on being told of the same."""
    op.add_column("delivery_targets", sa.Column("events", sa.JSON(none_as_null=True), server_default=AS_BEFORE, nullable=False))
    op.add_column("deliveries", sa.Column("status", sa.Integer(), nullable=True))
    op.add_column("deliveries", sa.Column("event_number", sa.Integer(), nullable=True))
    op.create_index("ix_deliveries_log", "deliveries", ["id", "target_id", "event", "outcome"])
    op.create_index("ix_messages_waiting", "messages", ["conversation_id", "at"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_table(
        "channel_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=120), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_channel_failures_conversation_id_conversations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_failures")),
    )
    op.create_index(op.f("ix_channel_failures_conversation_id"), "channel_failures", ["conversation_id"])
    op.create_index(op.f("ix_channel_failures_settled_conversation_id"), "channel_failures", ["settled", "conversation_id"])


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("channel_failures")
    op.drop_index("ix_messages_waiting", table_name="messages")
    op.drop_index("ix_deliveries_log", table_name="deliveries")
    op.drop_column("deliveries", "event_number")
    op.drop_column("deliveries", "status")
    op.drop_column("delivery_targets", "events")
