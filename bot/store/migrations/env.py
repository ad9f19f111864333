"""Alembic's way in. Migrations run on the connection and in the transaction that ``Store.migrate`` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from bot.store.tables import Table

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    compare_type=True,
    # SQLite changes a table by copying it. A migration that does so to a table with triggers must make the triggers again.
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
