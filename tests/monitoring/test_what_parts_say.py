"""What is counted where it happens: refused sign-ins, lock-outs, a store that is away, what is given up; and work that ends well."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import signs
from bot.conversations.erasing import Erasures
from bot.signs import Happening, Work, last_done, times
from bot.store import Store, StoreUnavailableError
from bot.web.housekeeping import Housekeeping
from bot.web.outbox import OUTBOX
from tests.console.conftest import house, library, migrated_store, open_house, stranger
from tests.console.house import Guest, House
from tests.console.people import give_password

__all__ = ["house", "library", "migrated_store", "open_house", "stranger"]

Since = Callable[[], int]


def since(what: Happening) -> Since:
    """How often it happened from now on."""
    before = times(what)
    return lambda: times(what) - before


async def test_refused_sign_ins_and_lock_outs(house: House, stranger: Guest) -> None:
    account = house.account()
    wrong, locked = since(Happening.WRONG_PASSWORD), since(Happening.ACCOUNT_LOCKED)
    for number in range(5):
        await give_password(stranger, account, f"wrong {number}")
    assert (wrong(), locked()) == (5, 1)
    with house.store.reading() as unit:
        assert unit.queues(house.clock()).locked_accounts == 1


async def test_a_notification_that_is_given_up(house: House) -> None:
    given_up, now = since(Happening.NOTIFICATION_GIVEN_UP), house.clock()
    with house.store.unit() as unit:
        target = unit.add_delivery_target(trial_id=None, kind="mail", address="a@example.org", secret=None, at=now)
        unit.enqueue("test", target.id, {}, at=now)
        unit.set_target_active(target.id, False)
    await house.app[OUTBOX].send_due()
    assert given_up() == 1


def test_a_store_that_is_away(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is no database, and long enough to be taken for a damaged one" * 20)
    away, store = since(Happening.STORE_AWAY), Store(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailableError):
        store.check()
    assert away() == 1
    store.dispose()


async def test_a_round_of_work_counts_where_it_ends_well(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "_done", {})
    erasures = Erasures(house.store, lambda _: None, house.clock)
    work = Housekeeping(house.store, erasures, house.clock, 0)

    def away() -> int:
        raise StoreUnavailableError("gone")

    with monkeypatch.context() as failing:
        failing.setattr(erasures, "complete_all", away)
        work.look()
    assert Work.HOUSEKEEPING not in last_done()
    work.look()
    assert time.time() - last_done()[Work.HOUSEKEEPING] < 10
