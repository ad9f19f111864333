"""The settings of monitoring: what they may be, and what is said of those that cannot be used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import PROJECT, Settings, SettingsError

KEY = "a-long-enough-key-0123"
URL = "http://127.0.0.1:4318/v1/traces"


def test_without_them_there_are_neither_metrics_nor_traces() -> None:
    settings = Settings.from_environment({})
    assert (settings.metrics_key, settings.otlp_url, settings.log_format) == ("", "", "text")


def test_the_processes_find_what_was_set() -> None:
    given = {"TRIALCHAT_METRICS_KEY": KEY, "TRIALCHAT_OTLP_URL": URL, "TRIALCHAT_LOG_FORMAT": "json"}
    settings = Settings.from_environment(given)
    assert Settings.from_environment(settings.as_environment()) == settings
    assert given.items() <= settings.as_environment().items()


def test_the_key_may_be_given_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n", "utf-8")
    assert Settings.from_environment({"TRIALCHAT_METRICS_KEY_FILE": str(tmp_path / "key")}).metrics_key == KEY


@pytest.mark.parametrize("key", ["hidden", "hidden but with a space in it", "hiddenhiddenhiddé"])
def test_a_key_that_cannot_be_one_is_told_and_not_repeated(key: str) -> None:
    with pytest.raises(SettingsError, match="TRIALCHAT_METRICS_KEY: expected at least 16") as told:
        Settings.from_environment({"TRIALCHAT_METRICS_KEY": key})
    assert "hidden" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["127.0.0.1:4318", "grpc://host:4317/", "http://host:4318", "https://me:hidden@host/v1/traces", "https://host/v1?key=hidden"]
)
def test_a_collector_that_cannot_be_one_is_told_and_no_password_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="TRIALCHAT_OTLP_URL: expected a collector's address") as told:
        Settings.from_environment({"TRIALCHAT_OTLP_URL": url})
    assert "hidden" not in str(told.value)


def test_what_is_not_set_up_is_not_even_loaded() -> None:
    program = (
        "import sys, bot.web.assembly; from bot.monitoring.setting_up import watch_of; watch_of('', '');"
        "print(sorted(name for name in sys.modules if name in ('prometheus_client', 'opentelemetry.sdk.trace', 'requests')))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
