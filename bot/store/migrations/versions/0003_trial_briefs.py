"""What a search among all trials needs of each trial."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, empty: the program fills it when it starts (`bot.trials.loading.fill_briefs`)."""
    op.create_table(
        "trial_briefs",
        sa.Column("nct_id", sa.String(length=20), nullable=False),
        sa.Column("brief", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["nct_id"], ["trials.nct_id"], name=op.f("fk_trial_briefs_nct_id_trials")),
        sa.PrimaryKeyConstraint("nct_id", name=op.f("pk_trial_briefs")),
    )
    op.create_index(op.f("ix_trial_briefs_changed_at"), "trial_briefs", ["changed_at"])


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("trial_briefs")
