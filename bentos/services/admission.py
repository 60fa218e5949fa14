"""ASGI middleware: lets in what the server can finish in time, and refuses the rest at once."""

import math
import time
from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bentos.services.errors import error_response
from bentos.services.replay import replay
from bentos.services.request_record import RequestRecord, current
from bentos.services.work_limit import WorkLimit
from bentos.wire import Error

# What the smallest request costs besides its text, in bytes of text.
_LEAST_WORK: Final = 256
_BUSY: Final = Error(
    code="too_many_requests",
    message="The server has as much work as it can finish in time; retry after the time in "
    "Retry-After.",
)


class Admission:
    """Answers 429 to requests that come in while the work in flight is at its limit.

    Put it where the body is whole: a sender who is slow takes no place.

    Args:
        app: What is asked.
        limits: The limit of each path that tickets come in by.
    """

    def __init__(self, app: ASGIApp, limits: Mapping[str, WorkLimit]) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limits.get(scope["path"]) if scope["type"] == "http" else None
        if limit is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        message = await receive()
        work = max(len(message.get("body", b"")), _LEAST_WORK)
        if not limit.admits(work):
            response = error_response(429, _BUSY)
            response.headers["Retry-After"] = str(math.ceil(limit.seconds_until(work)) or 1)
            await response(scope, receive, send)
            return
        record = current.get() or RequestRecord("", "")
        record.whole_at = time.perf_counter()
        answered = _Answered(send)
        began = limit.began(work)
        try:
            await self._app(scope, replay(message, receive), answered.send)
        finally:
            limit.ended(work, began, record.was_late if answered.successfully else None)


class _Answered:
    """The `send` of one request, which sees whether the request succeeds."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.successfully = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.successfully = message["status"] == 200
        await self._send(message)
