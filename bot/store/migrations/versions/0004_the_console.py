"""The console: accounts and sessions, work on conversations, contact requests, deliveries, the audit."""

from __future__ import annotations

from datetime import UTC, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DATA = sa.JSON(none_as_null=True)
WORD = sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql")
WHO_BEFORE = "who IN ('patient', 'bot')"
WHO = "who IN ('patient', 'bot', 'coordinator')"
DELIVERY = "delivery IN ('waiting', 'delivered')"
CONVERSATION_COLUMNS = (
    ("verdict", sa.String(length=20)),
    ("closed_because", sa.String(length=200)),
    ("taken_over_at", MOMENT),
    ("taken_over_as", sa.String(length=40)),
    ("waiting_since", MOMENT),
    ("changed_at", MOMENT),
)
BEGINNINGS = {"stage": "'in_progress'", "status": "'new'"}
COUNTED = ("week", "consented", "asks", "decided_after")
FIGURES = ("week", "channel", "locale", "consented", "stage", "verdict", "trial_id", "asks", "decided_after", "last_at")
OF_ACCOUNTS = ("assigned_to", "taken_over_by")
OF_INBOX = ("last_at", "id", "trial_id", "stage", "taken_over_by", "verdict", "status", "assigned_to", "channel", "locale", "waiting_since")
CONVERSATION_INDEXES = (
    ("trial_id", "last_at", "id"),
    ("stage", "last_at", "id"),
    ("assigned_to", "last_at", "id"),
    ("changed_at",),
)
APPEND_ONLY = "audit_entries"


def upgrade() -> None:
    """Make the new tables, then add to those that are there. Only `messages` is copied on SQLite: nothing refers to it yet."""
    _make_tables()
    _make_unread()
    for name, kind in CONVERSATION_COLUMNS:
        op.add_column("conversations", sa.Column(name, kind, nullable=True))
    for name, begins in BEGINNINGS.items():
        op.add_column("conversations", sa.Column(name, sa.String(length=20), server_default=sa.text(begins), nullable=False))
    for name in OF_ACCOUNTS:
        # Written out: Alembic would add the reference in a second statement, which SQLite does not know.
        op.execute(
            f"ALTER TABLE conversations ADD COLUMN {name} INTEGER CONSTRAINT fk_conversations_{name}_accounts REFERENCES accounts (id)"
        )
    op.add_column("conversations", sa.Column("week", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("conversations", sa.Column("consented", sa.Boolean(), nullable=True))
    op.add_column("conversations", sa.Column("asks", sa.String(length=80), nullable=True))
    op.add_column("conversations", sa.Column("decided_after", sa.Integer(), nullable=True))
    op.create_index("ix_conversations_figures", "conversations", list(FIGURES))
    op.drop_index(op.f("ix_conversations_last_at"), "conversations")
    op.create_index("ix_conversations_inbox", "conversations", list(OF_INBOX))
    for columns in CONVERSATION_INDEXES:
        op.create_index(op.f("ix_conversations_" + "_".join(columns)), "conversations", list(columns))
    op.add_column("trial_briefs", sa.Column("title", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("trial_briefs", sa.Column("status", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_trial_briefs_nct_id_status_title"), "trial_briefs", ["nct_id", "status", "title"])
    op.add_column("screenings", sa.Column("contact_key", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_screenings_contact_key"), "screenings", ["contact_key"], unique=True)
    with op.batch_alter_table("messages") as messages:
        messages.drop_constraint(op.f("ck_messages_who"), type_="check")
        messages.create_check_constraint(op.f("ck_messages_who"), WHO)
        messages.add_column(sa.Column("author", sa.Integer(), nullable=True))
        messages.add_column(sa.Column("delivery", sa.String(length=20), nullable=True))
        messages.create_check_constraint(op.f("ck_messages_delivery"), DELIVERY)
        messages.create_foreign_key(op.f("fk_messages_author_accounts"), "accounts", ["author"], ["id"])
    _make_misreadings()
    _fill_in()
    _keep_the_audit()


def _fill_in() -> None:
    """What lists show of conversations that are there already."""
    op.execute("UPDATE conversations SET changed_at = last_at")
    latest = "(SELECT {} FROM screenings WHERE conversation_id = conversations.id ORDER BY number DESC LIMIT 1)"
    op.execute(f"UPDATE conversations SET verdict = {latest.format('verdict')}")  # noqa: S608
    op.execute(f"UPDATE conversations SET stage = 'finished' WHERE {latest.format('finished_at')} IS NOT NULL")  # noqa: S608
    refused = "(SELECT given FROM consents WHERE conversation_id = conversations.id ORDER BY id DESC LIMIT 1)"
    op.execute(f"UPDATE conversations SET stage = 'withdrawn' WHERE {refused} = {'0' if _is_sqlite() else 'false'}")  # noqa: S608
    _fill_in_figures(latest, refused)
    for name in ("title", "status"):
        found = f"json_extract(brief, '$.{name}')" if _is_sqlite() else f"(brief ->> '{name}')"
        op.execute(f"UPDATE trial_briefs SET {name} = substr({found}, 1, {500 if name == 'title' else 40})")  # noqa: S608


def _fill_in_figures(latest: str, consent: str) -> None:
    """What is counted of conversations that are there already."""
    started = latest.format("id")
    op.execute(f"UPDATE conversations SET consented = coalesce({consent}, {'0' if _is_sqlite() else 'false'}) WHERE {started} IS NOT NULL")  # noqa: S608
    asked = "json_extract(snapshot, '$.prompt.attribute')" if _is_sqlite() else "(snapshot -> 'prompt' ->> 'attribute')"
    op.execute(f"UPDATE conversations SET asks = {latest.format(asked)} WHERE stage = 'in_progress'")  # noqa: S608
    first = "(SELECT min(v.at) FROM verdicts v JOIN screenings s ON s.id = v.screening_id WHERE s.conversation_id = conversations.id)"
    between = (
        f"round((julianday({first}) - julianday(created_at)) * 86400)"
        if _is_sqlite()
        else f"round(extract(epoch FROM {first} - created_at))"
    )
    op.execute(f"UPDATE conversations SET decided_after = {between} WHERE verdict IS NOT NULL")  # noqa: S608
    conversations = sa.table("conversations", sa.column("created_at", MOMENT), sa.column("week", sa.Integer()))
    earliest, last = (
        op.get_bind().execute(sa.select(sa.func.min(conversations.c.created_at), sa.func.max(conversations.c.created_at))).one()
    )
    if earliest is None:
        return
    if earliest.tzinfo is not None:
        earliest = earliest.astimezone(UTC)
    monday = earliest.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=earliest.weekday())
    while monday <= last:
        year, week, _ = monday.isocalendar()
        within = (conversations.c.created_at >= monday) & (conversations.c.created_at < monday + timedelta(days=7))
        op.get_bind().execute(conversations.update().where(within).values(week=year * 100 + week))
        monday += timedelta(days=7)


def _keep_the_audit() -> None:
    for change in ("update", "delete"):
        name = f"{APPEND_ONLY}_no_{change}"
        if _is_sqlite():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change.upper()} ON {APPEND_ONLY} FOR EACH ROW "
                f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY} are append-only'); END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION '{APPEND_ONLY} are append-only' USING ERRCODE = 'restrict_violation'; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {change.upper()} ON {APPEND_ONLY} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _make_tables() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("all_trials", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_changed_at", MOMENT, nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("recovery_hashes", DATA, nullable=True),
        sa.Column("oidc_issuer", sa.String(length=300), nullable=True),
        sa.Column("oidc_subject", sa.String(length=300), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("role IN ('coordinator', 'trial_manager', 'auditor', 'administrator')", name=op.f("ck_accounts_role")),
        sa.CheckConstraint("state IN ('invited', 'active', 'disabled')", name=op.f("ck_accounts_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject", name=op.f("uq_accounts_oidc_issuer_oidc_subject")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("trial_id", sa.String(length=20), nullable=True),
        sa.Column("detail", DATA, nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_actor_number"), "audit_entries", ["actor", "number"])
    op.create_index(op.f("ix_audit_entries_object_kind_object_id"), "audit_entries", ["object_kind", "object_id"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "delivery_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.String(length=20), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_targets")),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("trial_id", sa.String(length=20), nullable=True),
        sa.Column("counts", DATA, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("settles_at", MOMENT, nullable=False),
        sa.Column("completed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("receipt", name=op.f("uq_erasures_receipt")),
    )
    op.create_index(op.f("ix_erasures_at"), "erasures", ["at"])
    op.create_index(op.f("ix_erasures_conversation_id"), "erasures", ["conversation_id"])
    op.create_table(
        "trial_settings",
        sa.Column("trial_id", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=True),
        sa.Column("takes_contacts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("trial_id", name=op.f("pk_trial_settings")),
    )
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("browser", sa.String(length=120), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_sessions_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_sessions_token_hash")),
    )
    op.create_index(op.f("ix_account_sessions_account_id"), "account_sessions", ["account_id"])
    op.create_table(
        "known_browsers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_known_browsers_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browsers")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_known_browsers_token_hash")),
    )
    op.create_index(op.f("ix_known_browsers_account_id"), "known_browsers", ["account_id"])
    op.create_table(
        "account_trials",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_trials_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", "trial_id", name=op.f("pk_account_trials")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("body", DATA, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.CheckConstraint("outcome IN ('waiting', 'delivered', 'given_up')", name=op.f("ck_deliveries_outcome")),
        sa.ForeignKeyConstraint(["target_id"], ["delivery_targets.id"], name=op.f("fk_deliveries_target_id_delivery_targets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_conversation_id"), "deliveries", ["conversation_id"])
    op.create_index(op.f("ix_deliveries_done_next_at"), "deliveries", ["done", "next_at"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_invitations_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_account_id"), "invitations", ["account_id"])
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_saved_views_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_views_account_id_name")),
    )
    op.create_table(
        "conversation_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_conversation_notes_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_notes_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_notes")),
    )
    op.create_index(op.f("ix_conversation_notes_conversation_id"), "conversation_notes", ["conversation_id"])
    op.create_table(
        "conversation_tags",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_tags_conversation_id_conversations")),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name=op.f("pk_conversation_tags")),
    )
    op.create_index(op.f("ix_conversation_tags_tag"), "conversation_tags", ["tag"])
    op.create_table(
        "reveals",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_reveals_conversation_id_conversations")),
        sa.ForeignKeyConstraint(["session_id"], ["account_sessions.id"], name=op.f("fk_reveals_session_id_account_sessions")),
        sa.PrimaryKeyConstraint("session_id", "conversation_id", "what", name=op.f("pk_reveals")),
    )
    op.create_table(
        "search_words",
        sa.Column("word", WORD, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_search_words_conversation_id_conversations")),
        sa.PrimaryKeyConstraint("word", "conversation_id", name=op.f("pk_search_words")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_search_words_conversation_id_word"), "search_words", ["conversation_id", "word"])
    op.create_table(
        "contact_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.String(length=20), nullable=False),
        sa.Column("site", DATA, nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("text_version", sa.String(length=80), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_contact_requests_conversation_id_conversations")),
        sa.ForeignKeyConstraint(["screening_id"], ["screenings.id"], name=op.f("fk_contact_requests_screening_id_screenings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_requests")),
        sa.UniqueConstraint("conversation_id", "trial_id", name=op.f("uq_contact_requests_conversation_id_trial_id")),
    )
    op.create_index(op.f("ix_contact_requests_trial_id_id"), "contact_requests", ["trial_id", "id"])


def _make_unread() -> None:
    op.create_table(
        "unread_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("attribute", sa.String(length=80), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.String(length=20), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_unread_messages_conversation_id_conversations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unread_messages")),
    )
    op.create_index(op.f("ix_unread_messages_conversation_id"), "unread_messages", ["conversation_id"])
    op.create_index("ix_unread_messages_figures", "unread_messages", ["week", "trial_id", "channel", "locale", "attribute"])


def _make_misreadings() -> None:
    op.create_table(
        "misreadings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("event_key", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("attribute", sa.String(length=80), nullable=True),
        sa.Column("meant", DATA, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_misreadings_account_id_accounts")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_misreadings_conversation_id_conversations")),
        sa.ForeignKeyConstraint(["event_key"], ["messages.event_key"], name=op.f("fk_misreadings_event_key_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_misreadings")),
        sa.UniqueConstraint("event_key", name=op.f("uq_misreadings_event_key")),
    )
    op.create_index(op.f("ix_misreadings_conversation_id"), "misreadings", ["conversation_id"])


def downgrade() -> None:
    """Drop what was added. Lines that coordinators wrote go with it."""
    if not _is_sqlite():
        for change in ("update", "delete"):
            op.execute(f"DROP TRIGGER {APPEND_ONLY}_no_{change} ON {APPEND_ONLY}")
            op.execute(f"DROP FUNCTION {APPEND_ONLY}_no_{change}()")
    op.drop_table("misreadings")
    op.execute("DELETE FROM messages WHERE who = 'coordinator'")
    with op.batch_alter_table("messages") as messages:
        messages.drop_constraint(op.f("fk_messages_author_accounts"), type_="foreignkey")
        messages.drop_column("author")
        messages.drop_constraint(op.f("ck_messages_delivery"), type_="check")
        messages.drop_column("delivery")
        messages.drop_constraint(op.f("ck_messages_who"), type_="check")
        messages.create_check_constraint(op.f("ck_messages_who"), WHO_BEFORE)
    op.drop_index(op.f("ix_screenings_contact_key"), "screenings")
    op.drop_column("screenings", "contact_key")
    op.drop_index("ix_conversations_inbox", "conversations")
    op.drop_table("unread_messages")
    op.drop_index(op.f("ix_trial_briefs_nct_id_status_title"), "trial_briefs")
    for name in ("title", "status"):
        op.drop_column("trial_briefs", name)
    op.drop_index("ix_conversations_figures", "conversations")
    for columns in CONVERSATION_INDEXES:
        op.drop_index(op.f("ix_conversations_" + "_".join(columns)), "conversations")
    for name in (*COUNTED, *OF_ACCOUNTS, *BEGINNINGS, *(name for name, _ in CONVERSATION_COLUMNS)):
        op.drop_column("conversations", name)
    op.create_index(op.f("ix_conversations_last_at"), "conversations", ["last_at"])
    for name in (
        "contact_requests",
        "search_words",
        "reveals",
        "conversation_tags",
        "conversation_notes",
        "saved_views",
        "invitations",
        "deliveries",
        "account_trials",
        "known_browsers",
        "account_sessions",
        "trial_settings",
        "erasures",
        "delivery_targets",
        "audit_head",
        "audit_entries",
        "accounts",
    ):
        op.drop_table(name)
