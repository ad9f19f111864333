"""Imported trials: the registry's own record, each criterion's official text, and who approved it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DATA = sa.JSON(none_as_null=True)

CRITERION_COLUMNS = (
    ("text", sa.Text()),
    ("span", DATA),
    ("reading", sa.String(length=20)),
    ("fingerprint", sa.String(length=16)),
    ("reviewed_by", sa.Text()),
    ("reviewed_on", sa.String(length=10)),
)


def upgrade() -> None:
    """Two tables and some columns; what is stored already stays as it is."""
    op.add_column("trials", sa.Column("made_of", sa.String(length=64), nullable=True))
    for name, kind in CRITERION_COLUMNS:
        op.add_column("criteria", sa.Column(name, kind, nullable=True))
    op.create_table(
        "registry_records",
        sa.Column("nct_id", sa.String(length=20), nullable=False),
        sa.Column("study", DATA, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("nct_id", name=op.f("pk_registry_records")),
    )
    op.create_table(
        "criterion_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nct_id", sa.String(length=20), nullable=False),
        sa.Column("criterion_id", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("rule", DATA, nullable=True),
        sa.Column("words", DATA, nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("action IN ('approved', 'edited', 'returned')", name=op.f("ck_criterion_reviews_action")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_reviews")),
    )
    op.create_index(op.f("ix_criterion_reviews_nct_id_id"), "criterion_reviews", ["nct_id", "id"])


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("criterion_reviews")
    op.drop_table("registry_records")
    for name, _ in reversed(CRITERION_COLUMNS):
        op.drop_column("criteria", name)
    op.drop_column("trials", "made_of")
