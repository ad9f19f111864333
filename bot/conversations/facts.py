"""Answers to questions about a trial, out of its record; what the record does not say is said so.

The texts and the field each comes from are `words/<locale>/answers.yaml`, by topic of the
contract (section 7).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from bot.conversations.messages import FactCustom, Message
from bot.conversations.results import MOST_PLACES, place, reach
from bot.criteria import Section
from bot.trials import TrialRecord
from bot.trials.ages import age_parts
from bot.trials.parts import When
from bot.trials.records import OPEN
from bot.words import Words

_FILLED = re.compile(r"\{\w+\}")
"""A place in a text that a record fills."""


def answer_about(topic: str, record: TrialRecord, words: Words) -> Message:
    """The answer to one topic. An unknown topic is answered by where to ask instead."""
    answers = words.files["answers"]
    spec = words.topic(topic)
    if spec is None:
        return Message(text=str(answers["not_in_record"]).format(registry_url=record.registry_url))
    found = _values(record, words)
    text = _text(spec, topic, record, found, words)
    source = spec.get("source")
    if text is None:
        text = str(spec["absent"]).format_map(found)
    elif source:
        text = f"{text} {str(answers['from_record']).format(as_of=found['as_of'])}"
    custom = FactCustom(topic=topic, nct_id=record.nct_id, source=str(source or "general"), as_of=record.source.as_of.isoformat())
    return Message(text=text, custom=custom)


def general_answer(topic: str, words: Words) -> str | None:
    """The answer to a topic that is the same for every trial; None where it depends on the trial."""
    spec = words.topic(topic) or {}
    text = None if spec.get("source") or "variants" in spec else spec.get("text")
    return None if text is None or _FILLED.search(str(text)) else str(text)


def _text(spec: Mapping[str, Any], topic: str, record: TrialRecord, found: Mapping[str, Any], words: Words) -> str | None:
    """The filled text, or None where the record has nothing for it."""
    source = str(spec.get("source") or "")
    if "variants" in spec:
        shape = _shape(topic, record)
        if shape is None:
            return None
        template = spec["variants"].get(shape, spec.get("other"))
        text = str(template).format_map({**found, "value": shape})
        if topic == "randomization" and record.arms_ratio:
            text = f"{text} {str(spec['ratio']).format(ratio=record.arms_ratio)}"
        return text
    if not source:
        return str(spec["text"])
    if source.startswith("words."):
        field = source.removeprefix("words.")
        if getattr(record.in_words(words.locale), field, None):
            return str(spec["text"]).format_map(found)
        return _plainly(spec, found)
    if not (record.people_to_ask if source == "contacts" else getattr(record, source, None)):
        return None
    if topic == "sponsor":
        classes: Mapping[str, str] = spec["classes"]
        found = {**found, "class": classes.get(record.sponsor.class_, classes["OTHER"])}
    return str(spec["text"]).format_map(found)


def _plainly(spec: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    """What the record's facts say, where there are no words of our own; by code where the fact is one."""
    plain = spec.get("plain")
    if not plain or not found.get(str(plain["needs"])):
        return None
    codes: Mapping[str, str] = plain.get("codes") or {}
    value = found[str(plain["needs"])]
    return str(codes.get(str(value)) or plain["text"]).format_map({**found, "value": value})


def _shape(topic: str, record: TrialRecord) -> str | None:
    """Which variant of a text fits the record; None where the record does not say."""
    match topic:
        case "ages":
            low, high = record.ages.minimum, record.ages.maximum
            if low is None and high is None:
                return None
            return "between" if low is not None and high is not None else ("from" if low is not None else "to")
        case "locations":
            if not record.sites:
                return None
            total = record.sites_total
            return "some" if total and total > len(record.sites) else "all" if len(record.sites) <= MOST_PLACES else "many"
        case "enrollment":
            return (record.enrollment.type or "") if record.enrollment else None
        case "randomization":
            return record.allocation
        case "blinding":
            return record.masking
    value = getattr(record, topic, None)
    return value if isinstance(value, str) else None


def _values(record: TrialRecord, words: Words) -> dict[str, Any]:
    """Everything a text may be filled with."""
    about = record.in_words(words.locale)
    total = record.sites_total or len(record.sites)
    countries = list(dict.fromkeys(site.country for site in record.sites if site.country))
    return {
        **about.model_dump(exclude={"criteria", "steps"}),
        "goal": record.purpose,
        "groups": "; ".join(f"{number}. {arm.label}" for number, arm in enumerate(record.arms, start=1)),
        "points": _count(record, Section.INCLUSION) + _count(record, Section.EXCLUSION),
        "reasons": _count(record, Section.EXCLUSION),
        "for_joining": words.counted("points", _count(record, Section.INCLUSION)),
        "against_joining": words.counted("points", _count(record, Section.EXCLUSION)),
        "countries": words.listed(countries),
        "open_sites": _open_sites(record, words),
        "end": _moment(record.dates.completion, words),
        "steps": " ".join(words.text("step", number=number, step=step) for number, step in enumerate(about.steps, start=1)),
        "registry_url": record.registry_url,
        "names": words.listed([intervention.name for intervention in record.interventions]),
        "count": record.enrollment.count if record.enrollment else None,
        "minimum": _age(record.ages.minimum, words),
        "maximum": _age(record.ages.maximum, words),
        "sponsor": record.sponsor.name,
        "sites": words.listed([place(site) for site in record.sites[:MOST_PLACES]]),
        "total": total,
        "others": total - len(record.sites),
        "contacts": "; ".join(reach(contact, words) for contact in record.people_to_ask),
        "nct_id": record.nct_id,
        "title_official": record.title_official,
        "last_reviewed": words.date(record.last_reviewed) if record.last_reviewed else None,
        "as_of": words.date(record.source.as_of),
    }


def _count(record: TrialRecord, section: Section) -> int:
    return sum(criterion.section is section for criterion in record.criteria)


def _open_sites(record: TrialRecord, words: Words) -> str:
    """How many places take people now, as a sentence; empty where the record does not say so of any place."""
    if not any(site.status for site in record.sites):
        return ""
    return " " + words.text("sites_open", open=sum(site.status in OPEN for site in record.sites), total=len(record.sites))


def _age(years: float | None, words: Words) -> str | None:
    if years is None:
        return None
    count, unit = age_parts(years)
    return words.counted(f"unit_{unit}", count)


def _moment(when: When | None, words: Words) -> str | None:
    """A day or a month of the record, in words."""
    if when is None:
        return None
    year, *rest = (int(part) for part in when.date.split("-"))
    if len(rest) > 1:
        return words.date(datetime.date(year, rest[0], rest[1]))
    return words.month(year, rest[0]) if rest else str(year)
