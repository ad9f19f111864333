"""What another reading of a trial would have made of past answers."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as some

from bot.criteria import CheckedBy, Criterion, Section, Verdict
from bot.criteria.rules import Comparison
from bot.screening.answers import Answer, Outcome
from bot.screening.screening import Interview
from bot.trials.effect import effect
from bot.words import Library
from tests.desk_fixtures import library

__all__ = ["library"]


def at_least(years: int, criterion_id: str = "I1") -> Criterion:
    rule = Comparison(attribute="age", operator="at_least", operand=years)
    return Criterion(id=criterion_id, section=Section.INCLUSION, checked_by=CheckedBy.PATIENT, requires=rule)


def aged(years: int | None) -> Mapping[str, Answer]:
    return {"age": Answer("age", Outcome.UNSURE if years is None else Outcome.KNOWN, years)}


AGES = some.one_of(some.none(), some.integers(18, 90))


@given(some.lists(AGES, max_size=20), some.integers(18, 90), some.integers(18, 90))
def test_it_is_what_each_screening_would_come_to_by_itself(library: Library, ages: list[int | None], before: int, after: int) -> None:
    people = [(f"c{number}", aged(years)) for number, years in enumerate(ages)]
    found = effect(library.attributes, [at_least(before)], [at_least(after)], people, most=100)
    expected = []
    for name, answers in people:
        was, is_ = (Interview(library.attributes, [at_least(bound)]).assess(answers).verdict for bound in (before, after))
        if was is not is_:
            expected.append((name, was, is_))
    assert [(one.conversation_id, one.before, one.after) for one in found.changed] == expected
    assert found.looked_at == len(people)
    assert sum(count for _, _, count in found.moves) == len(expected)


def test_what_moves_is_counted_most_first(library: Library) -> None:
    people = [(str(years), aged(years)) for years in (30, 40, 45, 70)]
    found = effect(library.attributes, [at_least(35)], [at_least(50)], people, most=100)
    assert found.moves == [(Verdict.LIKELY, Verdict.UNLIKELY, 2)]


def test_only_the_first_are_looked_at_and_that_is_said(library: Library) -> None:
    people = [(str(number), aged(60)) for number in range(5)]
    found = effect(library.attributes, [at_least(18)], [at_least(65)], people, most=3)
    assert (found.looked_at, len(found.changed), found.more) == (3, 3, True)
    assert not effect(library.attributes, [at_least(18)], [at_least(65)], people, most=5).more


def test_a_criterion_that_comes_or_goes_counts_too(library: Library) -> None:
    people = [("a", aged(60))]
    assert len(effect(library.attributes, [], [at_least(65)], people, most=5).changed) == 1
    assert len(effect(library.attributes, [at_least(65)], [], people, most=5).changed) == 1


def test_the_same_reading_is_known_to_change_nothing(library: Library) -> None:
    people = [("a", aged(60))]
    assert effect(library.attributes, [at_least(18)], [at_least(18)], people, most=5).same
    for before, after in ((18, 17), (18, None), (None, 18)):
        readings = ([] if bound is None else [at_least(bound)] for bound in (before, after))
        assert not effect(library.attributes, *readings, people, most=5).same
