"""`trialchat trials import`: registry records into the store."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.criteria.reading import Reading
from bot.store.clock import utc_now
from bot.trials.importing import Imported, import_all
from bot.trials.loading import Kept
from bot.trials.opening import opened
from bot.trials.registry.files import Found, about_how_many, studies_in


@click.command("import")
@click.argument("sources", nargs=-1, metavar="[PATH_OR_NCT]...")
def import_trials(sources: tuple[str, ...]) -> None:
    """Import registry records: files, folders, or NCT numbers that are fetched from ClinicalTrials.gov.

    A file holds one record of the ClinicalTrials.gov API (version 2), a page of `studies`, a list of records, or one record a line
    (.jsonl). A line is printed for each record. A record that cannot be used is named and left out; the others go in, and
    the command ends with 1. Importing a record again updates it and says what has changed.
    """
    if not sources:
        raise click.UsageError("name a file, a folder or an NCT number")
    with opened() as (_, _, store, keeper):
        total = sum(about_how_many(Path(source)) for source in sources if Path(source).exists())
        outcomes: Counter[str] = Counter()
        with _Report(total or None) as report:
            for imported in import_all(store, keeper, _found(sources), utc_now):
                outcomes[imported.kept.outcome if imported.kept else "left out"] += 1
                report.tell(imported)
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "nothing to import", err=True)
    if outcomes["left out"]:
        raise SystemExit(1)


def _found(sources: Iterable[str]) -> Iterator[Found]:
    for source in sources:
        path = Path(source)
        if path.exists():
            yield from studies_in(path)
        else:
            yield Found(source, problem="there is no such file or folder, and it is no NCT number (NCT and eight figures)")


class _Report:
    """One line a record, with a bar below them where somebody watches."""

    def __init__(self, total: int | None) -> None:
        console = Console(file=sys.stdout, soft_wrap=True)
        columns = (TextColumn("Importing trials"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=total)

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
    read = Counter(one.reading for one in kept.record.criteria if one.section.value != "registry")
    waiting = sum(one.reviewed is None and one.fingerprint is not None for one in kept.record.criteria)
    computed = read[Reading.WHOLE] + read[Reading.PART]
    return f"{read.total()} criteria, {computed} with a rule, {waiting} to review"
