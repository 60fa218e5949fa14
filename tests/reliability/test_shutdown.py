"""A server that is told to end finishes what it has begun, in order, and loses no request."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.reliability.balancer import Balancer
from tests.reliability.record import record
from tests.reliability.server_tree import alive, is_port_free, seconds_until, workers
from tests.services.conftest import AGENT, Server, free_port, serve

pytestmark = pytest.mark.reliability

NewHome = Callable[[], Path]
# A start takes ten seconds and more of a core.
_RESTARTS = 20 if os.environ.get("CALLCENTER_FULL_ATTACK") else 4
_LONGEST_END_SECONDS = 45
_BATCH = [{"text": f"The printer on floor {floor} is broken"} for floor in range(1_000)]


def test_rolling_restarts_lose_no_request(new_home: NewHome) -> None:
    homes, ports = [new_home(), new_home()], [free_port(), free_port()]
    balancer = Balancer(tuple(f"http://127.0.0.1:{port}" for port in ports))
    stacks = [ExitStack(), ExitStack()]
    servers = [
        stack.enter_context(serve(home, AGENT, port=port))
        for stack, home, port in zip(stacks, homes, ports, strict=True)
    ]
    codes, ends = list[int](), list[float]()

    def restart(place: int) -> None:
        begin = time.monotonic()
        servers[place].process.terminate()
        codes.append(servers[place].process.wait(_LONGEST_END_SECONDS))
        ends.append(time.monotonic() - begin)
        stacks[place].close()
        servers[place] = stacks[place].enter_context(serve(homes[place], AGENT, port=ports[place]))

    try:
        asyncio.run(_load_while(balancer, restart))
    finally:
        for stack in stacks:
            stack.close()
    record(
        row=8,
        name="rolling restarts under load",
        promise="no request is lost, and each server ends with exit code 0",
        tried=balancer.sent,
        lost=len(balancer.lost) + sum(code != 0 for code in codes),
        restarts=_RESTARTS,
        longest_end_seconds=round(max(ends), 1),
        slowest_answer_seconds=round(max(balancer.seconds), 1),
    )
    assert not balancer.lost, balancer.lost[:10]
    assert set(codes) == {0}


async def _load_while(balancer: Balancer, restart: Callable[[int], None]) -> None:
    """Restarts one server after the other while tickets and batches come in."""
    singles = [balancer.send_singles(0.05) for _ in range(4)]
    batches = [balancer.send_batches(50, 0.2) for _ in range(2)]
    async with asyncio.TaskGroup() as load:
        for work in (balancer.watch(), *singles, *batches):
            load.create_task(work)
        await asyncio.sleep(2)
        for number in range(_RESTARTS):
            await asyncio.to_thread(restart, number % 2)
            await asyncio.sleep(1)
        balancer.is_stopped = True


class _Batch(threading.Thread):
    """A batch of a thousand tickets in flight."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self._server = server
        self.answered = 0
        self.closes = False
        self.start()

    def run(self) -> None:
        url = f"{self._server.url}/predict_batch"
        try:
            answer = httpx.post(url, json={"tickets": _BATCH}, timeout=40)
        except httpx.TransportError:
            return
        if answer.status_code == 200:
            self.answered = answer.json()["summary"]["answered"]
            self.closes = answer.headers.get("connection") == "close"


def _begin_batch(server: Server) -> _Batch:
    """Sends a batch, and returns when the server works on it."""
    children = workers(server)
    before = sum(child.cpu_times().user for child in children)
    batch = _Batch(server)
    seconds_until(lambda: sum(child.cpu_times().user for child in children) > before + 0.3, 20)
    return batch


def _says_that_it_ends(server: Server) -> bool:
    try:
        answer = httpx.get(f"{server.url}/readyz", timeout=10)
    except httpx.TransportError:
        return False
    return answer.status_code == 503 and answer.headers.get("connection") == "close"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl+C"])
def test_a_batch_in_flight_is_answered(new_home: NewHome, number: signal.Signals) -> None:
    with serve(new_home(), AGENT) as server:
        children = workers(server)
        batch = _begin_batch(server)
        in_flight = batch.is_alive()
        # To the process group, as a terminal does.
        os.killpg(server.process.pid, number)
        time.sleep(0.5)
        says_so = _says_that_it_ends(server)
        code = server.process.wait(_LONGEST_END_SECONDS)
        batch.join(5)
        left = len(alive(children))
        is_free = is_port_free(server)
        log = server.log()
    faults = {
        "not_in_flight": not in_flight,
        "ready": not says_so,
        "connection": not batch.closes,
        "exit_code": code != 0,
        "left": left > 0 or not is_free,
        "order": log.rfind("[SvmService:1] Service instance") < log.rfind("[AgentService:1] Serv"),
    }
    record(
        row=8,
        name=f"{number.name} with a batch of 1,000 tickets in flight",
        promise="all are answered; agent, then models end; exit code 0; the port is free",
        tried=len(_BATCH),
        lost=max(len(_BATCH) - batch.answered, int(any(faults.values()))),
        exit_code=code,
    )
    assert batch.answered == len(_BATCH)
    assert not any(faults.values()), faults


def test_a_second_signal_ends_the_server_at_once(new_home: NewHome) -> None:
    with serve(new_home(), AGENT) as server:
        children = workers(server)
        _begin_batch(server)
        server.process.terminate()
        time.sleep(0.5)
        server.process.terminate()
        took = seconds_until(lambda: server.process.poll() is not None, 20)
        left = len(alive(children))
    record(
        row=8,
        name="a second SIGTERM",
        promise="the server ends within 2 s",
        tried=1,
        lost=int(took > 2 or left > 0),
        seconds=round(took, 2),
    )
    assert took <= 2
    assert not left
