"""The description, its page, and that whatever is answered is in it: each operation with each status it can give."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from pydantic import BaseModel

from bot.accounts.api_keys import Scope
from bot.store import Store, StoreUnavailableError
from bot.web.api.openapi import describe
from bot.web.api.operation import Operation
from bot.web.api.problems import STATUSES
from bot.web.api.services import load_api_texts
from bot.web.limits import Buckets, Rate
from tests.api.conftest import Program, Programs
from tests.api.test_handoffs_and_events import leave
from tests.api.test_keys_and_scopes import _LIBRARY, GUARDED, OPERATIONS, address, ask, name
from tests.console.house import TRIAL, House

DESCRIBED: dict[str, Any] = describe(OPERATIONS, _LIBRARY, load_api_texts(), "http://127.0.0.1")
Break = Callable[[House, pytest.MonkeyPatch], None]


def documented(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = DESCRIBED["paths"][operation.path][operation.method.lower()]["responses"]
    return found


async def seen(program: Program, operation: Operation, path: str, **sent: Any) -> int:
    """The status of an answer, which must be described, and of the media type that is described for it."""
    status, found, headers = await ask(program, operation, path, **sent)
    response = documented(operation)[str(status)]
    if status == 304:
        assert found == ""
        return 304
    assert list(response["content"]) == [headers["Content-Type"]]
    for header in response.get("headers", {}):
        assert header in headers, header
    if headers["Content-Type"] == "application/problem+json":
        assert found["status"] == status
        assert STATUSES[found["type"].partition("#problem-")[2]] == status
    return status


def no_store(_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_options: object) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(Store, "unit", away)
    monkeypatch.setattr(Store, "reading", away)


@pytest.mark.parametrize("operation", GUARDED, ids=name)
async def test_every_status_that_is_given_is_described(
    house: House, program: Programs, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = house.conversation("yes", "61")
    leave(house, conversation)
    path, asking = address(operation, conversation), program()
    given = {await seen(asking, operation, path), await seen(program(keyless=True), operation, path)}
    given.add(await seen(program(*(scope for scope in Scope if scope is not operation.scope)), operation, path))
    given.add(await seen(asking, operation, f"{path}?nothing=1"))
    if operation.cached:
        given.add(await seen(asking, operation, path, headers={"If-None-Match": "*"}))
    if "{" in operation.path:
        given.add(await seen(asking, operation, re.sub(r"{\w+}", "NCT99999999", operation.path)))
    if operation.body is not None:
        given.add(await seen(asking, operation, path, data=b"{"))
        given.add(await seen(asking, operation, path, data=b" " * 140_000))
        given.add(await seen(asking, operation, path, json={"nct_ids": ["NCT99999999"]}))
    method = "DELETE"
    status, _, headers = await asking.ask(method, path)
    assert (status, operation.method in headers["Allow"]) == (405, True)
    assert str(status) in documented(operation)
    api = next(value for value in house.app.values() if type(value).__name__ == "ApiServices")
    object.__setattr__(api, "keys", Buckets(Rate(burst=1, per_second=0.001)))
    given |= {await seen(asking, operation, path), await seen(asking, operation, path)}
    object.__setattr__(api, "keys", Buckets(Rate(burst=1_000, per_second=1)))
    with monkeypatch.context() as patched:
        no_store(house, patched)
        given.add(await seen(asking, operation, path))
    with monkeypatch.context() as patched:
        patched.setattr("bot.web.api.door.invalid", None)
        patched.setattr("bot.web.api.door._sent", None)
        patched.setattr("bot.web.api.door.key_of", None)
        given.add(await seen(asking, operation, path))
    # And the other way round: what is described was given.
    assert {str(status) for status in given} | {"405"} == set(documented(operation))


def test_every_operation_has_words_and_every_word_its_operation() -> None:
    texts = load_api_texts()
    assert set(texts["operations"]) == {operation.name for operation in OPERATIONS}
    assert set(texts["problems"]) == set(STATUSES)
    assert {operation.tag for operation in OPERATIONS} == set(texts["tags"])


def test_every_reference_of_the_description_leads_somewhere() -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [each for value in part.values() for each in references(value)]
        return [each for value in part for each in references(value)] if isinstance(part, list) else []

    for reference in set(references(DESCRIBED)):
        here = DESCRIBED
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]
    assert "x-names" not in str(DESCRIBED)


class Page(HTMLParser):
    """What a page could run or load, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.ids: set[str] = set()
        self.inside: set[str] = set()
        self.inline: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        for attribute, value in attrs:
            if attribute == "id":
                self.ids.add(value or "")
            if attribute == "style" or attribute.startswith("on"):
                self.inline.add(attribute)
            if attribute in {"src", "href"} and tag != "a":
                self.loaded.add(value or "")
            if attribute == "href" and (value or "").startswith("#"):
                self.inside.add((value or "")[1:])


async def test_the_page_needs_no_script_and_nothing_from_elsewhere(program: Programs) -> None:
    status, html, headers = await program(keyless=True).ask("GET", "/api/v1/docs")
    page = Page(html)
    assert status == 200
    assert page.names & {"script", "style", "iframe"} == set()
    assert page.inline == set()
    assert {address.partition("/static/")[0] for address in page.loaded} == {""}
    assert page.inside <= page.ids
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    for operation in OPERATIONS:
        assert operation.path in html
    assert {f"problem-{kind}" for kind in STATUSES} <= page.ids


async def test_the_description_is_open_to_everybody(program: Programs) -> None:
    status, found = await program(keyless=True).get("/api/v1/openapi.json")
    assert (status, found["openapi"]) == (200, "3.1.0")
    assert found["paths"] == DESCRIBED["paths"]


@pytest.mark.parametrize("path", ["/api/", "/api/v1", "/api/v1/nothing", "/api/v2/trials", "/fhir/", "/fhir/Patient/1"])
async def test_an_address_that_is_none_says_so_in_the_api_s_own_way(program: Programs, path: str) -> None:
    status, found, headers = await program().ask("GET", path)
    assert status == 404
    media = "application/fhir+json" if path.startswith("/fhir/") else "application/problem+json"
    assert headers["Content-Type"] == media
    assert found.get("resourceType") == ("OperationOutcome" if path.startswith("/fhir/") else None)


def checked(resource: Any) -> BaseModel:
    """The resource, as a library that is not ours takes it."""
    kind: type[BaseModel] = get_fhir_model_class(resource["resourceType"])
    return kind.model_validate(resource)


async def test_what_is_read_as_fhir_is_fhir_and_leads_to_what_can_be_read(house: House, program: Programs) -> None:
    conversation = house.conversation("yes", "I am 61", "No")
    asking = program()
    _, found = await asking.get(f"/api/v1/conversations/{conversation}")
    paths = [found["fhir"]["research_subject"], *found["fhir"]["questionnaire_responses"]]
    for path in [*paths, f"/fhir/ResearchStudy/{TRIAL}", f"/fhir/Questionnaire/{TRIAL}", "/fhir/Questionnaire/general", "/fhir/metadata"]:
        status, resource = await asking.get(path)
        assert status == 200, path
        checked(resource)
        assert path.endswith(str(resource.get("id", "metadata")))
        assert "I am 61" not in str(resource)
    _, subject = await asking.get(paths[0])
    assert (await asking.get(f"/fhir/{subject['study']['reference']}"))[0] == 200
    _, response = await asking.get(paths[1])
    _, questionnaire = await asking.get(f"/fhir/Questionnaire/{TRIAL}")
    assert response["questionnaire"] == f"{questionnaire['url']}|{questionnaire['version']}"
    assert {item["linkId"] for item in response["item"]} <= {item["linkId"] for item in questionnaire["item"]}
    assert "age" in {item["linkId"] for item in response["item"]}
    # Years, and nothing finer.
    assert response["authored"] == "2026"
    checked((await asking.get("/fhir/ResearchSubject/x"))[1])


async def test_what_is_no_answer_to_the_trial_s_questions_is_read_beside_it(house: House, program: Programs) -> None:
    conversation = house.conversation("yes", "61")
    with house.store.unit() as unit:
        screening = unit.current_screening(conversation)
        assert screening is not None
        unit.add_answer(screening.id, attribute="psa", state="known", value=4.0, said="my PSA is 4", at=house.clock())
    asking = program()
    _, response = await asking.get(f"/fhir/QuestionnaireResponse/{conversation}.1.general")
    assert [item["linkId"] for item in response["item"]] == ["psa"]
    assert "psa" not in str((await asking.get(f"/fhir/QuestionnaireResponse/{conversation}.1"))[1])
    assert (await asking.get(f"/fhir/QuestionnaireResponse/{conversation}.2"))[0] == 404
