"""ASGI middleware: reads a request's body, within limits of size, time and kind."""

import asyncio
from collections.abc import Mapping, Set
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from bentos.services.body_memory import NO_ROOM, BodyMemory, HeldBody
from bentos.services.errors import error_response, standard_error
from bentos.services.replay import replay
from bentos.wire import Error

_NO_ROOM: Final = Error(
    code="too_many_requests",
    message="The server holds as many large requests as it can; retry after the time in "
    "Retry-After.",
)


class _Refused(Exception):
    """A body that isn't read on."""

    def __init__(self, status: int, error: Error | None = None) -> None:
        self.status = status
        self.error = error or standard_error(status)


class BodyLimit:
    """Answers 413 to a body that is too large, 415 to one of the wrong kind, 408 to one that is
    late and 429 where there is no room for it.

    The rest of such a body is never read. What comes after this middleware is asked when the whole
    body is there.

    Args:
        app: What gets the whole body at once.
        paths: Where bodies are taken, by POST.
        max_bytes: The largest body that is read.
        media_types: What the Content-Type may be.
        memory: Time for bodies, and room for large ones.
    """

    def __init__(
        self,
        app: ASGIApp,
        paths: Set[str],
        max_bytes: int,
        media_types: Set[str],
        memory: BodyMemory,
    ) -> None:
        self._app = app
        self._paths = paths
        self._max_bytes = max_bytes
        self._media_types = {media_type.encode() for media_type in media_types}
        self._memory = memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in self._paths or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        held = self._memory.begin()
        try:
            # The first of each name counts.
            self._check(dict(reversed(scope["headers"])))
            body = await self._read(receive, held)
            self._memory.arrived(held)
            message = {"type": "http.request", "body": body, "more_body": False}
            await self._app(scope, replay(message, receive), send)
        except _Refused as refused:
            self._memory.end(held)
            response = error_response(refused.status, refused.error)
            # What is left of the body must not be taken for the next request.
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
        finally:
            self._memory.end(held)

    def _check(self, headers: Mapping[bytes, bytes]) -> None:
        media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if media_type not in self._media_types:
            raise _Refused(415)
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > self._max_bytes:
            raise _Refused(413)

    async def _read(self, receive: Receive, held: HeldBody) -> bytes:
        try:
            return await self._parts(receive, held)
        except asyncio.CancelledError:
            # As asyncio.timeout does, which costs each request a timer.
            if held.refused_with is None or (held.task is not None and held.task.uncancel()):
                raise
            error = _NO_ROOM if held.refused_with == NO_ROOM else None
            raise _Refused(held.refused_with, error) from None

    async def _parts(self, receive: Receive, held: HeldBody) -> bytes:
        parts: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                # Nobody reads the answer, but BentoML's metrics count it.
                raise _Refused(408)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._max_bytes:
                raise _Refused(413)
            if not self._memory.grow(held, size):
                raise _Refused(NO_ROOM, _NO_ROOM)
            more = message.get("more_body", False)
        return parts[0] if len(parts) == 1 else b"".join(parts)
