"""Words for patients about a trial that nobody has worded: the registry's own, marked as such, and what was read as a sentence.

All texts are of `words/<locale>/imported.yaml`; facts that the record does not say stay None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.criteria import Section
from bot.criteria.reading import Reading
from bot.criteria.sentences import sentence
from bot.trials.ages import age_parts
from bot.trials.parts import Ages, CriterionWords, TrialCriterion, TrialWords
from bot.words import Words


def words_of(facts: Mapping[str, Any], criteria: Sequence[TrialCriterion], words: Words) -> TrialWords:
    """A trial in one language."""
    texts = words.files["imported"]
    summary = facts["summary_official"]
    return TrialWords(
        title=facts["title_brief"] or facts["title_official"],
        summary=str(texts["summary"]).format(summary=summary) if summary else None,
        steps=tuple(texts["steps"]),
        criteria={criterion.id: criterion_words(criterion, words, facts) for criterion in criteria},
        caution=str(texts["caution"]),
    )


def criterion_words(criterion: TrialCriterion, words: Words, facts: Mapping[str, Any]) -> CriterionWords:
    """One criterion: as a sentence where every word of it was read, and else in the registry's words."""
    texts = words.files["imported"]
    if criterion.section is Section.REGISTRY:
        field = texts["age" if criterion.id == "R-age" else "sex"]
        plain = _age(facts["ages"], criterion, field, words) if criterion.id == "R-age" else _sex(facts["sex"], criterion, field)
        return CriterionWords(plain=plain, not_met=str(field["not_met"]), to_ask=str(field["to_ask"]))
    said = texts["criteria"]
    quoted = _quoted(criterion.text or "")
    excluded = criterion.section is Section.EXCLUSION
    if criterion.requires is not None and criterion.reading is Reading.WHOLE:
        plain = str(said["read"]).format(rule=_capital(sentence(criterion.requires, words, " ".join((criterion.text or "").split()))))
    else:
        plain = str(said["quoted_exclusion" if excluded else "quoted"]).format(text=quoted)
    return CriterionWords(
        plain=plain,
        not_met=str(said["not_met"]).format(plain=plain),
        to_ask=str(said["to_ask_exclusion" if excluded else "to_ask"]).format(text=quoted),
    )


def age_in_words(years: float, words: Words) -> str:
    """An age as people say it: "18 years", "6 months", "28 days"."""
    count, unit = age_parts(years)
    return words.counted(f"unit_{unit}", count)


def _age(ages: Ages, criterion: TrialCriterion, texts: Mapping[str, Any], words: Words) -> str:
    if criterion.requires is None:
        return str(texts["unread"])
    shape = {(True, True): "between", (True, False): "from", (False, True): "to", (False, False): "any"}[
        (ages.minimum is not None, ages.maximum is not None)
    ]
    minimum, maximum = (None if age is None else age_in_words(age, words) for age in (ages.minimum, ages.maximum))
    return str(texts[shape]).format(minimum=minimum, maximum=maximum)


def _sex(code: str | None, criterion: TrialCriterion, texts: Mapping[str, Any]) -> str:
    if criterion.requires is None:
        return str(texts["unread"])
    return str(texts.get((code or "ALL").upper(), texts["ALL"]))


def _quoted(text: str) -> str:
    """Official words as they go between quotation marks: in one line, without the registry's escapes before signs."""
    return " ".join(text.split()).replace("\\", "").replace("“", "‘").replace("”", "’").strip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
