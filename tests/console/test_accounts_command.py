"""`trialchat accounts`: whoever runs the installation can let an administrator back in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.accounts.roles import Role
from bot.cli import main
from tests.console.house import AUDIT_KEY, PASSWORD, TRIAL, Guest, House

Call = Callable[..., Result]


@pytest.fixture
def call(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """`trialchat accounts …` beside the running app."""
    monkeypatch.setenv("TRIALCHAT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRIALCHAT_DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    monkeypatch.setenv("TRIALCHAT_AUDIT_KEY", AUDIT_KEY)
    monkeypatch.setenv("TRIALCHAT_PUBLIC_URL", "https://trials.example.org")
    return lambda *words: CliRunner().invoke(main, ["accounts", *words])


async def test_a_link_lets_somebody_choose_a_new_password_and_ends_what_was(house: House, stranger: Guest, call: Call) -> None:
    account = house.account(Role.ADMINISTRATOR)
    signed_in = await stranger.sign_in(account)
    result = call("reset", account.login.upper())
    assert result.exit_code == 0
    assert result.output.startswith("https://trials.example.org/console/invitation/")
    _, page = await signed_in.get("/console/inbox")
    assert "Sign in" in page
    path = result.output.strip().removeprefix("https://trials.example.org")
    await stranger.get(path)
    status, page = await stranger.post(path, password="another long enough one", again="another long enough one")
    assert status == 200
    assert "Inbox" in page
    with house.store.reading() as unit:
        assert "account_reset" in [entry.action for entry in unit.audit_entries() if entry.actor == "system"]
        assert unit.account_by_login(account.login) is not None


async def test_the_list_says_who_may_see_what(house: House, call: Call) -> None:
    account = house.account(Role.COORDINATOR)
    assert f"{account.login}\tcoordinator\tactive\t{TRIAL}\n" in call("list").output


async def test_an_unknown_login_and_a_disabled_account_are_said(house: House, call: Call) -> None:
    account = house.account(Role.AUDITOR)
    with house.store.unit() as unit:
        unit.set_account_state(account.id, "disabled")
    assert call("reset", account.login).output == f"Error: {account.login} is disabled; an administrator can enable it in the console\n"
    assert "nobody has the login nobody" in call("reset", "nobody").output
    assert PASSWORD not in call("list").output
