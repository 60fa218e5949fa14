"""ASGI middleware: whatever went wrong inside, and whoever says so, it leaves in the one shape."""

import json
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bentos.services.errors import error_response, extra_headers, respond, standard_error

# BentoML's and Starlette's own errors are some dozens of bytes; ours are too.
_LARGEST_ERROR: Final = 65_536


class ErrorShape:
    """Rewrites error responses that aren't in the shape of `schemas.ErrorResponse`; never raises.

    An exception that left a middleware would hang the request in BentoML's until its timeout.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sender = _Sender(scope, receive, send)
        try:
            await self._app(scope, receive, sender)
        except Exception as exception:
            response = respond(exception)
            if not sender.started:
                await response(scope, receive, send)


class _Sender:
    """The `send` of one request: lets success through, holds an error back until it is whole."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.started = False
        self._scope, self._receive, self._send = scope, receive, send
        self._error: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            self._error = message
        elif self._error is None:
            self.started = True
            await self._send(message)
        elif message["type"] == "http.response.body":
            self._body = (self._body + message.get("body", b""))[:_LARGEST_ERROR]
            if not message.get("more_body", False):
                await self._finish(self._error)

    async def _finish(self, start: Message) -> None:
        self.started = True
        if _is_in_shape(self._body):
            await self._send(start)
            await self._send({"type": "http.response.body", "body": self._body})
            return
        response = error_response(start["status"], standard_error(start["status"]))
        kept = MutableHeaders(raw=list(start.get("headers", [])))
        for name in ("content-length", "content-type", *extra_headers(start["status"])):
            del kept[name]
        response.raw_headers.extend(kept.raw)
        await response(self._scope, self._receive, self._send)


def _is_in_shape(body: bytes) -> bool:
    try:
        content = json.loads(body)
    except ValueError:
        return False
    error = content.get("error") if isinstance(content, dict) else None
    return isinstance(error, dict) and "code" in error
