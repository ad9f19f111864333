"""Joining what was read of a criterion into one rule, with whatever was not read as a judgement in its place.

A criterion is a list of items: "stroke, heart attack or severe asthma". An item of which every word was read is decided by the
person's answers; in one of which words are left, or none were read, only the study team can say. Words left before the first item or
behind the last one may belong to all of them ("… within six months"), so they count for all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.criteria.criterion import Section
from bot.criteria.extraction.asked import asked
from bot.criteria.extraction.choosing import EITHER
from bot.criteria.extraction.signs import Sign
from bot.criteria.extraction.words import Kind
from bot.criteria.rules import AllOf, AnyOf, Comparison, Judgement, Not, Rule, walk


class Atom(NamedTuple):
    """Something read at `signs[first:last + 1]`."""

    rule: Rule
    first: int
    last: int
    denied: bool = False
    grades_of: str = ""
    """The attribute, where it is a single grade of it."""
    joint: str = ""
    """What its own words say about how it is joined to the one before: the "or" of "or less than 20"."""
    partly: bool = False
    """Whether its own words say more than the rule."""
    illness: bool = False
    """Whether it is the name of an illness: a list of those seldom means all of them."""
    attribute: str = ""
    open: bool = False
    """Whether its words may mean more people than the rule does."""
    name: str = ""
    """The illness or medicine that it is about, where somebody's history can tell more of it than that they have it."""
    also: Sequence[str] = ()
    """Illnesses that count as kinds of it in criteria alone."""
    ever: bool = False
    """Whether it means all who ever took the medicine."""
    treatment: bool = False
    """Whether it is about a medicine or an operation."""


class Dates(NamedTuple):
    """A language's words about when somebody had an illness."""

    present: frozenset[str] = frozenset()
    """They say that it is there now: "active"."""
    excepting: frozenset[str] = frozenset()
    """An exception stands behind them."""
    exempted: frozenset[str] = frozenset()
    """Words of exceptions that leave somebody's history decisive: "except basal cell carcinoma of the skin"."""
    back: frozenset[str] = frozenset()
    """They stand behind a time that reaches back: "5 years prior to screening"."""
    onset: frozenset[str] = frozenset()
    """They make a time the one since when there is an illness, and not the one when there was one: "diagnosed within a year"."""
    own: frozenset[str] = frozenset()
    """They qualify the one illness that they stand behind: "requiring hospitalization"."""
    per: frozenset[str] = frozenset()
    """They stand behind a stroke that is no "or": "mg/day"."""
    named: Mapping[str, str] = MappingProxyType({})
    """The illness that an attribute is about by itself."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Dates:
        """As `dates` of a language's registry.yaml has them."""
        keys = ("present", "excepting", "exempted", "back", "onset", "own", "per")
        present, excepting, exempted, back, onset, own, per = (frozenset(map(str, data[key])) for key in keys)
        return cls(present, excepting, exempted, back, onset, own, per, dict(data["named"]))


class Reach(NamedTuple):
    """Where the criterion stands, and what is left to the study team where not all of it was read."""

    section: Section
    judgement: Judgement
    examples: frozenset[str] = frozenset()
    """Words behind which examples or definitions stand: "such as", "defined as"."""
    qualifiers: frozenset[str] = frozenset()
    """Words that may qualify all of a list that they begin: "severe liver or kidney disease"."""
    dates: Dates = Dates()
    times: Sequence[tuple[range, float]] = ()
    """Times that reach back from today, "within 5 years": their signs, and the days."""
    everybody: frozenset[tuple[str, str]] = frozenset()
    """Words on both sides of an "or" that tells nobody apart: "healthy men or women"."""

    @property
    def usual(self) -> str:
        """How items of a list are joined where nothing says so: each exclusion excludes, all inclusions have to hold."""
        return "or" if self.section is Section.EXCLUSION else "and"


@dataclass
class _Item:
    atoms: list[Atom] = field(default_factory=list)
    aside: list[Atom] = field(default_factory=list)
    """What stands in brackets behind something, or as an example of it: a definition, a kind of it, or one more condition."""
    rest: list[int] = field(default_factory=list)
    joint: str = ""
    """What joins it to the one before."""
    otherwise: bool = False
    """Whether something in brackets is another way of it: "22 years old (or an adult by law)"."""

    @property
    def is_begun(self) -> bool:
        return bool(self.atoms or self.rest or self.aside)


_ALWAYS = AllOf(all=())


def all_of(rules: Sequence[Rule]) -> Rule:
    """All of several rules, each once; one alone is itself, and what always holds is left out."""
    if len(rules) == 1:
        return rules[0]
    once = [rule for rule in dict.fromkeys(rules) if not (isinstance(rule, AllOf) and not rule.all)] or [_ALWAYS]
    # The parts are rules already: nothing has to be checked again.
    return once[0] if len(once) == 1 else AllOf.model_construct(all=tuple(once))


def any_of(rules: Sequence[Rule]) -> Rule:
    """Any of several rules, each once; one alone is itself. One of several values of an attribute is one comparison."""
    if len(rules) == 1:
        return rules[0]
    once = list(dict.fromkeys(rules))
    compared = [rule for rule in once if isinstance(rule, Comparison) and rule.operator == "one_of"]
    if len(compared) > 1 and len(compared) == len(once) and len({rule.attribute for rule in compared}) == 1:
        values = dict.fromkeys(value for rule in compared if isinstance(rule.operand, tuple) for value in rule.operand)
        return Comparison(attribute=compared[0].attribute, operator="one_of", operand=tuple(values))
    return once[0] if len(once) == 1 else AnyOf.model_construct(any=tuple(once))


def combined(signs: Sequence[Sign], atoms: Sequence[Atom], reach: Reach, tells: Callable[[Sign], bool]) -> tuple[Rule, bool] | None:
    """The rule, and whether the whole criterion was read; None where nothing was read that answers could decide."""
    if not atoms:
        return None
    conditions = [index for index, sign in enumerate(signs) if Kind.CONDITION in sign.kinds]
    inside = {index for atom in atoms for index in range(atom.first, atom.last + 1)} if conditions else ()
    condition = next((index for index in conditions if index not in inside), None)
    exempting = condition is not None and reach.section is Section.EXCLUSION and _is_exempting(signs[condition:], reach)
    if condition is not None:
        signs, atoms = signs[:condition], [atom for atom in atoms if atom.last < condition]
    if not any(isinstance(atom.rule, Comparison) or any(isinstance(part, Comparison) for part in walk(atom.rule)) for atom in atoms):
        return None
    items = _items(signs, atoms, tells, reach)
    shared = _is_shared(items, signs, reach)
    whole = condition is None and not any(item.rest or item.aside for item in items) and not any(atom.open for atom in atoms)
    dated = _dated(items, signs, reach, shared=shared or exempting, ever=exempting)
    if dated is not None:
        rule = _joined(dated, reach)
        return (rule if condition is None or exempting else _conditional(rule, reach)), False
    rule = _joined([_Part(_of_item(item, reach), item.joint, _is_denied(item), _names_illnesses(item)) for item in items], reach)
    if whole:
        return rule, True
    if shared:
        rule = all_of([rule, reach.judgement])
    if condition is not None:
        rule = _conditional(rule, reach)
    return rule, False


def _conditional(rule: Rule, reach: Reach) -> Rule:
    """With an "unless …" or "if …" behind it: among the inclusions a way in, among the exclusions a way out."""
    either = any_of if reach.section is Section.INCLUSION else all_of
    return either([rule, reach.judgement])


def _is_exempting(signs: Sequence[Sign], reach: Reach) -> bool:
    """Whether an exception is only one of illnesses that no history here counts for: a cancer of the skin."""
    parts = [part for sign in signs[1:] for part in sign.parts if part[:1].isalnum()]
    return signs[0].text in reach.dates.excepting and bool(parts) and reach.dates.exempted.issuperset(parts)


def _dated(items: Sequence[_Item], signs: Sequence[Sign], reach: Reach, *, shared: bool, ever: bool) -> list[_Part] | None:
    """The items, where something says when an illness was there: "active cancer", "stroke within 6 months".

    None where nothing does, or the words leave open whose time it is.
    """
    spans = {days for _, days in reach.times}
    in_times = {index for block, _ in reach.times for index in block}
    if len(spans) > 1 or (shared and not any(item.atoms and (item.rest or ever) for item in (items[0], items[-1]))):
        return None
    if spans and any(not reach.dates.onset.isdisjoint(sign.parts) for sign in signs):
        return None
    of_another = {atom.first for item in items for atom in item.atoms if atom.partly and _is_of_another(atom)}
    # The time of a medicine or an operation makes it partly read.
    timed = {atom.first for item in items for atom in item.atoms if atom.partly and atom.treatment and spans}

    def dates(index: int) -> bool:
        return index in of_another or index in timed or index in in_times or reach.dates.present.issuperset(signs[index].parts)

    ends = [item for item in (items[0], items[-1]) if not (in_times | timed).isdisjoint(item.rest)]
    for_all = shared or ever or bool(ends and len(items) > 1)
    rest = [index for item in items if item.atoms for index in item.rest]
    span = spans.pop() if spans else math.inf if ever and of_another.issuperset(rest) else 0.0
    parts: list[_Part] = []
    found = False
    for item in items:
        said = all(map(dates, item.rest)) and not (item.aside or item.otherwise)
        if not item.atoms:
            if any(not reach.qualifiers.isdisjoint(signs[index].parts) and not dates(index) for index in item.rest):
                return None
            rule: Rule = reach.judgement
        elif said and (item.rest or for_all):
            sure = not (item.rest or shared)
            rule = all_of([part for atom in item.atoms for part in _when(atom, span, reach, sure=sure)])
            found = found or any(map(_has_dates, item.atoms))
        elif shared and item in (items[0], items[-1]) and not _is_its_own(item, signs, dates, reach):
            return None
        elif for_all:
            rule = all_of([_of_item(item, reach), reach.judgement])
        else:
            rule = _of_item(item, reach)
        parts.append(_Part(rule, item.joint, _is_denied(item), _names_illnesses(item)))
    return parts if found else None


def _is_its_own(item: _Item, signs: Sequence[Sign], dates: Callable[[int], bool], reach: Reach) -> bool:
    """Whether the words left of an item are about it alone: "stroke, or heart failure requiring hospitalization"."""
    return all(dates(index) or reach.dates.own.issuperset(signs[index].parts) for index in item.rest)


def _has_dates(atom: Atom) -> bool:
    """Whether somebody's history tells when they had it."""
    return bool(atom.name) and not (atom.treatment or atom.denied or atom.open or (atom.partly and not _is_of_another(atom)))


def _when(atom: Atom, span: float, reach: Reach, *, sure: bool) -> list[Rule]:
    """What an atom says together with its time; `sure` where the time may well not be its own."""
    if _has_dates(atom):
        return [atom.rule, any_of([asked(name, span) for name in (atom.name, *atom.also)])]
    # What is said of a medicine takes its time in.
    alone = (atom.treatment and atom.open and not atom.partly) or (sure and not atom.partly)
    return [_of_atom(atom, reach)] if alone else [_of_atom(atom, reach), reach.judgement]


def _is_of_another(atom: Atom) -> bool:
    """Whether it is a statement about another illness than the one sought, which a history tells as well: "other malignancy"."""
    return bool(atom.name) and not atom.illness


def _items(signs: Sequence[Sign], atoms: Sequence[Atom], tells: Callable[[Sign], bool], reach: Reach) -> list[_Item]:
    """The items of a criterion, parted where a sign joins; what stands in brackets, or as an example, belongs to the item before it."""
    at = {atom.first: atom for atom in atoms}
    items, item, depth, index = [], _Item(), 0, 0
    joints: set[str] = set()
    exemplified = False
    outside = 0
    """How deep in brackets what was said before the examples stands."""
    while index < len(signs):
        atom = at.get(index)
        if atom is None:
            sign = signs[index]
            index += 1
            kind = sign.kind
            if kind is not Kind.WORD:
                depth += (kind is Kind.OPEN) - (kind is Kind.CLOSE)
                exemplified = exemplified and Kind.STOP not in sign.kinds and depth >= outside
                item.otherwise = item.otherwise or (depth > 0 and bool(item.atoms) and Kind.OR in sign.kinds)
                joint = (
                    _joint(sign)
                    if not _is_per(signs, index - 1, reach)
                    and depth <= 0
                    and not exemplified
                    and not _is_everybody(signs, index - 1, reach)
                    else ""
                )
                if joint:
                    joints.add(joint)
                if joint or kind is Kind.NOT:
                    continue
            if not reach.examples.isdisjoint(sign.parts):
                if (item.is_begun or depth > 0) and not exemplified:
                    # "Any serious condition, such as cancer": what follows belongs to what was said before it.
                    exemplified, outside, joints = True, depth, set()
                continue
            if not tells(sign):
                continue
        elif atom.joint:
            joints.add(atom.joint)
        if joints:
            if item.is_begun:
                items.append(item)
                item = _Item(joint=_strongest(joints))
            joints = set()
        if atom is None:
            item.rest.append(index - 1)
            continue
        if not (exemplified or (item.is_begun and depth > 0)):
            item.atoms.append(atom)
        elif atom.rule != _ALWAYS:
            # A whole scale in brackets, "(NYHA class I-IV)", asks for nothing more.
            item.aside.append(atom)
        if atom.partly:
            item.rest.append(atom.first)
        index = _behind_abbreviation(signs, atom.last + 1)
        # "(eGFR) < 40": a bracket that begins or ends inside of what was read.
        inside = [sign.kind for sign in signs[atom.first : atom.last + 1]]
        depth = max(0, depth + inside.count(Kind.OPEN) - inside.count(Kind.CLOSE))
    return [*items, item]


def _is_everybody(signs: Sequence[Sign], index: int, reach: Reach) -> bool:
    """Whether it joins the words for all people there are: "healthy men or women, 18 to 55" are not healthy people or people that old."""
    if reach.section is not Section.INCLUSION or not 0 < index < len(signs) - 1:
        return False
    return (signs[index - 1].text, signs[index + 1].text) in reach.everybody


def _is_per(signs: Sequence[Sign], index: int, reach: Reach) -> bool:
    """Whether a stroke only parts what is measured from what it is measured by: "1500 mg/day"."""
    return signs[index].text == "/" and index + 1 < len(signs) and signs[index + 1].text in reach.dates.per


def _behind_abbreviation(signs: Sequence[Sign], index: int) -> int:
    """Behind a short name in brackets that says again what stands before it: "atrial fibrillation (AF)"."""
    if index + 2 < len(signs) and signs[index].is_a(Kind.OPEN) and signs[index + 2].is_a(Kind.CLOSE):
        return index + 3 if signs[index + 1].is_a(Kind.WORD) and len(signs[index + 1].text) <= _ABBREVIATION else index
    return index


_ABBREVIATION = 6
"""A name in brackets of so many letters at most is an abbreviation."""


def _joint(sign: Sign) -> str:
    kinds = sign.kinds
    if not EITHER.isdisjoint(kinds):
        return sign.value
    if Kind.OR in kinds or sign.text == "/":
        return "or"
    if Kind.STOP in kinds:
        return "stop"
    if Kind.AND in kinds:
        return "and"
    return "comma" if Kind.COMMA in kinds else ""


def _strongest(joints: set[str]) -> str:
    return next(joint for joint in ("or", "and", "stop", "comma") if joint in joints)


def _is_shared(items: Sequence[_Item], signs: Sequence[Sign], reach: Reach) -> bool:
    """Whether words are left before the first of several items or behind the last one: they may belong to all."""
    if len(items) < 2:
        return False
    first, last = items[0], items[-1]
    before = bool(first.atoms and first.rest and first.rest[0] <= first.atoms[0].first)
    # What qualifies an example qualifies the example alone: "heart disease (such as uncontrolled hypertension) or stroke".
    end = first.atoms[-1].last + 1 if first.aside and first.atoms else len(signs)
    qualified = any(index < end and not reach.qualifiers.isdisjoint(signs[index].parts) for index in first.rest)
    return before or qualified or bool(last.atoms and last.rest and last.rest[-1] > last.atoms[-1].last)


def _is_denied(item: _Item) -> bool:
    return bool(item.atoms) and all(atom.denied for atom in item.atoms)


def _names_illnesses(item: _Item) -> str:
    named = {atom.attribute if atom.illness and not atom.denied else "" for atom in item.atoms}
    return named.pop() if len(named) == 1 else ""


def _of_item(item: _Item, reach: Reach) -> Rule:
    if not item.atoms:
        # "Bleeding disorders (platelets < 50)": whether that is all of it, or one case, the words do not say.
        return reach.judgement
    rules = [_of_atom(atom, reach) for atom in item.atoms]
    if item.aside:
        rules = [both_or_unsure([all_of(rules), *(_of_atom(atom, reach) for atom in item.aside)], reach.judgement)]
    if item.otherwise and item.rest:
        return any_of([all_of(rules), reach.judgement])
    return all_of([*rules, reach.judgement] if item.rest else rules)


def _of_atom(atom: Atom, reach: Reach) -> Rule:
    # Who takes the medicine now is meant, and who ever took it may be.
    rule = any_of([atom.rule, _of_before(atom, reach)]) if atom.open else atom.rule
    return Not.model_construct(negated=rule) if atom.denied else rule


def _of_before(atom: Atom, reach: Reach) -> Rule:
    """What is left open: whether somebody took it before, which decides where all such people are meant."""
    if not (atom.treatment and atom.name):
        return reach.judgement
    before = asked(atom.name, math.inf)
    return before if atom.ever else all_of([before, reach.judgement])


def both_or_unsure(rules: Sequence[Rule], judgement: Judgement) -> Rule:
    """All or any of several, which words leave open: it holds where all do, fails where none does, and is left open in between."""
    if len(set(rules)) < 2:
        return all_of(rules)
    return any_of([all_of(rules), all_of([any_of(rules), judgement])])


def contradicts_itself(rule: Rule) -> bool:
    """Whether the rule asks of one value that it lies above one number and below a smaller one: then it was misread."""
    match rule:
        case Comparison() | Judgement():
            return False
        case AllOf():
            return contradict(rule.all)
        case AnyOf():
            return any(map(contradicts_itself, rule.any))
        case _:
            return contradicts_itself(rule.negated)


def contradict(rules: Sequence[Rule]) -> bool:
    """Whether all of several rules together do so, or one of them."""
    ends: dict[tuple[str, bool], float] = {}
    for part in all_parts(rules):
        if isinstance(part, Comparison) and part.operator in _ENDS and isinstance(part.operand, int | float):
            lower, strictest = _ENDS[part.operator]
            key = part.attribute, lower
            ends[key] = strictest(ends.get(key, part.operand), part.operand)
    crossed = len(ends) > 1 and any(lower and low > ends.get((name, False), low) for (name, lower), low in ends.items())
    return crossed or any(map(contradicts_itself, rules))


def all_parts(rules: Sequence[Rule]) -> Iterator[Rule]:
    for rule in rules:
        if isinstance(rule, AllOf):
            yield from all_parts(rule.all)
        else:
            yield rule


_ENDS = {"at_least": (True, max), "above": (True, max), "at_most": (False, min), "below": (False, min)}
"""The comparisons with a number that are lower ends of a range or upper ones, and how of two the stricter one is found."""


class _Part(NamedTuple):
    """An item as a rule, and how it stands beside the one before."""

    rule: Rule
    joint: str
    denied: bool
    illness: str
    """The attribute, where it names nothing but illnesses, or nothing but medicines."""


_LONG_LIST = 3


def _joined(items: Sequence[_Part], reach: Reach) -> Rule:
    """The items as one rule: "and" binds closer than "or"; a comma means what the list's next joint means."""
    # What the next "and" or "or" of a list says, seen from each of its commas.
    coming = [reach.usual] * len(items)
    for number in range(len(items) - 1, 0, -1):
        later = coming[number + 1] if number + 1 < len(items) else reach.usual
        coming[number] = items[number].joint if items[number].joint in ("and", "or") else later
    either: list[list[Rule]] = [[items[0].rule]]
    doubtful = False
    excluding = reach.section is Section.EXCLUSION
    for number, part in enumerate(items[1:]):
        before, joint = items[number], part.joint
        both_ill = bool(part.illness) and before.illness == part.illness
        if joint == "comma":
            joint = coming[number + 1]
        elif joint == "stop":
            joint = reach.usual
        if part.denied and before.denied:
            # "No stroke or heart attack" denies both.
            joint = "and"
        elif joint == "and" and contradict([either[-1][-1], part.rule]):
            # Nobody is both: "younger than 40 and older than 75" means either.
            joint = "or"
        elif joint == "and" and excluding and both_ill and len(items) >= _LONG_LIST:
            # "HIV, hepatitis B and hepatitis C": each of a list excludes.
            joint = "or"
        elif joint == "and" and (excluding or both_ill):
            # "Stroke and heart attack": both together, or each of them?
            doubtful = True
        if joint == "and":
            either[-1].append(part.rule)
        else:
            either.append([part.rule])
    rule = any_of([all_of(part) for part in either])
    if not doubtful:
        return rule
    return any_of([rule, all_of([any_of([each for part in either for each in part]), reach.judgement])])
