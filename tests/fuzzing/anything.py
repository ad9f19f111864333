"""Strategies for whatever comes, with a word in it that must not come back, and what must hold of every answer."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from aiohttp import ClientResponse
from hypothesis import strategies as st

PLANTED = "PLANTEDWORD"
"""No error may repeat it, and no log may have it."""

TEXT = st.one_of(
    st.text(max_size=60),
    st.text(max_size=20).map(lambda text: PLANTED + text),
    st.sampled_from(
        [
            *(
                "",
                " ",
                "\0",
                "\ud800",
                "\u202e",
                "\ufeff",
                "'; DROP TABLE accounts; --",
                "<script>alert(1)</script>",
                "{{7*7}}",
                "%s%n",
                "../../etc",
            ),
            *(
                "/restart",
                "/session_start",
                '/answer{"attribute": "age"}',
                "A" * 5_000,
                "9" * 400,
                "-1",
                "NaN",
                "NCT06141070",
                "en",
                "=1+1",
            ),
        ]
    ).map(lambda text: text + PLANTED),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
BODY = st.one_of(
    JSON.map(lambda data: json.dumps(data).encode()),
    st.binary(max_size=200).map(lambda data: data + PLANTED.encode()),
    st.integers(1, 300).map(lambda depth: b'{"a":' * depth),
)


def with_fields(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that have these fields, right or wrong, or not, and others beside."""
    known = st.fixed_dictionaries({}, optional={name: strategy | JSON for name, strategy in fields.items()})
    return st.builds(lambda more, these: {**more, **these}, st.dictionaries(st.sampled_from(["a", "b", PLANTED]), JSON, max_size=2), known)


async def holds(answer: ClientResponse, caplog: pytest.LogCaptureFixture, *, is_a_form: bool = False) -> str:
    """Never a fault of ours; an error repeats nothing, but for a form that is shown again; no log has anything of it."""
    text = (await answer.read()).decode("utf-8", "replace")
    assert answer.status < 500, (answer.status, text)
    if answer.status >= 400 and not is_a_form:
        assert PLANTED not in text
        assert not any(PLANTED in value for value in answer.headers.values())
    nothing_is_logged(caplog)
    return text


def nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Of what was sent; and no log says that something is broken."""
    ours = [record for record in caplog.records if record.name.startswith(("bot", "actions", "aiohttp"))]
    assert not [record.getMessage() for record in ours if PLANTED in record.getMessage()]
    assert not [record.getMessage() for record in ours if record.levelno >= logging.ERROR]
    caplog.clear()
