"""No source file knows a word of any language: what is read is data.

Two nets. What is compared with the words of a message, or looked for in it, must hold no letters at all. And where
messages are read, no string, wherever it stands, is a word or phrase of the language which ships, but for names of our
own that happen to be words too: attributes and their values, keys of the words files, and the few reviewed below.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.screening.readings import COMMANDS
from bot.settings import PROJECT
from bot.words.words import FALLBACK_LOCALE
from tests.shipped import shipped_library

HERE = Path(__file__).parent
SOURCES = sorted(path for package in ("screening", "conversations", "criteria") for path in (PROJECT / "bot" / package).rglob("*.py"))
#: Where messages are read.
READING = [path for path in SOURCES if "reading" in path.parts]
#: Names in the code for what a message says, whole or in parts.
MESSAGE = frozenset({"text", "token", "tokens", "word", "words", "lowered", "said", "utterance", "before", "after", "between", "unit"})
#: Calls whose text arguments are looked for in a message.
SEARCHING = frozenset({"startswith", "endswith", "find", "count", "index", "replace", "removeprefix", "removesuffix"})

#: Keys of spans of the calendar, which the words of a language lead to.
SPANS = frozenset({"week", "month"})

#: Strings of the code that are names or signs of our own, each looked at by a person. Name what it is.
REVIEWED: Mapping[str, frozenset[str]] = {
    "kinds of parts of a pattern, stances, sides of a bound": frozenset({"begin", "end", "said", "denied", "planned", "more", "less"}),
    "an intent of the engine, a field of a reading": frozenset({"thanks", "tapped", "answers"}),
    "somebody of whom no more is known": frozenset({"someone"}),
    "formats of Python, a category of Unicode": frozenset({"g", "nan", "cf"}),
    "letters of a TNM code": frozenset({"m", "n", "is", "a", "b", "ab"}),
}
#: Regular expressions with letters in them that are no words of a language: a number, a sign of HTML, Roman figures.
REVIEWED_LETTERS = frozenset({"nct", "amp", "ivx"})


@pytest.fixture(scope="module")
def ours() -> frozenset[str]:
    """Names that code may hold: attributes and what belongs to them, commands, and the keys of the words files.

    The keys are those of the made-up language: whatever is English in its files is a key, and no word.
    """
    library = shipped_library()
    attributes = {part for a in library.attributes.values() for part in (a.name, *a.values, a.group, a.answer_type.value, a.unit or "")}
    files = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((HERE / "words").rglob("*.yaml"))]
    files += [yaml.safe_load((HERE / "lexicon" / "attributes.yaml").read_text("utf-8"))]
    return frozenset(map(str.casefold, {*attributes, *COMMANDS, *(key for data in files for key in keys(data))}))


@pytest.fixture(scope="module")
def read_words() -> frozenset[str]:
    """Every word and phrase that the language which ships is read with, as it is written in its files."""
    folder = PROJECT / "words" / FALLBACK_LOCALE
    paths = [folder / f"{name}.yaml" for name in ("reading", "people", "conditions")] + sorted((folder / "understood").glob("*.yaml"))
    return frozenset(word for path in paths for word in said(yaml.safe_load(path.read_text("utf-8"))) if re.search(r"[^\W\d_]", word))


def keys(data: Any) -> Iterator[str]:
    """The keys of a words file."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield str(key)
            yield from keys(value)
    elif isinstance(data, list):
        for item in data:
            yield from keys(item)


def said(data: Any) -> Iterator[str]:
    """The words of a words file: its lists, and the keys that a number or a range stands behind."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield str(key).casefold()
            yield from said(value)
    elif isinstance(data, list):
        for item in data:
            yield from said(item)
    elif isinstance(data, str):
        yield data.casefold()


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every string of a source that is no docstring."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | bare:
            yield node


def has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def names(node: ast.AST) -> set[str]:
    """The names that stand in an expression, those of attributes too."""
    return {part.id if isinstance(part, ast.Name) else part.attr for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute)}


def plain_strings(node: ast.AST) -> Iterator[ast.Constant]:
    """The strings of an expression, but not those by which something is called up: `single("doctors")`, `data["words"]`."""
    calling: list[ast.expr | ast.keyword] = []
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            calling += [*part.args, *part.keywords]
        elif isinstance(part, ast.Subscript):
            calling.append(part.slice)
    by_name = {id(inner) for called in calling for inner in ast.walk(called)}
    yield from (text for text in strings(node) if id(text) not in by_name)


def compared(tree: ast.Module) -> Iterator[ast.Constant]:
    """Strings that a message is compared with or searched for, those of the module's constants too."""
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            if any(names(side) & MESSAGE for side in sides):
                named = [constants[side.id] for side in sides if isinstance(side, ast.Name) and side.id in constants]
                yield from (text for side in sides for text in plain_strings(side))
                yield from (text for value in named for text in strings(value))
        elif isinstance(node, ast.Match) and names(node.subject) & MESSAGE:
            yield from (text for case in node.cases for text in strings(case.pattern))
        elif isinstance(node, ast.Call) and searches_message(node.func):
            yield from (text for argument in node.args for text in strings(argument))


def searches_message(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr in SEARCHING and bool(names(called.value) & MESSAGE)


def expressions(tree: ast.AST) -> Iterator[ast.Constant]:
    """Regular expressions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and names(node.func.value) == {"re"}:
            yield from (text for argument in node.args[:1] for text in strings(argument))


def where(path: Path, node: ast.Constant) -> str:
    return f"{path.relative_to(PROJECT)}:{node.lineno}: {node.value!r}"


def test_there_are_sources_to_look_at() -> None:
    assert {"reader.py", "stance.py", "desk.py"} <= {path.name for path in SOURCES}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_message_is_compared_with_words_that_stand_in_the_code(path: Path) -> None:
    found = compared(ast.parse(path.read_text("utf-8")))
    assert [where(path, node) for node in found if has_letters(str(node.value)) and str(node.value) not in SPANS] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_regular_expression_holds_a_word(path: Path) -> None:
    offenders = []
    for node in expressions(ast.parse(path.read_text("utf-8"))):
        bare = re.sub(r"\(\?P[<=]\w+[>)]|\\[a-zA-Z]|\[[^\]]*\]", " ", str(node.value))
        if any(word.casefold() not in REVIEWED_LETTERS for word in re.findall(r"[^\W\d_]{3,}", bare)):
            offenders.append(where(path, node))
    assert offenders == []


@pytest.mark.parametrize("path", READING, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_string_is_a_word_that_is_read(path: Path, read_words: frozenset[str], ours: frozenset[str]) -> None:
    reviewed = frozenset().union(*REVIEWED.values())
    offenders = [
        where(path, node)
        for node in strings(ast.parse(path.read_text("utf-8")))
        if (text := str(node.value).casefold().strip()) in read_words and text not in ours and text not in reviewed
    ]
    assert offenders == []


def test_every_reviewed_string_is_still_in_the_code() -> None:
    present = {str(node.value).casefold().strip() for path in READING for node in strings(ast.parse(path.read_text("utf-8")))}
    assert sorted(frozenset().union(*REVIEWED.values()) - present) == []
