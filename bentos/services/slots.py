"""BentoML's limit on requests in flight, for the APIs only."""

from collections.abc import Set

from bentoml._internal.server.http.traffic import MaxConcurrencyMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


class Slots(MaxConcurrencyMiddleware):
    """Whoever reads the page slowly takes no slot: only an API's requests do.

    Args:
        app: What is asked.
        max_concurrency: The most requests in flight. Past it: 429.
        paths: Those of the APIs.
    """

    def __init__(self, app: ASGIApp, max_concurrency: int, paths: Set[str]) -> None:
        super().__init__(app, max_concurrency)
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inside = super().__call__ if scope.get("path") in self._paths else self.app
        await inside(scope, receive, send)
