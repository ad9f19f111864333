"""deploy/kubernetes holds against the schemas of Kubernetes, and fits together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bot.setting_values import SECRETS
from bot.settings import PROJECT, Settings

FOLDER = PROJECT / "deploy" / "kubernetes"
#: The oldest that still gets corrections somewhere, and the newest that the checker knows.
VERSIONS = ("1.32", kubernetes_validate.latest_version())
KUSTOMIZATION = "kustomization.yaml"


def resources(path: Path) -> list[dict[str, Any]]:
    return [found for found in yaml.safe_load_all(path.read_text("utf-8")) if found]


FILES = sorted(path for path in FOLDER.glob("*.yaml") if path.name != KUSTOMIZATION)
ALL = [(path.name, resource) for path in FILES for resource in resources(path)]


def one(kind: str, name: str = "trialchat") -> dict[str, Any]:
    [found] = [resource for _, resource in ALL if resource["kind"] == kind and resource["metadata"]["name"] == name]
    return found


DEPLOYMENT = one("Deployment")
POD: dict[str, Any] = DEPLOYMENT["spec"]["template"]["spec"]
[MACHINE] = POD["containers"]
SETTINGS: dict[str, str] = one("ConfigMap")["data"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("file", "resource"), ALL, ids=[f"{name}-{resource['kind']}" for name, resource in ALL])
def test_each_is_what_kubernetes_takes(file: str, resource: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(resource, version, strict=True)


def test_the_kustomization_names_every_file_but_the_example_of_the_secret() -> None:
    [kustomization] = resources(FOLDER / KUSTOMIZATION)
    assert {path.name for path in FILES} - set(kustomization["resources"]) == {"secret.example.yaml"}
    assert set(kustomization["resources"]) <= {path.name for path in FILES}
    assert kustomization["namespace"] == one("Namespace")["metadata"]["name"]
    assert [image["name"] for image in kustomization["images"]] == [MACHINE["image"]]


def test_a_pod_is_one_machine_that_may_do_little() -> None:
    assert MACHINE["args"] == ["trialchat", "serve"]
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert MACHINE["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert POD["automountServiceAccountToken"] is False
    assert "USER 10001:10001" in (PROJECT / "deploy" / "Containerfile").read_text("utf-8")
    assert POD["securityContext"]["runAsUser"] == 10001


def test_it_is_found_where_it_listens_and_by_its_label() -> None:
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    [port] = MACHINE["ports"]
    assert port["containerPort"] == Settings.from_environment(public()).port
    for name in ("trialchat", "trialchat-by-address"):
        assert one("Service", name)["spec"]["selector"] == labels
        assert one("Service", name)["spec"]["ports"][0]["targetPort"] == port["name"]
    for kind in ("NetworkPolicy", "PodDisruptionBudget"):
        spec = one(kind)["spec"]
        assert (spec.get("podSelector") or spec["selector"])["matchLabels"] == labels


def public() -> dict[str, str]:
    return {name: value for name, value in SETTINGS.items() if not name.endswith("_FILE")}


def test_its_settings_can_be_used_and_every_secret_is_a_file_of_the_secret() -> None:
    Settings.from_environment(public())
    assert set(public()) & set(SECRETS) == set()
    [secret] = [resource for name, resource in ALL if name == "secret.example.yaml"]
    assert set(secret["stringData"].values()) == {""}, "no values in a repository"
    [mounted] = [mount["mountPath"] for mount in MACHINE["volumeMounts"] if mount["name"] == "secrets"]
    files = {name.removesuffix("_FILE"): value for name, value in SETTINGS.items() if name.endswith("_FILE")}
    assert set(files) <= set(SECRETS)
    assert set(files.values()) == {f"{mounted}/{key}" for key in secret["stringData"]}


def test_only_the_app_is_let_in_and_only_what_it_needs_is_let_out() -> None:
    policy = one("NetworkPolicy")["spec"]
    assert sorted(policy["policyTypes"]) == ["Egress", "Ingress"]
    assert [port["port"] for rule in policy["ingress"] for port in rule["ports"]] == [8080]
    assert {port["port"] for rule in policy["egress"] for port in rule["ports"]} == {53, 443, 5432, 5671, 5672, 6379}


def test_only_the_chat_is_tried_with_another_pod_as_nginx_does_it() -> None:
    retried = "nginx.ingress.kubernetes.io/proxy-next-upstream"
    tried = {
        resource["spec"]["rules"][0]["http"]["paths"][0]["path"]: resource["metadata"]["annotations"][retried]
        for _, resource in ALL
        if resource["kind"] == "Ingress"
    }
    assert tried == {"/": "error timeout", "/chat/": "error timeout http_502 http_503 non_idempotent", "/socket.io/": "off"}
    locations = (PROJECT / "deploy" / "nginx" / "locations.conf").read_text("utf-8")
    assert [value for value in tried.values() if f"proxy_next_upstream {value};" not in locations] == []
