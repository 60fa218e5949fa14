"""uvicorn's server, whose end loses no request."""

import asyncio
import math
import time
from contextlib import suppress
from socket import socket
from types import FrameType
from typing import Final

import uvicorn

from bentos.services.draining import Draining
from bentos.settings import settings

_STEP_SECONDS: Final = 0.05


class GracefulServer(uvicorn.Server):
    """Serves a `Draining` app. uvicorn's own closes idle connections as soon as it is to end, and
    whoever is just sending on one is cut off.

    When it is told to end, it takes requests on for a while and says that it is about to end. Then
    it takes no new connection, and waits for those there are: an answer ends its connection, and
    an idle one ends as it always does. A second SIGINT ends it at once.
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Takes a signal to end."""
        app = self.config.app
        if isinstance(app, Draining):
            app.begin()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Ends within CALLCENTER_SHUTDOWN_SECONDS."""
        limit = time.monotonic() + settings().shutdown_seconds
        app = self.config.app
        if isinstance(app, Draining):
            await self._wait(min(app.seconds, settings().shutdown_seconds))
        await self._stop_listening(sockets or [])
        idle = self.config.timeout_keep_alive + _STEP_SECONDS
        await self._wait(min(idle, limit - time.monotonic()), until_unused=True)
        self.config.timeout_graceful_shutdown = max(0, math.ceil(limit - time.monotonic()))
        await super().shutdown(sockets)

    async def _wait(self, seconds: float, until_unused: bool = False) -> None:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit and not self.force_exit:
            if until_unused and not self.server_state.connections:
                return
            await asyncio.sleep(_STEP_SECONDS)

    async def _stop_listening(self, sockets: list[socket]) -> None:
        """Takes the connections that the kernel holds for this server, and no more after them."""
        last = [given.dup() for given in sockets]
        for server in self.servers:
            server.close()
        for given in sockets:
            given.close()
        for listener in last:
            await self._take_rest(listener)
            listener.close()

    async def _take_rest(self, listener: socket) -> None:
        """Connections that came in while the event loop was busy would be reset."""
        listener.setblocking(False)
        rest = list[socket]()
        with suppress(OSError):  # BlockingIOError: there are no more.
            while True:
                rest.append(listener.accept()[0])
        listener.close()
        loop = asyncio.get_running_loop()
        for connection in rest:
            await loop.connect_accepted_socket(self._protocol, connection, ssl=self.config.ssl)

    def _protocol(self) -> asyncio.Protocol:
        protocol: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        return protocol
