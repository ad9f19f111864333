"""`docs/embedding.md` lists what the widget has for host pages: everything, and nothing else."""

from __future__ import annotations

import re

from bot.settings import PROJECT
from bot.yaml_files import read_yaml

PAGE = (PROJECT / "docs" / "embedding.md").read_text("utf-8")
WIDGET = (PROJECT / "bot" / "web" / "widget" / "widget.js").read_text("utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_property_is_listed() -> None:
    objects = re.findall(r"const (?:COLOURS|SHAPES) = \{(.*)\};", WIDGET)
    assert len(objects) == 2
    names = {name for each in objects for name in re.findall(r"(?:^|, )\s*\"?([a-z-]+)\"?: [\"']", each)}
    rows = "\n".join(line for line in section("Colours and shapes").splitlines() if line.startswith("|"))
    assert set(re.findall(r"`--trialchat-([a-z-]+)`", rows)) == names


def test_every_part_is_listed() -> None:
    names = set(re.findall(r'\bpart: "([a-z-]+)"', WIDGET)) | {"bubble"}
    listed = re.search(r"^`launcher`.*?\. Whose", section("Colours and shapes"), re.MULTILINE | re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"`([a-z-]+)`", listed[0])) == names


def test_every_event_is_listed() -> None:
    names = set(re.findall(r'this\.#tell\("([a-z]+)"', WIDGET))
    assert set(re.findall(r"`trialchat:([a-z]+)`", section("What the page learns"))) == names


def test_every_attribute_is_listed() -> None:
    names = set(re.findall(r"this\.dataset\.([a-z]+)", WIDGET)) | set(re.findall(r"\[data-([a-z]+)[~=]", WIDGET))
    rows = re.findall(r"^\| `data-([a-z]+)` \|", section("What can be set"), re.MULTILINE)
    assert set(rows) == names
    assert len(rows) == len(set(rows))


def test_what_the_page_says_that_a_refused_person_reads_is_what_they_read() -> None:
    words = read_yaml(PROJECT / "words" / "en" / "site.yaml")["widget"]
    assert re.findall(r'chat opens with "(.*?)"', PAGE) == [words["not_here"].split(".")[0]]
    told = re.search(r"^ {4}trialchat: (.*)$", PAGE, re.MULTILINE)
    assert told is not None
    assert told[1] in (PROJECT / "bot" / "web" / "cross_origin.py").read_text("utf-8")


def test_nothing_in_the_widget_needs_more_than_the_policy_says() -> None:
    """No way for markup, code or styles out of texts; the rest is tried in a browser."""
    markup, code = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"), ("eval(", "Function(")
    styles = ('make("style', 'setAttribute("style', "cssText")
    assert [way for way in (*markup, *code, *styles) if way in WIDGET] == []
