"""Random trials and persons over the made-up attributes of the rules' own strategies, and illnesses of which a part may be known."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.criteria import CheckedBy, Criterion, Known, Partly, Rule, Section
from bot.criteria.rules import parse_rule
from bot.matching import Priors
from bot.screening.attributes import AnswerType, Attribute, Attributes
from tests.unit.criteria import strategies as made_up

ILLNESSES = ("Asthma", "Gout", "Lupus", "Measles")
_KINDS = {
    **dict.fromkeys(made_up.YES_NO, AnswerType.YES_NO),
    **dict.fromkeys(made_up.NUMBERS, AnswerType.NUMBER),
    "stage": AnswerType.CHOICE,
    "sites": AnswerType.CHOICES,
    "last_drug": AnswerType.TIME_SINCE,
    "illnesses": AnswerType.TEXT,
}
_VALUES = {"stage": made_up.CHOICES["stage"], "sites": made_up.SITES}
ATTRIBUTES = Attributes(
    Attribute(name=name, answer_type=kind, group="health", effort=1, sensitivity=0, values=_VALUES.get(name, ()), complete=kind == "text")
    for name, kind in _KINDS.items()
)

_leaves: st.SearchStrategy[Rule] = st.one_of(
    st.builds(
        lambda operator, names: parse_rule({"attribute": "illnesses", operator: names}),
        st.sampled_from(["contains", "only"]),
        st.lists(st.sampled_from(ILLNESSES), min_size=1),
    ),
    st.builds(
        lambda operator, count: parse_rule({"attribute": "illnesses", operator: count}),
        st.sampled_from(["count_is", "count_above"]),
        st.integers(0, 2),
    ),
    st.builds(
        lambda name, low, width: parse_rule({"attribute": name, "between": [low, low + width]}),
        st.sampled_from(made_up.NUMBERS),
        st.integers(0, 100),
        st.integers(0, 50),
    ),
    st.builds(lambda ages: parse_rule({"attribute": "age", "one_of": ages}), st.lists(st.integers(0, 100), min_size=1)),
    st.builds(lambda age: parse_rule({"attribute": "age", "is": age}), st.sampled_from([18, 18.0, 18.5, 1])),
    made_up.rules,
)
rules: st.SearchStrategy[Rule] = made_up.rules_of(_leaves, max_leaves=4)


def _criteria(requires: list[Rule | None]) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(
            id=f"I{number}",
            section=Section.INCLUSION,
            checked_by=CheckedBy.PATIENT if rule is not None else CheckedBy.STUDY_TEAM,
            requires=rule,
        )
        for number, rule in enumerate(requires, 1)
    )


criteria: st.SearchStrategy[tuple[Criterion, ...]] = st.lists(st.one_of(rules, rules, st.none()), max_size=4).map(_criteria)
trials = st.dictionaries(st.sampled_from([f"NCT{number}" for number in range(6)]), criteria, min_size=1)

_names = st.lists(st.sampled_from(ILLNESSES), unique=True).map(tuple)
_partly = st.tuples(_names, _names).map(lambda both: Partly(both[0], tuple(name for name in both[1] if name not in both[0])))
_illnesses: st.SearchStrategy[dict[str, Known]] = st.fixed_dictionaries({}, optional={"illnesses": st.one_of(_names, _partly)})
facts: st.SearchStrategy[dict[str, Known]] = st.builds(lambda known, ill: {**known, **ill}, made_up.facts, _illnesses)

PRIORS = Priors.uniform(ATTRIBUTES, ILLNESSES)
