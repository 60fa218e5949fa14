"""Real servers for the tests of the doors: `bentoml serve`, each with a store of its own."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from bentos.schemas import EXAMPLE_TEXTS

# The checkout that the servers run from; CALLCENTER_ATTACKED names that of another commit.
REPOSITORY = Path(os.environ.get("CALLCENTER_ATTACKED", Path(__file__).parents[2]))
AGENT = "bentos.services.agent:AgentService"
SVM = "bentos.services.svm:SvmService"
TRANSFORMER = "bentos.services.transformer:TransformerService"
BENTOML = Path(sys.executable).with_name("bentoml")
_START_SECONDS = 120.0


@dataclass(frozen=True)
class Server:
    """A running server: its address and everything it has printed."""

    url: str
    log_file: Path
    process: "subprocess.Popen[bytes]"

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without its settings, for a server with BentoML home `home`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CALLCENTER_", "BENTOML_")) and not name.endswith("_URL")
    }
    return {**kept, "BENTOML_HOME": str(home), **variables}


@contextmanager
def serve(
    home: Path,
    *target: str,
    wait_for: str = "/readyz",
    port: int | None = None,
    **variables: str,
) -> Iterator[Server]:
    """A server of `target`, from when `wait_for` answers 200 until the end of the block."""
    port = port or free_port()
    log_file = home / f"server-{port}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [BENTOML, "serve", *target, "--host", "127.0.0.1", "--port", str(port)],
            cwd=REPOSITORY,
            env=environment(home, variables),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", log_file, process)
    try:
        _wait(server, wait_for)
        yield server
    finally:
        stop(server)


def _wait(server: Server, path: str) -> None:
    limit = time.monotonic() + _START_SECONDS
    while time.monotonic() < limit:
        if server.process.poll() is not None:
            break
        try:
            if httpx.get(server.url + path, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server didn't start:\n{server.log()}")


def stop(server: Server) -> None:
    """Ends the server's whole process group; a second signal for what outlives the first."""
    for number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        try:
            os.killpg(server.process.pid, number)
            server.process.wait(seconds)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def kill(server: Server) -> None:
    """Ends a server at once: its workers have process groups of their own."""
    group = psutil.Process(server.process.pid)
    for process in (*group.children(recursive=True), group):
        process.kill()


async def post_many(
    agent: Server, requests: int, concurrent: int, model: str = "svm", first: int = 0
) -> list[httpx.Response]:
    """The answers to so many tickets, so many of them in flight at a time."""
    slots = asyncio.Semaphore(concurrent)
    async with httpx.AsyncClient(base_url=agent.url, timeout=30) as client:

        async def one(number: int) -> httpx.Response:
            async with slots:
                ticket = {"text": f"{EXAMPLE_TEXTS[number % 3]} {number}", "model": model}
                return await client.post("/predict", json=ticket)

        return await asyncio.gather(*map(one, range(first, first + requests)))


def batches(server: Server, service: str = "SvmService") -> tuple[float, float]:
    """How many texts a service has read so far, and in how many batches."""
    return merged(httpx.get(f"{server.url}/metrics").text, service)


def merged(metrics: str, service: str) -> tuple[float, float]:
    """`batches` of what a server's /metrics said."""
    return _sample(metrics, service, "sum"), _sample(metrics, service, "count")


def _sample(metrics: str, service: str, kind: str) -> float:
    pattern = rf'^callcenter_batch_items_{kind}{{service="{service}"}} (\S+)$'
    return sum(float(value) for value in re.findall(pattern, metrics, re.MULTILINE))


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Makes BentoML homes with the release in their store; no two servers can share one."""
    template = tmp_path_factory.mktemp("home")
    subprocess.run(
        [BENTOML.with_name("callcenter"), "install", REPOSITORY / "release"],
        env=environment(template, {"BENTOML_DO_NOT_TRACK": "True"}),
        check=True,
        timeout=60,
    )

    def make() -> Path:
        home = tmp_path_factory.mktemp("home")
        (home / "models").symlink_to(template / "models")
        return home

    yield make


@pytest.fixture(scope="session")
def agent(new_home) -> Iterator[Server]:
    """The agent and both models in one process group, as `bentoml serve` starts them."""
    with serve(new_home(), AGENT) as server:
        yield server


@pytest.fixture(scope="session")
def client(agent: Server) -> Iterator[httpx.Client]:
    with agent.client() as client:
        yield client
