"""What another reading of a trial's criteria would have made of past screenings. Pure: nothing is kept or said anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.criteria import Criterion, CriterionResult, Verdict, check, verdict
from bot.screening.answers import Answer, facts_from
from bot.screening.attributes import Attributes


@dataclass(frozen=True, slots=True)
class Changed:
    """A screening whose verdict would be another one."""

    conversation_id: str
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Effect:
    """Of `looked_at` screenings, those whose verdict would be another one. `more`: there are others, older ones.

    `same`: both readings ask for the same, so that none can change whatever was answered.
    """

    looked_at: int
    changed: tuple[Changed, ...]
    more: bool = False
    same: bool = False

    @property
    def moves(self) -> Sequence[tuple[Verdict, Verdict, int]]:
        """How many would go from which verdict to which, most first."""
        counted = Counter((one.before, one.after) for one in self.changed)
        return [(before, after, count) for (before, after), count in counted.most_common()]


def effect(
    attributes: Attributes,
    before: Sequence[Criterion],
    after: Sequence[Criterion],
    screenings: Iterable[tuple[str, Mapping[str, Answer]]],
    *,
    most: int,
) -> Effect:
    """Compare two readings of a trial on the answers of conversations, the first `most` of them.

    Both are today's reading of the answers: what the same answers come to with the criteria as they are, and as they would be.
    """
    same = {one.id: one for one in before}
    otherwise = [one for one in after if same.get(one.id) != one]
    nothing_else = not otherwise and len(before) == len(after)
    found: list[Changed] = []
    number = 0
    for conversation_id, answers in screenings:
        if number == most:
            return Effect(number, tuple(found), more=True, same=nothing_else)
        number += 1
        facts = facts_from(attributes, answers).values
        was: dict[str, CriterionResult] = {one.id: check(one, facts) for one in before}
        kept = {one.id: was[one.id] for one in after if one.id in was}
        verdicts = verdict(was.values()), verdict((kept | {one.id: check(one, facts) for one in otherwise}).values())
        if verdicts[0] is not verdicts[1]:
            found.append(Changed(conversation_id, *verdicts))
    return Effect(number, tuple(found), same=nothing_else)
