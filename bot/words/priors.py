"""How people answer before anything is known of them, from `lexicon/priors.yaml`.

Every entry becomes a few weighted samples of answers, which the choice of the next question counts over. Nothing in them is
drawn by lot, so that the same file leads to the same questions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.criteria.operators import NEVER, Value
from bot.screening.attributes import AnswerType, Attribute, Attributes
from bot.words.distributions import KINDS, is_number, weighted_values
from bot.words.histories import histories
from bot.words.words import ROOT, WordsFault
from bot.yaml_files import YamlFault, read_yaml

Samples = tuple[tuple[Value, float], ...]
"""Answers and their weights, which are above 0 and add up to 1; at most `MOST` of them."""

MOST = 64
_FILE = "lexicon/priors.yaml"
_CLOSE = 0.001
"""How far from 1 rounded shares may add up to."""


def load_priors(attributes: Attributes, names_of: Callable[[str], Sequence[str]], root: Path = ROOT) -> Mapping[str, Samples]:
    """Samples for every attribute; `names_of` gives all names that a text attribute can have.

    `WordsFault` names the field and what is expected there.
    """
    try:
        entries = read_yaml(root / _FILE).get("priors")
    except (YamlFault, FileNotFoundError) as fault:
        raise WordsFault(f"{_FILE}: {fault}") from fault
    if not isinstance(entries, Mapping):
        raise WordsFault(f"{_FILE}: priors: expected a mapping with an entry for every attribute")
    for name in entries:
        if name not in attributes:
            raise WordsFault(f"{_FILE}: priors.{name}: there is no such attribute; `trialchat attributes` lists those there are")
    # Where people live is not guessed.
    guessed = [name for name, attribute in attributes.items() if not attribute.of_places]
    for name in guessed:
        if name not in entries:
            raise WordsFault(f"{_FILE}: priors.{name}: is missing; expected an entry for every attribute of lexicon/attributes.yaml")
    return {name: _entry(attributes[name], entries[name], names_of(name)) for name in guessed}


def _entry(attribute: Attribute, data: Any, names: Sequence[str]) -> Samples:
    where = f"{_FILE}: priors.{attribute.name}"
    if not isinstance(data, Mapping):
        raise WordsFault(f"{where}: expected a mapping, found {data!r}")
    try:
        _only(data, (*(("none", "named") if attribute.complete else _FIELDS[attribute.answer_type]), "source"))
        _source(data, "source")
        samples = _samples(attribute, data, names)
    except ValueError as fault:
        raise WordsFault(f"{where}.{fault}") from fault
    total = sum(weight for _, weight in samples)
    return tuple((value, weight / total) for value, weight in samples)


_FIELDS: Mapping[AnswerType, tuple[str, ...]] = {
    AnswerType.YES_NO: ("yes",),
    AnswerType.CHOICE: ("shares",),
    AnswerType.CHOICES: ("answers",),
    AnswerType.NUMBER: KINDS,
    AnswerType.TIME_SINCE: ("never", *KINDS),
    AnswerType.TEXT: ("named",),
}


def _samples(attribute: Attribute, data: Mapping[str, Any], names: Sequence[str]) -> Sequence[tuple[Value, float]]:
    match attribute.answer_type:
        case AnswerType.YES_NO:
            yes = _share("yes", data.get("yes"))
            return [(True, yes), (False, 1 - yes)]
        case AnswerType.CHOICE:
            return _choice(attribute, data.get("shares"))
        case AnswerType.CHOICES:
            return _choices(attribute, data.get("answers"))
        case AnswerType.NUMBER:
            return weighted_values(data, attribute, MOST, attribute.whole)
        case AnswerType.TIME_SINCE:
            never = _share("never", data.get("never"))
            days = weighted_values(data, attribute, MOST - 1, whole=True)
            return [(NEVER, never), *((value, weight * (1 - never)) for value, weight in days)]
        case AnswerType.TEXT:
            named = _named(data.get("named"), names)
            others = [name for name in names if name not in named]
            if attribute.complete:
                return histories(named, others, _share("none", data.get("none")), MOST)
            return _one_name(named, others)


def _choice(attribute: Attribute, data: Any) -> list[tuple[Value, float]]:
    shares = _shares("shares", data, attribute.values, ", ".join(attribute.values))
    for value in attribute.values:
        if value not in shares:
            raise ValueError(f"shares.{value}: is missing; expected a share for every value, as nothing is impossible")
    _adds_up("shares", shares.values())
    return list(shares.items())


def _choices(attribute: Attribute, data: Any) -> list[tuple[Value, float]]:
    if not isinstance(data, list) or not 0 < len(data) <= MOST:
        raise ValueError(f"answers: expected a list of up to {MOST} answers {{values, share}}")
    made: list[tuple[Value, float]] = []
    for place, answer in enumerate(data, start=1):
        field = f"answers.{place}"
        if not isinstance(answer, Mapping) or set(answer) != {"values", "share"} or not isinstance(answer["values"], list):
            raise ValueError(f"{field}: expected values, which is a list, and share")
        values = tuple(map(str, answer["values"]))
        if not attribute.accepts(values):
            raise ValueError(f"{field}.values: expected some of {', '.join(attribute.values)}, exclusive ones alone")
        made.append((values, _share(f"{field}.share", answer["share"])))
    named = {value for answer in data for value in map(str, answer["values"])}
    for value in attribute.values:
        if value not in named:
            raise ValueError(f"answers: none has {value}; expected every value in one of them, as nothing is impossible")
    _adds_up("answers", (share for _, share in made))
    return made


def _named(data: Any, names: Sequence[str]) -> dict[str, float]:
    if not isinstance(data, list) or not data:
        raise ValueError("named: expected a list of groups {shares, source}")
    known = frozenset(names)
    found: dict[str, float] = {}
    for place, group in enumerate(data, start=1):
        field = f"named.{place}"
        if not isinstance(group, Mapping):
            raise ValueError(f"{field}: expected a mapping {{shares, source}}")
        _source(group, f"{field}.source")
        shares = _shares(f"{field}.shares", group.get("shares"), known, "a name of words/<locale>/conditions.yaml")
        for name in shares:
            if name in found:
                raise ValueError(f"{field}.shares.{name}: stands in two groups; expected each name once")
        found |= shares
    return found


def _one_name(named: Mapping[str, float], others: Sequence[str]) -> list[tuple[Value, float]]:
    """One name each. What is left is spread over other names, taken evenly from all there are."""
    left, places = 1 - sum(named.values()), min(MOST - len(named), len(others))
    if left <= 0 or places < 1:
        raise ValueError(
            f"named: expected fewer than {MOST} names, whose shares leave something to all others; found {len(named)} with {1 - left:g}"
        )
    rest = [others[place * len(others) // places] for place in range(places)]
    return [*(((name,), share) for name, share in named.items()), *(((name,), left / places) for name in rest)]


def _shares(field: str, data: Any, values: Collection[str], expected: str) -> dict[str, float]:
    if not isinstance(data, Mapping) or not data:
        raise ValueError(f"{field}: expected a mapping of shares")
    for value in data:
        if value not in values:
            raise ValueError(f"{field}.{value}: is unknown; expected {expected}")
    return {value: _share(f"{field}.{value}", share) for value, share in data.items()}


def _share(field: str, share: Any) -> float:
    if not is_number(share) or not 0 < share < 1:
        raise ValueError(f"{field}: expected a share above 0 and below 1, found {share!r}")
    return float(share)


def _adds_up(field: str, shares: Iterable[float]) -> None:
    total = sum(shares)
    if abs(total - 1) > _CLOSE:
        raise ValueError(f"{field}: expected shares that add up to 1, found {total:g}")


def _only(data: Mapping[str, Any], fields: Sequence[str]) -> None:
    for key in data:
        if key not in fields:
            raise ValueError(f"{key}: does not belong here; expected {', '.join(fields)}")


def _source(data: Mapping[str, Any], field: str) -> None:
    source = data.get("source")
    if not isinstance(source, str) or not source.strip():
        raise ValueError(f"{field}: expected the survey or statistic with its year, or that it is an estimate")
