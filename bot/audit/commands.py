"""`trialchat audit` on the command line."""

from __future__ import annotations

import re

import click

from bot.audit.chain import Fault
from bot.running.opened_store import opened_store
from bot.store.verifying import verify as verify_chain

_NOTED = re.compile(r"(\d{1,9}):([0-9a-f]{64})", re.ASCII)


def _noted(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[int, str]:
    """Heads as `trialchat audit head` prints them."""
    matches = [_NOTED.fullmatch(value.strip()) for value in values]
    for value, match in zip(values, matches, strict=True):
        if match is None:
            raise click.BadParameter(
                f"{value}: expected a number, a colon and 64 hexadecimal digits, as `trialchat audit head` prints them"
            )
    return {int(match[1]): match[2] for match in matches if match is not None}


@click.group()
def audit() -> None:
    """Check that nothing in the audit was removed or altered."""


@audit.command()
@click.option(
    "--expect",
    "noted",
    metavar="NUMBER:DIGEST",
    multiple=True,
    callback=_noted,
    help="A head noted earlier, which must still be in the chain.",
)
@click.pass_context
def verify(context: click.Context, noted: dict[int, str]) -> None:
    """Go through the whole audit: one line for each fault, and exit status 1 where there is one."""
    with opened_store() as (store, _):
        found = verify_chain(store, noted)
    for fault in found.faults:
        click.echo(in_words(fault))
    click.echo(f"{found.fine} of {found.entries} entries are fine")
    context.exit(1 if found.faults else 0)


@audit.command()
def head() -> None:
    """Print the end of the chain, to be noted where nobody who can write to the database can change it."""
    with opened_store() as (store, _), store.reading() as unit:
        found = unit.audit_head()
    if found is None:
        raise click.ClickException("there is no audit yet")
    click.echo(f"{found.number}:{found.digest}")


def in_words(fault: Fault) -> str:
    """A fault in one line."""
    return f"end of the chain: {fault.what}" if fault.number is None else f"entry {fault.number}: {fault.what}"
