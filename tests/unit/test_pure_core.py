"""The pure core stays pure: no Rasa, SQL, HTTP, files or clock in it, and dependencies point one way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PURE = ("criteria", "screening", "matching", "figures")
FORBIDDEN = {
    "rasa", "rasa_sdk", "sqlalchemy", "alembic", "psycopg", "sqlite3", "aiohttp", "requests", "httpx", "urllib", "socket",
    "asyncio", "time", "random", "os", "pathlib", "io", "logging", "yaml", "subprocess", "threading", "secrets",
}  # fmt: skip
CLOCKS = {"now", "today", "utcnow", "time", "monotonic"}
# Who may import whom inside the project; a package may always import itself.
ALLOWED = {
    "criteria": set(),
    "screening": {"criteria"},
    "matching": {"criteria", "screening"},
    "trials": {"criteria", "screening", "store", "words", "yaml_files", "json_lines"},
    "words": {"criteria", "screening", "matching", "places", "yaml_files", "ordinary_words"},
    "places": {"matching", "words", "yaml_files", "ordinary_words"},
    "figures": set(),
    "audit": set(),
    "channels": {"settings", "signing", "store", "words", "yaml_files"},
    "store": {"audit", "figures", "signs"},
    "conversations": {
        "criteria",
        "screening",
        "matching",
        "places",
        "trials",
        "words",
        "store",
        "accounts",
        "audit",
        "json_lines",
        "deliveries",
    },
    # Who is told of what happened knows nothing of how it came about.
    "deliveries": {"store", "audit", "sealing", "failures", "signing", "signs"},
    "engine": {"screening", "ordinary_words", "json_logs"},
    # Of the engine, the names of servers that both sides know: nothing of Rasa.
    "many": {"conversations", "engine", "failures", "settings", "signs", "store"},
}


def modules(package: str) -> Iterator[Path]:
    """The package's modules; command lines are edges, which may bring everything together."""
    yield from (path for path in sorted((ROOT / "bot" / package).rglob("*.py")) if "commands" not in path.stem)


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("package", PURE)
def test_the_core_imports_nothing_that_reaches_the_world(package: str) -> None:
    offenders = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(package)
        for name in imported(ast.parse(path.read_text()))
        if name.split(".")[0] in FORBIDDEN
    }
    assert not offenders


@pytest.mark.parametrize("package", PURE)
def test_the_core_asks_no_clock(package: str) -> None:
    offenders = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules(package)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    }
    assert not offenders


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_dependencies_point_one_way(package: str) -> None:
    offenders = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(package)
        for name in imported(ast.parse(path.read_text()))
        if name.startswith("bot.") and name.split(".")[1] not in ALLOWED[package] | {package}
    }
    assert not offenders
