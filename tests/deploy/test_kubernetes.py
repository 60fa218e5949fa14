"""What holds of the manifests beyond what a schema says."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bentos.settings import Settings
from tests.deploy.rendered import COMPONENTS, ROOT, container, of_kind, overlay, pod

OVERLAYS = ("local", "production")
everywhere = pytest.mark.parametrize("name", OVERLAYS)
each = pytest.mark.parametrize("component", COMPONENTS)


def _variables(name: str) -> dict[str, str]:
    maps = of_kind(name, "ConfigMap").values()
    return {key: value for each in maps for key, value in each["data"].items()}


def _selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    by_label = (labels.get(k) == v for k, v in selector.get("matchLabels", {}).items())
    by_set = (labels.get(e["key"]) in e["values"] for e in selector.get("matchExpressions", []))
    return all([*by_label, *by_set])


def _rules(name: str, component: str, direction: str) -> Iterator[dict[str, Any]]:
    """Every rule of every policy that lets something in to, or out of, the component's pods."""
    labels = pod(name, component)["metadata"]["labels"]
    for policy in of_kind(name, "NetworkPolicy").values():
        if _selects(policy["spec"]["podSelector"], labels):
            yield from policy["spec"].get(direction, [])


def _may_reach(name: str, caller: str, called: str) -> bool:
    labels = pod(name, caller)["metadata"]["labels"]
    return any(
        "namespaceSelector" not in peer and _selects(peer["podSelector"], labels)
        for rule in _rules(name, called, "ingress")
        for peer in rule["from"]
    )


@everywhere
def test_the_settings_are_real_and_a_server_starts_with_them(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {
        field.validation_alias or f"CALLCENTER_{key.upper()}"
        for key, field in Settings.model_fields.items()
    }
    variables = _variables(name)
    assert variables and variables.keys() <= known
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    settings = Settings()
    for component in ("svm", "transformer"):
        services = of_kind(name, "Service")
        [port] = services[component]["spec"]["ports"]
        assert getattr(settings, f"{component}_url") == f"http://{component}:{port['port']}"


@everywhere
@each
def test_a_service_sends_to_the_port_that_its_pods_listen_on(name: str, component: str) -> None:
    service = of_kind(name, "Service")[component]["spec"]
    assert _selects(
        {"matchLabels": service["selector"]}, pod(name, component)["metadata"]["labels"]
    )
    [port] = service["ports"]
    [listening] = container(name, component)["ports"]
    assert (port["targetPort"], listening["containerPort"]) == (listening["name"], 3000)
    # Reachable in the cluster only.
    assert service.get("type", "ClusterIP") == "ClusterIP"


@everywhere
@each
def test_a_dead_model_restarts_no_agent(name: str, component: str) -> None:
    serving = container(name, component)
    assert serving["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert serving["startupProbe"]["httpGet"]["path"] == "/livez"
    assert serving["readinessProbe"]["httpGet"]["path"] == "/readyz"


@everywhere
@each
def test_a_pod_outlives_its_longest_request(name: str, component: str) -> None:
    settings = Settings()
    serving, spec = container(name, component), pod(name, component)["spec"]
    waits = serving["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert spec["terminationGracePeriodSeconds"] > waits + settings.shutdown_seconds + 2
    assert serving["readinessProbe"]["timeoutSeconds"] > settings.ready_timeout_seconds


@everywhere
@each
def test_a_pod_has_no_more_rights_than_it_needs(name: str, component: str) -> None:
    spec, rights = pod(name, component)["spec"], container(name, component)["securityContext"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 1034
    assert spec["automountServiceAccountToken"] is False
    assert rights["readOnlyRootFilesystem"] is True
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert [mount["mountPath"] for mount in container(name, component)["volumeMounts"]] == ["/tmp"]
    assert all("emptyDir" in volume for volume in spec["volumes"])


@everywhere
def test_only_the_agent_reaches_the_models(name: str) -> None:
    reach = {(a, b) for a in COMPONENTS for b in COMPONENTS if _may_reach(name, a, b)}
    assert reach == {("agent", "svm"), ("agent", "transformer")}
    for component in ("svm", "transformer"):
        assert not list(_rules(name, component, "egress"))
    denied = of_kind(name, "NetworkPolicy")["nobody-by-default"]["spec"]
    assert denied == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_from_outside_the_namespace_come_prometheus_and_to_the_agent_the_ingress() -> None:
    for component in COMPONENTS:
        outside = {
            peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
            for rule in _rules("production", component, "ingress")
            for peer in rule["from"]
            if "namespaceSelector" in peer
        }
        assert outside == {"monitoring"} | ({"ingress-nginx"} if component == "agent" else set())
    [ingress] = of_kind("production", "Ingress").values()
    [rule] = ingress["spec"]["rules"]
    backends = {path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    assert backends == {"agent"}
    assert {path["path"] for path in rule["http"]["paths"]} == {"/predict", "/predict_batch"}


@each
def test_a_service_scales_on_cpu_and_on_requests_in_flight(component: str) -> None:
    scaler = of_kind("production", "HorizontalPodAutoscaler")[component]["spec"]
    assert scaler["scaleTargetRef"]["name"] == component
    resource, pods = scaler["metrics"]
    assert resource["resource"]["name"] == "cpu"
    assert "cpu" in container("production", component)["resources"]["requests"]
    in_flight = int(pods["pods"]["target"]["averageValue"])
    # Past this the pods refuse: another should be there before.
    assert in_flight * 2 <= int(_variables("production")["CALLCENTER_MAX_CONCURRENCY"])
    # The number of pods is the autoscaler's alone.
    assert "replicas" not in of_kind("production", "Deployment")[component]["spec"]
    values = ROOT / "deploy/kubernetes/components/autoscaling/prometheus-adapter-values.yaml"
    [adapted] = yaml.safe_load(values.read_text(encoding="utf-8"))["rules"]["custom"]
    assert adapted["name"]["as"] == pods["pods"]["metric"]["name"]


@everywhere
@each
def test_a_drained_node_takes_one_pod_of_a_service_at_a_time(name: str, component: str) -> None:
    budget = of_kind(name, "PodDisruptionBudget")[component]["spec"]
    assert budget["maxUnavailable"] == 1
    assert _selects(budget["selector"], pod(name, component)["metadata"]["labels"])


def test_prometheus_finds_the_port_of_every_service() -> None:
    [monitor] = of_kind("production", "ServiceMonitor").values()
    [endpoint] = monitor["spec"]["endpoints"]
    found = [
        service["metadata"]["name"]
        for service in of_kind("production", "Service").values()
        if _selects(monitor["spec"]["selector"], service["metadata"]["labels"])
        and endpoint["port"] in [port["name"] for port in service["spec"]["ports"]]
    ]
    assert sorted(found) == sorted(COMPONENTS)
    assert endpoint["path"] == "/metrics"


@everywhere
def test_no_secret_is_in_the_manifests(name: str) -> None:
    assert "Secret" not in {each["kind"] for each in overlay(name)}
