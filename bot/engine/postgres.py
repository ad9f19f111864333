"""PostgreSQL for the engine's conversations: a schema of its own, and connections that outlive a restart of the server."""

from __future__ import annotations

import logging
import time
from typing import Any

from bot.engine.servers import SCHEMA

logger = logging.getLogger(__name__)

#: Somebody waits for the turn: a server that does not answer is given up soon.
CONNECT_SECONDS = 5


def keep_connections_fresh() -> None:
    """A connection is tried before it is used. Without that, the first turns after a restart of PostgreSQL would each fail."""
    import rasa.core.tracker_store as stores

    make = stores.create_engine_kwargs

    def with_care(url: Any) -> dict[str, Any]:
        given: dict[str, Any] = make(url)
        if stores.is_postgresql_url(url):
            given["pool_pre_ping"] = True
            given["connect_args"] = {"connect_timeout": CONNECT_SECONDS, **given.get("connect_args", {})}
        return given

    stores.create_engine_kwargs = with_care
    # Rasa looks for its schema before each use, and ends the engine where it is not found; `make_schema` has made it.
    stores.ensure_schema_exists = lambda _session: None


def make_schema(url: str) -> None:
    """Make the engine's schema, waiting for a server that is not up yet; two engines may do so at once."""
    import sqlalchemy
    from sqlalchemy.exc import IntegrityError as MadeByAnother
    from sqlalchemy.exc import OperationalError, ProgrammingError

    engine = sqlalchemy.create_engine(url, connect_args={"connect_timeout": CONNECT_SECONDS}, hide_parameters=True)
    try:
        while True:
            try:
                with engine.begin() as connection:
                    connection.execute(sqlalchemy.text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            except (MadeByAnother, ProgrammingError):
                continue
            except OperationalError as problem:
                logger.error("The engine's conversations: waiting for PostgreSQL (%s)", type(problem.orig).__name__)
                time.sleep(2)
                continue
            return
    finally:
        engine.dispose()
