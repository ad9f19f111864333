"""`trialchat match`: the people of a file against the trials of another (contract, section 6)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from bot.criteria.criterion import CheckedBy, Criterion, Section
from bot.criteria.extraction import Language, read_criteria
from bot.criteria.rules import Rule
from bot.json_lines import LineFault, objects
from bot.matching.files import TextTrial, match
from bot.matching.person import Person, PersonReader
from bot.screening.reading.conditions import Conditions
from bot.trials.extracting import Line, lines_of
from bot.trials.registry.fields import field_criteria
from bot.words import WordsFault, load_library
from bot.words.labels import person_reader
from bot.words.registry import criteria_language


@dataclass(frozen=True)
class Described:
    """A line of the file of people: a free text, labelled answers, or both."""

    patient_id: str
    text: str
    fields: Mapping[str, str]


@click.command(name="match")
@click.option(
    "--trials", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="Eligibility texts, a JSON object a line."
)
@click.option(
    "--patients", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="People, a JSON object a line."
)
@click.option("--out", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the pairs go.")
@click.option("--locale", default="en", show_default=True, help="The language of both files.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day that the people speak of as today; else this one.")
def match_files(trials: Path, patients: Path, target: Path, locale: str, today: datetime.datetime | None) -> None:
    """Match every person with every trial.

    A line of the people is {"patient_id", "text"} or {"patient_id", "fields": {label: answer, …}}; a line of the trials is
    {"nct_id", "text", "title"?, "min_age"?, "max_age"?, "gender"?}. Every criterion that could be read counts as if somebody had
    approved it. One line is written for each pair: how the trial looks for the person, which criteria are not met, and a score
    that orders a person's trials.
    """
    day = today.date() if today else datetime.datetime.now(datetime.UTC).date()
    try:
        library = load_library()
        language, reader = criteria_language(library, locale), person_reader(library, locale)
        lexicon = library.in_locale(locale).lexicon
        conditions, negations = lexicon.conditions, lexicon.single("negators")
        with patients.open(encoding="utf-8", newline="\n") as given:
            described = list(people_of(given))
        with trials.open(encoding="utf-8", newline="\n") as given:
            lines = list(lines_of(given))
    except (LineFault, WordsFault) as fault:
        raise click.ClickException(str(fault)) from None
    people = [(one.patient_id, _person(one, reader, day)) for one in described]
    # A pair is one line whatever the order; trials are read once and not kept, so that a file of any length fits.
    with target.open("w", encoding="utf-8", newline="\n") as out, click.progressbar(lines, label="Matching") as shown:
        for line in shown:
            trial = text_trial(line, language, conditions)
            for patient_id, person in people:
                found = match(person, trial, conditions, negations)
                out.write(json.dumps({"patient_id": patient_id, "nct_id": line.nct_id, **found.as_json()}, ensure_ascii=False) + "\n")
    click.echo(f"{len(people)} people, {len(lines)} trials")


def people_of(source: Iterable[str]) -> Iterator[Described]:
    """The people of a JSON Lines file; `LineFault` names the line that is none."""
    for number, data in objects(source):
        text, fields = data.get("text", ""), data.get("fields", {})
        if (
            "patient_id" not in data
            or not isinstance(text, str)
            or not isinstance(fields, Mapping)
            or not ("text" in data or "fields" in data)
        ):
            raise LineFault(number, "expected `patient_id` and `text`, or `patient_id` and `fields` with an answer for each label")
        wrong = [str(label) for label, answer in fields.items() if answer is not None and not isinstance(answer, str | int | float)]
        if wrong:
            raise LineFault(number, f"the answer to {wrong[0]!r} is neither a text nor a number")
        answers = {str(label): _written(answer) for label, answer in fields.items() if answer is not None}
        yield Described(str(data["patient_id"]), text, answers)


def text_trial(line: Line, language: Language, conditions: Conditions) -> TextTrial:
    """A trial of a file with its criteria, those of its structured fields first."""
    fields = [(_criterion(one.id, Section.REGISTRY, one.rule), one.text) for one in field_criteria(line.min_age, line.max_age, line.gender)]
    read = [(_criterion(one.id, one.section, one.requires), one.text) for one in read_criteria(line.text, language)]
    return TextTrial.of(line.nct_id, line.title or "", [*fields, *read], conditions)


def _criterion(criterion_id: str, section: Section, rule: Rule | None) -> Criterion:
    checked_by = CheckedBy.STUDY_TEAM if rule is None else CheckedBy.PATIENT
    return Criterion(id=criterion_id, section=section, checked_by=checked_by, requires=rule)


def _person(described: Described, reader: PersonReader, day: datetime.date) -> Person:
    if not described.fields:
        return reader.from_text(described.text, day)
    return reader.from_fields(described.fields, day, described.text)


def _written(answer: str | float) -> str:
    """An answer as a person would write it; a JSON true is a yes to any label."""
    return str(answer).casefold() if isinstance(answer, bool) else str(answer)
