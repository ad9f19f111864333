"""Keys can be changed: afterwards the new one opens everything and the old one nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from bot.cli import main
from bot.resealing import ResealingRefusedError, left_behind, seal_anew, unopenable
from bot.sealing import Sealer, SealingError, new_key
from bot.store import Store, Unit
from bot.store.console_tables import AccountRow
from bot.store.sealed import SEALED_TABLES
from tests.store.conftest import database_url, postgres_template, store

__all__ = ["database_url", "postgres_template", "store"]

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CONTENT = {"name": "Ada Secretname", "phone": "+46 31 342 10 00"}


def fill(store: Store, sealer: Sealer, number: int = 3) -> None:
    """Some rows of each table that has something sealed, and some of each that have nothing."""
    with store.unit() as unit:
        conversation = unit.open_conversation(channel="widget", at=NOON)
        screening = unit.start_screening(conversation.id, "NCT06141070", words_version="1", at=NOON)
        for count in range(number):
            unit.put_contact_request(
                conversation.id,
                screening_id=screening.id,
                trial_id=f"NCT{count:08}",
                site=None,
                sealed=sealer.seal(CONTENT),
                text_version="1",
                text_hash="0" * 64,
                at=NOON,
            )
            account = unit.add_account(login=f"{conversation.id}-{count}", name="Ada", role="coordinator", at=NOON)
            unit._session.get_one(AccountRow, account.id).totp_secret = sealer.seal("JBSWY3DPEHPK3PXP")
            unit.add_delivery_target(trial_id=None, kind="webhook", address="https://x.example.org", secret=sealer.seal("s"), at=NOON)
        unit.add_account(login=f"{conversation.id} without", name="Eve", role="coordinator", at=NOON)
        unit.add_delivery_target(trial_id=None, kind="mail", address="a@example.org", secret=None, at=NOON)


def contents(store: Store) -> Iterator[str]:
    with store.reading() as unit:
        for table in SEALED_TABLES:
            yield from (content for _, content in unit.sealed(table, after=0, limit=1_000))


def test_afterwards_the_new_key_opens_all_and_the_old_one_nothing(store: Store) -> None:
    old, new = new_key(), new_key()
    fill(store, Sealer([old]))
    before = [Sealer([old]).open(content) for content in contents(store)]
    assert seal_anew(store, Sealer([new, old]), batch=2) == {"contact_requests": 3, "accounts": 3, "delivery_targets": 3}
    assert [Sealer([new]).open(content) for content in contents(store)] == before
    for content in contents(store):
        with pytest.raises(SealingError):
            Sealer([old]).open(content)
    assert (left_behind(store, new), left_behind(store, old)) == (0, 9)


def test_a_second_time_there_is_nothing_to_do(store: Store) -> None:
    old, new = new_key(), new_key()
    fill(store, Sealer([old]))
    seal_anew(store, Sealer([new, old]))
    kept = list(contents(store))
    assert set(seal_anew(store, Sealer([new, old])).values()) == {0}
    assert list(contents(store)) == kept


def test_interrupted_it_goes_on_with_what_is_left(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = new_key(), new_key()
    fill(store, Sealer([old]))
    sealed = Unit.seal_row
    calls: list[str] = []

    def fail_at_the_fifth(unit: Unit, table: str, number: int, content: str) -> None:
        calls.append(table)
        if len(calls) == 5:
            raise KeyboardInterrupt
        sealed(unit, table, number, content)

    with monkeypatch.context() as patched:
        patched.setattr(Unit, "seal_row", fail_at_the_fifth)
        with pytest.raises(KeyboardInterrupt):
            seal_anew(store, Sealer([new, old]), batch=2)
    # The batch that was interrupted is as it was; the two before it are kept.
    assert left_behind(store, new) == 6
    assert unopenable(store, Sealer([new, old])) == []
    assert sum(seal_anew(store, Sealer([new, old]), batch=2).values()) == 6
    assert left_behind(store, new) == 0


def test_with_a_row_that_fits_no_key_nothing_is_changed_and_it_is_named(store: Store) -> None:
    old, new = new_key(), new_key()
    fill(store, Sealer([old]))
    with store.unit() as unit:
        number = unit.sealed("delivery_targets", after=0, limit=1)[0][0]
        unit.seal_row("delivery_targets", number, Sealer([new_key()]).seal("s"))
    before = list(contents(store))
    with pytest.raises(ResealingRefusedError, match=rf"nothing was sealed anew: delivery_targets {number} fit"):
        seal_anew(store, Sealer([new, old]))
    assert list(contents(store)) == before


class TestCommands:
    """`trialchat seal`."""

    @pytest.fixture
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("TRIALCHAT_HOME", str(tmp_path))
        monkeypatch.setenv("TRIALCHAT_DATABASE_URL", f"sqlite:///{tmp_path}/trialchat.db")
        monkeypatch.delenv("TRIALCHAT_SEALING_KEYS", raising=False)
        return tmp_path

    @pytest.fixture
    def filled(self, home: Path) -> Iterator[tuple[Store, str]]:
        key = new_key()
        store = Store(f"sqlite:///{home}/trialchat.db")
        store.migrate()
        fill(store, Sealer([key]), 2)
        yield store, key
        store.dispose()

    def test_a_new_key_can_be_used(self) -> None:
        result = CliRunner().invoke(main, ["seal", "new-key"])
        assert Fernet(result.output.strip())

    def test_it_says_how_many_and_that_the_old_key_can_be_dropped(self, filled: tuple[Store, str], monkeypatch: pytest.MonkeyPatch) -> None:
        store, old = filled
        new = new_key()
        monkeypatch.setenv("TRIALCHAT_SEALING_KEYS", f"{new}, {old}")
        result = CliRunner().invoke(main, ["seal", "rotate"])
        assert result.exit_code == 0, result.output
        assert "contact_requests: 2 sealed anew" in result.output
        assert "The other key can be dropped from TRIALCHAT_SEALING_KEYS" in result.output
        assert left_behind(store, new) == 0

    def test_the_key_that_was_made_at_the_first_start_is_found(self, filled: tuple[Store, str], home: Path) -> None:
        _, key = filled
        (home / "secrets.json").write_text(f'{{"sealing_keys": "{key}"}}')
        result = CliRunner().invoke(main, ["seal", "rotate"])
        assert result.exit_code == 0, result.output
        assert "Everything is sealed with the one key there is" in result.output

    def test_without_the_old_key_it_refuses_in_a_sentence(self, filled: tuple[Store, str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRIALCHAT_SEALING_KEYS", new_key())
        result = CliRunner().invoke(main, ["seal", "rotate"])
        assert result.exit_code == 1
        assert result.output.startswith("Error: nothing was sealed anew: contact_requests 1, contact_requests 2, accounts 1, accounts 2")

    @pytest.mark.parametrize(("keys", "said"), [("", "there is no sealing key"), ("nonsense", "each key must be 32 random bytes")])
    def test_keys_that_are_none_are_told(self, keys: str, said: str, filled: tuple[Store, str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRIALCHAT_SEALING_KEYS", keys)
        result = CliRunner().invoke(main, ["seal", "rotate"])
        assert result.exit_code == 1
        assert said in result.output

    def test_a_database_that_was_never_started_is_told(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRIALCHAT_SEALING_KEYS", new_key())
        result = CliRunner().invoke(main, ["seal", "rotate"])
        assert result.exit_code == 1
        assert "trialchat run" in result.output
