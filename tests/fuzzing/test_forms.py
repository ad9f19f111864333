"""Whatever is sent as a form is answered: never with a fault of ours, and no log has it. A password never comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from hypothesis import given
from hypothesis import strategies as st

from bot.accounts.roles import Role
from tests.console.asking import finished, path_of, told
from tests.console.house import Guest, House
from tests.fuzzing.anything import PLANTED, TEXT, holds, nothing_is_logged
from tests.fuzzing.conftest import FUZZED

NAMES = (
    "login",
    "password",
    "next",
    "code",
    "csrf",
    "again",
    "name",
    "phone",
    "email",
    "time",
    "relation",
    "site",
    "agreed",
    "shown",
    PLANTED,
)
#: A form cannot hold halves of characters.
FIELD = TEXT.map(lambda text: text.encode("utf-8", "replace").decode())
FORM = st.dictionaries(st.sampled_from(NAMES), FIELD, max_size=8)
BYTES = st.binary(max_size=300).map(lambda data: data + PLANTED.encode())
TYPES = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/json",
        "nonsense",
    ]
)
PUBLIC = ("/console/sign-in", "/console/second-factor", "/console/invitation/" + "k" * 43, "/console/sign-in/provider")


_ASKS_AT: dict[int, str] = {}


def asks_at(house: House) -> str:
    """The contact page of somebody in this house; they talk once, however many examples there are."""
    if id(house) not in _ASKS_AT:
        told(house)
        _ASKS_AT.clear()
        _ASKS_AT[id(house)] = path_of(finished(house)[1])
    return _ASKS_AT[id(house)]


@FUZZED
@given(form=FORM)
@pytest.mark.parametrize("path", PUBLIC)
async def test_any_form_of_a_stranger(
    house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, path: str, form: Mapping[str, str]
) -> None:
    async with session.post(path, data=form, allow_redirects=False) as answer:
        text = await holds(answer, caplog, is_a_form=True)
        password = form.get("password", "")
        assert not password or PLANTED not in password or password not in text


@FUZZED
@given(body=BYTES, kind=TYPES)
@pytest.mark.parametrize("path", PUBLIC)
async def test_any_bytes_of_a_stranger(
    house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, path: str, body: bytes, kind: str
) -> None:
    async with session.post(path, data=body, headers={"Content-Type": kind}, allow_redirects=False) as answer:
        await holds(answer, caplog, is_a_form=True)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 99, "application/x-www-form-urlencoded; charset=nonsense"]
)
@pytest.mark.parametrize("path", [*PUBLIC, "contact"])
async def test_what_says_that_it_is_a_form_and_is_none(
    house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, path: str, kind: str
) -> None:
    path = asks_at(house) if path == "contact" else path
    async with session.post(path, data=PLANTED.encode() + b"\xff=1", headers={"Content-Type": kind}, allow_redirects=False) as answer:
        assert answer.status in {303, 400, 404}
        await holds(answer, caplog)


@FUZZED
@given(
    parts=st.lists(
        st.tuples(st.sampled_from(NAMES), FIELD, st.sampled_from([None, "", "a.txt", "../../etc/passwd", "a" * 300, PLANTED, "'\";--"])),
        max_size=6,
    )
)
@pytest.mark.parametrize("path", [*PUBLIC, "contact"])
async def test_any_parts(
    house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, path: str, parts: list[tuple[str, str, str | None]]
) -> None:
    if path == "contact":
        path = asks_at(house)
    form = FormData(default_to_multipart=True)
    for name, value, filename in parts:
        form.add_field(name, value, filename=filename, content_type="text/plain")
    async with session.post(path, data=form, allow_redirects=False) as answer:
        await holds(answer, caplog, is_a_form=True)


@FUZZED
@given(form=FORM, withdraw=st.booleans())
async def test_any_form_of_somebody_who_wants_to_be_contacted(
    house: House, session: ClientSession, caplog: pytest.LogCaptureFixture, form: Mapping[str, str], withdraw: bool
) -> None:
    path = asks_at(house) + "/withdraw" * withdraw
    async with session.post(path, data=form, allow_redirects=False) as answer:
        await holds(answer, caplog, is_a_form=True)


@FUZZED
@given(
    path=st.sampled_from(["inbox", "accounts", "trials", "figures", "audit", "exports", "search", "conversations/x", "keys"]),
    data=st.data(),
)
async def test_any_query_of_an_administrator(house: House, caplog: pytest.LogCaptureFixture, path: str, data: Any) -> None:
    query = data.draw(
        st.dictionaries(
            st.sampled_from(["q", "trial", "stage", "page", "from", "to", "tag", "sort", "problem", "cursor", "after"]), FIELD, max_size=4
        )
    )
    guest = Guest(house).arrive(house.account(Role.ADMINISTRATOR))
    try:
        async with guest.session.get(f"/console/{path}", params=query, allow_redirects=False) as answer:
            await holds(answer, caplog, is_a_form=True)
    finally:
        await guest.close()
    nothing_is_logged(caplog)
