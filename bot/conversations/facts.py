"""Answers to questions about a trial, out of its record; what the record does not say is said so.

The texts and the field each comes from are `words/<locale>/answers.yaml`, by topic of the
contract (section 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversations.messages import FactCustom, Message
from bot.conversations.results import place, reach
from bot.trials import TrialRecord
from bot.words import Words


def answer_about(topic: str, record: TrialRecord, words: Words) -> Message:
    """The answer to one topic. An unknown topic is answered by where to ask instead."""
    answers = words.files["answers"]
    spec: Mapping[str, Any] | None = answers["topics"].get(topic)
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
        if topic == "interventions" and record.interventions:
            return str(spec["plain"]).format_map(found)
        return None
    if not getattr(record, source, None):
        return None
    if topic == "sponsor":
        classes: Mapping[str, str] = spec["classes"]
        found = {**found, "class": classes.get(record.sponsor.class_, classes["OTHER"])}
    return str(spec["text"]).format_map(found)


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
            return "some" if record.sites_total and record.sites_total > len(record.sites) else "all"
        case "enrollment":
            return record.enrollment.type if record.enrollment else None
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
    return {
        **about.model_dump(exclude={"criteria", "steps", "interventions"}),
        "interventions": about.interventions,
        "steps": " ".join(words.text("step", number=number, step=step) for number, step in enumerate(about.steps, start=1)),
        "registry_url": record.registry_url,
        "names": words.listed([intervention.name for intervention in record.interventions]),
        "count": record.enrollment.count if record.enrollment else None,
        "minimum": record.ages.minimum,
        "maximum": record.ages.maximum,
        "sponsor": record.sponsor.name,
        "sites": words.listed([place(site) for site in record.sites]),
        "total": total,
        "others": total - len(record.sites),
        "contacts": "; ".join(reach(contact) for contact in record.contacts),
        "nct_id": record.nct_id,
        "title_official": record.title_official,
        "last_reviewed": words.date(record.last_reviewed),
        "as_of": words.date(record.source.as_of),
    }
