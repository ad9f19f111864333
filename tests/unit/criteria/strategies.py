"""Random rules and facts over a few made-up attributes, for properties that hold for all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.criteria import AllOf, AnyOf, Judgement, Not, Rule, Value
from bot.criteria.rules import parse_rule

YES_NO = ("smoker", "fever")
NUMBERS = ("age", "weight")
CHOICES = {"stage": ("I", "II", "III", "IV")}
SITES = ("brain", "bone", "liver")

_leaves: st.SearchStrategy[Rule] = st.one_of(
    st.builds(lambda name, value: parse_rule({"attribute": name, "is": value}), st.sampled_from(YES_NO), st.booleans()),
    st.builds(
        lambda name, operator, bound: parse_rule({"attribute": name, operator: bound}),
        st.sampled_from(NUMBERS),
        st.sampled_from(["at_least", "at_most", "above", "below"]),
        st.integers(0, 100),
    ),
    st.builds(lambda stages: parse_rule({"attribute": "stage", "one_of": stages}), st.lists(st.sampled_from(CHOICES["stage"]), min_size=1)),
    st.builds(
        lambda operator, sites: parse_rule({"attribute": "sites", operator: sites}),
        st.sampled_from(["contains", "only"]),
        st.lists(st.sampled_from(SITES), min_size=1),
    ),
    st.builds(lambda days: parse_rule({"attribute": "last_drug", "within_days": days}), st.integers(0, 60)),
    st.just(Judgement(judgement="what only a clinician can see")),
)


def rules_of(leaves: st.SearchStrategy[Rule], max_leaves: int) -> st.SearchStrategy[Rule]:
    """Rules of any shape over these leaves."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda parts: AllOf(all=tuple(parts)), st.lists(inner, max_size=3)),
            st.builds(lambda parts: AnyOf(any=tuple(parts)), st.lists(inner, max_size=3)),
            st.builds(lambda part: Not(negated=part), inner),
        ),
        max_leaves=max_leaves,
    )


rules: st.SearchStrategy[Rule] = rules_of(_leaves, max_leaves=8)

_values: dict[str, st.SearchStrategy[Value]] = {
    **{name: st.booleans() for name in YES_NO},
    **{name: st.integers(0, 100) for name in NUMBERS},
    "stage": st.sampled_from(CHOICES["stage"]),
    "sites": st.lists(st.sampled_from(SITES), min_size=1, unique=True).map(tuple),
    "last_drug": st.one_of(st.just("never"), st.integers(0, 60)),
}

facts: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries({}, optional=_values)
all_facts: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries(_values)
