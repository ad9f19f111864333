"""What is looked at in the world: addresses and ports, file systems, modes, channels."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.doctor.channel_file import channel_facts
from bot.doctor.network import answering, outer_addresses
from bot.doctor.probing import file_system_of, look_around
from bot.settings import Settings


def test_a_port_that_answers_on_another_address_is_found_and_a_closed_one_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        # Loopback stands for the other address here: there may be none.
        assert list(answering([("the engine", port)], ["127.0.0.1"])) == [("the engine", "127.0.0.1", port)]
    assert list(answering([("the engine", port)], ["127.0.0.1"])) == []


def test_the_addresses_of_this_machine_are_no_loopback_ones() -> None:
    assert not [address for address in outer_addresses() if address == "::1" or address.startswith("127.")]


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/srv/data/x.db", "nfs4"), ("/srv/x.db", "ext4"), ("/home/x.db", "btrfs"), ("/with space/x.db", "cifs"), ("/over/x.db", "nfs")],
)
def test_a_file_is_on_what_is_mounted_nearest_above_it_and_last(path: str, kind: str) -> None:
    mounts = [("/", "btrfs"), ("/srv", "ext4"), ("/srv/data", "nfs4"), (r"/with\040space", "cifs"), ("/over", "ext4"), ("/over", "nfs")]
    assert file_system_of(Path(path), mounts) == kind


def test_modes_of_the_home_folder_and_of_files_with_secrets_are_looked_at(tmp_path: Path) -> None:
    home, given = tmp_path / "home", tmp_path / "api.key"
    home.mkdir(mode=0o700)
    (home / "secrets.json").write_text("{}", "utf-8")
    (home / "secrets.json").chmod(0o644)
    given.write_text("a-key-from-a-file", "utf-8")
    given.chmod(0o600)
    environment = {"TRIALCHAT_HOME": str(home), "TRIALCHAT_API_KEY_FILE": str(given)}
    found = look_around(Settings.from_environment(environment), environment)
    assert {(one.path.name, one.mode, one.is_folder) for one in found.modes} == {
        ("home", 0o700, True),
        ("secrets.json", 0o644, False),
        ("api.key", 0o600, False),
    }


def test_looking_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "running.json").write_text('{"port": 1, "engine_port": 2, "actions_port": 3}', "utf-8")
    environment = {"TRIALCHAT_HOME": str(tmp_path)}
    found = look_around(Settings.from_environment(environment), environment)
    assert "there is no database yet" in found.store.problem
    assert [path.name for path in tmp_path.iterdir()] == ["running.json"]


def test_secrets_of_channels_are_told_from_names_of_variables(tmp_path: Path) -> None:
    path = tmp_path / "channels.yaml"
    path.write_text(
        "webhook: {reply_url: 'http://chat.example.org/in', secret: '${HOOK}'}\n"
        "telegram: {token: '1:abcdefghijklmnopqrstu', secret: written-here-itself-1}\n",
        "utf-8",
    )
    found = channel_facts(path, {"HOOK": "a-secret-of-the-environment"})
    assert {(one.channel, one.field, one.literal) for one in found.secrets} == {
        ("webhook", "secret", False),
        ("telegram", "token", True),
        ("telegram", "secret", True),
    }
    assert ("webhook", "reply_url", "http://chat.example.org/in") in found.addresses


def test_a_file_of_channels_that_cannot_be_used_is_said_without_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "channels.yaml"
    path.write_text("webhook: {reply_url: 'planted', secret: short}\n", "utf-8")
    problem = channel_facts(path, {}).problem
    assert "webhook" in problem
    assert "planted" not in problem
