"""The threat model and the table of the ASVS name tests that are there, and the table leaves none of the standard's items out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.settings import PROJECT
from tests.docs.test_docs_match_the_code import test_every_link_of_a_page_leads_somewhere as every_link_leads_somewhere

PAGES = ("docs/threat-model.md", "docs/asvs.md")
ASVS = (PROJECT / "docs" / "asvs.md").read_text("utf-8")
ROWS = re.findall(r"^\| ([\d.–]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", ASVS, re.MULTILINE)
#: How many items of levels 1 and 2 each section of ASVS 5.0.0 has; they come first in each, with those of level 3 after or between.
_COUNTS = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3
    5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3
    9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4
    13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4
    17.3:2
"""
ITEMS = {section: int(count) for section, _, count in (pair.partition(":") for pair in _COUNTS.split())}


def items(numbers: str) -> Iterator[str]:
    """Each item of `1.2.6–1.2.8`."""
    first, _, last = numbers.partition("–")
    section, begin = first.rsplit(".", 1)
    for number in range(int(begin), int((last or first).rsplit(".", 1)[1]) + 1):
        yield f"{section}.{number}"


@pytest.mark.parametrize("page", PAGES)
def test_each_test_that_a_page_names_is_there(page: str) -> None:
    named = set(re.findall(r"`((?:tests|bot|scripts|lexicon)/[\w./-]+)`", (PROJECT / page).read_text("utf-8")))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (PROJECT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_each_link_leads_somewhere(page: str) -> None:
    every_link_leads_somewhere(page)


def test_every_item_of_both_levels_is_in_the_table_once_and_in_order() -> None:
    listed = [item for numbers, *_ in ROWS for item in items(numbers)]
    assert listed == [f"{section}.{number}" for section, count in ITEMS.items() for number in range(1, count + 1)]


def test_each_row_says_how_it_stands_in_one_of_the_words() -> None:
    assert {stands for _, _, stands, _ in ROWS} == {"met", "partly", "not met", "installation", "n/a"}
    assert [row for row in ROWS if not row[3].strip()] == []
