"""What the docs list is what the code has."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import PROJECT
from bot.yaml_files import read_yaml

CONTRACT = (PROJECT / "docs" / "contract.md").read_text()


def listed(begin: str, end: str) -> set[str]:
    """The names in backquotes between two places of the contract."""
    return set(re.findall(r"`([a-z_]+)`", CONTRACT[CONTRACT.index(begin) : CONTRACT.index(end)]))


def test_the_contract_lists_every_code_of_a_notice() -> None:
    code = "".join(path.read_text() for path in sorted((PROJECT / "bot" / "conversations").glob("*.py")))
    said = set(re.findall(r'_notice\(\s*"([a-z_]+)"', code)) | set(re.findall(r'NoticeCustom\(code="([a-z_]+)"', code))
    assert listed("Codes of notices", "More may come") == said


def test_the_contract_lists_every_topic() -> None:
    topics = read_yaml(PROJECT / "words" / "en" / "answers.yaml")["topics"]
    assert listed("## 7.", "What the record does not say") == set(topics)


@pytest.mark.parametrize(
    "page",
    [
        *(
            "README.md",
            "CONTRIBUTING.md",
            "docs/architecture.md",
            "docs/embedding.md",
            "docs/api.md",
            "docs/webhooks.md",
            "docs/operating.md",
            "docs/monitoring.md",
            "docs/settings.md",
        ),
        "docs/decisions/README.md",
        "docs/decisions/0033-several-machines.md",
        *sorted(str(page.relative_to(PROJECT)) for page in (PROJECT / "docs" / "channels").glob("*.md")),
    ],
)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    path = PROJECT / page
    links = re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", path.read_text())
    local = [(link, place) for link, place in links if not link.startswith("http")]
    assert [link for link, _ in local if link and not (path.parent / link).exists()] == []
    # And to a place that is there.
    assert [place for link, place in local if place and place not in _places(path.parent / link if link else path)] == []


def _places(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_make_target_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for page in ("README.md", "CONTRIBUTING.md", "docs/contract.md")
        for target in re.findall(r"^ {4}make ([a-z-]+)|`make ([a-z-]+)", (PROJECT / page).read_text(), re.MULTILINE)
        for target in target
        if target
    }
    assert named <= targets


@pytest.mark.parametrize(
    "command", [line.split("#")[0].split() for line in (PROJECT / "README.md").read_text().splitlines() if ".venv/bin/trialchat" in line]
)
def test_every_command_the_readme_shows_is_known(command: list[str]) -> None:
    trialchat = Path(sys.executable).with_name("trialchat")
    done = subprocess.run([trialchat, *command[1:], "--help"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
