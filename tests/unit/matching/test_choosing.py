"""The next question over many trials: counted as if every answer were tried on every trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.criteria import AllOf, AnyOf, Comparison, Criterion, Known, Not, Partly, Rule, Status, Truth, Value, evaluate
from bot.criteria.rules import parse_rule
from bot.matching import Choice, Columns, Priors, Standing, choose
from bot.matching.choosing import SETTLED_CREDIT
from bot.screening.answers import Answer, Facts, Outcome, facts_from
from bot.screening.attributes import Attribute, Attributes
from bot.screening.planner import open_questions, plan
from bot.trials import load_record
from tests.shipped import shipped_library
from tests.unit.matching.one_by_one import completed, results
from tests.unit.matching.strategies import ATTRIBUTES, PRIORS, criteria, facts, trials

Trials = Mapping[str, Sequence[Criterion]]

LIBRARY = shipped_library()
NAMES = LIBRARY.in_locale("en").lexicon.condition_names
RECORD = load_record(Path(__file__).resolve().parents[3] / "trials" / "NCT06141070.yaml", LIBRARY.attributes)


def chosen(standing: Standing, facts: Mapping[str, Known], asked: Sequence[str] = ()) -> Choice:
    return choose(standing, Facts(facts), asked, PRIORS)


def columns_of(some: Trials) -> Columns:
    columns = Columns(ATTRIBUTES)
    for trial_id, its_criteria in some.items():
        columns.put(trial_id, its_criteria)
    return columns


def trial(*rules: object) -> tuple[Criterion, ...]:
    return tuple(
        Criterion.model_validate({"id": f"I{number}", "section": "inclusion", "checked_by": "patient", "requires": parse_rule(rule)})
        for number, rule in enumerate(rules, 1)
    )


# -- the same as trying every answer on every trial


def statuses(its_criteria: Sequence[Criterion], known: Mapping[str, Known]) -> set[Status]:
    return {result.status for result in results(its_criteria, known)}


def could_bring(rule: Rule, to: bool, known: Mapping[str, Known]) -> bool:
    """Whether answers to come can still bring a rule to hold, or to fail, comparison by comparison."""
    if evaluate(rule, known).truth is not Truth.UNKNOWN:
        return evaluate(rule, known).truth is Truth.of(to)
    match rule:
        case Comparison():
            return True
        case Not():
            return could_bring(rule.negated, not to, known)
        case AllOf():
            return (all if to else any)(could_bring(part, to, known) for part in rule.all)
        case AnyOf():
            return (any if to else all)(could_bring(part, to, known) for part in rule.any)
    return False


def could_help(rule: Rule, name: str, to: bool, known: Mapping[str, Known]) -> bool:
    """Whether an answer about `name` could have a part in that."""
    if evaluate(rule, known).truth is not Truth.UNKNOWN or not could_bring(rule, to, known):
        return False
    match rule:
        case Comparison():
            return rule.attribute == name
        case Not():
            return could_help(rule.negated, name, not to, known)
        case AllOf():
            return any(could_help(part, name, to, known) for part in rule.all)
        case AnyOf():
            return any(could_help(part, name, to, known) for part in rule.any)
    return False


def expected(some: Trials, known: Mapping[str, Known], name: str) -> tuple[float, int]:
    """The worth of a question and how many trials depend on it, answer by answer and trial by trial."""
    alive = [its_criteria for its_criteria in some.values() if Status.NOT_MET not in statuses(its_criteria, known)]
    worth = 0.0
    for value, weight in PRIORS.samples[name]:
        answered = {**known, name: completed(value, known.get(name))}
        for its_criteria in alive:
            after = statuses(its_criteria, answered)
            before = [result.status for result in results(its_criteria, known)]
            if Status.NOT_MET in after:
                worth += weight
            elif Status.UNKNOWN not in after and before.count(Status.UNKNOWN) == 1:
                worth += SETTLED_CREDIT * weight
    depends = sum(
        any(could_help(one.requires, name, to, known) for one in its_criteria if one.requires for to in (True, False))
        for its_criteria in alive
    )
    return worth / max(len(alive), 1), depends


def assert_as_tried(some: Trials, known: Mapping[str, Known], choice: Choice) -> None:
    open_now = [name for name in ATTRIBUTES if isinstance(known.get(name, Partly(())), Partly)]
    tried = {name: expected(some, known, name) for name in open_now}
    assert choice.depends == {name: depends for name, (_, depends) in tried.items() if depends}
    assert dict(choice.scores) == pytest.approx({name: tried[name][0] for name in choice.depends}, abs=1e-5)
    best = max(dict(choice.scores).values(), default=None)
    assert choice.attribute is None if best is None else dict(choice.scores)[str(choice.attribute)] == best


@given(trials, st.lists(facts, min_size=1, max_size=3))
@settings(deadline=None)
def test_scores_are_what_trying_every_answer_on_every_trial_gives(some: Trials, told: list[dict[str, Known]]) -> None:
    standing = Standing(columns_of(some))
    for known in told:
        assert_as_tried(some, known, chosen(standing, known))


@given(trials, facts, st.sampled_from([f"NCT{number}" for number in range(9)]), criteria, facts)
@settings(deadline=None, max_examples=50)
def test_scores_are_right_again_when_a_trial_came_or_changed(
    some: Trials, known: dict[str, Known], trial_id: str, its_criteria: tuple[Criterion, ...], known_then: dict[str, Known]
) -> None:
    columns = columns_of(some)
    standing = Standing(columns)
    chosen(standing, known)
    columns.put(trial_id, its_criteria)
    assert_as_tried({**some, trial_id: its_criteria}, known, chosen(standing, known))
    assert_as_tried({**some, trial_id: its_criteria}, known_then, chosen(standing, known_then))


@given(trials, facts)
@settings(deadline=None)
def test_a_question_on_which_something_depends_is_one_that_evaluation_misses(some: Trials, known: dict[str, Known]) -> None:
    missing = {name for its_criteria in some.values() for result in results(its_criteria, known) for name in result.evaluation.missing}
    assert chosen(Standing(columns_of(some)), known).depends.keys() <= missing


# -- what is asked, and what is not


def test_the_question_that_drops_most_trials_comes_first_and_says_how_many_depend_on_it() -> None:
    no_smokers, grown_ups = {"attribute": "smoker", "is": False}, {"attribute": "fever", "is": False}
    choice = chosen(Standing(columns_of({"A": trial(no_smokers), "B": trial(no_smokers), "C": trial(grown_ups)})), {})
    assert [name for name, _ in choice.scores] == ["smoker", "fever"]
    assert (choice.attribute, choice.depends, choice.left) == ("smoker", {"smoker": 2, "fever": 1}, 3)


def test_a_trial_that_is_out_of_the_question_counts_no_more() -> None:
    some = {
        "A": trial({"attribute": "smoker", "is": False}, {"attribute": "fever", "is": False}),
        "B": trial({"attribute": "age", "at_least": 18}),
    }
    choice = chosen(Standing(columns_of(some)), {"smoker": True})
    assert (choice.attribute, choice.depends) == ("age", {"age": 1})


def test_only_trials_among_those_given_count() -> None:
    some = {"A": trial({"attribute": "smoker", "is": False}), "B": trial({"attribute": "age", "at_least": 18})}
    assert chosen(Standing(columns_of(some), np.array([True, False])), {}).depends == {"smoker": 1}


def test_nothing_is_asked_that_only_a_judgement_could_settle_then() -> None:
    judged = {"any": [{"all": [{"attribute": "smoker", "is": True}, {"judgement": "a"}]}, {"judgement": "b"}]}
    choice = chosen(Standing(columns_of({"A": trial(judged)})), {})
    assert (choice.attribute, choice.scores) == (None, ())


def test_what_can_only_be_met_is_asked_after_what_may_drop_a_trial() -> None:
    unapproved = {"any": [{"attribute": "smoker", "is": False}, {"judgement": "not approved"}]}
    choice = chosen(Standing(columns_of({"A": trial(unapproved, {"attribute": "fever", "is": False})})), {})
    assert [name for name, _ in choice.scores] == ["fever", "smoker"]


def test_a_rare_answer_is_worth_less_than_a_usual_one() -> None:
    some = {"A": trial({"attribute": "smoker", "is": False}), "B": trial({"attribute": "fever", "is": False})}
    priors = Priors({"smoker": ((True, 0.9), (False, 0.1)), "fever": ((True, 0.1), (False, 0.9))})
    assert choose(Standing(columns_of(some)), Facts({}), (), priors).attribute == "smoker"


# -- one trial, as the planner of a single one has it


def asked_in_turn(planned: bool, answers: Mapping[str, Value], count: int) -> list[str]:
    """The first questions about one trial: by the planner of one, or by that of many. What `answers` has not is not known."""
    columns = Columns(LIBRARY.attributes)
    columns.put("NCT06141070", RECORD.criteria)
    standing, priors = Standing(columns), Priors.uniform(LIBRARY.attributes, NAMES)
    asked: list[str] = []
    given_answers: dict[str, Answer] = {}
    while len(asked) < count:
        known = facts_from(LIBRARY.attributes, given_answers)
        group = LIBRARY.attributes[asked[-1]].group if asked else None
        if planned:
            open_now = open_questions(LIBRARY.attributes, RECORD.criteria, known, asked)
            name = plan(LIBRARY.attributes, open_now, known, group, NAMES).attribute
        else:
            name = choose(standing, known, asked, priors, group).attribute
        if name is None:
            break
        asked.append(name)
        if name in answers:
            given_answers[name] = Answer(name, Outcome.KNOWN, answers[name])
    return asked


FITTING: Mapping[str, Value] = {
    "condition": ("Lung Adenocarcinoma",), "diagnosis_confirmed": True, "cancer_stage": "IV", "metastasis_count": 3, "age": 60,
    "sex": "female", "performance_status": "1", "prior_radiotherapy": False, "prior_systemic_therapy": "none",
}  # fmt: skip


def test_what_only_a_study_team_can_judge_makes_no_question_less_likely_to_apply() -> None:
    asked = {"effort": 1, "sensitivity": 1, "group": "health", "answer_type": "yes_no"}
    judged = {"all": [{"judgement": "well enough"}, {"attribute": "fever", "is": True}]}
    attributes = Attributes(
        [
            Attribute.model_validate({**asked, "name": "fever"}),
            Attribute.model_validate({**asked, "name": "shivers", "applies_when": judged}),
            Attribute.model_validate({**asked, "name": "cough"}),
            Attribute.model_validate({**asked, "name": "phlegm", "applies_when": {"attribute": "cough", "is": True}}),
        ]
    )
    columns = Columns(attributes)
    columns.put("A", trial({"attribute": "shivers", "is": True}, {"attribute": "phlegm", "is": True}))
    scores = dict(choose(Standing(columns), Facts({}), (), Priors.uniform(attributes)).scores)
    assert scores.keys() == {"fever", "cough"}
    assert scores["fever"] == scores["cough"]


def test_with_one_trial_the_illness_comes_first() -> None:
    assert asked_in_turn(False, {}, 1) == asked_in_turn(True, {}, 1) == ["condition"]


@pytest.mark.parametrize("told", [{}, {"condition": ("Lung Adenocarcinoma",)}, FITTING])
def test_with_one_trial_a_question_is_worth_what_it_is_to_the_planner_of_one(told: Mapping[str, Value]) -> None:
    """But for those that only clear the way: they count here as often as what lies behind them applies."""
    known = facts_from(LIBRARY.attributes, {name: Answer(name, Outcome.KNOWN, value) for name, value in told.items()})
    open_now = open_questions(LIBRARY.attributes, RECORD.criteria, known, told)
    columns = Columns(LIBRARY.attributes)
    columns.put("NCT06141070", RECORD.criteria)
    here = dict(choose(Standing(columns), known, told, Priors.uniform(LIBRARY.attributes, NAMES)).scores)
    there = dict(plan(LIBRARY.attributes, open_now, known, None, NAMES).scores)
    themselves = {name for name, goals in open_now.goals.items() if goals == {name}}
    assert here.keys() == there.keys()
    assert themselves >= {"willing_to_attend", "last_trial_drug"}
    assert {name: here[name] for name in themselves} == pytest.approx({name: there[name] for name in themselves}, abs=0.02)
    assert all(here[name] <= there[name] + 1e-6 for name in here.keys() - themselves)


def test_with_one_trial_the_same_is_asked_in_all() -> None:
    assert set(asked_in_turn(False, FITTING, 50)) == set(asked_in_turn(True, FITTING, 50))
