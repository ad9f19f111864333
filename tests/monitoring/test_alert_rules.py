"""The example rules ask for metrics that there are, and the page says what to do about each."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.monitoring.metrics import Metrics
from bot.settings import PROJECT
from bot.yaml_files import read_yaml

PAGE = (PROJECT / "docs" / "monitoring.md").read_text("utf-8")
GROUPS: list[dict[str, Any]] = read_yaml(PROJECT / "deploy" / "prometheus" / "alerts.yml")["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_is_whole_and_asks_for_metrics_that_there_are(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    families = list(Metrics("1.2.3").registry.collect())
    names = {f"{one.name}{end}" for one in families for end in ("", "_total", "_bucket", "_count", "_sum")} | {"up"}
    asked = set(re.findall(r"\b(trialchat_\w+)", rule["expr"]))
    assert asked or rule["expr"].startswith("up{")
    assert asked <= names
    for opened, closed in ("()", "{}", "[]"):
        assert rule["expr"].count(opened) == rule["expr"].count(closed)


def test_the_page_says_what_to_do_about_each() -> None:
    assert re.findall(r"^\| `(Trialchat\w+)` \|", PAGE, re.MULTILINE) == [rule["alert"] for rule in RULES]
