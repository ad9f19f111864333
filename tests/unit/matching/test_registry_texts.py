"""Criteria as they are read out of real registry texts, and persons drawn at random."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from bot.criteria import CheckedBy, Criterion, Known, Partly, Section
from bot.criteria.extraction import read_criteria
from bot.matching import Columns, Priors, Standing
from bot.settings import PROJECT
from bot.trials.extracting import lines_of
from bot.words.registry import criteria_language
from tests.conftest import NO_SHARED_DATA
from tests.shipped import shipped_library
from tests.unit.matching.one_by_one import assert_the_same

CORPUS = PROJECT.parent / "shared" / "data" / "criteria" / "eligibility-corpus.jsonl"
LIBRARY = shipped_library()
NAMES = LIBRARY.in_locale("en").lexicon.condition_names
PERSONS = 50
EVERY = 3  # texts; reading all takes longer than all the rest


@pytest.fixture(scope="module")
def trials() -> Mapping[str, tuple[Criterion, ...]]:
    if not CORPUS.exists():
        pytest.skip(NO_SHARED_DATA)
    language = criteria_language(LIBRARY)
    with CORPUS.open(encoding="utf-8", newline="\n") as lines:
        texts = {line.nct_id: line.text for line in list(lines_of(lines))[::EVERY]}
    return {
        nct_id: tuple(
            Criterion(id=f"I{number}", section=Section.INCLUSION, checked_by=CheckedBy.PATIENT, requires=read.requires)
            for number, read in enumerate(read_criteria(text, language), 1)
            if read.requires is not None
        )
        for nct_id, text in texts.items()
    }


def drawn(draw: random.Random, priors: Priors) -> dict[str, Known]:
    """Somebody of whom some is known, of their illnesses all, a part or nothing."""
    known: dict[str, Known] = {
        name: draw.choices([value for value, _ in samples], [weight for _, weight in samples])[0]
        for name, samples in priors.samples.items()
        if draw.random() < 0.5
    }
    named = tuple(draw.sample(NAMES, 3))
    known["medical_history"] = draw.choice([named, Partly(named[:1]), Partly(named[:1], named[1:]), ()])
    if draw.random() < 0.2:
        del known["medical_history"]
    return known


def test_fifty_persons_stand_on_all_trials_as_they_stand_on_each(trials: Mapping[str, tuple[Criterion, ...]]) -> None:
    columns = Columns(LIBRARY.attributes)
    for trial_id, criteria in trials.items():
        columns.put(trial_id, criteria)
    standing, priors = Standing(columns), Priors.uniform(LIBRARY.attributes, NAMES)
    draw = random.Random(7)  # noqa: S311
    assert len(trials) > 1000
    for _ in range(PERSONS):
        known = drawn(draw, priors)
        standing.know(known)
        assert_the_same(columns, standing, trials, known)
