"""A server that is told to end: whom it still answers, and when it is gone."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvicorn

from bentos.services.draining import Draining
from bentos.services.graceful_server import GracefulServer

_REQUEST = b"GET /predict HTTP/1.1\r\nHost: x\r\n\r\n"
_LONGEST_SECONDS = 30.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Served:
    """A server in this process; its app answers when it is let go."""

    def __init__(self, drain_seconds: float, keep_alive: int = 30) -> None:
        self.may_answer = asyncio.Event()
        self.asked = asyncio.Event()
        listener = socket.create_server(("127.0.0.1", 0))
        self._address = listener.getsockname()
        config = uvicorn.Config(
            Draining(self._app, drain_seconds),
            log_config=None,
            lifespan="off",
            timeout_keep_alive=keep_alive,
        )
        self.server = GracefulServer(config)
        self.task = asyncio.create_task(self.server._serve([listener]))

    async def _app(self, scope, receive, send) -> None:
        self.asked.set()
        await self.may_answer.wait()
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    async def connect(self) -> Streams:
        return await asyncio.open_connection(*self._address)

    def end(self) -> None:
        self.server.handle_exit(signal.SIGTERM, None)

    async def listens_no_more(self) -> None:
        while self.server.servers[0].is_serving():
            await asyncio.sleep(0.01)


async def _asked(streams: Streams) -> bytes:
    """Sends a request on a connection, and reads to the end of the connection."""
    streams[1].write(_REQUEST)
    answer = await streams[0].read()
    streams[1].close()
    return answer


def _run(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), _LONGEST_SECONDS))


def test_what_is_in_flight_is_answered_and_ends_the_server() -> None:
    async def scenario() -> None:
        served = _Served(drain_seconds=0)
        answer = asyncio.create_task(_asked(await served.connect()))
        await served.asked.wait()
        served.end()
        await served.listens_no_more()
        assert not served.task.done()
        served.may_answer.set()
        assert (await answer).endswith(b"connection: close\r\n\r\nok")
        await served.task

    _run(scenario)


def test_a_connection_that_was_idle_is_still_answered() -> None:
    async def scenario() -> None:
        served = _Served(drain_seconds=0)
        served.may_answer.set()
        idle = await served.connect()
        idle[1].write(_REQUEST)
        assert (await idle[0].readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        served.end()
        await served.listens_no_more()
        assert b"connection: close" in await _asked(idle)
        await served.task

    _run(scenario)


def test_an_idle_connection_holds_it_up_no_longer_than_ever() -> None:
    async def scenario() -> None:
        served = _Served(drain_seconds=0, keep_alive=1)
        reader, writer = await served.connect()
        served.end()
        assert await reader.read() == b""
        writer.close()
        await served.task

    _run(scenario)


def test_it_takes_connections_for_a_while_and_then_none() -> None:
    async def scenario() -> None:
        served = _Served(drain_seconds=0.5)
        served.may_answer.set()
        first = await served.connect()
        served.end()
        assert b"connection: close" in await _asked(first)
        assert b"connection: close" in await _asked(await served.connect())
        await served.task
        with pytest.raises(ConnectionRefusedError):
            await served.connect()

    _run(scenario)


def test_connections_that_the_kernel_holds_are_taken() -> None:
    async def scenario() -> None:
        served = _Served(drain_seconds=0)
        served.may_answer.set()
        await _asked_once(served)
        with socket.socket() as waiting:
            listener = socket.create_server(("127.0.0.1", 0))
            waiting.connect(listener.getsockname())
            # No event loop takes it from this listener.
            await served.server._take_rest(listener)
            assert listener.fileno() == -1
            answer = asyncio.create_task(_asked(await asyncio.open_connection(sock=waiting)))
            served.end()
            assert (await answer).endswith(b"ok")
        await served.task

    async def _asked_once(served: _Served) -> None:
        reader, writer = await served.connect()
        writer.write(_REQUEST)
        await reader.readuntil(b"ok")
        writer.close()

    _run(scenario)
