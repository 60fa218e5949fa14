"""An agent with a fault: asked to, it writes an address into its log. What the leak guard is for.

`bentoml serve tests.observability.leaky:AgentService`.
"""

import logging
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from bentos.services import agent

LEAK: Final = "x-leak"
ADDRESS: Final = "quackenbush@example.com"


class _Leaks:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if any(name == LEAK.encode() for name, _ in scope.get("headers", ())):
            logging.getLogger("bentoml.callcenter").warning("no answer to %s", ADDRESS)
        await self._app(scope, receive, send)


AgentService = agent.AgentService
AgentService.add_asgi_middleware(_Leaks)
