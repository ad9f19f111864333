"""From a person's illness to the trials about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import chain

from bot.matching.hierarchy import Hierarchy
from bot.matching.known_names import Frequency, KnownNames, Meant, Source
from bot.matching.spelling import Spelling
from bot.matching.subjects import NamesOfSubject, Subject, SubjectReader
from bot.screening.reading.conditions import Conditions

__all__ = ["ConditionIndex", "Relation", "Subject"]


class Relation(StrEnum):
    """How a trial's illness stands to the person's.

    SAME and BROADER (it includes the person's): the trial is for them. NARROWER (a kind of what they named, or it is not certain that
    the trial is about it): may be; has to be asked, counts neither as fitting nor as ruled out.
    """

    SAME = "same"
    BROADER = "broader"
    NARROWER = "narrower"


class ConditionIndex:
    """Trials by the illnesses they are about. `ordinary` tells everyday words, which are no misspelt illness.

    What `relations` costs grows with the trials it finds, not with those it does not.
    """

    def __init__(self, conditions: Conditions, ordinary: Frequency | None = None) -> None:
        self._conditions = conditions
        self._reader, spelling = _reader_of(conditions)
        self._hierarchy = Hierarchy(conditions, _also_below(conditions), self._reader.names_in)
        self._names = KnownNames(spelling, self._reader.own_names, ordinary)
        self._most_of_it = frozenset(name for name, part in self._reader.in_part.items() if not part.kinds)
        self._baskets = frozenset(name for name, part in self._reader.in_part.items() if part.basket)
        self._file = frozenset((*conditions.names, *self._reader.in_part))
        self._subjects: dict[str, Subject] = {}
        self._named: dict[str, NamesOfSubject] = {}
        self._nodes: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._about: dict[str, set[str]] = {}
        self._maybe: dict[str, set[str]] = {}
        self._narrower: dict[str, set[str]] = {}
        self._placed: dict[str, frozenset[str]] = {}
        self._waiting: set[str] = set()

    def __len__(self) -> int:
        return len(self._subjects)

    def put(self, trial_id: str, subject: Subject) -> None:
        """Add a trial, or replace what is known of it."""
        self.remove(trial_id)
        self._subjects[trial_id] = subject
        self._named[trial_id] = self._reader.read(subject)
        self._hierarchy.learn(
            [(self._reader.node(name), name) for _, name in subject.terms],
            [(self._reader.node(name), name) for _, name in subject.ancestors],
        )
        for text, source in _texts(subject):
            self._names.add(text, self._reader.node(text), source)
        self._waiting.add(trial_id)

    def remove(self, trial_id: str) -> None:
        """Forget a trial; nothing where it is not known. What its terms showed of the thesaurus stays."""
        subject = self._subjects.pop(trial_id, None)
        if subject is None:
            return
        for text, source in _texts(subject):
            self._names.remove(text, self._reader.node(text), source)
        del self._named[trial_id]
        self._waiting.discard(trial_id)
        self._unpost(trial_id)

    def relations(self, wanted: Sequence[str], said: str = "") -> Mapping[str, Relation]:
        """Every trial that has to do with what a person looks for.

        `wanted` are names of conditions.yaml. `said` is the person's own words: a name that they are as a whole counts beside
        `wanted`, names inside them only where nothing is wanted. Where they may mean several, or are much misspelt, the trials of
        each are NARROWER.
        """
        self._settle()
        meant = self._meant(wanted, said)
        sure = {*self._conditions.without_wider(wanted), *(one.readings[0][0] for one in meant if one.sure)}
        unsure = {node for one in meant if not one.sure for node, _ in one.readings} - sure
        narrower: list[set[str]] = []
        broader: list[set[str]] = []
        same: list[set[str]] = []
        for node in sure:
            wider = self._wider(node)
            below = self._narrower.get(node, set())
            narrower += [self._about[each] for each in below if each in self._about]
            narrower += [self._maybe[each] for each in (node, *below, *wider) if each in self._maybe]
            broader += [self._about[each] for each in wider if each in self._about]
            same += [self._about[each] for each in (node, *self._parts(node)) if each in self._about]
        for node in unsure:
            around = (node, *self._narrower.get(node, ()), *self._wider(node))
            narrower += [trials[each] for each in around for trials in (self._about, self._maybe) if each in trials]
        found = dict.fromkeys(chain.from_iterable(narrower), Relation.NARROWER)
        found.update(dict.fromkeys(chain.from_iterable(broader), Relation.BROADER))
        found.update(dict.fromkeys(chain.from_iterable(same), Relation.SAME))
        return found

    def candidates(self, said: str) -> tuple[str, ...]:
        """The illnesses that the person's words may mean, as records write them, the likeliest first; () where they name none known."""
        return tuple(dict.fromkeys(writing for meant in self._names.find(said) for _, writing in meant.readings))

    def _meant(self, wanted: Sequence[str], said: str) -> tuple[Meant, ...]:
        if not wanted:
            return self._names.find(said)
        whole = self._names.whole(said)
        return (whole,) if whole else ()

    def _parts(self, node: str) -> Iterable[str]:
        """What is as good as the leading illness itself: "solid tumours" to who says no more than cancer."""
        return self._most_of_it if node == self._conditions.leads else ()

    def _wider(self, node: str) -> frozenset[str]:
        """The nodes that include one, "solid tumours" among them where it is a solid one."""
        wider = self._hierarchy.wider(node)
        leads = self._conditions.leads
        if leads is not None and node in self._reader.in_part:
            return frozenset({leads}) if node in self._most_of_it else self._most_of_it | {leads}
        if leads is None or leads not in wider:
            return wider
        family = wider | {node}
        return wider.union(name for name, part in self._reader.in_part.items() if part.includes(family))

    def _settle(self) -> None:
        """Place what was put since the last time, and again whatever the hierarchy has learned something of."""
        grown = self._hierarchy.grown()
        again = grown.union(*(self._narrower.get(node, ()) for node in grown))
        for node in again:
            if node in self._placed:
                self._place(node)
            self._waiting.update(self._about.get(node, ()), self._maybe.get(node, ()))
        for trial_id in self._waiting:
            self._unpost(trial_id)
            about, maybe = self._nodes[trial_id] = self._placed_nodes(self._named[trial_id])
            for node in about:
                self._about.setdefault(node, set()).add(trial_id)
            for node in maybe:
                self._maybe.setdefault(node, set()).add(trial_id)
            for node in about | maybe:
                if node not in self._placed:
                    self._place(node)
        self._waiting = set()

    def _place(self, node: str) -> None:
        for wider in self._placed.get(node, ()):
            self._narrower[wider].discard(node)
        self._placed[node] = self._wider(node)
        for wider in self._placed[node]:
            self._narrower.setdefault(wider, set()).add(node)

    def _unpost(self, trial_id: str) -> None:
        about, maybe = self._nodes.pop(trial_id, (frozenset(), frozenset()))
        for node in about:
            self._about[node].discard(trial_id)
        for node in maybe:
            self._maybe[node].discard(trial_id)

    def _placed_nodes(self, named: NamesOfSubject) -> tuple[frozenset[str], frozenset[str]]:
        """What a trial is about, and what it may be about."""
        nodes = set(named.conditions)
        if nodes & self._file:
            # A term of a keyword is no more than the keyword.
            nodes |= named.terms - (named.keywords | named.other_keywords)
        else:
            nodes |= named.terms
        explicit = set(named.conditions)
        for instead in (named.title, named.keywords):
            if not nodes & self._file:
                nodes |= instead
                explicit |= instead
        nodes, explicit = self._narrowed(nodes, explicit, named.title)
        nodes = {node for node in nodes if not self._is_only_wider(node, nodes, node in explicit)}
        maybe = set(named.other_keywords)
        well = named.title & self._conditions.well
        if named.well:
            # Who takes part is well, whatever illness the research is for.
            maybe |= nodes - self._conditions.well
            nodes = set(well)
        return frozenset(nodes | well), frozenset(maybe - nodes)

    def _narrowed(self, nodes: set[str], explicit: set[str], title: frozenset[str]) -> tuple[set[str], set[str]]:
        """The nodes with a wide one made narrower by the title: "Lung Cancer", of a trial in small cell lung cancer."""
        narrowed = {node: {name for name in title if node in self._wider(name)} for node in nodes - title}
        wide = {node for node, names in narrowed.items() if names}
        instead = {name for node in wide for name in narrowed[node]}
        return (nodes - wide) | instead, (explicit - wide) | instead

    def _is_only_wider(self, node: str, nodes: Iterable[str], explicit: bool) -> bool:
        """Whether a node is no more than a wider name of another.

        "Cancer" beside "Breast Cancer" is; beside breast and lung cancer, where the record says it and not only its terms, the
        trial is for all.
        """
        below = [other for other in nodes if node in self._wider(other)]
        if not below or node in self._baskets:
            return False
        if not explicit or self._baskets.intersection(below):
            # "Solid tumours" tells which tumours are meant.
            return True
        shared = frozenset.intersection(*(self._wider(other) | {other} for other in below))
        return any(node in self._wider(each) for each in shared - self._most_of_it)


@lru_cache(maxsize=4)
def _reader_of(conditions: Conditions) -> tuple[SubjectReader, Spelling]:
    """What reads the subjects of trials by a list of illnesses; one for all indexes, as it knows nothing but the list."""
    spelling = Spelling(conditions.of_trials)
    return SubjectReader(conditions, spelling), spelling


def _also_below(conditions: Conditions) -> Iterable[tuple[str, str]]:
    return ((str(name), str(wider)) for name, all_ in (conditions.of_trials.get("also_below") or {}).items() for wider in all_)


def _texts(subject: Subject) -> Iterable[tuple[str, Source]]:
    """The names that a record uses, and where."""
    yield from ((text, Source.CONDITION) for text in subject.conditions)
    yield from ((text, Source.KEYWORD) for text in subject.keywords)
    yield from ((name, Source.TERM) for _, name in (*subject.terms, *subject.ancestors))
