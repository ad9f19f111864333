"""`trialchat words` and `trialchat attributes`: what patients read, and what can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from bot.settings import PROJECT
from bot.trials import RecordFault, load_records
from bot.words.words import Words, WordsFault, load_library

_SHOWN = ("conversation", "attributes", "people", "safety", "answers", "imported", "rules", "site", "channels")
"""What patients read. The other files hold what the bot reads."""

_ASKED = ("question", "question_again", "why", "help")
"""What is said of an attribute that is asked."""


@click.command()
@click.option("--locale", default="en", show_default=True, help="The language.")
def words(locale: str) -> None:
    """Print every text that a patient can read as one document, with its version, for review."""
    try:
        library = load_library()
        records = load_records(PROJECT / "trials", library.attributes)
    except (WordsFault, RecordFault) as fault:
        raise click.ClickException(str(fault)) from fault
    if locale not in library.words:
        raise click.ClickException(f"there are no words for {locale}; there are for {', '.join(library.words)}")
    chosen = library.words[locale]
    click.echo(f"# Texts for patients, {locale}, version {chosen.version}")
    for name in _SHOWN:
        click.echo(f"\n## {name} (version {chosen.files[name]['version']})\n")
        for path, text in _texts(_for_patients(name, chosen)):
            click.echo(f"- `{path}` {text}")
    for record in records:
        if locale in record.words:
            click.echo(f"\n## Trial {record.nct_id} (version {record.version})\n")
            for path, text in _texts(record.words[locale].model_dump(exclude_none=True)):
                click.echo(f"- `{path}` {text}")


def _for_patients(name: str, chosen: Words) -> Mapping[str, Any]:
    """The part of a file that is said, without the words that are only recognised."""
    data = chosen.files[name]
    match name:
        case "conversation":
            return {key: data[key] for key in ("buttons", "texts", "texts_for_other", "units") if key in data}
        case "attributes":
            return {
                attribute: {
                    **{part: about[part] for part in _ASKED if part in about},
                    "options": {value: option["title"] for value, option in (about.get("options") or {}).items()},
                    "said": about["said"],
                    "for_other": about.get("for_other", {}),
                }
                for attribute, about in data["attributes"].items()
            }
        case "people":
            return {key: {part: person[part] for part in ("who", "whose", "them", "their")} for key, person in data["people"].items()}
        case "safety":
            return {"texts": data["texts"]}
    return {key: value for key, value in data.items() if key not in ("version", "locale", "reviewed")}


def _texts(data: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _texts(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, Sequence) and not isinstance(data, str):
        for number, value in enumerate(data, start=1):
            yield from _texts(value, f"{path}.{number}")
    elif data is not None:
        yield path, str(data)


@click.command()
def attributes() -> None:
    """List what criteria refer to: name, kind of answer, unit, values; and what no screening asks."""
    try:
        every = load_library().attributes
    except WordsFault as fault:
        raise click.ClickException(str(fault)) from fault
    width = max(map(len, every))
    for attribute in every.values():
        detail = ", ".join(attribute.values) or attribute.unit or ""
        asked = "" if attribute.asked else "  (never asked)"
        click.echo(f"{attribute.name:<{width}}  {attribute.answer_type.value:<10}  {detail}{asked}".rstrip())
