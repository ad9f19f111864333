"""All figures of a selection, made of what was counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.figures.counting import Decided, Progress, Selection
from bot.figures.funnel import Funnel, KeyT, funnels
from bot.figures.times import Quartiles, quartiles, quartiles_by_week
from bot.figures.weeks import weeks_between


@dataclass(frozen=True, slots=True)
class Counts:
    """What a store counted. `progress` is of every channel and language, the rest of those selected."""

    progress: tuple[Progress, ...]
    stopped: tuple[tuple[str, int], ...] = ()
    unread: tuple[tuple[str, int], ...] = ()
    decided: tuple[Decided, ...] = ()
    by_trial: tuple[Progress, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The figures. `channels` and `locales` are those there are to choose from in these weeks; questions come with the most first."""

    funnel: Funnel
    by_week: Mapping[int, Funnel]
    by_channel: Mapping[str, Funnel]
    by_locale: Mapping[str, Funnel]
    by_trial: Mapping[str | None, Funnel]
    stopped: tuple[tuple[str, int], ...]
    unread: tuple[tuple[str, int], ...]
    times: Quartiles | None
    times_by_week: Mapping[int, Quartiles] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()


def report(selection: Selection, counts: Counts) -> Report:
    """The figures of a selection. Every week of it is there, with or without conversations."""
    chosen = [one for one in counts.progress if _is_chosen(one, selection)]
    nobody = dict.fromkeys(weeks_between(selection.first, selection.last), Funnel())
    return Report(
        funnel=Funnel.of(chosen),
        by_week=nobody | dict(funnels(chosen, lambda one: one.week)),
        by_channel=_largest_first(funnels(chosen, lambda one: one.channel)),
        by_locale=_largest_first(funnels(chosen, lambda one: one.locale)),
        by_trial=_largest_first(funnels(counts.by_trial, lambda one: one.trial_id)),
        stopped=_most_first(counts.stopped),
        unread=_most_first(counts.unread),
        times=quartiles(counts.decided),
        times_by_week=quartiles_by_week(counts.decided),
        channels=_names((one.channel for one in counts.progress), selection.channel),
        locales=_names((one.locale for one in counts.progress), selection.locale),
    )


def _is_chosen(one: Progress, selection: Selection) -> bool:
    return selection.channel in (None, one.channel) and selection.locale in (None, one.locale)


def _names(found: Iterable[str], chosen: str | None) -> tuple[str, ...]:
    return tuple(sorted({*found, *(() if chosen is None else (chosen,))}))


def _most_first(counted: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted, key=lambda one: (-one[1], one[0])))


def _largest_first(made: Mapping[KeyT, Funnel]) -> dict[KeyT, Funnel]:
    return dict(sorted(made.items(), key=lambda one: (tuple(-count for count in one[1].counts), str(one[0]))))
