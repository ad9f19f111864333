"""deploy/compose.yaml is a compose file, and what stands in it is the layout that is tested in tests/many."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.setting_values import SECRETS
from bot.settings import PROJECT, Settings

PATH = PROJECT / "deploy" / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(PATH.read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MACHINES = ("machine-1", "machine-2")


def test_it_is_what_the_specification_calls_a_compose_file() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", PATH], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_nginx_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert [name for name, service in SERVICES.items() if service.get("network_mode")] == []
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert {name for name in SERVICES if "front" in SERVICES[name]["networks"]} == {"nginx", *MACHINES}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_how_it_is_and_is_started_again(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", MACHINES)
class TestAMachine:
    def test_may_do_little(self, name: str) -> None:
        machine = SERVICES[name]
        assert machine["read_only"] is True
        assert machine["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in machine["security_opt"]
        assert machine["volumes"] == [f"{name}:/var/lib/trialchat"]

    def test_gets_its_secrets_as_files_that_it_is_given(self, name: str) -> None:
        machine = SERVICES[name]
        given = machine["environment"]
        assert [setting for setting in SECRETS if setting in given] == []
        files = {Path(value).name for setting, value in given.items() if setting.endswith("_FILE")}
        assert files == set(machine["secrets"])
        assert {setting.removesuffix("_FILE") for setting in given if setting.endswith("_FILE")} <= set(SECRETS)

    def test_is_told_settings_that_can_be_used_and_believes_nginx_alone(self, name: str) -> None:
        given = {setting: value for setting, value in SERVICES[name]["environment"].items() if not setting.endswith("_FILE")}
        settings = Settings.from_environment(given | {"TRIALCHAT_PUBLIC_URL": "https://trials.example.org"})
        assert settings.proxies == SERVICES["nginx"]["networks"]["front"]["ipv4_address"] + "/32"

    def test_has_time_to_end(self, name: str) -> None:
        assert SERVICES[name]["stop_grace_period"] == "30s"

    def test_is_asked_by_nginx_where_it_is(self, name: str) -> None:
        address = SERVICES[name]["networks"]["front"]["ipv4_address"]
        upstreams = (PROJECT / "deploy" / "compose" / "machines.conf").read_text("utf-8")
        assert upstreams.count(f"server {address}:8080") == 2


def test_its_secrets_are_those_that_make_secrets_makes(tmp_path: Path) -> None:
    subprocess.run([PROJECT / "deploy" / "make-secrets", tmp_path / "secrets"], check=True, timeout=60)
    assert {path.name for path in (tmp_path / "secrets").iterdir()} == set(COMPOSE["secrets"])


def test_its_upstreams_differ_from_those_for_machines_of_ones_own_by_addresses_alone() -> None:
    def without_addresses(path: str) -> list[str]:
        lines = (PROJECT / "deploy" / path).read_text("utf-8").splitlines()
        return [re.sub(r"\d+\.\d+\.\d+\.\d+", "", line) for line in lines if not line.lstrip().startswith("#")]

    assert without_addresses("compose/machines.conf") == without_addresses("nginx/machines.conf")
