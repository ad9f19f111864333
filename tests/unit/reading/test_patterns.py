"""Patterns: what each part finds, how far a hole reaches, which match counts, and what a malformed one is told."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.screening.reading.patterns import Found, PatternFault, Patterns, Span, Surroundings, untangled
from bot.screening.reading.text import Utterance
from tests.unit.reading.small_words import NUMBERS, TIMES, TODAY

GROUPS: Mapping[str, Sequence[str]] = {
    "drug": ["chemo", "chemo drip", "cis-platin", "immuno*"],
    "tablet": ["tablets"],
    "medicine": ["{drug}", "{tablet}", "syrup"],
}
STOPPERS = ("not", "but")


def around(text: str) -> Surroundings:
    said = Utterance(text)
    barriers = frozenset(position for position, word in enumerate(said.words) if word in STOPPERS)
    return Surroundings(said, NUMBERS.spans(said.words), TIMES.spans(said, TODAY), barriers)


def matches(patterns: str | Sequence[str], text: str) -> list[str]:
    """The words that the patterns find."""
    given_patterns = [patterns] if isinstance(patterns, str) else patterns
    look = around(text)
    found = Patterns([(pattern, [pattern]) for pattern in given_patterns], GROUPS).find(look)
    return [" ".join(look.utterance.words[match.start : match.end]) for match in found]


# -- the parts


@pytest.mark.parametrize("text", ["bone scan", "my BONE SCAN!", "bone-scan", "a bone   scan, then home", "«bone scan»"])
def test_words_are_found_whatever_stands_around_them(text: str) -> None:
    assert matches("bone scan", text) == ["bone scan"]


@pytest.mark.parametrize("text", ["bones scan", "scan bone", "bone", "bone. scan", "bone? scan", "bone\nscan"])
def test_other_words_another_order_or_two_sentences_are_no_match(text: str) -> None:
    assert matches("bone scan", text) == []


def test_one_of_several_words_is_enough() -> None:
    assert matches("had|got chemo", "got chemo") == ["got chemo"]
    assert matches("had|got chemo", "had chemo") == ["had chemo"]
    assert matches("had|got chemo", "like chemo") == []


def test_a_star_stands_for_any_rest_of_a_word() -> None:
    assert matches("radiat*", "they radiated it, radiation, radio") == ["radiated", "radiation"]
    assert matches("went|radiat* home", "radiating home") == ["radiating home"]


def test_a_group_stands_for_its_phrases_its_beginnings_and_the_groups_within() -> None:
    assert matches("{drug}", "cis platin") == ["cis platin"]
    assert matches("{drug}", "immunotherapy") == ["immunotherapy"]
    assert matches("{medicine}", "tablets and syrup and chemo") == ["tablets", "syrup", "chemo"]


def test_of_the_phrases_of_a_group_the_longest_counts() -> None:
    assert matches("had {drug}", "had chemo drip") == ["had chemo drip"]


@pytest.mark.parametrize(
    ("pattern", "text", "numbers"),
    [
        ("{number} spots", "3 spots", (3.0,)),
        ("{number} spots", "twenty one spots", (21.0,)),
        ("{number} to {number} spots", "2 to 3 spots", (2.0, 3.0)),
        ("{number>5} spots", "6 spots", (6.0,)),
        ("{number>5} spots", "5 spots", None),
        ("{number>=5} spots", "5 spots", (5.0,)),
        ("{number<2.5} spots", "2 spots", (2.0,)),
        ("{number<2} spots", "2 spots", None),
        ("{number<=2} spots", "2 spots", (2.0,)),
        ("{number<=2} spots", "3 spots", None),
        ("{number} spots", "ros1 spots", None),
    ],
)
def test_a_number_is_found_in_figures_and_words_and_within_its_range(pattern: str, text: str, numbers: tuple[float, ...] | None) -> None:
    found = Patterns([("", [pattern])], GROUPS).find(around(text))
    assert [match.numbers for match in found] == ([] if numbers is None else [numbers])


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("gone {ago}", "gone 3 weeks ago", True),
        ("gone {ago}", "gone yesterday", True),
        ("gone {ago}", "gone 3 weeks", False),
        ("gone {ago>730}", "gone 3 years ago", True),
        ("gone {ago>730}", "gone over 2 years ago", False),
        ("gone {ago>730}", "gone a few years ago", False),
        ("gone {ago>730}", "gone over 3 years ago", True),
        ("gone {ago<=730}", "gone 2 years ago", True),
        ("gone {ago<=730}", "gone a few years ago", False),
        ("gone {ago<=730}", "gone over a year ago", False),
    ],
)
def test_a_time_with_a_bound_is_found_only_where_it_is_surely_within(pattern: str, text: str, is_found: bool) -> None:
    assert bool(matches(pattern, text)) is is_found


@pytest.mark.parametrize(
    ("text", "is_found"), [("in 2015", True), ("in 1999", True), ("in 215", False), ("in 3015", False), ("in a2015", False)]
)
def test_a_year_is_four_figures_of_our_time(text: str, is_found: bool) -> None:
    assert bool(matches("in {year}", text)) is is_found


def test_an_end_is_the_end_of_a_clause() -> None:
    assert matches("i'm {number} $", "i'm 61") == ["i'm 61"]
    assert matches("i'm {number} $", "i'm 61, and tired") == ["i'm 61"]
    assert matches("i'm {number} $", "i'm 61. Tired") == ["i'm 61"]
    assert matches("i'm {number} $", "i'm 61 kilos") == []


def test_what_may_be_missing_may_be_missing() -> None:
    for text in ("had my chemo drip", "had chemo drip", "had my drip", "had drip"):
        assert matches("had my? {drug}? drip", text) == [text]
    assert matches("really? had chemo", "had chemo") == ["had chemo"]
    assert matches("really? had chemo", "really had chemo") == ["really had chemo"]


def test_a_question_mark_by_itself_is_a_word() -> None:
    assert matches("what ?", "what?") == ["what ?"]


# -- holes


def test_a_short_hole_is_up_to_three_words() -> None:
    assert matches("had .. chemo", "had chemo") == ["had chemo"]
    assert matches("had .. chemo", "had a b c chemo") == ["had a b c chemo"]
    assert matches("had .. chemo", "had a b c d chemo") == []


def test_a_long_hole_is_up_to_six_words() -> None:
    assert matches("had ... chemo", "had a b c d e f chemo") == ["had a b c d e f chemo"]
    assert matches("had ... chemo", "had a b c d e f g chemo") == []


@pytest.mark.parametrize("gap", ["rest, then ", ", ", "rest: ", "(rest) ", "rest - "])
def test_a_short_hole_stops_at_a_comma_and_a_long_one_does_not(gap: str) -> None:
    assert matches("had .. chemo", f"had {gap}chemo") == []
    assert matches("had ... chemo", f"had {gap}chemo") != []


@pytest.mark.parametrize("end", [".", "!", "?", ";", "\n", "…"])
def test_no_hole_reaches_over_the_end_of_a_sentence(end: str) -> None:
    assert matches("had ... chemo", f"had a{end} Then chemo") == []


@pytest.mark.parametrize("word", STOPPERS)
@pytest.mark.parametrize("hole", ["..", "..."])
def test_no_hole_swallows_a_word_that_denies_or_turns_round(hole: str, word: str) -> None:
    assert matches(f"had {hole} chemo", f"had a {word} chemo") == []
    assert matches(f"had {hole} chemo", f"had {word} chemo") == []


def test_a_word_that_denies_can_be_part_of_a_pattern() -> None:
    assert matches("had not .. chemo", "had not any chemo") == ["had not any chemo"]


# -- which match counts


def test_of_two_that_overlap_the_one_with_most_words_counts_and_holes_are_no_words() -> None:
    assert matches(["chemo", "had chemo"], "had chemo") == ["had chemo"]
    assert matches(["had ... home", "chemo then home"], "had some chemo then home") == ["chemo then home"]


def test_of_equals_the_first_counts_and_of_those_the_tightest() -> None:
    assert matches(["had chemo", "chemo today"], "had chemo today") == ["had chemo"]
    assert matches("had .. chemo", "had chemo and chemo") == ["had chemo"]


def test_matches_come_in_the_order_of_the_message() -> None:
    assert matches(["bone", "liver spots", "brain"], "brain, liver spots, bone") == ["brain", "liver spots", "bone"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["had", "chemo", "not", "but", ",", ".", "3", "weeks", "ago", "drip", "my"]), max_size=14))
def test_what_counts_never_overlaps_and_never_leaves_its_sentence(words: list[str]) -> None:
    look = around(" ".join(words))
    patterns = Patterns([("", ["had ... chemo", "{number} weeks", "my .. drip", "{ago}", "{drug} $"])], GROUPS)
    found = patterns.find(look)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    assert all(0 <= match.start < match.end <= len(look.utterance) for match in found)
    assert not any(look.utterance.crosses(match.start, match.end, look.utterance.stops) for match in found)


spots = st.builds(
    lambda start, length, weight: Found("", start, start + length, weight), st.integers(0, 9), st.integers(1, 5), st.integers(1, 5)
)


@given(st.lists(spots, max_size=8))
def test_nothing_that_was_left_out_could_have_stood_with_the_rest(found: list[Found[str]]) -> None:
    kept = untangled(found)
    for match in found:
        assert any(match.start < other.end and other.start < match.end and other.weight >= match.weight for other in kept)


def test_the_words_that_a_pattern_looks_for_are_known() -> None:
    assert Patterns([("", ["had|got .. {drug}", "{number} spots"])], GROUPS).vocabulary >= {"had", "got", "chemo", "drip", "spots"}


# -- malformed patterns


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("", "has no words"),
        ("   ", "has no words"),
        ("!", "has no words"),
        (".. chemo", "begins with a hole"),
        ("... chemo", "begins with a hole"),
        ("$", "begins with an end"),
        ("really? .. chemo", "begins with a hole"),
        ("had {nothing}", "there is no group 'nothing'"),
        ("had {number>many} spots", "there is no group 'number>many'"),
        ("had {}", "there is no group ''"),
        ("had {drug", "is not closed"),
    ],
)
def test_a_malformed_pattern_is_told_what_is_wrong_with_it(pattern: str, complaint: str) -> None:
    with pytest.raises(PatternFault, match=complaint.replace("'", ".")):
        Patterns([("", [pattern])], GROUPS)


@pytest.mark.parametrize(
    ("groups", "complaint"),
    [
        ({"round": ["{round}"]}, "'round' contains itself"),
        ({"round": ["{about}"], "about": ["{round}"]}, "contains itself"),
        ({"round": ["{square}"]}, "group 'round': there is no group 'square'"),
    ],
)
def test_a_malformed_group_is_told_what_is_wrong_with_it(groups: Mapping[str, Sequence[str]], complaint: str) -> None:
    with pytest.raises(PatternFault, match=complaint):
        Patterns([("", ["go {round}"])], groups)


def test_a_fault_names_the_pattern() -> None:
    with pytest.raises(PatternFault, match=r"had \{nothing\}"):
        Patterns([("", ["fine", "had {nothing}"])], GROUPS)


def test_where_times_and_numbers_stand_can_be_given_by_hand() -> None:
    said = Utterance("some while")
    look = Surroundings(said, times={0: Span(0, 2, 10, 20)})
    assert [match.numbers for match in Patterns([("", ["{ago}"])], {}).find(look)] == [(10,)]
