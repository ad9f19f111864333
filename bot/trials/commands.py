"""`trialchat trials`: the trial records that ship."""

from __future__ import annotations

from pathlib import Path

import click

from bot.criteria.sentences import sentence
from bot.settings import PROJECT
from bot.trials.import_commands import import_trials
from bot.trials.records import RecordFault, TrialRecord, load_record
from bot.words import Library, WordsFault, load_library


@click.group()
def trials() -> None:
    """Import, list and check trial records."""


@trials.command("list")
def list_trials() -> None:
    """One line for each record that ships."""
    library = _library()
    for path in sorted((PROJECT / "trials").glob("*.yaml")):
        record = _record(path, library)
        click.echo(f"{record.nct_id}  {record.version}  {record.in_words('en').title}")


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
    """A record's criteria: who checks each, our words, and the rule as a sentence."""
    library = _library()
    path = PROJECT / "trials" / f"{nct_id.upper()}.yaml"
    if not path.exists():
        raise click.ClickException(f"there is no record {nct_id.upper()} in trials/; `trialchat trials list` names those there are")
    record = _record(path, library)
    about, book = record.in_words(locale), library.in_locale(locale)
    click.echo(f"{record.nct_id}: {about.title}")
    for criterion in record.criteria:
        checked_by = criterion.checked_by.value.replace("_", " ")
        click.echo(f"\n{criterion.id}  checked by the {checked_by}\n  {about.criteria[criterion.id].plain}")
        if criterion.requires is not None:
            click.echo(f"  rule: {sentence(criterion.requires, book)}")


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
