"""A PostgreSQL store, by PostgreSQL's own programs: `pg_dump` and `pg_restore` of the same major version as the server, or newer."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, make_url

from bot.backup.errors import BackupError

_LAST_LINES = 3


@contextmanager
def held(url: str) -> Iterator[str]:
    """A snapshot of the database as it is now, by the name that `pg_dump` knows it by, for as long as this is open."""
    try:
        with psycopg.connect(_conninfo(make_url(url))) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            (name,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
            yield str(name)
    except psycopg.Error as problem:
        raise BackupError(
            f"PostgreSQL does not answer: {type(problem).__name__}; is it running, and is TRIALCHAT_DATABASE_URL right?"
        ) from None


def dump(url: str, snapshot: str, to: Path) -> None:
    """The database as of a snapshot, in `pg_dump`'s own format."""
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={to}"]
    _run("pg_dump", options, make_url(url))


def restore(url: str, file: Path) -> None:
    """Put a dump into an empty database, all of it or nothing."""
    with psycopg.connect(_conninfo(make_url(url))) as connection:
        found = connection.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchone()
    if found is None or found[0]:
        raise BackupError("the PostgreSQL database is not empty; make an empty one, and let TRIALCHAT_DATABASE_URL name it")
    address = make_url(url)
    _run("pg_restore", ["--no-owner", "--no-privileges", "--single-transaction", f"--dbname={address.database}", str(file)], address)


def same_database(one: str, other: str) -> bool:
    """Whether two addresses name the same database, whoever signs in there."""
    first, second = (make_url(url) for url in (one, other))
    return (first.host, first.port or 5432, first.database) == (second.host, second.port or 5432, second.database)


def _conninfo(url: URL) -> str:
    given = {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "dbname": url.database}
    known = {name: str(value) for name, value in (given | dict(url.query)).items() if value is not None}
    return make_conninfo(**{"connect_timeout": "10", **known})


def _environment(url: URL) -> Mapping[str, str]:
    """As PostgreSQL's programs read it: nothing that is secret stands on a command line, where everybody on the machine sees it."""
    given = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database}
    given |= {f"PG{key.upper()}": str(value) for key, value in url.query.items() if key in ("sslmode", "sslrootcert", "host", "port")}
    return {**os.environ, **{name: str(value) for name, value in given.items() if value is not None}}


def _run(program: str, options: list[str], url: URL) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupError(f"{program} is not installed; it comes with PostgreSQL's client programs (Debian: postgresql-client)")
    done = subprocess.run([path, *options], env=_environment(url), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
        raise BackupError(f"{program} ended with status {done.returncode}: {said}")
