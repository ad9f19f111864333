"""Whatever a record holds, it becomes a whole trial or its wrong field is named; nothing in between, and never another error."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.trials import TrialRecord
from bot.trials.registry import StudyFault, parse_study
from bot.trials.registry.files import studies_in
from bot.trials.registry.record import Reader
from tests.fakes.registry_api import a_study
from tests.importing.conftest import NOON

BASE = a_study("NCT00000001", minimum_age="18 Years", maximum_age="70 Years", cities=["Oslo", "Bergen"], aliases=["NCT00000009"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything inside."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [way for key, value in inside for way in ((*path, key), *places(value, (*path, key)))]


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    new = copy.deepcopy(data)
    here = new
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return new


def becomes_whole_or_is_refused(data: Any, reader: Reader) -> None:
    try:
        record = reader.record(parse_study(data), NOON.date())
    except StudyFault:
        return
    stored = json.loads(json.dumps(record.model_dump(mode="json", by_alias=True, exclude_defaults=True)))
    assert TrialRecord.model_validate(stored) == record


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(places(BASE)), value=JSON)
def test_any_value_in_any_place(reader: Reader, path: tuple[Any, ...], value: Any) -> None:
    becomes_whole_or_is_refused(changed(BASE, path, value), reader)


@settings(max_examples=100, deadline=None)
@given(text=st.text(min_size=1, max_size=400), minimum=st.text(max_size=12), sex=st.text(max_size=8))
def test_any_text_as_criteria_age_and_sex(reader: Reader, text: str, minimum: str, sex: str) -> None:
    becomes_whole_or_is_refused(a_study("NCT00000001", criteria=text, minimum_age=minimum, sex=sex), reader)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | JSON.map(lambda data: json.dumps(data).encode()), ending=st.sampled_from((".json", ".jsonl")))
def test_any_file(tmp_path: Path, content: bytes, ending: str) -> None:
    path = tmp_path / f"anything{ending}"
    path.write_bytes(content)
    for found in studies_in(path):
        assert found.origin
        assert (found.problem is None) or found.data is None
