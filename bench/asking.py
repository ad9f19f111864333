"""How few questions rule out how many trials: our choice of the next question beside others, with simulated people.

.venv/bin/python -m bench asking
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # before numpy is first imported

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bench import asking_bounds
from bench.asking_pool import Pool, Trial, illness_rule, read_trials
from bench.asking_ways import AtRandom, Entropy, Ours, RecordOrder, Way
from bench.simulated_people import AS_PEOPLE_ARE, PERFECT, Imperfection, People, Person, answer
from bot.matching import Priors, Standing
from bot.screening.answers import Answer, Outcome, facts_from
from bot.screening.attributes import Attributes
from bot.screening.reading.lexicon import Lexicon
from bot.settings import PROJECT
from bot.words import load_library
from bot.words.priors import load_priors
from bot.words.registry import criteria_language

SHARED = PROJECT.parent / "shared" / "data" / "criteria"
CORPUS = SHARED / "eligibility-corpus.jsonl"
SEED = 20_261_129
PEOPLE = 60
AFTER = (5, 8, 12, 20, 50)
OURS = "ours"
FOUND_IN = ("title", "rule", "text", "nothing")
GROUPS = ("Cancer", "Diabetes", "Cardiovascular Disease", "COVID-19")
PUBLISHED = (
    "published: DQueST (JAMIA 2019) 60 to 80 % of the trials after 50 questions, filter accuracy 63.7 %;",
    "           COVID-19 Trial Finder (JAMIA 2021) a handful of COVID-19 trials within 5 to 6 questions",
)


@dataclass(frozen=True)
class Course:
    """One person's questions: the trials ruled out after each, and how many of those the truth rules out too."""

    out: tuple[int, ...]
    right: tuple[int, ...]
    asked: tuple[str, ...]
    efforts: tuple[int, ...]
    trials: int
    truly_out: int

    def after(self, questions: int) -> tuple[int, int]:
        place = min(questions, len(self.out) - 1)
        return self.out[place], self.right[place]


def interview(
    pool: Pool, attributes: Attributes, way: Way, pair: tuple[Person, Person], how: Imperfection, random: Random, told: bool
) -> Course:
    """Ask the first of two until no question can change anything. With `told`, the illness is known before the first question."""
    person, other = pair
    truth = Standing(pool.columns)
    truth.know(facts_from(attributes, _all_true(person)).values)
    answers: dict[str, Answer] = {"condition": _all_true(person)["condition"]} if told else {}
    standing, asked, group = Standing(pool.columns), list(answers), None
    out, right = [], []
    while True:
        facts = facts_from(attributes, answers)
        name = way.next(standing, facts, asked, group)
        gone = standing.not_met > 0
        out.append(int(gone.sum()))
        right.append(int((gone & (truth.not_met > 0)).sum()))
        if name is None:
            break
        answers[name] = answer(person, attributes[name], how, random, other)
        asked.append(name)
        group = attributes[name].group
    efforts = tuple(attributes[name].effort for name in asked[told:])
    return Course(tuple(out), tuple(right), tuple(asked), efforts, len(pool), int((truth.not_met > 0).sum()))


def _all_true(person: Person) -> dict[str, Answer]:
    return {name: Answer(name, Outcome.KNOWN, value) for name, value in person.values.items()}


def ways(attributes: Attributes, lexicon: Lexicon) -> Mapping[str, tuple[Callable[[Pool], Way], Imperfection]]:
    """How each way is made for one person, and how that person answers."""
    ours = Ours(Priors(load_priors(attributes, lambda name: lexicon.names_of(name).names)))
    even = Ours(Priors.uniform(attributes, lexicon.condition_names))
    random = Random(SEED)  # noqa: S311
    return {
        OURS: (lambda _: ours, AS_PEOPLE_ARE),
        "ours, uniform priors": (lambda _: even, AS_PEOPLE_ARE),
        "order of the records": (RecordOrder, AS_PEOPLE_ARE),
        "at random": (lambda _: AtRandom(ours, random), AS_PEOPLE_ARE),
        "entropy alone": (lambda _: Entropy(ours), AS_PEOPLE_ARE),
        "ours, perfect answers": (lambda _: ours, PERFECT),
    }


def main() -> None:
    """Print the tables."""
    if not CORPUS.exists():
        print("\nChoosing questions: ../shared is not beside this checkout, and there are no trials without it")
        return
    library = load_library()
    lexicon = library.in_locale("en").lexicon
    language, conditions, attributes = criteria_language(library), lexicon.conditions, library.attributes
    trials = list(read_trials(CORPUS, language, conditions))
    people = People.of(conditions.above)
    every = ways(attributes, lexicon)
    found = Counter(trial.found_in for trial in trials)
    print(f"\nChoosing questions: {len(trials):,} trials, {PEOPLE} simulated people for each table")
    print("  the illness a trial is about was found in: " + ", ".join(f"{where} {found[where]:,}" for where in FOUND_IN))
    for line in PUBLISHED:
        print(f"  {line}")
    illness = {trial.nct_id: rule for trial in trials if (rule := illness_rule(trial, conditions)) is not None}
    anybody = _drawn(people, None)

    def table(title: str, some: Sequence[Trial], those: Sequence[tuple[Person, Person]], told: bool) -> None:
        show(title, Pool.of(some, attributes, {} if told else illness), attributes, every, those, told)

    table("All trials, the illness asked", trials, anybody, told=False)
    table("Those whose illness was found, as a registry's record has it", [one for one in trials if one.about], anybody, told=False)
    table("All trials, no question about the illness, which rules none of them out", trials, anybody, told=True)
    for group in GROUPS:
        sought = {name for name in people.sought if group in (name, *conditions.above(name))}
        own = [trial for trial in trials if trial.is_about(group, conditions)]
        table(f"Trials about {group}, with people who have it", own, _drawn(people, sought), told=True)
    asking_bounds.show(SHARED, language, lexicon, attributes, [person for person, _ in anybody])


def _drawn(people: People, sought: set[str] | None) -> list[tuple[Person, Person]]:
    random = Random(SEED)  # noqa: S311
    return [(people.draw(random, sought), people.draw(random, sought)) for _ in range(PEOPLE)]


def show(
    title: str,
    pool: Pool,
    attributes: Attributes,
    every: Mapping[str, tuple[Callable[[Pool], Way], Imperfection]],
    people: Sequence[tuple[Person, Person]],
    told: bool,
) -> None:
    """One table: a line for each way."""
    print(f"\n{title}: {len(pool):,} trials")
    heads = ("asked", *(f"after {number}" for number in AFTER), "accuracy", "left at 12", "effort of 12", "ms/question")
    print(f"  {'':<24}" + "".join(f"{head:>13}" for head in heads))
    first: Counter[str] = Counter()
    truly: list[float] = []
    for name, (make, how) in every.items():
        begun = time.process_time()
        courses = [
            interview(pool, attributes, make(pool), pair, how, Random(f"{SEED} {place}"), told)  # noqa: S311
            for place, pair in enumerate(people)
        ]
        questions = sum(len(course.out) - 1 for course in courses)
        seconds = (time.process_time() - begun) / max(questions, 1)
        shares = [statistics.mean(course.after(number)[0] / course.trials for course in courses) for number in AFTER]
        out, right = (sum(course.after(AFTER[-1])[part] for course in courses) for part in (0, 1))
        left = statistics.median(course.trials - course.after(12)[0] for course in courses)
        cells = (
            f"{questions / len(courses):.1f}",
            *(f"{share:.1%}" for share in shares),
            f"{right / max(out, 1):.2%}",
            f"{left:.0f}",
            f"{statistics.mean(sum(course.efforts[:12]) for course in courses):.1f}",
            f"{seconds * 1000:.1f}",
        )
        print(f"  {name:<24}" + "".join(f"{cell:>13}" for cell in cells), flush=True)
        truly = [course.truly_out / course.trials for course in courses]
        if name == OURS:
            first = Counter(name for course in courses for name in course.asked[told : 12 + told])
    print(f"  with every answer known, {statistics.mean(truly):.1%} are ruled out: no way of asking can rule out more")
    print("  ours asks among the first twelve: " + ", ".join(f"{name} {count / len(people):.0%}" for name, count in first.most_common(16)))
