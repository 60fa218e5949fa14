"""The whole system as Compose brings it up, from outside and from within."""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bentos.models.registered import FOLDERS
from bentos.release import Release
from bentos.schemas import EXAMPLE_TEXTS
from deploy.parts import RELEASE
from tests.containers.conftest import Stack
from tests.containers.engine import FETCH, docker, inspect, run
from tests.services.conftest import merged, post_many

pytestmark = pytest.mark.containers

_PUBLISHED = {"agent", "mlflow", "grafana"}
_NAMES = {"svm": "SvmService", "transformer": "TransformerService"}
_MODELS = tuple(_NAMES)
_CALLCENTER = str(Path(sys.executable).with_name("callcenter"))
_ARABIC = "مرحبا، شاشة الحاسوب لا تعمل منذ الصباح"


def _services(stack: Stack) -> dict[str, dict[str, Any]]:
    names = stack.compose("ps", "--services").split()
    return {name: inspect(stack.compose.containers(name)[0]) for name in names}


def _predict(stack: Stack, text: str, model: str = "auto") -> dict[str, Any]:
    with stack.client() as client:
        answer = client.post("/predict", json={"text": text, "model": model})
    assert answer.status_code == 200, answer.text
    return answer.json()


def _until(holds: Callable[[], bool], seconds: float, what: str) -> float:
    """The seconds after which `holds` held."""
    begin = time.monotonic()
    while not holds():
        assert time.monotonic() - begin < seconds, f"after {seconds} s: {what}"
        time.sleep(0.1)
    return time.monotonic() - begin


def _merged(stack: Stack, service: str) -> tuple[float, float]:
    return merged(stack.compose.get(f"http://{service}:3000/metrics"), _NAMES[service])


def _address(container: str) -> str:
    networks = inspect(container)["NetworkSettings"]["Networks"]
    [address] = (given["IPAddress"] for name, given in networks.items() if name.endswith("private"))
    return str(address)


def _scraped(stack: Stack) -> set[str]:
    """The addresses that Prometheus scrapes with success."""
    answer = json.loads(stack.compose.get("http://prometheus:9090/api/v1/targets?state=active"))
    return {
        target["labels"]["instance"].partition(":")[0]
        for target in answer["data"]["activeTargets"]
        if target["health"] == "up"
    }


def test_only_doors_are_published_and_only_here(stack: Stack) -> None:
    for name, container in _services(stack).items():
        ports = container["HostConfig"]["PortBindings"] or {}
        hosts = {binding["HostIp"] for bindings in ports.values() for binding in bindings}
        assert hosts == ({"127.0.0.1"} if name in _PUBLISHED else set()), name


def test_containers_may_do_little(stack: Stack) -> None:
    for name, container in _services(stack).items():
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert host["SecurityOpt"] == ["no-new-privileges:true"], name
        assert host["Memory"] > 0 and host["NanoCpus"] > 0 and host["PidsLimit"] > 0, name
        assert host["RestartPolicy"]["Name"] == "unless-stopped", name
        assert container["Config"]["User"] not in {"", "0", "root"}, name


def test_models_reach_nothing_outside(stack: Stack) -> None:
    code = (
        "import socket\n"
        "try: socket.create_connection(('1.1.1.1', 53), 3); print('out')\n"
        "except OSError: print('kept in')"
    )
    for service in _MODELS:
        assert stack.compose.python(stack.compose.containers(service)[0], code) == "kept in"


@pytest.mark.parametrize(("text", "language"), [*zip(EXAMPLE_TEXTS, ("en", "fr", "ar"))])
def test_a_ticket_is_sorted(stack: Stack, text: str, language: str) -> None:
    triage = _predict(stack, text)
    assert triage["language"] == language
    assert not triage["degraded"]
    released = Release.read(RELEASE).models
    answered = {name: version for name, version in triage["versions"].items() if version}
    assert answered == {name: released[name].version for name in answered}
    assert "router" in answered and len(answered) > 1


def test_names_are_read_where_the_agent_runs(stack: Stack) -> None:
    triage = _predict(stack, "Hello, I am Sarah Mejri, my laptop does not start")
    assert "Sarah" not in triage["scrubbed_text"]


@pytest.mark.parametrize("model", _MODELS)
def test_the_agent_asks_the_model_over_the_network_in_batches(stack: Stack, model: str) -> None:
    texts_before, batches_before = _merged(stack, model)
    answers = asyncio.run(post_many(stack, 200, 32, model))
    assert {answer.status_code for answer in answers} == {200}
    texts, batches = _merged(stack, model)
    # On a busy machine some are late, and the other model's to answer.
    assert texts - texts_before > 100
    # The quicker the model, the less there is to merge.
    assert batches - batches_before < texts - texts_before


def test_prometheus_scrapes_every_service(stack: Stack) -> None:
    services = ("agent", *_MODELS)
    wanted = {_address(stack.compose.containers(name)[0]) for name in services}
    _until(lambda: wanted <= _scraped(stack), 60, "not every target is up")


def test_mlflow_holds_the_models_and_hands_them_on(stack: Stack, tmp_path: Path) -> None:
    environment = {"MLFLOW_TRACKING_URI": stack.mlflow_url, "BENTOML_HOME": str(tmp_path)}
    run(_CALLCENTER, "register", seconds=300, environment=environment)
    released = {model.name: model.version for model in Release.read(RELEASE).models.values()}
    with httpx.Client(base_url=f"{stack.mlflow_url}/api/2.0/mlflow", timeout=30) as client:
        for name in FOLDERS:
            query = {"name": name, "alias": "production"}
            answer = client.get("/registered-models/alias", params=query)
            assert answer.json()["model_version"]["status"] == "READY"
    pulled = run(_CALLCENTER, "pull", seconds=300, environment=environment)
    assert {*re.findall(r"^(\S+) is in the BentoML model store", pulled, re.MULTILINE)} == {
        f"{name}:{version}" for name, version in released.items()
    }


def test_mlflow_refuses_who_calls_it_by_another_name(stack: Stack) -> None:
    answer = httpx.get(
        f"{stack.mlflow_url}/api/2.0/mlflow/experiments/search", headers={"Host": "evil.test"}
    )
    assert answer.status_code == 403


def test_without_its_transformer_the_agent_answers_and_recovers(
    stack: Stack, measured: dict[str, Any]
) -> None:
    [transformer] = stack.compose.containers("transformer")
    assert not _predict(stack, f"{_ARABIC} 0", "transformer")["degraded"]
    docker("kill", transformer)
    numbers = iter(range(1, 10_000))
    for _ in range(10):
        begin = time.monotonic()
        triage = _predict(stack, f"{_ARABIC} {next(numbers)}")
        assert time.monotonic() - begin < 5
        assert triage["model"] == "svm"
    assert triage["degraded"]
    docker("start", transformer)
    code = (
        "import urllib.request as u\n"
        "try: print(u.urlopen('http://127.0.0.1:3000/readyz', timeout=2).status)\n"
        "except OSError: print(0)"
    )
    _until(lambda: stack.compose.python(transformer, code) == "200", 60, "transformer isn't back")
    seconds = _until(
        lambda: not _predict(stack, f"{_ARABIC} {next(numbers)}")["degraded"], 5, "still degraded"
    )
    measured["recovery_seconds"] = round(seconds, 2)


def test_replicas_share_the_work_and_are_scraped(stack: Stack) -> None:
    stack.compose(
        "up", "--detach", "--wait", "--scale", "transformer=2", "--no-recreate", seconds=180
    )
    replicas = stack.compose.containers("transformer")
    assert len(replicas) == 2
    # Longer than a resolved name is remembered.
    time.sleep(11)
    before = [_answered(stack, replica) for replica in replicas]
    asyncio.run(post_many(stack, 400, 16, "transformer", first=1_000))
    shares = [_answered(stack, replica) - old for replica, old in zip(replicas, before)]
    assert min(shares) > sum(shares) / 5 > 20, shares
    wanted = {_address(replica) for replica in replicas}
    _until(lambda: wanted <= _scraped(stack), 60, "not every replica is scraped")


def _answered(stack: Stack, container: str) -> float:
    metrics = stack.compose.python(container, FETCH, "http://127.0.0.1:3000/metrics")
    return merged(metrics, _NAMES["transformer"])[0]
