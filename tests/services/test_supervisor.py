"""The order in which services end, and what their workers inherit."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field

import bentoml._internal.utils.circus as bentoml_circus
import pytest

import bentos.services  # noqa: F401  # it installs what is tested
from bentos.services.supervisor import OrderlyArbiter, hand_over_own_socket
from bentos.settings import settings


@dataclass
class _Process:
    """A worker."""


@dataclass
class _Watcher:
    """A watcher of circus whose workers take a while to end."""

    name: str
    events: list[str]
    steps: int = 3
    args: list[str] = field(default_factory=list)
    priority: int = 0
    graceful_timeout: float = 86_400.0
    processes: dict[int, _Process] = field(default_factory=lambda: {1: _Process()})

    async def _stop(self, close_output_streams: bool = False) -> None:
        self.events.append(f"{self.name} is told")
        for _ in range(self.steps):
            await asyncio.sleep(0)
        self.events.append(f"{self.name} ended")

    def send_signal_process(self, process: _Process, number: int, recursive: bool) -> None:
        self.events.append(f"{self.name} gets signal {number}")


class _Socket:
    """The socket that requests come in by."""

    def __init__(self, events: list[str]) -> None:
        self._events = events

    def close(self) -> None:
        self._events.append("the socket closes")


@pytest.fixture
def events() -> list[str]:
    return []


@pytest.fixture
def arbiter(events: list[str]) -> OrderlyArbiter:
    # Without circus's sockets and loop.
    arbiter = OrderlyArbiter.__new__(OrderlyArbiter)
    names = ("service_SvmService", "service_TransformerService", "service")
    arbiter.watchers = [_Watcher(name, events) for name in names]
    arbiter.sockets = {"_bento_api_server": _Socket(events)}
    arbiter.exit_stack = contextlib.ExitStack()
    arbiter._stopping = True
    arbiter._restarting = False
    arbiter._exclusive_running_command = None
    return arbiter


def test_bentoml_uses_it() -> None:
    assert bentoml_circus.Arbiter is OrderlyArbiter


def test_models_end_when_the_agent_has_ended(arbiter: OrderlyArbiter, events: list[str]) -> None:
    asyncio.run(arbiter._stop_watchers())
    assert events[:3] == ["the socket closes", "service is told", "service ended"]
    models = {"service_SvmService", "service_TransformerService"}
    assert set(events[3:5]) == {f"{model} is told" for model in models}
    assert set(events[5:]) == {f"{model} ended" for model in models}


def test_each_has_a_time_limit(arbiter: OrderlyArbiter) -> None:
    asyncio.run(arbiter._stop_watchers())
    svm, _, agent = arbiter.watchers
    assert settings().timeout_seconds < settings().shutdown_seconds < agent.graceful_timeout < 60
    assert svm.graceful_timeout <= 10


def test_a_restart_keeps_the_socket(arbiter: OrderlyArbiter, events: list[str]) -> None:
    arbiter._stopping = False
    asyncio.run(arbiter._stop_watchers())
    assert "the socket closes" not in events


def test_a_second_signal_kills(arbiter: OrderlyArbiter, events: list[str]) -> None:
    assert arbiter.stop() is None
    assert events == [f"{watcher.name} gets signal 9" for watcher in arbiter.watchers]


def test_a_signal_at_a_busy_moment_is_not_lost(
    arbiter: OrderlyArbiter, events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = list[object]()

    class Loop:
        def call_later(self, seconds: float, callback: object) -> None:
            later.append(callback)

    arbiter.loop = Loop()
    arbiter._stopping = False
    arbiter._exclusive_running_command = "manage_watchers"
    assert arbiter.stop() is None
    assert later == [arbiter.stop]
    assert not arbiter._stopping


def test_a_worker_inherits_the_socket_of_its_own_service_alone() -> None:
    @dataclass
    class Sockets:
        sockets: dict[str, socket.socket]

    with socket.socket() as own, socket.socket() as other:
        sockets = Sockets({"SvmService": own, "_bento_api_server": other})
        watcher = _Watcher("service_SvmService", [], args=["--fd", "$(circus.sockets.SvmService)"])
        other.set_inheritable(True)
        assert hand_over_own_socket(watcher, sockets, hook_name="before_spawn")
        assert own.get_inheritable()
        assert not other.get_inheritable()
