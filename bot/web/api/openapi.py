"""The API's description, OpenAPI 3.1, made of the list of operations, their models and their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.web.api.facts import NAMES_AS, name_lists
from bot.web.api.models.base import NCT, Problem
from bot.web.api.models.fhir import FhirOutcome
from bot.web.api.operation import FHIR_JSON, Operation
from bot.web.api.problems import MEDIA_TYPE, STATUSES
from bot.words import Library

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_CONVERSATION = "^[0-9a-f]{32}$"
# What stands in addresses, by the part's name; of FHIR, by what is read.
_PARTS: Mapping[str, Json] = {
    "nct_id": {"type": "string", "pattern": NCT, "examples": ["NCT06141070"]},
    "conversation_id": {"type": "string", "pattern": _CONVERSATION},
    "handoff_id": {"type": "string", "pattern": r"^[0-9a-f]{32}\.NCT[0-9]{8}$"},
    "ResearchStudy": {"type": "string", "pattern": NCT, "examples": ["NCT06141070"]},
    "Questionnaire": {"type": "string", "pattern": "^(NCT[0-9]{8}|general)$", "examples": ["NCT06141070", "general"]},
    "QuestionnaireResponse": {"type": "string", "pattern": r"^[0-9a-f]{32}\.[1-9][0-9]{0,5}(\.general)?$"},
    "ResearchSubject": {"type": "string", "pattern": _CONVERSATION},
}
_RATE_HEADERS = ("RateLimit", "RateLimit-Policy")
# Beside those of each operation: what a method that is not taken here is answered with.
_HEADER_OF: Mapping[str, Sequence[str]] = {
    "unauthorized": ("WWW-Authenticate",),
    "too-fast": ("Retry-After",),
    "store-away": ("Retry-After",),
}


def describe(operations: Sequence[Operation], library: Library, texts: Mapping[str, Any], site_url: str) -> Json:
    """The whole description."""
    schemas = _schemas(operations) | name_lists(library.attributes, library.in_locale(None))
    paths: dict[str, Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, texts)
    described = {
        "openapi": "3.1.0",
        "info": {"title": texts["title"], "version": texts["api_version"], "description": texts["description"]},
        "servers": [{"url": site_url.rstrip("/")}],
        "tags": [{"name": name, "description": tag["description"]} for name, tag in texts["tags"].items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": {name: {"description": about, "schema": {"type": "string"}} for name, about in texts["headers"].items()},
            "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer", "description": texts["security"]}},
        },
    }
    found: Json = _with_names(described)
    return found


def _schemas(operations: Sequence[Operation]) -> Json:
    answered: dict[type[BaseModel], None] = dict.fromkeys((*(each.answers for each in operations), Problem, FhirOutcome))
    taken: dict[type[BaseModel], None] = dict.fromkeys(each.body for each in operations if each.body is not None)
    _, made = models_json_schema(
        [*((model, "serialization") for model in answered), *((model, "validation") for model in taken)], ref_template=_REF
    )
    found: Json = made["$defs"]
    return found


def _operation(operation: Operation, texts: Mapping[str, Any]) -> Json:
    words = texts["operations"][operation.name]
    made: Json = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": words["summary"],
        "description": words["description"],
        "security": [] if operation.scope is None else [{"apiKey": [operation.scope.value]}],
        "responses": _responses(operation, texts),
    }
    if parameters := [*_in_path(operation, texts), *_in_query(operation)]:
        made["parameters"] = parameters
    if operation.body is not None:
        schema = {"$ref": _REF.format(model=operation.body.__name__)}
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _in_path(operation: Operation, texts: Mapping[str, Any]) -> Iterator[Json]:
    for name in re.findall(r"{(\w+)}", operation.path):
        kind = operation.path.split("/")[2] if name == "id" else name
        yield {"name": name, "in": "path", "required": True, "description": texts["parts"][kind], "schema": dict(_PARTS[kind])}


def _in_query(operation: Operation) -> Iterator[Json]:
    schema = operation.query.model_json_schema()
    for name, found in schema.get("properties", {}).items():
        one = {key: value for key, value in found.items() if key not in {"title", "description", "default"}}
        # An absent parameter is what null stands for in the model.
        choices = [choice for choice in one.pop("anyOf", ()) if choice.get("type") != "null" and choice.get("const") != ""]
        merged = {**(choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}), **one}
        if found.get("default") not in (None, ""):
            merged["default"] = found["default"]
        parameter: Json = {"name": name, "in": "query", "required": False, "schema": merged}
        if about := found.get("description"):
            parameter["description"] = about
        yield parameter


def _responses(operation: Operation, texts: Mapping[str, Any]) -> Json:
    words, limited = texts["statuses"], operation.scope is not None
    schema = {"$ref": _REF.format(model=operation.answers.__name__)}
    good = [*(("ETag",) if operation.cached else ()), *(_RATE_HEADERS if limited else ())]
    found: Json = {
        "200": {"description": words["ok"], "content": {operation.media_type: {"schema": schema}}, **_headers(good)},
    }
    if operation.cached:
        found["304"] = {"description": words["not_modified"], **_headers(good)}
    for kind in (*operation.problems, "method-not-allowed"):
        status = str(STATUSES[kind])
        title = texts["problems"][kind]["title"]
        if status in found:
            found[status]["description"] += f" / {title}"
            continue
        fhir = operation.media_type == FHIR_JSON
        media, model = (FHIR_JSON, "FhirOutcome") if fhir else (MEDIA_TYPE, "Problem")
        content = {media: {"schema": {"$ref": _REF.format(model=model)}}}
        found[status] = {"description": title, "content": content, **_headers(_HEADER_OF.get(kind, ()))}
    return dict(sorted(found.items()))


def _headers(names: Sequence[str]) -> Json:
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}} if names else {}


def _with_names(part: Any) -> Any:
    """With each list of names as a reference to the one place where it stands."""
    match part:
        case dict() if NAMES_AS in part:
            return {"$ref": _REF.format(model=part[NAMES_AS])}
        case dict():
            return {key: _with_names(value) for key, value in part.items()}
        case list():
            return [_with_names(value) for value in part]
    return part
