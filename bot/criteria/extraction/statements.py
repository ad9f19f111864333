"""What a criterion states beside measured values: an illness somebody has, a pregnancy, another trial.

Phrases and illnesses are a language's data; each is found where it stands, with whether the words around deny it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from bot.criteria.extraction.combining import Dates
from bot.criteria.extraction.signs import Sign
from bot.criteria.extraction.words import ABILITY, Kind, Meaning, Tree
from bot.criteria.operators import Value
from bot.criteria.rules import AllOf, AnyOf, Comparison, Judgement, Rule, parse_rule

_MEASURED = frozenset((Kind.NAME, Kind.FOREIGN, Kind.LIMIT))
_FLAGS = ("within", "ability", "several", "partly")
_SETS = ("hidden_by", "denied_behind", "qualifiers", "examples", "now", "past", "apart")
_HIDDEN_REACH = 2
"""So many words may stand between "family history of" and what it hides."""
_APART_REACH = 3
_LONGEST_IN_COURSE = 3
"""Names of so many words at most are told with their course: "acute or chronic pancreatitis"."""
_PAST_REACH = 4
"""So many words before a statement may say that it is of the past."""


@dataclass(frozen=True)
class Stated:
    """A statement of a language: an attribute and the value that the phrase gives it."""

    attribute: str
    value: Value
    within: bool = False
    """Whether the value is a time: the phrase counts together with a "within 30 days"."""
    ability: bool = False
    """Whether it is about being able or willing."""
    several: bool = False
    """Whether the attribute has several values at once, of which this is one."""
    partly: bool = False
    """Whether the phrase alone decides nothing: another cancer may be long past."""
    illness: bool = False
    """Whether it is the name of an illness, which may be a kind of another."""
    open: bool = False
    """Whether the phrase says more than the value: somebody may be meant who has not got it."""
    kind: str = ""
    """The name of a kind that is none here by itself, where that was said."""
    rule: Rule | None = None
    """What has to hold; None where it takes a time to say so."""


@dataclass(frozen=True)
class Illness:
    """An illness of a language: its registry-style name, its other names, and the wider ones that it is a kind of, the next one first."""

    name: str
    synonyms: tuple[str, ...]
    wider: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    """Names of a kind that is none here by itself: they mean less than the name."""


class Statement(NamedTuple):
    """One statement at `signs[first:last + 1]`."""

    stated: Stated
    first: int
    last: int
    denied: bool
    partly: bool = False
    """Whether the words say more than the statement: an "uncontrolled hypertension"."""
    open: bool = False
    """Whether the words may mean more people than the statement does."""
    ever: bool = False
    """Whether those are all who ever took the medicine."""


@dataclass(frozen=True)
class Terms:
    """What the words of registries mean where they are not quite what patients mean by them."""

    kinds: frozenset[str]
    wider: frozenset[str]
    unlike: frozenset[str]
    doubtful_kinds: frozenset[str]
    """Illnesses that a wider one may not mean: "no cardiovascular disease", and a high blood pressure."""
    statement_kinds: Mapping[str, frozenset[str]]
    also_kinds: Mapping[str, tuple[str, ...]]
    """Kinds of an illness in criteria alone: nobody who has one calls it so."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Terms:
        """As a language's registry_terms.yaml has them."""
        kinds, wider, unlike, doubtful = (frozenset(map(str, data[key])) for key in ("kinds", "wider", "unlike", "doubtful_kinds"))
        of_statements = {name: frozenset(map(str, phrases)) for name, phrases in data["statement_kinds"].items()}
        also = {str(wider_name): tuple(map(str, names)) for wider_name, names in data["also_kinds"].items()}
        return cls(kinds, wider, unlike, doubtful, of_statements, also)


@dataclass(frozen=True)
class StatementWords:
    """One language's phrases: what they state, and the turns of speech that state nothing ("a negative pregnancy test" hides one)."""

    tree: Tree
    stated: Mapping[str, Stated]
    undenied: frozenset[str]
    """Words that end the reach of a "no": "no age limit, but pregnant …"."""
    hides: Tree
    """Words that hide the statement behind them: "family history of"."""
    hidden_by: frozenset[str]
    """Words that hide the statement right before them: "depression scale"."""
    denied_behind: frozenset[str]
    """Words that deny the statement right before them: "HIV negative"."""
    qualifiers: frozenset[str]
    """Words of a name that say more than the name."""
    examples: frozenset[str]
    """Words behind which examples or definitions stand: "such as", "defined as"."""
    now: frozenset[str]
    """Attributes that are about now: a "history of" one says something else."""
    past: frozenset[str]
    """Words that say of the next few that they are of the past."""
    apart: frozenset[str]
    """Words that make the next ones name something else: "non"."""
    everybody: frozenset[tuple[str, str]]
    """Words on both sides of an "or" that tells nobody apart: "men or women"."""
    silent: frozenset[str]
    """Words that say nothing about who may take part."""
    courses: Tree
    """Words before the name of an illness that take in all courses of it: "acute or chronic"."""
    also: Mapping[str, tuple[str, ...]]
    """Kinds of an illness in criteria alone."""
    besides: frozenset[str]
    """Words that state something by themselves, also where they begin the name of an illness."""
    dates: Dates

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """What a statement, or a word that hides one, may begin with."""
        return frozenset((*self.tree.first, *self.hides.first))

    @classmethod
    def of(cls, data: Mapping[str, Any], illnesses: Sequence[Illness], silent: frozenset[str], terms: Terms) -> StatementWords:
        """From `statements` of registry.yaml and every illness; a phrase of `statements` comes before an illness."""
        tree = Tree()
        stated: dict[str, Stated] = {}
        narrower: dict[str, list[str]] = {}
        for illness in illnesses:
            for wider in illness.wider:
                narrower.setdefault(wider, []).append(illness.name)
        for name, also in terms.also_kinds.items():
            narrower.setdefault(name, []).extend(also)
        rules = {one.name: having(data["illness"], one, narrower.get(one.name, ()), terms.doubtful_kinds) for one in illnesses}
        for number, entry in enumerate(data["list"]):
            key = f"#{number}"
            value = entry["is"]
            within, ability, several, partly = (bool(entry.get(flag)) for flag in _FLAGS)
            value = tuple(value) if isinstance(value, list) else value
            made = Stated(entry["attribute"], value, within, ability, several, partly)
            if "rule" in entry:
                made = replace(made, rule=parse_rule(entry["rule"]))
            elif entry["attribute"] == data["illness"]:
                # "Hepatitis B or C": any of several illnesses.
                made = replace(made, rule=AnyOf(any=tuple(rules[name] for name in value)))
            else:
                made = _with_rule(made)
            kinds = terms.statement_kinds.get(entry["attribute"], frozenset())
            stated[key], stated[f"{key}<"] = made, replace(made, partly=True)
            tree.add([phrase for phrase in entry["phrases"] if phrase not in kinds], Meaning(Kind.WORD, key))
            tree.add([phrase for phrase in entry["phrases"] if phrase in kinds], Meaning(Kind.WORD, f"{key}<"))
        tree.add(data["nothing"], Meaning(Kind.WORD, ""))
        courses = tuple(map(str, data["any_course"]))
        course = Tree()
        course.add(courses, Meaning(Kind.WORD, "course"))
        for illness in illnesses:
            whole = Stated(data["illness"], (illness.name,), illness=True, rule=rules[illness.name])
            meant = {illness.name: whole, f"{illness.name}<": replace(whole, partly=True), f"{illness.name}>": replace(whole, open=True)}
            stated |= meant
            for phrase in (illness.name, *illness.synonyms):
                small = phrase.casefold()
                if small in terms.unlike:
                    continue
                end = "<" if small in terms.kinds else ">" if small in terms.wider else ""
                tree.add((phrase,), Meaning(Kind.WORD, illness.name + end))
                if len(phrase.split()) <= _LONGEST_IN_COURSE:
                    tree.add([f"{course} {phrase}" for course in courses], Meaning(Kind.WORD, illness.name + end))
                    if not end:
                        tree.add([f"{words} {phrase}" for words in data["or_suspected"]], Meaning(Kind.WORD, f"{illness.name}>"))
        hides = Tree()
        hides.add(data["hides"], Meaning(Kind.WORD, "hides"))
        hidden_by, denied_behind, qualifiers, examples, now, past, apart = (frozenset(map(str, data[key])) for key in _SETS)
        undenied = frozenset(map(str, data["undenied"]))
        everybody = frozenset((str(one), str(other)) for one, other in data["everybody"])
        return cls(
            tree,
            stated,
            undenied,
            hides,
            hidden_by,
            denied_behind,
            qualifiers,
            examples,
            now,
            past,
            apart,
            everybody,
            silent,
            course,
            terms.also_kinds,
            frozenset(map(str, data["besides"])),
            Dates.of(data["dates"]),
        )


def _with_rule(stated: Stated) -> Stated:
    if stated.within:
        return stated
    operator = ("contains" if stated.several else "one_of") if isinstance(stated.value, tuple) else "is"
    return replace(stated, rule=Comparison(attribute=stated.attribute, operator=operator, operand=stated.value))


def having(attribute: str, illness: Illness, narrower: Sequence[str], doubtful: frozenset[str]) -> Rule:
    """Having an illness or a kind of it. Whoever names only a wider one may have it or not, and not every kind may be meant."""
    sure = [name for name in narrower if name not in doubtful]
    rules: list[Rule] = [Comparison(attribute=attribute, operator="contains", operand=(illness.name, *sure))]
    unsure = (*illness.wider, *(name for name in narrower if name in doubtful))
    if unsure:
        open_ = Comparison(attribute=attribute, operator="contains", operand=unsure)
        rules.append(AllOf(all=(open_, Judgement(judgement=illness.name))))
    return rules[0] if len(rules) == 1 else AnyOf(any=tuple(rules))


def parts_of(signs: Sequence[Sign]) -> tuple[list[str], list[int]]:
    """The pieces of all signs, and for each the sign that it is of. The name of a measured value is none: it names nothing else."""
    parts: list[str] = []
    owner: list[int] = []
    for index, sign in enumerate(signs):
        said = sign.parts
        if len(said) == 1:
            parts.append(said[0])
            owner.append(index)
            continue
        # "Eastern Cooperative Oncology Group" names no illness.
        said = ("",) if sign.kind in _MEASURED else said
        parts += said
        owner += [index] * len(said)
    return parts, owner


def statements(signs: Sequence[Sign], words: StatementWords, taken: Sequence[range] = ()) -> list[Statement]:
    """Every statement, from left to right; none inside of what a measured value has `taken`."""
    parts, owner = parts_of(signs)
    found: list[Statement] = []
    behind_last, hidden = 0, -1
    beginnings, hiders = words.beginnings, words.hides.first
    denial = Denial(signs, words)
    taken_signs = {index for block in taken for index in block}
    for position in [place for place, part in enumerate(parts) if part in beginnings]:
        if position < behind_last:
            continue
        hiding = words.hides.longest(parts, position) if parts[position] in hiders else None
        if hiding is not None:
            hidden = hiding[1] + _HIDDEN_REACH
        match = words.tree.longest(parts, position)
        if match is None or not parts[position][:1].isalnum():
            continue
        phrase, end = match
        if parts[position] in words.besides and position + 1 < end:
            # "Metastatic prostate cancer" says that it has spread, and that it is one.
            illness = words.tree.longest(parts, position + 1)
            alone = words.tree.longest(parts[: position + 1], position)
            if illness is not None and alone is not None and illness[1] == end:
                phrase, end = alone
        first, last = owner[position], owner[end - 1]
        is_hidden = position <= hidden or (end < len(parts) and parts[end] in words.hidden_by)
        # "Non-ischemic cardiomyopathy", "non-COVID-19 pneumonia".
        is_hidden = is_hidden or not words.apart.isdisjoint(parts[max(0, position - _APART_REACH) : position])
        behind_last = end
        if is_hidden:
            continue
        value = phrase.value
        if value and first not in taken_signs and last not in taken_signs:
            stated = words.stated[value]
            place = next((index for index in range(end, min(end + 2, len(parts))) if parts[index] != "-"), None)
            behind = place is not None and parts[place] in words.denied_behind
            denied = denial.reaches(first, stated) or behind
            partly = stated.partly or (
                stated.illness and _says_more(parts[_behind_course(parts, position, words) : end], stated.value, words)
            )
            if stated.attribute in words.now:
                partly = partly or not words.past.isdisjoint(parts[max(0, position - _PAST_REACH) : position])
            found.append(Statement(stated, first, last, denied, partly))
            # "HIV negative, hepatitis B": a "no" inside of a statement, or said of it from behind, is not of the next one.
            denial.passes(last if not behind or place is None else owner[place], stated)
        else:
            denial.passes(last)
    return found


def _behind_course(parts: Sequence[str], position: int, words: StatementWords) -> int:
    """Behind "acute or chronic", which takes in all courses of the illness named next."""
    course = words.courses.longest(parts, position) if parts[position] in words.courses.first else None
    return position if course is None else course[1]


def _says_more(said: Sequence[str], illness: Value, words: StatementWords) -> bool:
    """Whether the words qualify an illness beyond its name."""
    names = " ".join(map(str, illness)) if isinstance(illness, tuple) else str(illness)
    return not words.qualifiers.isdisjoint(said) and not words.qualifiers.intersection(said).issubset(names.casefold().split())


class Denial:
    """Whether a "no" before a place reaches it: over words and lists, but over no end of a sentence. Asked from left to right."""

    def __init__(self, signs: Sequence[Sign], words: StatementWords) -> None:
        self._signs, self._words = signs, words
        self._at = 0
        self._by: Sign | None = None
        self._stated_since = False

    def reaches(self, place: int, stated: Stated) -> bool:
        undenied = self._words.undenied
        for index in range(self._at, place):
            sign = self._signs[index]
            if Kind.NOT in sign.kinds:
                if not self._is_of_what_stands_before(index):
                    self._by, self._stated_since = sign, False
            elif self._by is not None and (not _ENDS_DENIAL.isdisjoint(sign.kinds) or sign.text in undenied or sign.text == ":"):
                self._by = None
        self._at = max(self._at, place)
        if self._by is None:
            return False
        if self._by.value == ABILITY:
            return stated.ability
        # "No history of stroke and willing to …": what somebody is willing to do is denied by itself.
        return not (stated.ability and self._stated_since)

    def would_reach(self, place: int, stated: Stated) -> bool:
        """The same, and asked later once more."""
        ahead = Denial(self._signs, self._words)
        ahead._at, ahead._by, ahead._stated_since = self._at, self._by, self._stated_since
        return ahead.reaches(place, stated)

    def passes(self, last: int, stated: Stated | None = None) -> None:
        """Go on behind a statement."""
        self._at = max(self._at, last + 1)
        self._stated_since = self._stated_since or (stated is not None and not stated.ability)

    def _is_of_what_stands_before(self, index: int) -> bool:
        """Whether a "negative" is of the word before it: "HER2-negative breast cancer" denies no breast cancer."""
        if self._signs[index].text not in self._words.denied_behind:
            return False
        before = [sign for sign in self._signs[max(0, index - 2) : index] if sign.text != "-"][-1:]
        return bool(before) and any(part[:1].isalnum() and part not in self._words.silent for part in before[0].parts)


_ENDS_DENIAL = frozenset((Kind.STOP, Kind.CONDITION, Kind.NUMBER))
