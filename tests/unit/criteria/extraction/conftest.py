"""The English language of registry texts, made once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.criteria.extraction import Language, ReadCriterion, read_criteria
from bot.criteria.rules import rule_as_json
from bot.settings import PROJECT
from bot.words.registry import criteria_language
from tests.conftest import NO_SHARED_DATA
from tests.shipped import shipped_library

SHARED = PROJECT.parent / "shared"

Read = Callable[[str], list[ReadCriterion]]


@pytest.fixture(scope="session")
def language() -> Language:
    return criteria_language(shipped_library())


@pytest.fixture(scope="session")
def read(language: Language) -> Read:
    """Reads a text."""
    return lambda text: read_criteria(text, language)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(NO_SHARED_DATA)
    return SHARED


def rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def only(criteria: list[ReadCriterion]) -> ReadCriterion:
    assert len(criteria) == 1, [criterion.text for criterion in criteria]
    return criteria[0]


def shown(criterion: ReadCriterion) -> Any:
    """The rule in short: judgements as `?`, a list of kinds of an illness by its first."""
    return None if criterion.requires is None else _short(rule_as_json(criterion.requires))


def _short(rule: Any) -> Any:
    if "judgement" in rule:
        return "?"
    for key in ("all", "any"):
        if key in rule:
            return {key: [_short(part) for part in rule[key]]}
    if "not" in rule:
        return {"not": _short(rule["not"])}
    (operator,) = rule.keys() - {"attribute"}
    operand = rule[operator]
    return f"{rule['attribute']} {operator} {operand[0] if operator == 'contains' else operand}"
