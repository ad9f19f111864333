"""How a language speaks of medicines that people take and of operations that they had, made ready for reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.criteria.extraction.asked import asked
from bot.criteria.extraction.statements import Illness, Stated, having
from bot.criteria.extraction.words import Kind, Meaning, Tree
from bot.criteria.rules import AllOf


class Tense(StrEnum):
    """When somebody takes a medicine, as the words have it."""

    NOW = "now"
    OFTEN = "often"
    """Now, and in a way that not everybody takes it: "chronic use of"."""
    OPEN = "open"
    """Now or before: "treatment with", "prior". Who takes it now is meant, and others may be."""
    EXPERIENCED = "experienced"
    """Now or before, and with an outcome that is not always this one: "inadequate response to"."""
    FREE = "free"
    """Not now: "free of"."""


@dataclass(frozen=True)
class TreatmentWords:
    """One language's words around the names of medicines and operations. Every list below is of phrases."""

    names: Tree
    stated: Mapping[str, Stated]
    medicines: str
    """The attribute of the medicines; the other is that of the operations."""
    taken: Tree
    """What stands before a medicine that is taken, with its tense."""
    naive: frozenset[str]
    """Words right behind a medicine that mean those who never took it."""
    treated: frozenset[str]
    by: frozenset[str]
    """Words before a time, and between it and a name, that say that somebody was treated for so long: "treated" … "with"."""
    counting: frozenset[str]
    """Words between those of use and a name that count how many were taken, or for how long."""
    of_responses: frozenset[str]
    """Words that turn nothing round in a sentence about what came of a medicine."""
    outcomes: frozenset[str]
    """Those of them that turn nothing round where a medicine is demanded: "taking methotrexate with an inadequate response"."""
    before_now: frozenset[str]
    """Words of use by which all are meant who ever took a medicine."""
    use: Tree
    """What stands behind one, with its tense: "use", "therapy"."""
    had: Tree
    """What stands before an operation that somebody had."""
    between: frozenset[str]
    """Words between those and the name, or between two names, that say nothing."""
    narrowing: frozenset[str]
    """Words before a name that say more than the name: "oral", "major"."""
    before: frozenset[str]
    """Words that may stand before the words of use in their part of a sentence."""
    behind: frozenset[str]
    """Words that may stand behind a name; any other makes it the name of something else: "aspirin allergy"."""
    turning: Tree
    """Words of sentences of which nothing is read: who is willing to stop takes what others need not."""
    demanding: Tree
    """Words behind a name that demand something of those who take it."""
    linked: frozenset[str]
    """Attributes whose statements may stand in a list of medicines."""
    within: frozenset[str]
    """Words before a time that reaches back from today."""
    times: frozenset[str]
    ago: frozenset[str]
    """Words behind a time that make it one: "two months before"."""
    purpose: frozenset[str]
    """Words behind which stands what a medicine is for."""
    lasting: frozenset[str]
    """Words that make a time the length of use: "for 3 months"."""

    @classmethod
    def of(
        cls, data: Mapping[str, Any], lists: Mapping[str, tuple[Sequence[Illness], frozenset[str]]], within: frozenset[str]
    ) -> TreatmentWords:
        """From `treatments` of registry.yaml, and for each attribute its names with those that wider ones may not mean."""
        names, stated = Tree(), {}
        for attribute, (entries, doubtful) in lists.items():
            below: dict[str, list[str]] = {}
            doubted: dict[str, set[str]] = {}
            for entry in entries:
                for wider in entry.wider:
                    below.setdefault(wider, []).append(entry.name)
            for wider, kinds in below.items():
                apart = doubtful.intersection(kinds)
                doubted[wider] = {kind for kind in kinds if kind in apart or any(kind in below.get(one, ()) for one in apart)}
            for entry in entries:
                key = f"{attribute}:{entry.name}"
                rule = having(attribute, entry, below.get(entry.name, ()), frozenset(doubted.get(entry.name, ())))
                stated[key] = Stated(attribute, (entry.name,), illness=True, rule=rule)
                names.add((entry.name, *entry.synonyms), Meaning(Kind.WORD, key))
                for kind in entry.kinds:
                    # Who takes an antibiotic need not take this one.
                    less = AllOf(all=(rule, asked(kind, 0)))
                    stated[f"{key}<{kind}"] = replace(stated[key], rule=less, kind=kind)
                    names.add((kind,), Meaning(Kind.WORD, f"{key}<{kind}"))
        taken, use = (_by_tense(data[key]) for key in ("taken", "use"))
        had, turning, demanding = Tree(), Tree(), Tree()
        had.add(data["had"], Meaning(Kind.WORD, Tense.NOW))
        had.add(data["had_or_planned"], Meaning(Kind.WORD, Tense.OPEN))
        turning.add(data["turning"], Meaning(Kind.WORD))
        demanding.add(data["demanding"], Meaning(Kind.WORD))
        between, narrowing, before, behind, linked, times, ago, purpose, lasting = (frozenset(map(str, data[key])) for key in _SETS)
        medicines = str(data["medicines"])
        sets = (between, narrowing, before, behind)
        naive, treated, by, counting, of_responses, outcomes, before_now = (
            frozenset(map(str, data[key])) for key in ("naive", "treated", "by", "counting", "of_responses", "outcomes", "before_now")
        )
        return cls(
            names,
            stated,
            medicines,
            taken,
            naive,
            treated,
            by,
            counting,
            of_responses,
            outcomes,
            before_now,
            use,
            had,
            *sets,
            turning,
            demanding,
            linked,
            within,
            times,
            ago,
            purpose,
            lasting,
        )


_SETS = ("between", "narrowing", "before", "behind", "linked", "times", "ago", "purpose", "lasting")


def _by_tense(data: Mapping[str, Sequence[str]]) -> Tree:
    tree = Tree()
    for tense in Tense:
        tree.add(data.get(tense.value) or (), Meaning(Kind.WORD, tense))
    return tree
