"""`trialchat trials import`: registry records into the store."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.criteria import Section
from bot.settings import Settings
from bot.store.clock import utc_now
from bot.trials.commands_setup import opened
from bot.trials.importing import Imported, import_all
from bot.trials.loading import Kept
from bot.trials.registry.api import Query, RegistryClient, nct_number, user_agent
from bot.trials.registry.files import Found, about_how_many, studies_in
from bot.trials.registry.live import fetched
from bot.trials.reviewing import waiting


@click.command("import")
@click.argument("sources", nargs=-1, metavar="[PATH_OR_NCT]...")
@click.option("--condition", help="Import what the registry finds for an illness.")
@click.option("--term", help="… for other words.")
@click.option("--intervention", help="… for a treatment.")
@click.option("--location", help="… at a place: a city, a state, a country.")
@click.option("--sponsor", help="… of a sponsor.")
@click.option("--status", "statuses", multiple=True, help="… with a status, such as RECRUITING; may be given several times.")
@click.option("--at-most", "at_most", type=click.IntRange(min=1), help="No more than so many of what a query finds.")
def import_trials(
    sources: tuple[str, ...],
    condition: str | None,
    term: str | None,
    intervention: str | None,
    location: str | None,
    sponsor: str | None,
    statuses: tuple[str, ...],
    at_most: int | None,
) -> None:
    """Import registry records: files, folders, NCT numbers, or what a query of ClinicalTrials.gov finds.

    A file holds one record of the ClinicalTrials.gov API (version 2), a page of `studies`, a list of records, or one record a line
    (.jsonl). Numbers and queries are fetched from the registry. A line is printed for each record. A record that cannot be used is
    named and left out; the others go in, and the command ends with 1. Importing a record again updates it and says what has changed.
    """
    asked = None
    if statuses or any((condition, term, intervention, location, sponsor)):
        try:
            asked = Query(condition, term, intervention, location, sponsor, tuple(status.upper() for status in statuses))
        except ValueError as fault:
            raise click.UsageError(str(fault)) from None
    if not sources and asked is None:
        raise click.UsageError("name a file, a folder or an NCT number, or say what to look for (--condition, …)")
    files, numbers, unknown = _told_apart(sources)
    with opened() as (settings, _, store, keeper):
        outcomes: Counter[str] = Counter()
        with _Report(len(numbers) + len(unknown) + sum(map(about_how_many, files))) as report:
            found = chain(
                unknown,
                chain.from_iterable(map(studies_in, files)),
                fetched(lambda: _client(settings), numbers, asked, at_most, report.expect) if numbers or asked else (),
            )
            for imported in import_all(store, keeper, found, utc_now):
                outcomes[imported.kept.outcome if imported.kept else "left out"] += 1
                report.tell(imported)
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "nothing to import", err=True)
    if outcomes["left out"]:
        raise SystemExit(1)


def _told_apart(sources: Iterable[str]) -> tuple[list[Path], list[str], list[Found]]:
    """Files and folders, numbers, and what is neither."""
    files, numbers, unknown = [], [], []
    for source in sources:
        if Path(source).exists():
            files.append(Path(source))
            continue
        try:
            numbers.append(nct_number(source))
        except ValueError:
            unknown.append(Found(source, problem="there is no such file or folder, and it is no NCT number (NCT and eight digits)"))
    return files, list(dict.fromkeys(numbers)), unknown


def _client(settings: Settings) -> RegistryClient:
    try:
        return RegistryClient(settings.registry_url, user_agent=user_agent(settings.contact))
    except ValueError as fault:
        raise click.ClickException(f"TRIALCHAT_REGISTRY_URL or TRIALCHAT_CONTACT: {fault}") from None


class _Report:
    """One line a record, with a bar below them where somebody watches."""

    def __init__(self, total: int) -> None:
        self._total = total
        console = Console(file=sys.stdout, soft_wrap=True)
        columns = (TextColumn("Importing trials"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=total or None)

    def expect(self, more: int) -> None:
        """So many more records are on their way."""
        self._total += more
        self._bar.update(self._task, total=self._total)

    def __enter__(self) -> _Report:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def tell(self, imported: Imported) -> None:
        if imported.kept is None:
            click.echo(f"{imported.origin}: {imported.problem}", err=True)
        else:
            self._bar.console.print(told(imported.kept), markup=False, highlight=False, soft_wrap=True)
        self._bar.advance(self._task)


def told(kept: Kept) -> str:
    """What became of a trial, in a line."""
    record, said = kept.record, kept.changes
    line = f"{record.nct_id}  {kept.outcome:<9}  {_criteria(kept)}"
    if said.returned:
        line += f"; back to review: {', '.join(said.returned)}"
    return line + "".join(f"; {change}" for change in said.lines)


def _criteria(kept: Kept) -> str:
    of_the_text = [one for one in kept.record.criteria if one.section is not Section.REGISTRY]
    ruled = sum(one.requires is not None for one in of_the_text)
    return f"{len(of_the_text)} criteria, {ruled} with a rule, {len(waiting(kept.record))} to review"
