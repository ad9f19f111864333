"""Many trials at once: one answer taken, every trial matched again and the next question chosen, on one core.

The trials are those of ../shared, and the same again and again: as they are, and with numbers and names varied in every repeat, so that
the rules differ as much as they would in a registry of that size. Each size is measured in a process of its own, and times are those of
the processor: nobody else's work on the machine counts.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # before numpy is first imported

import gc
import multiprocessing
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

import psutil

from bench.tables import percentile
from bot.criteria import AllOf, AnyOf, CheckedBy, Comparison, Criterion, Not, Rule, Section, Value, check, verdict
from bot.criteria.extraction import read_criteria
from bot.criteria.operators import Known
from bot.criteria.rules import walk
from bot.matching import Columns, Priors, Standing, choose
from bot.screening.answers import Answer, Outcome, facts_from
from bot.settings import PROJECT
from bot.trials.extracting import lines_of
from bot.words import Library, load_library
from bot.words.registry import criteria_language

CORPUS = PROJECT.parent / "shared" / "data" / "criteria" / "eligibility-corpus.jsonl"
SIZES = (3_556, 65_000, 500_000)
PERSONS = 8
QUESTIONS = 15
UNSURE = 0.2
SPREAD = 0.3

Trial = tuple[Criterion, ...]
Asked = list[tuple[str, Answer]]


def main() -> None:
    """Print the table."""
    if not CORPUS.exists():
        print("\nMany trials at once: ../shared is not beside this checkout, and there are no trials without it")
        return
    library = load_library()
    trials = _read(library)
    alone = _one_by_one(trials, library)
    print(f"\nMany trials at once, one core ({len(trials):,} trials read; one by one {alone * 1e6:.0f} µs a trial and answer)")
    print("  (turn: one answer matched again on all trials and the next question chosen; ratio: one by one without choosing, to a turn)")
    heads = ("build s", "turn p50 ms", "p95", "max", "ratio", "person ms", "know p50", "put ms", "RSS +MB", "peak +MB", "nodes", "compared")
    print(f"  {'':<22}" + "".join(f"{head:>12}" for head in heads))
    context = multiprocessing.get_context("fork")
    for varied in (True, False):
        for size in SIZES:
            process = context.Process(target=_measure, args=(library, trials, size, varied, alone))
            process.start()
            process.join()


def _measure(library: Library, trials: Sequence[Trial], size: int, varied: bool, alone: float) -> None:
    memory = psutil.Process().memory_info
    before = memory().rss
    columns = Columns(library.attributes)
    making = 0.0
    for number, trial in enumerate(_repeated(trials, size, varied)):
        made = time.process_time()
        columns.put(f"NCT{number:08}", trial)
        making += time.process_time() - made
    made = time.process_time()
    priors = Priors.uniform(library.attributes, library.in_locale("en").lexicon.condition_names)
    # What is worked out once for everybody, when the first person comes.
    for told in ({}, {"condition": Answer("condition", Outcome.KNOWN, ("Asthma",))}):
        standing = Standing(columns)
        choose(standing, facts_from(library.attributes, told), told, priors)
    building = making + time.process_time() - made
    gc.collect()
    gc.freeze()  # The trials as objects are the benchmark's own, and no service would go through them.
    turns, knows, firsts = [], [], []
    for person in range(PERSONS):
        _, first, seconds, knowing = _conversation(columns, library, priors, person)
        turns.extend(seconds)
        knows.extend(knowing)
        firsts.append(first)
    after, peak = memory().rss, _peak()
    puts = [_seconds(partial(_put, columns, standing, trials[number], number)) for number in range(20)]
    ratio = alone * size / statistics.median(turns)
    nodes = sum(len(segment.program.levels) for segment in columns.segments())
    figures = (
        f"{building:.1f}", f"{percentile(turns, 0.5):.2f}", f"{percentile(turns, 0.95):.2f}", f"{max(turns) * 1000:.1f}", f"{ratio:.0f}",
        f"{percentile(firsts, 0.5):.1f}", f"{percentile(knows, 0.5):.2f}", f"{percentile(puts, 0.5):.1f}",
        f"{(after - before) / 1e6:.0f}", f"{(peak - before) / 1e6:.0f}", f"{nodes:,}", f"{len(columns.literals) // 2:,}",
    )  # fmt: skip
    print(f"  {size:>9,} {'varied' if varied else 'repeated':<12}" + "".join(f"{figure:>12}" for figure in figures), flush=True)


def _conversation(columns: Columns, library: Library, priors: Priors, person: int) -> tuple[Asked, float, list[float], list[float]]:
    """One person's answers, drawn from the priors, the illness first; the time to begin, each turn's, and of that the matching alone."""
    draw = random.Random(person)  # noqa: S311
    attributes = library.attributes
    answers: dict[str, Answer] = {}
    asked: Asked = []
    begun = time.process_time()
    standing = Standing(columns)
    choose(standing, facts_from(attributes, answers), (), priors)
    first = time.process_time() - begun
    turns, knows = [], []
    name: str | None = "condition"
    while name is not None and len(asked) < QUESTIONS:
        value = _drawn(draw, priors, name)
        unsure = value is None or (asked and draw.random() < UNSURE)
        answer = Answer(name, Outcome.UNSURE) if unsure else Answer(name, Outcome.KNOWN, value)
        asked.append((name, answer))
        answers[name] = answer
        begun = time.process_time()
        facts = facts_from(attributes, answers)
        standing.know(facts.values)
        known = time.process_time()
        choice = choose(standing, facts, answers, priors, attributes[name].group)
        turns.append(time.process_time() - begun)
        knows.append(known - begun)
        name = choice.attribute
    return asked, first, turns, knows


def _drawn(draw: random.Random, priors: Priors, name: str) -> Value | None:
    samples = priors.samples.get(name, ())
    return draw.choices([value for value, _ in samples], [weight for _, weight in samples])[0] if samples else None


def _one_by_one(trials: Sequence[Trial], library: Library) -> float:
    """Seconds for one answer and one trial, with every criterion checked alone."""
    priors = Priors.uniform(library.attributes, library.in_locale("en").lexicon.condition_names)
    columns = Columns(library.attributes)
    for number, trial in enumerate(trials):
        columns.put(str(number), trial)
    asked, *_ = _conversation(columns, library, priors, 0)
    seconds = []
    answers: dict[str, Answer] = {}
    for name, answer in asked[:5]:
        answers[name] = answer
        facts = facts_from(library.attributes, answers).values
        seconds.append(_seconds(partial(_check_all, trials, facts)))
    return statistics.median(seconds) / len(trials)


def _check_all(trials: Sequence[Trial], facts: Mapping[str, Known]) -> None:
    for trial in trials:
        verdict(check(one, facts) for one in trial)


def _put(columns: Columns, standing: Standing, trial: Trial, number: int) -> None:
    """One trial's criteria changed, and a standing made right again."""
    columns.put(f"NCT{number:08}", trial)
    standing.know(standing.facts)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# -- the trials


def _read(library: Library) -> list[Trial]:
    language = criteria_language(library)
    with CORPUS.open(encoding="utf-8", newline="\n") as lines:
        return [tuple(_criteria(one.requires for one in read_criteria(line.text, language))) for line in lines_of(lines)]


def _criteria(rules: Iterable[Rule | None]) -> Iterator[Criterion]:
    for number, rule in enumerate(filter(None, rules), 1):
        yield Criterion(id=f"I{number}", section=Section.INCLUSION, checked_by=CheckedBy.PATIENT, requires=rule)


def _repeated(trials: Sequence[Trial], size: int, varied: bool) -> Iterator[Trial]:
    """The trials again and again, each time with other numbers and names where they are to be varied."""
    names: dict[str, list[str]] = {}
    for name in dict.fromkeys(found for trial in trials for one in trial for found in _names(_rule(one))):
        names.setdefault(name[0], []).append(name[1])
    draw = random.Random(1)  # noqa: S311
    for position in range(size):
        trial = trials[position % len(trials)]
        if varied and position >= len(trials):
            yield tuple(one.model_copy(update={"requires": _other(_rule(one), draw, names)}) for one in trial)
        else:
            yield trial


def _rule(criterion: Criterion) -> Rule:
    if criterion.requires is None:
        raise ValueError(f"{criterion.id} is a criterion of the patient's and has no rule")
    return criterion.requires


def _names(rule: Rule) -> Iterator[tuple[str, str]]:
    """Each attribute with a name that it is compared with."""
    for part in walk(rule):
        if isinstance(part, Comparison) and part.operator == "contains" and isinstance(part.operand, tuple):
            yield from ((part.attribute, str(name)) for name in part.operand)


def _other(rule: Rule, draw: random.Random, names: Mapping[str, Sequence[str]]) -> Rule:
    """The rule with other numbers, up to so much more or less, and with some of the names others."""
    match rule:
        case Comparison(operator="contains") if isinstance(rule.operand, tuple):
            others = names[rule.attribute]
            operand = tuple(draw.choice(others) if draw.random() < SPREAD else name for name in rule.operand)
            return rule.model_copy(update={"operand": operand})
        case Comparison() if isinstance(rule.operand, int | float) and not isinstance(rule.operand, bool):
            return rule.model_copy(update={"operand": _near(rule.operand, draw)})
        case Not():
            return Not.model_construct(negated=_other(rule.negated, draw, names))
        case AllOf():
            return AllOf.model_construct(all=tuple(_other(part, draw, names) for part in rule.all))
        case AnyOf():
            return AnyOf.model_construct(any=tuple(_other(part, draw, names) for part in rule.any))
    return rule


def _near(number: float, draw: random.Random) -> float:
    near = number * draw.uniform(1 - SPREAD, 1 + SPREAD)
    return round(near) if isinstance(number, int) else round(near, 2)
