"""`trialchat trials`: the trials there are."""

from __future__ import annotations

from pathlib import Path

import click

from bot.criteria.sentences import sentence
from bot.settings import PROJECT
from bot.store.clock import utc_now
from bot.trials.commands_setup import opened
from bot.trials.explaining import approval
from bot.trials.import_commands import import_trials, told
from bot.trials.records import RecordFault, TrialRecord, load_record
from bot.trials.reviewing import record_of, waiting
from bot.words import Library, WordsFault, load_library


@click.group()
def trials() -> None:
    """Import, list and check trial records."""


@trials.command("list")
def list_trials() -> None:
    """One line for each trial: its number, the version of its record, its status, how many criteria wait for review, its title."""
    with opened() as (_, library, store, _), store.reading() as unit:
        stored = set()
        for nct_id in unit.trial_ids():
            record = record_of(unit, nct_id)
            stored.add(nct_id)
            unapproved = len(waiting(record))
            review = f"{unapproved} to review" if unapproved else "reviewed"
            click.echo(f"{nct_id}  {record.version}  {record.status or 'status not stated'}  {review}  {record.in_words('en').title}")
        for path in sorted((PROJECT / "trials").glob("*.yaml")):
            if path.stem not in stored:
                record = _record(path, library)
                click.echo(f"{record.nct_id}  {record.version}  ships, not stored yet  {record.in_words('en').title}")


@trials.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check record files; the first field that is wrong in each is named."""
    library = _library()
    wrong = 0
    for path in files:
        try:
            record = load_record(path, library.attributes)
            click.echo(f"{path.name}: sound, {len(record.criteria)} criteria")
        except RecordFault as fault:
            wrong += 1
            click.echo(str(fault), err=True)
    if wrong:
        raise SystemExit(1)


@trials.command()
@click.argument("nct_id")
@click.option("--locale", default="en", show_default=True)
def show(nct_id: str, locale: str) -> None:
    """A record's criteria: who checks each, the words for patients, and the rule as a sentence."""
    with opened() as (_, library, store, _):
        with store.reading() as unit:
            stored = unit.trial(nct_id.upper())
        path = PROJECT / "trials" / f"{nct_id.upper()}.yaml"
        if stored is not None:
            record = TrialRecord.model_validate(stored.record)
        elif path.exists():
            record = _record(path, library)
        else:
            known = "`trialchat trials list` names those there are, `trialchat trials import` brings in others"
            raise click.ClickException(f"there is no trial {nct_id.upper()}; {known}")
        about, book = record.in_words(locale), library.in_locale(locale)
        click.echo(f"{record.nct_id}: {about.title}")
        for criterion in record.criteria:
            checked_by = criterion.checked_by.value.replace("_", " ")
            click.echo(f"\n{criterion.id}  checked by the {checked_by}, {approval(criterion)}\n  {about.criteria[criterion.id].plain}")
            if criterion.requires is not None:
                click.echo(f"  rule: {sentence(criterion.requires, book, ' '.join((criterion.text or '').split()))}")


@trials.command()
@click.argument("nct_ids", nargs=-1, metavar="[NCT]...")
def refresh(nct_ids: tuple[str, ...]) -> None:
    """Read the criteria of stored trials anew, after an update of trialchat or of its words. What people approved stays."""
    with opened() as (_, _, store, keeper):
        with store.reading() as unit:
            ids = [nct_id.upper() for nct_id in nct_ids] or unit.imported_ids()
        for nct_id in ids:
            with store.unit() as unit:
                kept = keeper.keep(unit, nct_id, utc_now(), again=True)
            if kept is None:
                raise click.ClickException(f"{nct_id} is not stored; `trialchat trials import {nct_id}` brings it in")
            click.echo(told(kept))


trials.add_command(import_trials)


def _library() -> Library:
    try:
        return load_library()
    except WordsFault as fault:
        raise click.ClickException(str(fault)) from fault


def _record(path: Path, library: Library) -> TrialRecord:
    try:
        return load_record(path, library.attributes)
    except RecordFault as fault:
        raise click.ClickException(str(fault)) from fault
