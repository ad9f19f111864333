"""Whatever is in a file or a setting, it is used or refused in a sentence: never with a traceback, and nothing in it is run."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from functools import cache
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.setup import KNOWN, read_channels
from bot.cli import main
from bot.criteria.extraction import Language
from bot.matching.person import PersonReader
from bot.running.errors import CannotRun
from bot.running.secrets_file import kept_secrets
from bot.settings import Settings, SettingsError
from bot.words.labels import person_reader
from bot.words.registry import criteria_language
from bot.yaml_files import YamlFault, read_yaml
from tests.fuzzing.anything import BODY, JSON, PLANTED, TEXT
from tests.fuzzing.conftest import FUZZED
from tests.shipped import shipped_library

LINES = st.lists(
    BODY | JSON.map(lambda data: json.dumps({"id": data, "utterance": data, "nct_id": data, "text": data}).encode()), max_size=4
)
OF_THE_KIND = st.fixed_dictionaries(
    {"nct_id": TEXT, "text": TEXT, "patient_id": TEXT, "id": TEXT, "utterance": TEXT},
    optional={"min_age": JSON, "max_age": JSON, "gender": JSON, "title": JSON, "fields": JSON, "attribute": JSON, "locale": JSON},
).map(lambda data: json.dumps(data).encode())
RUNS = "!!python/object/apply:os.system ['touch {mark}']"
VARIABLES = (
    *(
        "PORT",
        "TRIALCHAT_LISTEN",
        "TRIALCHAT_PROXIES",
        "TRIALCHAT_PUBLIC_URL",
        "TRIALCHAT_ORIGINS",
        "TRIALCHAT_SMTP_URL",
        "TRIALCHAT_MAIL_FROM",
    ),
    *("TRIALCHAT_TRACKER_URL", "TRIALCHAT_LOCKS_URL", "TRIALCHAT_EVENTS_URL", "TRIALCHAT_WEBHOOK_NETWORKS", "TRIALCHAT_KEEP_DAYS"),
    *("TRIALCHAT_OIDC_ISSUER", "TRIALCHAT_TAKEOVER_HOURS", "TRIALCHAT_UNREVIEWED", "TRIALCHAT_ENGINE_PORT", "TRIALCHAT_API_KEY_FILE"),
)


@pytest.fixture(autouse=True)
def words_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading them takes longer than reading a file."""
    for module in ("bot.trials.criteria_commands", "bot.matching.commands", "bot.running.reading_commands"):
        monkeypatch.setattr(f"{module}.load_library", shipped_library)
    for module in ("bot.trials.criteria_commands", "bot.matching.commands"):
        monkeypatch.setattr(f"{module}.criteria_language", lambda _library, locale: english() if locale == "en" else None)
    monkeypatch.setattr("bot.matching.commands.person_reader", lambda _library, _locale: people_in_english())


@cache
def english() -> Language:
    return criteria_language(shipped_library(), "en")


@cache
def people_in_english() -> PersonReader:
    return person_reader(shipped_library(), "en")


def ends_well(words: list[str]) -> None:
    """A command: done, or refused in a line."""
    result = CliRunner().invoke(main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in (0, 1), result.output


@FUZZED
@given(lines=LINES | st.lists(OF_THE_KIND, max_size=3))
def test_any_file_of_registry_texts(tmp_path: Path, lines: list[bytes]) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    ends_well(["criteria", "extract", "--in", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")])


@FUZZED
@given(people=LINES | st.lists(OF_THE_KIND, max_size=2), trials=LINES | st.lists(OF_THE_KIND, max_size=2))
def test_any_files_of_people_and_trials(tmp_path: Path, people: list[bytes], trials: list[bytes]) -> None:
    (tmp_path / "people.jsonl").write_bytes(b"\n".join(people))
    (tmp_path / "trials.jsonl").write_bytes(b"\n".join(trials))
    given = ["--patients", str(tmp_path / "people.jsonl"), "--trials", str(tmp_path / "trials.jsonl"), "--out", str(tmp_path / "out.jsonl")]
    ends_well(["match", *given])


@FUZZED
@given(lines=LINES | st.lists(OF_THE_KIND, max_size=3))
def test_any_file_of_messages(tmp_path: Path, lines: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.running.reading_commands.as_running", lambda settings: dataclasses.replace(settings, engine_port=9))
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    ends_well(["read", "--in", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")])


@FUZZED
@given(
    content=BODY
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    | JSON.map(lambda data: yaml.safe_dump(data).encode())
)
def test_any_file_of_secrets_or_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secrets.json").write_bytes(content)
    try:
        kept_secrets(Settings.from_environment({"TRIALCHAT_HOME": str(tmp_path)}))
        said = ""
    except CannotRun as problem:
        said = str(problem)
    assert PLANTED not in said
    with contextlib.suppress(YamlFault):
        read_yaml(tmp_path / "secrets.json")


@FUZZED
@given(
    content=st.dictionaries(st.sampled_from(KNOWN) | TEXT, JSON, max_size=2).map(
        lambda data: yaml.safe_dump(data, allow_unicode=True).encode()
    )
    | BODY
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_file_of_channels(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "channels.yaml"
    path.write_bytes(content)
    with contextlib.suppress(SettingsError):
        read_channels(path, {})


@pytest.mark.parametrize(
    "content", ["webhook: 2026-99-99", "webhook: " + "[" * 1_000, "webhook: {a: 0o99}", "? [a]\n: b", "&a [*a]", "webhook: !!binary '*'"]
)
def test_odd_yaml_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "channels.yaml").write_text(content, "utf-8")
    with pytest.raises(SettingsError):
        read_channels(tmp_path / "channels.yaml", {})


def test_nothing_in_a_yaml_file_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "was-here"
    (tmp_path / "channels.yaml").write_text(f"webhook: {RUNS.format(mark=mark)}\n", "utf-8")
    with pytest.raises(SettingsError):
        read_channels(tmp_path / "channels.yaml", {})
    with pytest.raises(YamlFault):
        read_yaml(tmp_path / "channels.yaml")
    assert not mark.exists()


@FUZZED
@given(given_=st.dictionaries(st.sampled_from(VARIABLES), TEXT, max_size=4))
def test_any_settings(given_: dict[str, str]) -> None:
    try:
        settings = Settings.from_environment(given_)
    except SettingsError:
        return
    assert Settings.from_environment(settings.as_environment()) == settings
