"""Who may sign in to the console, and by what."""

from __future__ import annotations

from collections.abc import Iterator

from bot.accounts.roles import FIRST_LOGIN, Role
from bot.doctor.deployment import Deployment
from bot.doctor.finding import Finding, matters, warning


def first_password(here: Deployment) -> Iterator[Finding]:
    """It was printed on a terminal and is in the environment of processes: everybody who saw either is an administrator."""
    for account in here.store.accounts:
        if account.login == FIRST_LOGIN and account.state == "active" and account.password_hash and account.password_changed_at is None:
            yield matters(
                here.exposed,
                "first-password",
                f"{account.login} still has the password of the first start",
                "sign in to the console as that and choose another, or disable it once there is another administrator",
            )


def second_factors(here: Deployment) -> Iterator[Finding]:
    """A password can be had by asking nicely for it. Who signs in at a provider has whatever factors that one wants."""
    with_password = [one for one in here.store.accounts if one.state == "active" and one.password_hash]
    without = [one for one in with_password if one.totp_secret is None]
    administrators = [one for one in without if one.role == Role.ADMINISTRATOR]
    if administrators and not here.settings.require_second_factor:
        yield matters(
            here.exposed,
            "second-factor",
            f"{_number(len(administrators), 'administrator')} can sign in with a password alone",
            "set TRIALCHAT_REQUIRE_SECOND_FACTOR=1, or have each set one up under their own name",
        )
    others = len(without) - len(administrators)
    if others and not here.settings.require_second_factor:
        yield warning(
            "second-factor",
            f"{_number(others, 'other account')} can sign in with a password alone",
            "set TRIALCHAT_REQUIRE_SECOND_FACTOR=1",
        )
    if without and here.settings.require_second_factor:
        yield warning(
            "second-factor",
            f"{_number(len(without), 'account')} {'has' if len(without) == 1 else 'have'} no second factor yet, and whoever signs in first "
            "with the password sets it up",
            "have them sign in soon, or disable them",
        )


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
