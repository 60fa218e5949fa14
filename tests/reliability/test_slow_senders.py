"""Row 11: whoever sends slowly, half, or nothing keeps nobody else from an answer."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import socket

import httpx
import psutil
import pytest

from tests.reliability.raw import HOST, JSON, TICKET, connect, post, read
from tests.reliability.record import record
from tests.services.conftest import AGENT, Server, serve

pytestmark = pytest.mark.reliability

HEADER_SECONDS, BODY_SECONDS = 3, 6
# Commits before these settings ignore them.
LIMITS = {
    "CALLCENTER_HEADER_SECONDS": str(HEADER_SECONDS),
    "CALLCENTER_BODY_SECONDS": str(BODY_SECONDS),
}
HALF = post()[:-5]
LARGE = b'{"text": "the printer is broken"' + b" " * 1_900_000 + b"}"


@pytest.fixture(scope="module")
def agent(new_home) -> Iterator[Server]:
    """With the limits of these tests."""
    with serve(new_home(), AGENT, **LIMITS) as server:
        yield server


@contextmanager
def _connections(agent: Server, number: int, sent: bytes) -> Iterator[list[socket]]:
    """So many connections that have sent `sent`, as far as they take it."""
    with ExitStack() as stack:
        connections = []
        for _ in range(number):
            connection = stack.enter_context(connect(agent))
            connection.settimeout(0.5)
            try:
                connection.sendall(sent)
            except OSError:
                pass  # The server reads no more of it.
            connections.append(connection)
        yield connections


def _refused(agent: Server, tickets: int, body: bytes = TICKET) -> int:
    """How many of so many tickets, each of a connection of its own, have no triage."""
    refused = 0
    for _ in range(tickets):
        try:
            headers = {"Content-Type": "application/json"}
            answer = httpx.post(f"{agent.url}/predict", content=body, headers=headers, timeout=5)
            refused += answer.status_code != 200
        except httpx.TransportError:
            refused += 1
    return refused


def _memory(agent: Server) -> float:
    """The memory of all of the server's processes, in megabytes."""
    processes = psutil.Process(agent.process.pid).children(recursive=True)
    return sum(process.memory_info().rss for process in processes) / 1e6


def test_half_sent_bodies_take_no_slots(agent: Server) -> None:
    tried = 60
    with _connections(agent, 200, HALF):
        lost = _refused(agent, tried)
    record(
        row=11,
        name="200 half-sent bodies beside ordinary tickets",
        promise="every ticket is answered",
        tried=tried,
        lost=lost,
    )
    assert lost == 0


def test_half_sent_bodies_end_with_408(agent: Server) -> None:
    tried = 40
    lost, slowest = 0, 0.0
    with _connections(agent, tried, HALF) as connections:
        began = time.monotonic()
        for connection in connections:
            answer = read(connection, max(0.05, BODY_SECONDS + 5 - (time.monotonic() - began)))
            slowest = max(slowest, time.monotonic() - began)
            is_told = answer.statuses == (408,) and answer.is_in_shape()
            lost += not is_told or b"connection: close" not in answer.content.lower()
    record(
        row=11,
        name="half-sent bodies",
        promise=f"408 in our shape and the end, {BODY_SECONDS} s after the headers",
        tried=tried,
        lost=lost,
        slowest_seconds=round(slowest, 1),
    )
    assert lost == 0


@pytest.mark.parametrize(
    ("name", "first", "drop", "status"),
    [
        ("headers that drip", b"GET /livez HTTP/1.1\r\n" + HOST, b"X: a\r\n", 408),
        ("one header that drips", b"GET /livez HTTP/1.1\r\nX: ", b"a", 408),
        ("blank lines that drip", b"", b"\r\n", None),
        ("nothing", b"", b"", None),
        (
            "a body that drips after its answer",
            b"POST /nothing HTTP/1.1\r\n" + HOST + JSON + b"Content-Length: 1000\r\n\r\n",
            b"a",
            404,
        ),
    ],
)
def test_what_drips_comes_to_an_end(
    agent: Server, name: str, first: bytes, drop: bytes, status: int | None
) -> None:
    tried, lost = 20, 0
    with _connections(agent, tried, first) as connections:
        end = time.monotonic() + 3 * HEADER_SECONDS + 2
        answers = {connection: b"" for connection in connections}
        open_ones = set(connections)
        while open_ones and time.monotonic() < end:
            time.sleep(0.3)
            for connection in tuple(open_ones):
                if not _goes_on(connection, drop, answers):
                    open_ones.discard(connection)
        expected = b"" if status is None else b"HTTP/1.1 %d " % status
        lost = len(open_ones)
        lost += sum(not answers[one].startswith(expected) for one in answers.keys() - open_ones)
    record(
        row=11,
        name=name,
        promise=f"the connection ends, with status {status}" if status else "the connection ends",
        tried=tried,
        lost=lost,
    )
    assert lost == 0


def _goes_on(connection: socket, drop: bytes, answers: dict[socket, bytes]) -> bool:
    try:
        connection.setblocking(False)
        try:
            piece = connection.recv(65_536)
        except BlockingIOError:
            connection.sendall(drop)
            return True
        answers[connection] += piece
        return bool(piece)
    except OSError:
        return False


def test_large_half_sent_bodies_take_bounded_memory(agent: Server) -> None:
    before = _memory(agent)
    with _connections(agent, 300, post(LARGE)[:-5]):
        after = _memory(agent)
        lost = _refused(agent, 20) + _refused(agent, 3, LARGE)
    added = after - before
    lost += added > 200
    record(
        row=11,
        name="300 half-sent bodies of 1.9 MB",
        promise="at most 200 MB more memory; small and large tickets are answered",
        tried=24,
        lost=lost,
        megabytes_added=round(added, 1),
    )
    assert lost == 0


def test_more_connections_than_are_kept(agent: Server) -> None:
    tried = 20
    with _connections(agent, 700, b"GET /livez HTTP/1.1\r\n"):
        held = len(psutil.Process(_worker(agent)).net_connections())
        lost = _refused(agent, tried) + (held > 600)
    record(
        row=11,
        name="700 connections that wait",
        promise="600 at most are kept, and tickets are answered",
        tried=tried + 1,
        lost=lost,
        kept=held,
    )
    assert lost == 0


def _worker(agent: Server) -> int:
    """The process with the most connections: the agent's worker."""
    processes = psutil.Process(agent.process.pid).children(recursive=True)
    return max(processes, key=lambda process: len(process.net_connections())).pid


def test_who_does_not_read_takes_no_slot(agent: Server) -> None:
    tried = 30
    page = b"GET /static_content/swagger-ui-bundle.js HTTP/1.1\r\n" + HOST + b"\r\n"
    # The first few answers fit into the buffers of the sockets.
    with _connections(agent, 200, page * 8):
        time.sleep(1)
        lost = _refused(agent, tried)
    record(
        row=11,
        name="200 readers of the page who stop",
        promise="every ticket is answered",
        tried=tried,
        lost=lost,
    )
    assert lost == 0


def test_answers_that_are_not_read_end(agent: Server) -> None:
    page = b"GET /static_content/swagger-ui-bundle.js HTTP/1.1\r\n" + HOST + b"\r\n"
    tried = 20
    with _connections(agent, tried, page * 8):
        worker = psutil.Process(_worker(agent))
        limit = time.monotonic() + 3 * BODY_SECONDS + 5
        while time.monotonic() < limit and _established(worker) > 2:
            time.sleep(0.5)
        lost = min(tried, _established(worker))
    lost = lost if lost > 2 else 0
    record(
        row=11,
        name="answers that nobody reads",
        promise="their connections end",
        tried=tried,
        lost=lost,
    )
    assert lost == 0


def _established(worker: psutil.Process) -> int:
    return sum(one.status == psutil.CONN_ESTABLISHED for one in worker.net_connections("tcp"))


def test_the_log_holds_no_text_of_what_was_refused(agent: Server) -> None:
    assert "printer" not in Path(agent.log_file).read_text("utf-8", errors="replace")
