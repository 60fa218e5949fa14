"""ASGI middleware: work for a caller who has left is cancelled."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bentos.services.errors import error_response, standard_error
from bentos.services.replay import replay

# nginx's status for a caller who closed the connection. Only the log and the metrics see it.
CLIENT_CLOSED_REQUEST: Final = 499


class CallerLeft:
    """Cancels the handling of a request whose connection is closed before it is answered.

    Put it where the body is whole, and within BentoML's time limit: what runs there has a task of
    its own, which the time limit cancels too.

    Args:
        app: What is asked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        message = await receive()
        watch = asyncio.create_task(_cancel_when_gone(receive, asyncio.current_task()))

        async def sending(answer: Message) -> None:
            # The work is done. An end of the connection from now on is the usual one.
            watch.cancel()
            await send(answer)

        try:
            await self._app(scope, replay(message, receive), sending)
        except asyncio.CancelledError:
            if not watch.done():
                raise
            # BentoML's time limit waits for an answer, though nobody reads it.
            with suppress(OSError):
                error = standard_error(CLIENT_CLOSED_REQUEST)
                await error_response(CLIENT_CLOSED_REQUEST, error)(scope, receive, send)
        finally:
            watch.cancel()


async def _cancel_when_gone(receive: Receive, handling: "asyncio.Task[Any] | None") -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    if handling is not None:
        handling.cancel()
