"""A connection of the HTTP layer without a socket, and with a clock that tests move."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from bentos.services.http_protocol import BoundedHttp


class Timer:
    def __init__(self, when: float, run: Callable[[], None]) -> None:
        self.when, self.run = when, run

    def cancel(self) -> None:
        self.run = lambda: None


class Clock:
    """The part of an event loop that the protocol uses, at a time of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, run: Callable[[], None]) -> Timer:
        self._timers.append(Timer(when, run))
        return self._timers[-1]

    def call_later(self, seconds: float, run: Callable[[], None]) -> Timer:
        return self.call_at(self.now + seconds, run)

    def create_task(self, work: Any) -> "asyncio.Task[Any]":
        return asyncio.get_running_loop().create_task(work)

    async def pass_by(self, seconds: float) -> None:
        """Moves the clock, and runs what falls due on the way."""
        end = self.now + seconds
        while due := [timer for timer in self._timers if timer.when <= end]:
            timer = min(due, key=lambda timer: timer.when)
            self._timers.remove(timer)
            self.now = max(self.now, timer.when)
            timer.run()
            await settle()
        self.now = end


class Wire(asyncio.Transport):
    """The other side of a connection: what was sent to it, and whether it ended."""

    def __init__(self) -> None:
        super().__init__()
        self.received = b""
        self.is_ended = self.is_aborted = self.is_half_closed = False
        self.protocol: BoundedHttp

    def write(self, data: "bytes | bytearray | memoryview") -> None:
        self.received += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.is_half_closed = True

    def is_closing(self) -> bool:
        return self.is_ended

    def close(self) -> None:
        self.is_ended = True

    def abort(self) -> None:
        self.is_ended = self.is_aborted = True

    def pause_reading(self) -> None:
        """Nothing is sent unless a test sends it."""

    def resume_reading(self) -> None:
        """See `pause_reading`."""

    def send(self, data: bytes) -> None:
        self.protocol.data_received(data)


class Server:
    """Connections to `app`, at one clock."""

    def __init__(self, app: ASGIApp) -> None:
        self.clock = Clock()
        self.state = ServerState()
        self._config = Config(app, http=BoundedHttp, lifespan="off", log_config=None)

    def connect(self) -> Wire:
        loop: Any = self.clock
        protocol = BoundedHttp(self._config, self.state, {}, loop)
        wire = Wire()
        wire.protocol = protocol
        protocol.connection_made(wire)
        return wire


async def settle() -> None:
    """Lets every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Bodies:
    """An app that reads whole bodies and answers with them."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.left = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left += 1
                return
            body, more = body + message["body"], message["more_body"]
        self.paths.append(scope["path"])
        await self.may_answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
