"""A BentoML service with our own door: one shape for every error, our page, our description."""

from pathlib import Path
from typing import Any, Final

import bentoml
from _bentoml_impl.server.app import ServiceAppFactory  # type: ignore[import-untyped]  # no types
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp

from bentos.services.body_limit import BodyLimit
from bentos.services.error_shape import ErrorShape
from bentos.services.errors import respond
from bentos.services.json_body import PICKLE
from bentos.services.known_paths import KnownPaths
from bentos.services.log_privacy import protect_logs
from bentos.services.openapi import describe
from bentos.services.prompt_batches import PromptOptimizer

_JSON: Final = "application/json"
_PAGE: Final = Path(__file__).with_name("page.html")
# Nothing on the page may come from, or go to, another host.
_PAGE_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:"
)


class Service(bentoml.Service[Any]):  # type: ignore[misc]  # BentoML publishes no types for it
    """Pass it as `service_class` to `bentoml.service`, over a class with a `max_body_bytes`."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        # These run within BentoML's timeout, concurrency limit and metrics. The shape is there
        # once more because those can't bear an exception.
        self.add_asgi_middleware(ErrorShape)
        self.add_asgi_middleware(
            BodyLimit, max_bytes=self.inner.max_body_bytes, media_types={_JSON, PICKLE}
        )

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """The service as an ASGI app, with our middleware around and within BentoML's."""
        self.inject_config()
        protect_logs()
        app = _AppFactory(self, is_main=is_main)()
        return ErrorShape(KnownPaths(app))


class _AppFactory(ServiceAppFactory):  # type: ignore[misc]  # BentoML publishes no types for it
    """BentoML's app with three of its answers replaced, and batches that wait for nobody."""

    def __init__(self, service: bentoml.Service[Any], **options: Any) -> None:
        super().__init__(service, **options)
        for dispatcher in self.dispatchers.values():
            dispatcher.optimizer = PromptOptimizer(dispatcher.max_latency)

    async def api_endpoint(self, name: str, request: Request) -> Response:
        """An API's answer, errors included; BentoML logs a traceback for each caller's mistake."""
        try:
            return await super().api_endpoint(name, request)  # type: ignore[no-any-return]
        except Exception as exception:
            return respond(exception)

    async def index_page(self, _: Request) -> Response:
        """Our page: BentoML's loads a third party's tag manager."""
        return HTMLResponse(_PAGE.read_bytes(), headers={"Content-Security-Policy": _PAGE_POLICY})

    async def openapi_spec_view(self, _: Request) -> Response:
        """Our description: BentoML's has other errors, and optional fields that aren't OpenAPI."""
        return JSONResponse(describe(self.service))
