"""The images, built here, and the whole system that Compose makes of them."""

import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from deploy.parts import PARTS
from tests.containers.engine import ROOT, Compose, can_be_had, inspect, run, succeeds
from tests.services.conftest import free_port

_BASE = "python:3.11-slim"
# Makes a stand-in for it from Debian's packages.
_OFFLINE_BASE = ROOT.parent / "shared/containers/offline-base-image.sh"
_COMPOSE = ROOT / "docker-compose.yml"
_OFFLINE = ROOT / "tests/containers/compose.offline.yml"
REPORT = ROOT / "reports/containers.json"


@dataclass(frozen=True)
class Stack:
    """The running system."""

    compose: Compose
    url: str
    mlflow_url: str
    has_grafana: bool

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30)


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    if not succeeds("docker", "info", seconds=30):
        pytest.skip("no Docker engine answers: start one, or set DOCKER_HOST")


@pytest.fixture(scope="session")
def measured() -> Iterator[dict[str, Any]]:
    """What the tests measure; written to reports/containers.json when all of it is there."""
    memory = psutil.virtual_memory().total / 2**30
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"
    result: dict[str, Any] = {"machine": machine, "images": {part.name: {} for part in PARTS}}
    yield result
    wanted = {"up_seconds", "recovery_seconds", "bentos_seconds", "images_seconds"}
    if wanted <= result.keys() and all(
        "ready_seconds" in image for image in result["images"].values()
    ):
        REPORT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def images(
    engine: None, measured: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What the engine knows of each image that `make bentos images` made."""
    if not can_be_had(_BASE):
        if not _OFFLINE_BASE.is_file():
            pytest.skip(f"{_BASE} can't be pulled here")
        run("bash", str(_OFFLINE_BASE), seconds=600)
    home = {"BENTOML_HOME": str(tmp_path_factory.mktemp("bentoml"))}
    for target in ("bentos", "images"):
        begin = time.monotonic()
        run("make", target, seconds=1_200, environment=home)
        measured[f"{target}_seconds"] = round(time.monotonic() - begin, 1)
    found = {part.name: inspect(f"{part.name}:local") for part in PARTS}
    for name, image in found.items():
        measured["images"][name]["megabytes"] = round(image["Size"] / 1e6)
    return found


@pytest.fixture(scope="session")
def stack(
    images: dict[str, Any], measured: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """All of docker-compose.yml, healthy."""
    compose = _compose(tmp_path_factory.mktemp("secrets"))
    compose(
        "build", "mlflow", *(["prometheus"] if _OFFLINE in compose.files else []), seconds=1_200
    )
    try:
        begin = time.monotonic()
        compose("up", "--detach", "--wait", "--wait-timeout", "240", seconds=300)
        measured["up_seconds"] = round(time.monotonic() - begin, 1)
        agent, mlflow = (
            f"http://127.0.0.1:{compose.variables[name]}" for name in ("AGENT_PORT", "MLFLOW_PORT")
        )
        yield Stack(compose, agent, mlflow, _OFFLINE not in compose.files)
    finally:
        compose("down", "--volumes", "--remove-orphans", "--timeout", "10", seconds=120)


def _compose(folder: Path) -> Compose:
    password = folder / "grafana"
    password.write_text("grafana-for-tests", encoding="utf-8")
    password.chmod(0o644)
    variables = {
        "GRAFANA_ADMIN_PASSWORD_FILE": str(password),
        **{f"{name}_PORT": str(free_port()) for name in ("AGENT", "MLFLOW", "GRAFANA")},
    }
    online = Compose("callcenter-test", [_COMPOSE], variables)
    public = [
        image
        for image in online("config", "--images").split()
        if not image.startswith("callcenter-")
    ]
    if all(map(can_be_had, public)):
        return online
    return Compose(online.project, [_COMPOSE, _OFFLINE], variables)
