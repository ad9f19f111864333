"""The figures as tables and pictures, in words: what the page shows and what its files hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.figures.funnel import Funnel, Step
from bot.figures.report import Report
from bot.figures.shielding import SMALL, shielded
from bot.figures.times import Quartiles
from bot.figures.weeks import written
from bot.web.console import charts

_MOST_ROWS = 20
"""Questions or trials of one picture and its table on the page; files have all."""
_DRAWN = (Step.STARTED, Step.FINISHED, Step.HANDED_OFF)
"""Steps that are drawn week by week: more lines than these are hard to tell apart."""
GROUPS = ("channel", "locale", "trial")


@dataclass(frozen=True, slots=True)
class Figure:
    """One table with its picture, where there is something to draw. `more` rows are only in the file."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: charts.Bars | None = None
    lines: charts.Lines | None = None
    more: int = 0


class Figures:
    """Makes the figures of a report. `keep_back`: small counts are not told; `question` says what an attribute is called."""

    def __init__(self, report: Report, texts: Mapping[str, Any], question: Callable[[str], str], *, keep_back: bool, whole: bool) -> None:
        self._report, self._texts, self._question = report, texts, question
        self._keep_back, self._whole = keep_back, whole

    def all(self) -> dict[str, Figure]:
        """Every figure by its name, which is the name of its file, too."""
        report = self._report
        groups: dict[str, Mapping[Any, Funnel]] = {
            "channel": {self._texts["channels"].get(name, name): one for name, one in report.by_channel.items()},
            "locale": report.by_locale,
            "trial": {name or self._texts["groups"]["search"]: one for name, one in report.by_trial.items()},
        }
        made = [
            self._funnel(),
            self._weeks(),
            *(self._group(name, groups[name]) for name in GROUPS),
            self._questions("stopped", report.stopped),
            self._questions("unread", report.unread),
            self._times(),
        ]
        return {figure.name: figure for figure in made}

    # -- the figures

    def _funnel(self) -> Figure:
        texts, funnel = self._texts, self._report.funnel
        bars, rows = [], []
        for step in Step:
            shown, share = self._shown(funnel[step]), self._share(funnel, step)
            rows.append((texts["steps"][step], shown, share))
            told = texts["funnel"]["with_share"].format(count=shown, share=share) if share else shown
            bars.append((texts["steps"][step], self._seen(funnel[step]), told))
        said = "; ".join(texts["funnel"]["count"].format(step=name, shown=told) for name, _, told in bars)
        chart = charts.bars(texts["funnel"]["title"], texts["funnel"]["about"].format(counts=said), bars)
        return Figure("funnel", (texts["step"], texts["conversations"], f"{texts['share']} (%)"), tuple(rows), bars=chart)

    def _weeks(self) -> Figure:
        texts, by_week = self._texts, self._report.by_week
        names = [written(week) for week in by_week]
        series = [(texts["steps"][step], [float(self._seen(funnel[step])) for funnel in by_week.values()]) for step in _DRAWN]
        span = texts["span"].format(first=names[0], last=names[-1])
        about = texts["weeks"]["about"].format(span=span, steps=", ".join(name.lower() for name, _ in series))
        return Figure(
            "weeks",
            (texts["weeks"]["week"], *self._step_names()),
            tuple((written(week), *self._steps(funnel)) for week, funnel in by_week.items()),
            lines=charts.lines(texts["weeks"]["title"], about, names, series),
        )

    def _group(self, name: str, groups: Mapping[str, Funnel]) -> Figure:
        texts = self._texts["groups"]
        rows = tuple((key, *self._steps(funnel)) for key, funnel in groups.items())
        values = [(key, self._seen(funnel[Step.STARTED]), self._shown(funnel[Step.STARTED])) for key, funnel in groups.items()]
        header = (texts["name"][name], *self._step_names())
        return self._figure(name, header, rows, texts[name], texts["about"], values)

    def _questions(self, name: str, counted: Sequence[tuple[str, int]]) -> Figure:
        texts = self._texts[name]
        rows = tuple((self._question(attribute), self._shown(count)) for attribute, count in counted)
        values = [(self._question(attribute), self._seen(count), self._shown(count)) for attribute, count in counted]
        return self._figure(name, (texts["question"], texts["count"]), rows, texts["title"], texts["about"], values)

    def _times(self) -> Figure:
        texts, by_week = self._texts["times"], self._report.times_by_week
        names = [written(week) for week in self._report.by_week]
        header = (self._texts["weeks"]["week"], *(texts[name] for name in ("lower", "median", "upper", "count")))
        rows = tuple((written(week), *self._quartiles(by_week[week])) for week in self._report.by_week if week in by_week)
        chart = None
        if rows:
            about = texts["about"].format(span=self._texts["span"].format(first=names[0], last=names[-1]))
            medians = [by_week[week].median / 60 if week in by_week else None for week in self._report.by_week]
            chart = charts.lines(texts["title"], about, names, [(texts["line"], medians)])
        return Figure("times", header, rows, lines=chart)

    # -- parts

    def _figure(
        self,
        name: str,
        header: tuple[str, ...],
        rows: tuple[tuple[str, ...], ...],
        title: str,
        about: str,
        values: Sequence[tuple[str, int, str]],
    ) -> Figure:
        kept = len(rows) if self._whole else _MOST_ROWS
        drawn = values[:_MOST_ROWS]
        said = "; ".join(f"{key}: {shown}" for key, _, shown in drawn)
        chart = charts.bars(title, about.format(counts=said), drawn) if drawn else None
        return Figure(name, header, rows[:kept], bars=chart, more=max(0, len(rows) - kept))

    def _step_names(self) -> tuple[str, ...]:
        return tuple(self._texts["steps"][step] for step in Step)

    def _steps(self, funnel: Funnel) -> tuple[str, ...]:
        return tuple(self._shown(funnel[step]) for step in Step)

    def _quartiles(self, times: Quartiles) -> tuple[str, ...]:
        """Minutes. Where few came to a result, the times of each could be read off: only how few is told."""
        if self._keep_back and times.count < SMALL:
            return ("", "", "", self._shown(times.count))
        return (*(minutes(seconds) for seconds in (times.lower, times.median, times.upper)), self._shown(times.count))

    def _share(self, funnel: Funnel, step: Step) -> str:
        """In whole percent; empty where it would tell a small count, or nobody started."""
        share = funnel.share(step)
        return "" if share is None or not self._shown(funnel[step]).isdigit() else str(round(100 * share))

    def _shown(self, count: int) -> str:
        return shielded(count, self._keep_back)

    def _seen(self, count: int) -> int:
        """As long as a bar may show it."""
        return SMALL if self._keep_back and 0 < count < SMALL else count


def minutes(seconds: int) -> str:
    """Minutes as people read them: 4.5."""
    return f"{seconds / 60:.1f}".removesuffix(".0")
