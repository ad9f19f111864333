"""`trialchat accounts` on the command line: for whoever runs the installation, where nobody can get into the console any more."""

from __future__ import annotations

import click

from bot.accounts.people import reset_by_operator
from bot.accounts.refusals import Refused
from bot.running.opened_store import opened_store
from bot.store.clock import utc_now


@click.group()
def accounts() -> None:
    """See who may sign in to the console, and let somebody back in."""


@accounts.command("list")
def list_() -> None:
    """Print every account: login, role, state, and which trials it sees."""
    with opened_store() as (store, _), store.reading() as unit:
        found = unit.accounts()
    for account in found:
        trials = "all trials" if account.all_trials else ", ".join(sorted(account.trials)) or "no trial"
        click.echo(f"{account.login}\t{account.role}\t{account.state}\t{trials}")


@accounts.command()
@click.argument("login")
def reset(login: str) -> None:
    """Take away the password and the second factor of LOGIN, end its sessions, and print a link to choose a new password.

    The link is good once, for 72 hours. That it was made is noted in the audit.
    """
    with opened_store() as (store, settings):
        try:
            token = reset_by_operator(store, login, utc_now())
        except Refused:
            raise click.ClickException(f"{login} is disabled; an administrator can enable it in the console") from None
    if token is None:
        raise click.ClickException(f"nobody has the login {login}; `trialchat accounts list` prints all")
    click.echo(f"{settings.site_url}/console/invitation/{token}")
