"""`trialchat criteria`: criteria out of registry texts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from bot.criteria.extraction import Reading
from bot.json_lines import LineFault
from bot.trials.extracting import Line, extracted, lines_of
from bot.trials.review_commands import explain, review
from bot.words import WordsFault, load_library
from bot.words.registry import criteria_language


@click.group()
def criteria() -> None:
    """Read criteria out of registry texts, explain and review them."""


criteria.add_command(explain)
criteria.add_command(review)


@criteria.command()
@click.option(
    "--in",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="Eligibility texts, a JSON object a line.",
)
@click.option("--out", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the criteria go.")
@click.option("--locale", default="en", show_default=True, help="The language of the texts.")
def extract(source: Path, target: Path, locale: str) -> None:
    """Read the criteria of eligibility texts.

    Each line of the input is {"nct_id", "text", "min_age"?, "max_age"?, "gender"?}; each line of the output has the trial's criteria,
    in the same order. How many were read, and how, is said at the end.
    """
    try:
        language = criteria_language(load_library(), locale)
        with source.open(encoding="utf-8", newline="\n") as given:
            lines: list[Line] = list(lines_of(given))
    except (LineFault, WordsFault) as fault:
        raise click.ClickException(str(fault)) from None
    read: Counter[str] = Counter()
    with target.open("w", encoding="utf-8", newline="\n") as out, click.progressbar(lines, label="Reading criteria") as shown:
        for line in shown:
            found = extracted(line, language)
            read.update(criterion["read"] for criterion in found["criteria"])
            out.write(json.dumps(found, ensure_ascii=False) + "\n")
    total = read.total() or 1
    click.echo(f"{len(lines)} trials, {read.total()} criteria")
    for kind in Reading:
        click.echo(f"  {_KINDS[kind]:<52} {read[kind.value]:>7}  {read[kind.value] / total:6.1%}")


_KINDS = {
    Reading.WHOLE: "read whole, as a rule",
    Reading.PART: "read in part, the rest for the study team",
    Reading.NONE: "kept as text",
    Reading.LEAD: "kept as text: only leads to others",
    Reading.INSIDE: "part of the rule of the one it stands inside of",
}
