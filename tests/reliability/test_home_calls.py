"""Row 4: nothing of ours looks up a name, reports home, or writes outside its folders.

Every dependency runs as it does for a user, under strace: the next library that reports is seen.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from bentos.schemas import EXAMPLE_TEXTS
from tests.reliability.record import ATTACKED, record
from tests.reliability.traced import Folders, Traced
from tests.services.conftest import free_port

pytestmark = pytest.mark.reliability

_PROMISE = "no look-up of a name, no packet to elsewhere, no file outside its own folders"
# Minutes: a loaded machine under strace. Seconds are usual.
_LIMIT = 240.0
_TRAINING_SIDE = """
import importlib, pkgutil
for name in ("train", "bench", "deploy"):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        # MLflow loads the first kind itself; the second is for a server's workers.
        if "pyfunc" not in module.name and module.name != "bench.switched":
            importlib.import_module(module.name)
import mlflow, pandas
from train import registry, tracking
tracking.use_tracking_server()
names = ("callcenter-svm", "callcenter-transformer", "callcenter-names", "callcenter-router")
for name in names[:3]:
    model = mlflow.pyfunc.load_model(f"models:/{name}@production")
    print(model.predict(pandas.DataFrame({"text": ["My laptop does not start"]})))
print(list(registry.pull(names, "production")))
"""
# A look-up, a packet, a file and a folder that nobody allowed. No name ends in `.invalid`, and a
# datagram socket that is connected has sent nothing.
_REPORTER = """
import os, pathlib, socket
try:
    socket.getaddrinfo("reports.invalid", 443)
except OSError:
    pass
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 443))
pathlib.Path.home().joinpath("device").mkdir()
os.chdir(pathlib.Path.home() / "device")
pathlib.Path("id").write_text("1234")
"""


@pytest.fixture
def folders() -> Iterator[Folders]:
    """Not pytest's own: the path of BentoML's sockets there would be too long."""
    with tempfile.TemporaryDirectory() as root:
        yield Folders.make(Path(root))


def test_what_reports_home_is_seen(folders: Folders) -> None:
    [faults] = _faults_of(folders, folders.own, [(sys.executable, "-c", _REPORTER)])
    for expected in ("htons(53)", "192.0.2.1", 'mkdir("', '"id", O_WRONLY', "left in the user's"):
        assert any(expected in fault for fault in faults), (expected, faults)


def test_a_server_reports_nothing_home(folders: Folders) -> None:
    installed = _faults_of(folders, ATTACKED, [("callcenter", "install", "release")])
    port = free_port()
    server = Traced.start(folders, ATTACKED, ATTACKED, "callcenter", "serve", "--port", str(port))
    try:
        _use(server, f"http://127.0.0.1:{port}")
    finally:
        _stop(server)
    _judge(
        "install, serve, every kind of request, stop",
        [*installed, server.faults() + folders.left_behind()],
    )


def test_training_reports_nothing_home(folders: Folders) -> None:
    project = _project(folders)
    commands = [
        ("dvc", "status"),
        ("callcenter", "register", "release"),
        (sys.executable, "-c", _TRAINING_SIDE),
    ]
    _judge(
        "every training module, DVC, models into MLflow's registry and out of it",
        _faults_of(folders, project, commands),
    )


def _judge(name: str, faults: list[list[str]]) -> None:
    """Records how many commands had a fault, and fails if one had; a list of faults each."""
    found = [fault for each in faults for fault in each]
    lost = sum(map(bool, faults))
    record(4, name, _PROMISE, tried=len(faults), lost=lost, faults=len(found))
    assert lost == 0, "\n".join(found)


def _faults_of(folders: Folders, cwd: Path, commands: list[tuple[str, ...]]) -> list[list[str]]:
    """Runs `commands` one after the other; the faults of each, with what it left with the user."""
    faults: list[list[str]] = []
    for command in commands:
        traced = Traced.start(folders, cwd, ATTACKED, *command)
        try:
            assert traced.wait(_LIMIT) == 0, traced.printed()
        finally:
            _stop(traced)
        faults.append(traced.faults() + folders.left_behind())
    return faults


def _project(folders: Folders) -> Path:
    """A copy of the checkout to run in: the pipeline's folders are its working directory's."""
    project = folders.own / "project"
    project.mkdir()
    for name in ("bentos", "train", "release", ".dvc"):
        ignored = shutil.ignore_patterns("__pycache__", "tmp", "cache")
        shutil.copytree(ATTACKED / name, project / name, ignore=ignored)
    for name in ("dvc.yaml", "dvc.lock", "params.yaml", "data", "reports"):
        (project / name).symlink_to(ATTACKED / name)
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True, timeout=30)
    return project


def _use(server: Traced, url: str) -> None:
    """What callers do: tickets of three languages to either model, explained, in a batch; pages."""
    with httpx.Client(base_url=url, timeout=60) as client:
        _wait_until_ready(server, client)
        tickets = [
            {"text": f"{text} Mail jane.doe@example.com, https://example.com/a", "model": model}
            for text in EXAMPLE_TEXTS
            for model in ("svm", "transformer")
        ]
        tickets += [{"text": text, "explain": True} for text in EXAMPLE_TEXTS]
        answers = [client.post("/predict", json=ticket) for ticket in tickets]
        answers.append(client.post("/predict_batch", json={"tickets": tickets}))
        answers += [client.get(page) for page in ("/metrics", "/docs.json", "/", "/livez")]
        assert {answer.status_code for answer in answers} == {200}, server.printed()


def _wait_until_ready(server: Traced, client: httpx.Client) -> None:
    limit = time.monotonic() + _LIMIT
    while time.monotonic() < limit and server.process.poll() is None:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(f"the server didn't become ready:\n{server.printed()}")


def _stop(traced: Traced) -> None:
    """Asks what is traced to end, and ends all that is left of it."""
    if traced.process.poll() is not None:
        return
    tracer = psutil.Process(traced.process.pid)
    family = tracer.children(recursive=True)
    for child in tracer.children():
        child.send_signal(signal.SIGTERM)
    try:
        traced.process.wait(60)
    except subprocess.TimeoutExpired:
        for process in (*family, tracer):
            if process.is_running():
                os.kill(process.pid, signal.SIGKILL)
        traced.process.wait(10)
