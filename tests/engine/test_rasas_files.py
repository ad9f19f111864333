"""Domain, rules and configuration fit each other, and keep clear of Rasa's traps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.settings import PROJECT

#: Rasa runs an action of its own, from anywhere, for intents of these names.
RASAS_OWN = {"back", "restart", "session_start"}


def load(path: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((PROJECT / path).read_text("utf-8"))
    return content


def intents_of_rules(path: str) -> set[str]:
    found: set[str] = set()
    for rule in load(path)["rules"]:
        for step in rule["steps"]:
            found |= {choice["intent"] for choice in step.get("or", [step]) if "intent" in choice}
    return found


def intents_with_examples() -> set[str]:
    return {
        entry["intent"]
        for path in sorted((PROJECT / "data" / "nlu").rglob("*.yml"))
        for entry in yaml.safe_load(path.read_text("utf-8"))["nlu"]
        if "intent" in entry
    }


def test_no_intent_has_a_name_that_rasa_keeps_for_itself() -> None:
    assert not RASAS_OWN & (set(load("domain.yml")["intents"]) | intents_with_examples())


def test_every_intent_is_answered_before_and_during_a_screening() -> None:
    every = set(load("domain.yml")["intents"]) | {"nlu_fallback"}
    assert intents_of_rules("data/rules/before_screening.yml") == every
    assert intents_of_rules("data/rules/during_screening.yml") == every


def test_every_intent_has_examples_but_those_that_are_given() -> None:
    given = {"open_chat", "payload"}
    assert set(load("domain.yml")["intents"]) - intents_with_examples() == given
    assert intents_with_examples() <= set(load("domain.yml")["intents"])


def test_every_rule_ends_with_the_screening_so_the_open_question_comes_back() -> None:
    for path in ("data/rules/before_screening.yml", "data/rules/during_screening.yml"):
        for rule in load(path)["rules"]:
            assert rule["steps"][-2:] == [{"action": "action_screening"}, {"active_loop": "action_screening"}], rule["rule"]


def test_rules_use_the_actions_of_the_domain_and_all_of_them() -> None:
    used = {
        step["action"]
        for path in ("data/rules/before_screening.yml", "data/rules/during_screening.yml")
        for rule in load(path)["rules"]
        for step in rule["steps"]
        if "action" in step
    }
    assert used == set(load("domain.yml")["actions"])


def test_a_conversation_never_expires() -> None:
    assert load("domain.yml")["session_config"]["session_expiration_time"] == 0


def test_only_our_own_channel_is_open() -> None:
    assert list(load("credentials.yml")) == ["bot.engine.channel.TrialchatInput"]


def test_what_the_engine_imports_from_the_app_needs_nothing_but_the_standard_library(engine_python: Path) -> None:
    import subprocess

    done = subprocess.run(
        [str(engine_python), "-S", "-c", "import bot.screening.safety, bot.settings"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
