"""What is said of a thing that is named: so, denied, doubted or only planned; and who is spoken of."""

from __future__ import annotations

import pytest

from bot.screening.reading.stance import Stance
from bot.screening.reading.text import Utterance
from bot.screening.readings import SELF
from tests.unit.reading.small_words import at, clauses

SAID, DENIED, DOUBTED, PLANNED = Stance.SAID, Stance.DENIED, Stance.DOUBTED, Stance.PLANNED


def stance(text: str, phrase: str, deny_after: bool = True) -> Stance:
    return clauses(text).stance(*at(Utterance(text), phrase), deny_after)


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("it is in the brain", "brain", SAID),
        ("brain", "brain", SAID),
        # denied in front
        ("not in the brain", "brain", DENIED),
        ("never had any of that chemo", "chemo", DENIED),
        ("I haven't been told it was the brain", "brain", SAID),
        ("there is no spot on the brain", "brain", DENIED),
        ("without chemo I went home", "chemo", DENIED),
        # the denial ends with its clause
        ("no fever, it is in the brain", "brain", SAID),
        ("no fever. It is in the brain", "brain", SAID),
        ("not the liver but the brain", "brain", SAID),
        ("no fever then the brain", "brain", SAID),
        ("no fever she has it in the brain", "brain", SAID),
        # and reaches so far, no further
        ("not one two three four five six brain", "brain", DENIED),
        ("not one two three four five six seven brain", "brain", SAID),
        # denied behind
        ("the brain negative", "brain", DENIED),
        ("the brain scan was clear", "brain", DENIED),
        ("brain not found", "brain", DENIED),
        ("brain. Liver was clear", "brain", SAID),
        # doubted
        ("maybe the brain", "brain", DOUBTED),
        ("it might be in the brain", "brain", DOUBTED),
        ("waiting for the brain scan", "brain", DOUBTED),
        ("maybe a cold. It is in the brain", "brain", SAID),
        ("maybe a cold but it is in the brain", "brain", SAID),
        ("brain, maybe the liver", "brain", SAID),
        ("brain, maybe the liver", "liver", DOUBTED),
        # planned
        ("I will have chemo", "chemo", PLANNED),
        ("chemo is planned", "chemo", PLANNED),
        ("chemo next week", "chemo", PLANNED),
        ("I will have a scan, I had chemo", "chemo", SAID),
        ("rest is planned. I had chemo", "chemo", SAID),
        # a denied plan is denied
        ("I will not have chemo", "chemo", DENIED),
    ],
)
def test_words_around_a_thing_say_whether_it_is_so(text: str, phrase: str, expected: Stance) -> None:
    assert stance(text, phrase) is expected


def test_a_result_behind_counts_only_where_a_result_denies() -> None:
    assert stance("chemo was clear", "chemo") is DENIED
    assert stance("chemo was clear", "chemo", deny_after=False) is SAID


def test_a_no_after_a_comma_belongs_to_what_follows() -> None:
    words = clauses("brain, no, the liver")
    assert words.denied(*at(words.said, "brain")) is False


@pytest.mark.parametrize(("text", "barred"), [("not the brain", ["not"]), ("the brain but not", ["but", "not"]), ("the brain", [])])
def test_what_denies_or_turns_round_bars_the_holes_of_patterns(text: str, barred: list[str]) -> None:
    words = clauses(text)
    assert [words.said.words[position] for position in sorted(words.barriers)] == barred


# -- who is spoken of


def owner(text: str, phrase: str) -> str | None:
    """Of whom the words are."""
    return clauses(text).owners[at(Utterance(text), phrase)[1] - 1]


@pytest.mark.parametrize(
    ("text", "phrase", "whose"),
    [
        ("brain and bone", "brain", None),
        ("I have it in the brain", "brain", SELF),
        ("my brain", "brain", SELF),
        ("my mother has it in the brain", "brain", "mother"),
        ("mum has it in the brain", "brain", "mother"),
        ("I'm 40 and my mother has it in the brain", "brain", "mother"),
        ("my mother had it, I have it in the brain", "brain", SELF),
        ("my mother is ill. She has it in the brain", "brain", "mother"),
        ("my mother is ill. Brain and bone", "brain", "mother"),
        ("she has it in the brain", "brain", "someone"),
        ("my sister's boy has it in the brain", "brain", "son"),
        ("my friend and my father, he has it in the brain", "brain", "father"),
        ("my doctor found it, she saw the brain", "brain", SELF),
        ("the doctor said she saw it in the brain", "brain", None),
        ("my mother met the doctor. He has it in the brain", "brain", "mother"),
    ],
)
def test_who_is_spoken_of_is_who_was_named_last(text: str, phrase: str, whose: str | None) -> None:
    assert owner(text, phrase) == whose


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("my mother and my father", ["mother", "father"]),
        ("mum is 71", ["mother"]),
        ("my sister's boy", ["son"]),
        ("my poor old mother", ["mother"]),
        ("we want a son", ["son"]),
        ("having son after son", []),
        ("the motherly nurse", []),
    ],
)
def test_people_are_those_somebody_has(text: str, people: list[str]) -> None:
    assert [person.key for _, _, person in clauses(text).relations] == people


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("my mother died of it", {"mother"}),
        ("my mother passed away in may, my father is well", {"mother"}),
        ("my father is ill. He died", {"father"}),
        ("my mother is well", set()),
        ("the plant died", set()),
    ],
)
def test_who_died_is_known(text: str, gone: set[str]) -> None:
    assert clauses(text).gone == gone


@pytest.mark.parametrize(
    ("text", "whom"),
    [("a trial for my mother", "mother"), ("my mother", None), ("for a friend of mine", "friend"), ("a trial for me", None)],
)
def test_for_whom_the_search_is_can_be_said(text: str, whom: str | None) -> None:
    assert clauses(text).searched_for == whom


@pytest.mark.parametrize(
    ("text", "ill"),
    [("my mother was diagnosed in may", {"mother"}), ("my mother drives me", set()), ("my son has it, my father drives", {"son"})],
)
def test_who_is_ill_is_known(text: str, ill: set[str]) -> None:
    assert clauses(text).ill == ill


@pytest.mark.parametrize("text", ["I have HER2 positive cancer", "stomach cancer, HER2 positive", "HER-2 negative they said"])
def test_a_receptor_written_with_figures_is_not_a_woman(text: str) -> None:
    assert not clauses(text).third_persons
    assert "someone" not in clauses(text).owners
    assert clauses(text).sex_of_pronouns is None


def test_a_woman_is_heard_beside_the_receptor() -> None:
    assert clauses("she has HER2 positive cancer").third_persons == {0}
