"""TensorFlow is left out for pipelines known to need none, and for no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.light_imports import needs_no_tensorflow
from bot.settings import PROJECT


def test_the_pipeline_in_use_needs_none() -> None:
    assert needs_no_tensorflow(PROJECT / "config.yml")


@pytest.mark.parametrize("component", ["DIETClassifier", "TEDPolicy", "UnexpecTEDIntentPolicy", "somebody.elses.Component"])
def test_an_unknown_or_heavy_component_brings_tensorflow_back(tmp_path: Path, component: str) -> None:
    config = tmp_path / "config.yml"
    config.write_text((PROJECT / "config.yml").read_text("utf-8") + f'\n  - name: "{component}"  # new\n', "utf-8")
    assert not needs_no_tensorflow(config)


def test_a_configuration_that_names_nothing_is_not_trusted(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("recipe: default.v1\n", "utf-8")
    assert not needs_no_tensorflow(config)
