"""ASGI middleware: reads a request's body up to a limit, and only of the kinds that are taken."""

from collections.abc import Set

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bentos.services.errors import error_response, standard_error


class _Refused(Exception):
    """A body that isn't read on."""

    def __init__(self, status: int) -> None:
        self.status = status


class BodyLimit:
    """Answers 413 to a body that is too large and 415 to one of the wrong kind.

    The rest of such a body is never read.

    Args:
        app: What gets the whole body at once.
        max_bytes: The largest body that is read.
        media_types: What the Content-Type of a POST may be.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, media_types: Set[str]) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._media_types = media_types

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            self._check(Headers(scope=scope))
            body = await self._read(receive)
        except _Refused as refused:
            response = error_response(refused.status, standard_error(refused.status))
            # What is left of the body must not be taken for the next request.
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)

    def _check(self, headers: Headers) -> None:
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in self._media_types:
            raise _Refused(415)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._max_bytes:
            raise _Refused(413)

    async def _read(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                # Nobody reads the answer, but BentoML's timeout would wait for one.
                raise _Refused(408)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._max_bytes:
                raise _Refused(413)
            more = message.get("more_body", False)
        return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the whole `body` first."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
