"""Trials that any number of people look through: which are left for somebody, in which order, while trials come and go."""

from __future__ import annotations

from bot.matching import Columns
from bot.matching.conditions import ConditionIndex
from bot.matching.nearest import Located
from bot.matching.pool import Pool, PooledTrial
from bot.matching.subjects import Subject
from bot.screening.answers import Facts
from bot.trials.records import OPEN
from tests.shipped import shipped_library
from tests.unit.matching.strategies import ATTRIBUTES, PRIORS
from tests.unit.matching.test_nearest import COPENHAGEN, GOTHENBURG, IN_MALMO, MALMO, STOCKHOLM, Somewhere, located, site
from tests.unit.matching.test_standing import ADULTS

ANYBODY = Facts({})
ILLNESSES = shipped_library().words["en"].lexicon.conditions


def pool(**sites: Somewhere) -> Pool[Somewhere]:
    """Trials for adults, each with one site, in the order in which they are given."""
    made: Pool[Somewhere] = Pool(Columns(ATTRIBUTES), ConditionIndex(ILLNESSES), ILLNESSES, PRIORS, locate=located, open_codes=OPEN)
    for trial_id, place in sites.items():
        made.put(PooledTrial(trial_id, ADULTS, Subject(("Asthma",)), "RECRUITING", (place,)))
    return made


def best(trials: Pool[Somewhere], facts: Facts = ANYBODY, person: Located | None = None) -> list[str]:
    return [one.trial_id for one in trials.best(facts, person, 9)]


def test_a_trial_that_was_removed_is_left_for_nobody() -> None:
    trials = pool(A=site("A", MALMO), B=site("B", STOCKHOLM))
    trials.remove("A")
    assert (len(trials), trials.left(ANYBODY), best(trials)) == (1, 1, ["B"])
    assert trials.nearest("A", IN_MALMO).site is None


def test_where_no_trial_is_left_none_is_best() -> None:
    assert best(pool(A=site("A", MALMO)), Facts({"age": 4})) == []


def test_a_trial_in_the_own_country_comes_before_one_as_near_abroad() -> None:
    trials = pool(abroad=site("Copenhagen", COPENHAGEN, country="DK"), own=site("Malmo", MALMO))
    assert best(trials, person=Located("SE", None, *MALMO)) == ["own", "abroad"]


def test_of_somebody_whose_country_is_not_known_only_the_way_counts() -> None:
    trials = pool(far=site("Stockholm", STOCKHOLM), near=site("Gothenburg", GOTHENBURG))
    assert best(trials, person=Located(None, None, *MALMO)) == ["near", "far"]
