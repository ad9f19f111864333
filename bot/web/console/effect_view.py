"""A decision's effect on past screenings, as far as the page of it may tell.

Whoever reviews criteria can write any rule, and would find out somebody's exact age by trying one after another, without ever asking to
see what that person told. So a small number is told as "fewer than 5", none among them, and no conversation is named then but those whose
answers the visitor sees in this session anyway: that it is named depends on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.criteria import Verdict
from bot.figures.shielding import SMALL, shielded
from bot.trials.effect import Changed, Effect

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class ShownMove:
    """Some verdicts that would be others. `count` is as it may be told; `named` are conversations, `more` how many others there are."""

    before: Verdict
    after: Verdict
    count: str
    named: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ShownEffect:
    """Of `looked_at` screenings `changed` would be others; None: fewer than a handful, or none. `same`: it is certain that none would."""

    looked_at: int
    more: bool
    same: bool
    changed: int | None
    moves: tuple[ShownMove, ...]

    @property
    def told(self) -> int | str:
        """How many would change, for the audit, which tells no more than the page."""
        return 0 if self.same else self.changed or f"<{SMALL}"


def shown(effect: Effect, may_reveal: bool, is_revealed: Callable[[str], bool]) -> ShownEffect:
    """What may be told of an effect to somebody who may reveal answers, or not; `is_revealed`: they see those of a conversation now."""
    enough = len(effect.changed) >= SMALL
    moves = []
    for before, after, count in effect.moves:
        of_it = [one for one in effect.changed if (one.before, one.after) == (before, after)]
        named = _ids(of_it if count >= SMALL else (one for one in of_it if is_revealed(one.conversation_id))) if may_reveal else ()
        # Below a handful in all, even that there is such a move is told only of those that are seen anyway.
        if enough or named:
            more = len(of_it) - _MOST_NAMED if count >= SMALL and may_reveal else 0
            moves.append(ShownMove(before, after, shielded(count, True), named[:_MOST_NAMED], max(0, more)))
    return ShownEffect(effect.looked_at, effect.more, effect.same, len(effect.changed) if enough else None, tuple(moves))


def _ids(some: Iterable[Changed]) -> tuple[str, ...]:
    return tuple(one.conversation_id for one in some)
