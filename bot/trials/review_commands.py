"""`trialchat criteria explain` and `trialchat criteria review`: what a program made of a trial's text, and approving it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bot.criteria.sentences import sentence
from bot.store import Store
from bot.store.clock import utc_now
from bot.trials.commands_setup import opened
from bot.trials.explaining import approval, explained
from bot.trials.loading import Keeper
from bot.trials.parts import TrialCriterion
from bot.trials.records import TrialRecord
from bot.trials.registry.record import Reader
from bot.trials.review import Action
from bot.trials.reviewing import Decision, ReviewFault, decide, record_of, rule_from_json, rule_from_sentence, waiting, words_before
from bot.words import Library

_BY = click.option("--by", required=True, envvar="TRIALCHAT_REVIEWER", help="Who reviewed: a name, or a name and a role.")
_LOCALE = click.option("--locale", default="en", show_default=True, help="The language of the texts.")


@click.command()
@click.argument("nct_id")
@click.argument("criterion_ids", nargs=-1, metavar="[CRITERION]...")
@_LOCALE
def explain(nct_id: str, criterion_ids: tuple[str, ...], locale: str) -> None:
    """Show how each criterion of a stored trial was read, where it stands in the text, and who approved it."""
    with opened() as (_, library, store, _):
        record = _record(store, nct_id)
        reader = Reader.load(library)
        click.echo(f"{record.nct_id}: {record.in_words(locale).title}")
        for criterion in _chosen(record, criterion_ids):
            click.echo("\n" + "\n".join(explained(record, criterion, reader, locale)))


@click.group(invoke_without_command=True)
@click.pass_context
def review(context: click.Context) -> None:
    """List, approve and edit criteria that a program has read.

    Until somebody approves a criterion, it can leave a trial open for a person and never rule it out.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_waiting, nct_id=None)


@review.command("list")
@click.argument("nct_id", required=False)
@_LOCALE
def list_waiting(nct_id: str | None, locale: str = "en") -> None:
    """Trials with criteria to review; or, of one trial, these criteria."""
    with opened() as (_, library, store, _):
        if nct_id is None:
            with store.reading() as unit:
                trials = unit.count_unreviewed()
            for name, count in trials:
                click.echo(f"{name}  {count} to review")
            if not trials:
                click.echo("There is nothing to review.")
            return
        record = _record(store, nct_id)
        for criterion in waiting(record):
            click.echo(f"{criterion.id}  {' '.join((criterion.text or '').split())}")
            if criterion.requires is not None:
                own = " ".join((criterion.text or "").split())
                click.echo(f"    {sentence(criterion.requires, library.in_locale(locale), own)}")
            else:
                click.echo("    for the study team: no rule")
            if criterion.former is not None:
                click.echo(f"    had been approved by {criterion.former.reviewed.by} on {criterion.former.reviewed.on}, with another text")


@review.command()
@click.argument("nct_id")
@click.argument("criterion_ids", nargs=-1, metavar="[CRITERION]...")
@click.option("--all", "everything", is_flag=True, help="All that wait for review.")
@_BY
def approve(nct_id: str, criterion_ids: tuple[str, ...], everything: bool, by: str) -> None:
    """Approve criteria as they were read."""
    with opened() as (_, library, store, keeper):
        record = _record(store, nct_id)
        if everything == bool(criterion_ids):
            raise click.UsageError("name the criteria, or say --all")
        ids = [one.id for one in waiting(record)] if everything else list(criterion_ids)
        _decide(store, keeper, library, record.nct_id, ids, Decision(Action.APPROVED, by))


@review.command("return")
@click.argument("nct_id")
@click.argument("criterion_ids", nargs=-1, required=True, metavar="CRITERION...")
@_BY
def return_(nct_id: str, criterion_ids: tuple[str, ...], by: str) -> None:
    """Take an approval back: the criterion counts as it was read, and waits for review."""
    with opened() as (_, library, store, keeper):
        _decide(store, keeper, library, nct_id.upper(), criterion_ids, Decision(Action.RETURNED, by))


@review.command()
@click.argument("nct_id")
@click.argument("criterion_id")
@click.option("--sentence", "said", help='What the criterion asks, in the registry\'s style ("ECOG 0 to 2"): a rule is read from it.')
@click.option("--rule", "rule_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A JSON file with the rule.")
@click.option("--study-team", is_flag=True, help="Only the study team can settle it: it has no rule.")
@click.option("--plain", help="What patients read: what must hold.")
@click.option("--not-met", "not_met", help="What patients read where it does not hold.")
@click.option("--to-ask", "to_ask", help="The question to bring to the doctor.")
@_LOCALE
@_BY
def edit(
    nct_id: str,
    criterion_id: str,
    said: str | None,
    rule_file: Path | None,
    study_team: bool,
    plain: str | None,
    not_met: str | None,
    to_ask: str | None,
    locale: str,
    by: str,
) -> None:
    """Put another rule, or other words, in the place of what was read, and approve it with that.

    What is not given stays: the rule, or the words, as they were.
    """
    if sum((said is not None, rule_file is not None, study_team)) > 1:
        raise click.UsageError("give one of --sentence, --rule and --study-team")
    written = {name: text for name, text in (("plain", plain), ("not_met", not_met), ("to_ask", to_ask)) if text}
    if said is None and rule_file is None and not study_team and not written:
        raise click.UsageError("say what to change: --sentence, --rule, --study-team, --plain, --not-met or --to-ask")
    with opened() as (_, library, store, keeper):
        record = _record(store, nct_id)
        criterion = _chosen(record, (criterion_id,))[0]
        rule = criterion.requires
        try:
            if said is not None:
                rule = rule_from_sentence(said, criterion, Reader.load(library))
            elif rule_file is not None:
                rule = rule_from_json(rule_file.read_text("utf-8"))
            elif study_team:
                rule = None
        except (ReviewFault, UnicodeDecodeError) as fault:
            raise click.ClickException(f"{'' if rule_file is None else f'{rule_file.name}: '}{fault}") from None
        with store.reading() as unit:
            words = words_before(unit, criterion, record.nct_id)
        if written:
            words[locale] = {**words.get(locale, {}), **written}
        _decide(store, keeper, library, record.nct_id, (criterion.id,), Decision(Action.EDITED, by, rule, words or None))


@review.command()
@click.argument("nct_id")
def history(nct_id: str) -> None:
    """Every decision about a trial's criteria: who, when, what."""
    with opened() as (_, _, store, _), store.reading() as unit:
        for one in unit.criterion_reviews(nct_id.upper()):
            click.echo(f"{one.at:%Y-%m-%d %H:%M} UTC  {one.criterion_id:<5} {one.action:<9} {one.by}  (text {one.fingerprint})")


def _record(store: Store, nct_id: str) -> TrialRecord:
    try:
        with store.reading() as unit:
            return record_of(unit, nct_id.upper())
    except ReviewFault as fault:
        raise click.ClickException(str(fault)) from None


def _chosen(record: TrialRecord, ids: Sequence[str]) -> list[TrialCriterion]:
    if not ids:
        return list(record.criteria)
    by_name = {one.id.casefold(): one for one in record.criteria}
    unknown = [id_ for id_ in ids if id_.casefold() not in by_name]
    if unknown:
        raise click.ClickException(f"{record.nct_id} has no criterion {unknown[0]}; it has {', '.join(one.id for one in record.criteria)}")
    return [by_name[id_.casefold()] for id_ in ids]


def _decide(store: Store, keeper: Keeper, library: Library, nct_id: str, ids: Sequence[str], decision: Decision) -> None:
    at = utc_now()
    try:
        with store.unit() as unit:
            kept = decide(unit, keeper, nct_id, ids, decision, library.attributes, at)
    except ReviewFault as fault:
        raise click.ClickException(str(fault)) from None
    for id_ in ids:
        criterion = kept.record.criterion(id_)
        if criterion is None:
            continue
        click.echo(f"{id_}  {approval(criterion)}")
        if criterion.requires is not None:
            own = " ".join((criterion.text or "").split())
            click.echo(f"    {sentence(criterion.requires, library.in_locale(None), own)}")
    click.echo(f"{len(waiting(kept.record))} left to review")
