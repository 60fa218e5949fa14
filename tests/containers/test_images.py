"""The three images: what is in them, what they say of themselves, how soon they answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from bentos.models.registered import FOLDERS
from bentos.release import Release
from deploy.parts import PARTS, RELEASE, Part
from deploy.version import project_version, revision
from tests.containers.engine import docker, inspect

pytestmark = pytest.mark.containers

_MEGABYTES = {"callcenter-svm": 450, "callcenter-transformer": 550, "callcenter-agent": 700}
_READY_SECONDS = 10.0
# As docker-compose.yml runs them.
_HARDENED = (
    *("--read-only", "--tmpfs", "/tmp:size=64m,mode=1777", "--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges:true", "--cpus", "1"),
)

each_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)


@each_part
def test_an_image_is_small(part: Part, images: dict[str, Any]) -> None:
    assert images[part.name]["Size"] <= _MEGABYTES[part.name] * 1e6


@each_part
def test_an_image_says_what_it_was_made_of(part: Part, images: dict[str, Any]) -> None:
    released = Release.read(RELEASE).models
    labels = images[part.name]["Config"]["Labels"]
    assert labels["org.opencontainers.image.title"] == part.name
    assert labels["org.opencontainers.image.version"] == project_version()
    commit, _, _ = revision().partition("-")
    assert labels["org.opencontainers.image.revision"].startswith(commit)
    models = {name: labels.get(f"callcenter.model.{name}") for name in FOLDERS}
    expected = {name: released[FOLDERS[name]].version for name in part.models}
    assert {name: version for name, version in models.items() if version} == expected


@each_part
def test_an_image_runs_as_nobody_in_particular_and_says_how_it_is(
    part: Part, images: dict[str, Any]
) -> None:
    config = images[part.name]["Config"]
    assert config["User"] == "1034:1034"
    assert config["Healthcheck"]["Timeout"] > 0


@each_part
def test_an_image_has_neither_compiler_nor_torch(part: Part, images: dict[str, Any]) -> None:
    look = (
        "import importlib.util as i, shutil; "
        "print([p for p in ('cc', 'gcc', 'g++', 'make', 'curl', 'uv') if shutil.which(p)] + "
        "[m for m in ('torch', 'sklearn', 'mlflow', 'pip') if i.find_spec(m)])"
    )
    assert docker("run", "--rm", "--entrypoint", "python", f"{part.name}:local", "-c", look) == "[]"


@each_part
def test_a_server_can_change_none_of_its_files(part: Part, images: dict[str, Any]) -> None:
    look = "find /app /home/bentoml/bento -writable ! -type l | head"
    assert not docker("run", "--rm", "--entrypoint", "sh", f"{part.name}:local", "-c", look)


@each_part
def test_an_image_is_soon_ready(
    part: Part, images: dict[str, Any], measured: dict[str, Any]
) -> None:
    with (
        _running("callcenter-svm") as (svm, _),
        _running(part.name, f"http://{svm}:3000") as (
            address,
            seconds,
        ),
    ):
        assert httpx.get(f"http://{address}:3000/docs.json", timeout=5).status_code == 200
        measured["images"][part.name]["ready_seconds"] = round(seconds, 1)
        assert seconds <= _READY_SECONDS


@contextmanager
def _running(name: str, model_url: str = "") -> Iterator[tuple[str, float]]:
    """The address of a container, once it is ready, and the seconds that it took."""
    begin = time.monotonic()
    variables = ("--env", f"SVM_URL={model_url}", "--env", f"TRANSFORMER_URL={model_url}")
    container = docker("run", "--detach", *_HARDENED, *variables, f"{name}:local")
    try:
        address: str = inspect(container)["NetworkSettings"]["IPAddress"]
        while not _is_ready(address):
            assert time.monotonic() - begin < 60, docker("logs", container)
            time.sleep(0.05)
        yield address, time.monotonic() - begin
    finally:
        docker("rm", "--force", container)


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"http://{address}:3000/readyz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False
