"""Which illness includes which: what the words file says, and what the records' MeSH terms show of that thesaurus."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from bot.screening.reading.conditions import Conditions

NamesIn = Callable[[str], frozenset[str]]
"""The illnesses of the words file that are named in a text."""


class Hierarchy:
    """Wider names of an illness. A node is a name of the words file, or the key of a name that the file does not know.

    A record lists all ancestors of all its terms together. So what stands beside a term is only what may be above it: the more
    records have the term, the less is left, and a record that has this term alone tells exactly. Until one does, or
    `_ENOUGH` different companies of the term agree, nothing is taken to be above it: a wrong parent would fit people into trials.
    """

    def __init__(self, conditions: Conditions, also_below: Iterable[tuple[str, str]], names_in: NamesIn) -> None:
        also: dict[str, set[str]] = {}
        for name, wider in also_below:
            also.setdefault(name, set()).add(wider)
        self._by_file = {name: frozenset({*conditions.above(name), *also.get(name, ())}) for name in conditions.names}
        self._leads = conditions.leads
        self._names_in = names_in
        self._possible: dict[str, frozenset[str]] = {}
        self._companies: dict[str, set[frozenset[str]]] = {}
        self._alone: set[str] = set()
        self._leading = {name: self._leads in (name, *conditions.above(name)) for name in conditions.names}
        self._wider: dict[str, frozenset[str]] = {}
        self._grown: set[str] = set()

    def learn(self, terms: Collection[tuple[str, str]], ancestors: Collection[tuple[str, str]]) -> None:
        """What a record shows: its terms and all that is above any of them, each as (node, name)."""
        for node, name in (*terms, *ancestors):
            if node not in self._leading:
                self._leading[node] = any(self._leading.get(each, False) for each in self._names_in(name))
        nodes = frozenset(node for node, _ in terms)
        around = nodes | {node for node, _ in ancestors}
        for node in nodes:
            before = self._told(node)
            company = nodes - {node}
            if not company and node not in self._alone:
                # Exact, whatever others made of it.
                self._alone.add(node)
                self._possible[node] = around - {node}
            elif node not in self._alone:
                self._companies.setdefault(node, set()).add(company)
                self._possible[node] = self._possible.get(node, around) & around - {node}
            if self._told(node) != before:
                self._grown.add(node)

    def grown(self) -> frozenset[str]:
        """The nodes of which more or other is known than when this was asked before."""
        grown = frozenset(self._grown)
        if grown:
            self._grown.clear()
            self._wider.clear()
        return grown

    def wider(self, node: str) -> frozenset[str]:
        """Every node that includes this one, itself left out; what was learned since `grown` was asked does not count yet."""
        known = self._wider.get(node)
        if known is None:
            known = self._wider[node] = self._closure(node)
        return known

    def _closure(self, node: str) -> frozenset[str]:
        found: set[str] = set()
        leading = self._leading.get(node, False)
        waiting = [node]
        while waiting:
            here = waiting.pop()
            above = set(self._by_file.get(here, ()))
            # The leading illness is a world of its own: a tumour of the skin is no skin disease to who has one, nor the other way round.
            above |= {
                each
                for each in self._told(here)
                if self._leading.get(each, False) == leading and not self._is_below(each, node) and not self._is_below(each, here)
            }
            waiting += above - found - {node}
            found |= above - {node}
        return frozenset(found)

    def _is_below(self, node: str, other: str) -> bool:
        """Whether the file, or a record as much as for the contrary, says that the node is below the other."""
        return other in self._by_file.get(node, ()) or other in self._told(node)

    def _told(self, node: str) -> frozenset[str]:
        certain = node in self._alone or len(self._companies.get(node, ())) >= _ENOUGH
        return self._possible[node] if certain else frozenset()


_ENOUGH = 4
"""So many different sets of other terms beside a term: what all of them have in common is above it."""
