"""The supervisor is killed: its workers end, and the port is free."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.reliability.record import record
from tests.reliability.server_tree import alive, is_port_free, seconds_until, workers
from tests.services.conftest import AGENT, Server, serve

pytestmark = pytest.mark.reliability

_MOST_SECONDS = 2.0
# Some seconds of work for the agent's event loop.
_TICKETS = [{"text": f"The printer on floor {floor} is broken. " * 20} for floor in range(1_000)]


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "busy"])
def test_workers_end_with_their_supervisor(new_home: Callable[[], Path], is_busy: bool) -> None:
    with serve(new_home(), AGENT) as server:
        children = workers(server)
        caller = threading.Thread(target=_send_batch, args=(server,), daemon=True)
        if is_busy:
            caller.start()
            before = sum(child.cpu_times().user for child in children)
            seconds_until(lambda: sum(c.cpu_times().user for c in children) > before + 0.5, 20)
        server.process.kill()
        server.process.wait(5)
        took = seconds_until(lambda: not alive(children) and is_port_free(server), 10)
        left = alive(children)
        for child in left:
            child.kill()
        if is_busy:
            caller.join(40)
    record(
        row=9,
        name=f"SIGKILL of the supervisor of a server that is {'busy' if is_busy else 'idle'}",
        promise="every worker ends within 2 s, and the port is free",
        tried=len(children),
        lost=max(len(left), int(took > _MOST_SECONDS)),
        seconds=round(took, 2),
    )
    assert not left
    assert took <= _MOST_SECONDS


def _send_batch(server: Server) -> None:
    with suppress(httpx.TransportError):
        httpx.post(f"{server.url}/predict_batch", json={"tickets": _TICKETS}, timeout=30)
