"""docs/settings.md lists what can be set: every setting, its default, and whether it is a secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.running.serve import needed_secrets
from bot.setting_values import SECRETS
from bot.settings import PROJECT, Settings

ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in (PROJECT / "docs" / "settings.md").read_text("utf-8").splitlines()
    if line.startswith("| `")
]
#: Told to the engine by `trialchat run` and `serve`, and by nobody else.
INNER = {"TRIALCHAT_TRACKER_DB", "TRIALCHAT_EVENTS_DB"}
#: Their defaults follow from other settings.
FOLLOWING = {"TRIALCHAT_ENGINE_PORT", "TRIALCHAT_ACTIONS_PORT", "TRIALCHAT_MODELS", "TRIALCHAT_DATABASE_URL"}


def defaults(home: Path) -> dict[str, str]:
    return Settings.from_environment({"TRIALCHAT_HOME": str(home)}).as_environment()


def test_it_lists_each_setting_once(tmp_path: Path) -> None:
    listed = [name.strip("`") for name, *_ in ROWS]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(defaults(tmp_path)) - INNER


@pytest.mark.parametrize(("name", "default", "secret", "what"), ROWS, ids=[row[0].strip("`") for row in ROWS])
def test_a_setting_is_as_it_says(tmp_path: Path, name: str, default: str, secret: str, what: str) -> None:
    name = name.strip("`")
    assert what
    assert (secret != "") == (name in SECRETS)
    assert (secret == "always") == (name in needed_secrets())
    if name == "TRIALCHAT_HOME":
        assert Settings.from_environment({}).home == Path(default.strip("`")).absolute()
    elif name in FOLLOWING:
        assert not re.match(r"`|none", default)
    else:
        assert defaults(tmp_path)[name] == ("" if default == "none" else default.strip("`"))


def test_a_machine_in_service_is_told_the_same_in_every_way_of_running_it() -> None:
    """Whoever goes from one to another takes the settings along."""
    given = {path: (PROJECT / "deploy" / path).read_text("utf-8") for path in ("compose.yaml", "kubernetes/configmap.yaml")}
    named = {path: set(re.findall(r"^ *(PORT|TRIALCHAT_[A-Z_]+):", text, re.MULTILINE)) for path, text in given.items()}
    assert named["compose.yaml"] == named["kubernetes/configmap.yaml"]
    known = {row[0].strip("`") for row in ROWS}
    assert {name.removesuffix("_FILE") for name in named["compose.yaml"]} <= known
