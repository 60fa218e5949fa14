"""ASGI middleware: a server that was told to end says so in each answer."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bentos.services.errors import error_response, standard_error

_READY: Final = "/readyz"
_UNAVAILABLE: Final = 503
_CLOSE: Final = (b"connection", b"close")


class Draining:
    """From `begin` on, /readyz says 503, and each answer asks for a new connection.

    Args:
        app: Asked for everything else.
        seconds: How long requests are still taken from then on.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self.seconds: Final = seconds
        self._has_begun = False

    def begin(self) -> None:
        """Makes it known that this server is about to end."""
        self._has_begun = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if self._has_begun and message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), _CLOSE]}
            await send(message)

        if self._has_begun and scope["path"] == _READY:
            response = error_response(_UNAVAILABLE, standard_error(_UNAVAILABLE))
            await response(scope, receive, send_on)
        else:
            await self._app(scope, receive, send_on)
