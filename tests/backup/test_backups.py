"""A backup holds everything as of one moment, tells nobody but who has the key, and comes back as it was."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet

from bot.accounts.roles import Role
from bot.backup.errors import BackupError
from bot.backup.sqlite_files import copy, held
from bot.cli import main
from bot.conversations.erasing import erase
from bot.running.home import occupied
from bot.settings import Settings
from bot.store import Store
from bot.store.clock import utc_now
from bot.words import Library
from tests.console.everything import with_everything
from tests.console.house import AUDIT_KEY, House, make_house
from tests.desk_fixtures import library

__all__ = ["library"]

PLANTED = ("Petronella", "zebrafish", AUDIT_KEY)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installation, named by the environment."""
    folder = tmp_path / "home"
    folder.mkdir()
    at_home(folder, monkeypatch)
    return folder


def at_home(folder: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for name in ("TRIALCHAT_DATABASE_URL", "TRIALCHAT_AUDIT_KEY", "TRIALCHAT_BACKUP_FOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TRIALCHAT_HOME": str(folder), **more}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def house(home: Path, library: Library) -> Iterator[House]:
    """An installation with a conversation that has everything, and the engine's files."""
    (home / "secrets.json").write_text(json.dumps({"audit_key": AUDIT_KEY}))
    settings = Settings.from_environment()
    for path in (settings.tracker_database, settings.events_database):
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, data TEXT)")
            database.execute("INSERT INTO events (sender_id, data) VALUES ('somebody', 'my zebrafish is called Petronella')")
    house = make_house(home, library, f"sqlite:///{home}/trialchat.db")
    with_everything(house)
    yield house
    house.store.dispose()


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """The file with the key, and whom backups are made for."""
    file = tmp_path / "key.txt"
    return file, told(run("backup", "key", str(file)))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def told(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output.strip()


def made(tmp_path: Path, key: tuple[Path, str], name: str = "backup.age") -> Path:
    to = tmp_path / name
    told(run("backup", "--to", str(to), "--for", key[1]))
    return to


def contents(home: Path) -> Mapping[str, list[str]]:
    """Every row of every database, and the secrets."""
    found = {}
    for path in sorted(home.glob("*.db")):
        with closing(sqlite3.connect(path)) as database:
            found[path.name] = sorted(database.iterdump())
    return found | {"secrets.json": [(home / "secrets.json").read_text()]}


def without_the_last_entry(rows: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    """Putting a backup back is in the audit, and moves its head."""
    mine = [row for row in rows["trialchat.db"] if not row.startswith(('INSERT INTO "audit_head"', 'INSERT INTO "sqlite_'))]
    return {**rows, "trialchat.db": [row for row in mine if "backup_restored" not in row]}


def test_everything_comes_back_as_it_was(
    house: House, tmp_path: Path, home: Path, key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, before = made(tmp_path, key), contents(home)
    elsewhere = tmp_path / "elsewhere"
    at_home(elsewhere, monkeypatch)
    assert ": 1 conversations" in told(run("restore", str(file), "--key", str(key[0])))
    after = contents(elsewhere)
    assert after.keys() == before.keys() == {"trialchat.db", "tracker.db", "events.db", "secrets.json"}
    assert without_the_last_entry(after) == without_the_last_entry(before)
    assert sum("backup_restored" in row for row in after["trialchat.db"]) == 1
    assert told(run("audit", "verify"))


def test_the_file_tells_nothing_and_nothing_else_is_left(house: House, tmp_path: Path, home: Path, key: tuple[Path, str]) -> None:
    logs = {"trialchat.db-wal", "trialchat.db-shm"}
    before = {path.name for path in home.iterdir()} - logs
    file = made(tmp_path, key)
    held_here = file.read_bytes()
    assert not any(text.encode() in held_here for text in PLANTED)
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in home.iterdir()} - {"trialchat.db-wal", "trialchat.db-shm"} == before - {
        "trialchat.db-wal",
        "trialchat.db-shm",
    }


def test_a_key_is_for_its_owner_alone_and_never_overwritten(key: tuple[Path, str]) -> None:
    file, recipient = key
    assert file.stat().st_mode & 0o777 == 0o600
    assert recipient.startswith("age1")
    assert "AGE-SECRET-KEY-" not in recipient
    again = run("backup", "key", str(file))
    assert (again.exit_code, "cannot be written" in again.output) == (1, True)


def test_several_can_open_it_each_with_their_own_key(
    house: House, tmp_path: Path, key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.txt"
    monkeypatch.setenv("TRIALCHAT_BACKUP_FOR", f"{key[1]} {told(run('backup', 'key', str(other)))}")
    told(run("backup", "--to", str(tmp_path / "b.age")))
    for number, one in enumerate((key[0], other)):
        at_home(tmp_path / f"elsewhere{number}", monkeypatch)
        told(run("restore", str(tmp_path / "b.age"), "--key", str(one)))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda data: data[:-5], "cannot be read"),
        (lambda data: data[:5000], "cannot be read"),
        (lambda data: data[:3000] + bytes([data[3000] ^ 1]) + data[3001:], "cannot be read"),
        (lambda _data: b"something else", "cannot be opened"),
        (lambda _data: b"", "cannot be opened"),
    ],
    ids=["its end is missing", "most is missing", "one bit is wrong", "it is something else", "it is empty"],
)
def test_a_file_that_is_not_as_it_was_puts_nothing_back(
    house: House, tmp_path: Path, key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, spoil: object, message: str
) -> None:
    file = made(tmp_path, key)
    file.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]
    elsewhere = tmp_path / "elsewhere"
    at_home(elsewhere, monkeypatch)
    result = run("restore", str(file), "--key", str(key[0]))
    assert result.exit_code == 1
    assert message in result.output
    assert not list(elsewhere.glob("*.db"))
    assert not list(elsewhere.glob(".restore-*"))


def test_another_key_opens_nothing(house: House, tmp_path: Path, key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    file, other, none = made(tmp_path, key), tmp_path / "other.txt", tmp_path / "none.txt"
    told(run("backup", "key", str(other)))
    none.write_text(Fernet.generate_key().decode())
    at_home(tmp_path / "elsewhere", monkeypatch)
    assert "it is for another key" in run("restore", str(file), "--key", str(other)).output
    assert "expected a line that begins with AGE-SECRET-KEY-" in run("restore", str(file), "--key", str(none)).output


def test_what_is_there_is_not_overwritten_but_moved_aside_where_that_is_wished(
    house: House, tmp_path: Path, home: Path, key: tuple[Path, str]
) -> None:
    file = made(tmp_path, key)
    house.store.dispose()
    refused = run("restore", str(file), "--key", str(key[0]))
    assert (refused.exit_code, "is there already; --replace moves aside" in refused.output) == (1, True)
    before = contents(home)
    told(run("restore", str(file), "--key", str(key[0]), "--replace"))
    (aside,) = home.glob("replaced-*")
    assert contents(aside) == before
    assert aside.stat().st_mode & 0o777 == 0o700


def test_whoever_was_erased_since_is_erased_again(house: House, tmp_path: Path, home: Path, key: tuple[Path, str]) -> None:
    file = made(tmp_path, key)
    with house.store.reading() as unit:
        ((conversation, _),) = unit.changed_since(utc_now().replace(year=2000))
    with house.store.unit() as unit:
        assert erase(unit, conversation, by="patient", at=house.clock()) is not None
    house.store.dispose()
    output = told(run("restore", str(file), "--key", str(key[0]), "--replace"))
    assert ": 0 conversations" in output
    assert "1 who were erased since the backup are erased again" in output
    with closing(sqlite3.connect(home / "trialchat.db")) as database:
        assert not any("Petronella" in row for row in database.iterdump())


def test_nothing_is_put_back_where_the_program_runs(house: House, tmp_path: Path, key: tuple[Path, str]) -> None:
    file = made(tmp_path, key)
    with occupied(Settings.from_environment()):
        result = run("restore", str(file), "--key", str(key[0]), "--replace")
    assert (result.exit_code, "running with this home folder already" in result.output) == (1, True)


def test_a_backup_of_nothing_says_so(home: Path, tmp_path: Path, key: tuple[Path, str]) -> None:
    result = run("backup", "--to", str(tmp_path / "b.age"), "--for", key[1])
    assert result.exit_code == 1
    assert "is not there" in result.output
    assert not (tmp_path / "b.age").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--for", "age1x"), "is nobody to make a backup for"),
        ((), "for whom"),
    ],
)
def test_for_whom_it_is_has_to_be_said(house: House, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run("backup", "--to", str(tmp_path / "b.age"), *arguments)
    assert result.exit_code != 0
    assert message in result.output
    assert not list(tmp_path.glob("*.age*"))


def test_an_earlier_backup_is_not_overwritten(house: House, tmp_path: Path, key: tuple[Path, str]) -> None:
    file = made(tmp_path, key)
    before = file.read_bytes()
    result = run("backup", "--to", str(file), "--for", key[1])
    assert (result.exit_code, "is there already" in result.output) == (1, True)
    assert file.read_bytes() == before


def test_several_databases_are_seen_as_of_one_moment_while_others_write(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.db" for name in ("a", "b", "c")}
    for path in files.values():
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("CREATE TABLE written (n INTEGER)")
            database.execute("INSERT INTO written VALUES (0)")
    ends = threading.Event()

    def write() -> None:
        with ExitStack() as stack:
            databases = [stack.enter_context(closing(sqlite3.connect(path, timeout=30))) for path in files.values()]
            number = 0
            while not ends.is_set():
                number += 1
                for database in databases:
                    with database:
                        database.execute("UPDATE written SET n = ?", [number])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for round_ in range(20):
            seen = []
            with held(files) as readers:
                for name, reader in readers.items():
                    to = tmp_path / f"copy-{round_}-{name}.db"
                    copy(reader, to)
                    with closing(sqlite3.connect(to)) as copied:
                        seen.append(copied.execute("SELECT n FROM written").fetchone()[0])
            # Written in this order, each once a round.
            assert seen[0] >= seen[1] >= seen[2] >= seen[0] - 1
    finally:
        ends.set()
        writer.join()


def test_a_damaged_database_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE t (x TEXT)")
        database.executemany("INSERT INTO t VALUES (?)", [["x" * 500]] * 200)
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 3 + 200] = b"\xff" * 200
    path.write_bytes(bytes(data))
    with pytest.raises(BackupError, match="damaged"), held({"it": path}) as readers:
        copy(readers["it"], tmp_path / "copy.db")


def test_roles_and_accounts_come_back_too(house: House, tmp_path: Path, key: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    account = house.account(Role.AUDITOR)
    file = made(tmp_path, key)
    at_home(tmp_path / "elsewhere", monkeypatch)
    told(run("restore", str(file), "--key", str(key[0])))
    store = Store(f"sqlite:///{tmp_path}/elsewhere/trialchat.db", AUDIT_KEY)
    with store.reading() as unit:
        assert account.login in {one.login for one in unit.accounts()}
    store.dispose()
