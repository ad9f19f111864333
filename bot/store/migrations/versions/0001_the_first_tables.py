"""The first tables, and the triggers that keep answers, verdicts and consents as they were written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DATA = sa.JSON(none_as_null=True)

# Of each append-only table: whose conversation a row belongs to, as seen from a trigger.
APPEND_ONLY = {
    "answers": "(SELECT conversation_id FROM screenings WHERE screenings.id = OLD.screening_id)",
    "verdicts": "(SELECT conversation_id FROM screenings WHERE screenings.id = OLD.screening_id)",
    "consents": "OLD.conversation_id",
}


def upgrade() -> None:
    """Make every table, then the triggers that keep the append-only ones."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=128), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("trial_id", sa.String(length=20), nullable=True),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("channel", "sender", name=op.f("uq_conversations_channel_sender")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_conversations_token_hash")),
    )
    op.create_index(op.f("ix_conversations_last_at"), "conversations", ["last_at"])

    op.create_table(
        "ingest_positions",
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_ingest_positions")),
    )
    op.create_table(
        "trials",
        sa.Column("nct_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("record", DATA, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("nct_id", name=op.f("pk_trials")),
    )
    op.create_table(
        "criteria",
        sa.Column("nct_id", sa.String(length=20), nullable=False),
        sa.Column("criterion_id", sa.String(length=40), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("checked_by", sa.String(length=20), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("rule", DATA, nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.CheckConstraint("status IN ('reviewed', 'unreviewed')", name=op.f("ck_criteria_status")),
        sa.ForeignKeyConstraint(["nct_id"], ["trials.nct_id"], name=op.f("fk_criteria_nct_id_trials")),
        sa.PrimaryKeyConstraint("nct_id", "criterion_id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("nct_id", "position", name=op.f("uq_criteria_nct_id_position")),
    )
    op.create_table(
        "messages",
        sa.Column("event_key", sa.String(length=80), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", DATA, nullable=True),
        sa.Column("intent", sa.String(length=80), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("who IN ('patient', 'bot')", name=op.f("ck_messages_who")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id_conversations")),
        sa.PrimaryKeyConstraint("event_key", name=op.f("pk_messages")),
        sa.UniqueConstraint("conversation_id", "position", name=op.f("uq_messages_conversation_id_position")),
    )
    op.create_index(op.f("ix_messages_conversation_id_message_id"), "messages", ["conversation_id", "message_id"])

    op.create_table(
        "screenings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.String(length=20), nullable=True),
        sa.Column("snapshot", DATA, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("words_version", sa.String(length=80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("summary_key", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_screenings_conversation_id_conversations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screenings")),
        sa.UniqueConstraint("conversation_id", "number", name=op.f("uq_screenings_conversation_id_number")),
        sa.UniqueConstraint("summary_key", name=op.f("uq_screenings_summary_key")),
    )
    op.create_table(
        "trial_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nct_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("record", DATA, nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["nct_id"], ["trials.nct_id"], name=op.f("fk_trial_versions_nct_id_trials")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_versions")),
    )
    op.create_index(op.f("ix_trial_versions_nct_id_imported_at"), "trial_versions", ["nct_id", "imported_at"])

    op.create_table(
        "turns",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("replies", DATA, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("handled_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint("status IN ('pending', 'failed', 'done')", name=op.f("ck_turns_status")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_turns_conversation_id_conversations")),
        sa.PrimaryKeyConstraint("conversation_id", "message_id", name=op.f("pk_turns")),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("attribute", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("value", DATA, nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('known', 'unsure', 'declined', 'unread')", name=op.f("ck_answers_state")),
        sa.ForeignKeyConstraint(["screening_id"], ["screenings.id"], name=op.f("fk_answers_screening_id_screenings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_screening_id_message_id"), "answers", ["screening_id", "message_id"])

    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=True),
        sa.Column("text_version", sa.String(length=80), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_consents_conversation_id_conversations")),
        sa.ForeignKeyConstraint(["screening_id"], ["screenings.id"], name=op.f("fk_consents_screening_id_screenings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_conversation_id"), "consents", ["conversation_id"])

    op.create_table(
        "handoffs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=True),
        sa.Column("trial_id", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("detail", DATA, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_handoffs_conversation_id_conversations")),
        sa.ForeignKeyConstraint(["screening_id"], ["screenings.id"], name=op.f("fk_handoffs_screening_id_screenings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    op.create_index(op.f("ix_handoffs_conversation_id"), "handoffs", ["conversation_id"])

    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("detail", DATA, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["screening_id"], ["screenings.id"], name=op.f("fk_verdicts_screening_id_screenings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_screening_id"), "verdicts", ["screening_id"])

    for table, conversation in APPEND_ONLY.items():
        being_erased = f"EXISTS (SELECT 1 FROM conversations WHERE id = {conversation} AND state = 'erasing')"  # noqa: S608
        if op.get_bind().dialect.name == "sqlite":
            op.execute(_sqlite_trigger(table, "update", "1"))
            op.execute(_sqlite_trigger(table, "delete", f"NOT {being_erased}"))
        else:
            op.execute(_postgresql_function(table, "update", "true"))
            op.execute(_postgresql_function(table, "delete", f"NOT {being_erased}"))
            op.execute(_postgresql_trigger(table, "update"))
            op.execute(_postgresql_trigger(table, "delete"))


def _sqlite_trigger(table: str, change: str, refused_when: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{change} BEFORE {change.upper()} ON {table} FOR EACH ROW WHEN {refused_when} "
        f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
    )


def _postgresql_function(table: str, change: str, refused_when: str) -> str:
    return (
        f"CREATE FUNCTION {table}_no_{change}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {refused_when} THEN RAISE EXCEPTION '{table} are append-only' USING ERRCODE = 'restrict_violation'; END IF; "
        "RETURN OLD; END $$"
    )


def _postgresql_trigger(table: str, change: str) -> str:
    return f"CREATE TRIGGER {table}_no_{change} BEFORE {change.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_no_{change}()"


def downgrade() -> None:
    """Drop everything; the triggers go with their tables."""
    for table in (
        "verdicts",
        "handoffs",
        "consents",
        "answers",
        "turns",
        "trial_versions",
        "screenings",
        "messages",
        "criteria",
        "trials",
        "ingest_positions",
        "conversations",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_no_update()")
            op.execute(f"DROP FUNCTION {table}_no_delete()")
