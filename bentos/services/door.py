"""A BentoML service with our own door: one shape for every error, our page, our description."""

import asyncio
from pathlib import Path
from typing import Any, Final

import bentoml
from _bentoml_impl.server.app import ServiceAppFactory  # type: ignore[import-untyped]  # no types
from bentoml._internal.server.http.instruments import RunnerTrafficMetricsMiddleware
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp

from bentos.leak_guard import LeakGuard, leak_guard
from bentos.services.body_limit import BodyLimit
from bentos.services.error_shape import ErrorShape
from bentos.services.errors import respond
from bentos.services.json_body import PICKLE
from bentos.services.known_paths import KnownPaths, SentPaths
from bentos.services.logs import protect_logs
from bentos.services.observed_batches import ObservedDispatcher
from bentos.services.openapi import describe
from bentos.services.request_log import RequestLog
from bentos.services.tracing import tracer
from bentos.services.traffic_metrics import TrafficMetrics
from bentos.services.vitals import Vitals
from bentos.settings import settings

_JSON: Final = "application/json"
_PAGE: Final = Path(__file__).with_name("page.html")
# Nothing on the page may come from, or go to, another host.
_PAGE_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:"
)


class Service(bentoml.Service[Any]):  # type: ignore[misc]  # BentoML publishes no types for it
    """Pass it as `service_class` to `bentoml.service`, over a class with `max_body_bytes` and
    `ticket_paths`, the paths that tickets come in by."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.add_asgi_middleware(SentPaths)
        # These run within BentoML's timeout, concurrency limit and metrics. The shape is there
        # once more because those can't bear an exception.
        self.add_asgi_middleware(ErrorShape)
        self.add_asgi_middleware(
            BodyLimit, max_bytes=self.inner.max_body_bytes, media_types={_JSON, PICKLE}
        )

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """The service as an ASGI app, with our middleware around and within BentoML's."""
        self.inject_config()
        given = settings()
        ticket_paths = self.inner.ticket_paths
        # Model services are given what is scrubbed already.
        guard = leak_guard(given.leak_guard_rate if ticket_paths else 0.0)
        protect_logs(guard)
        app = _AppFactory(self, guard, is_main=is_main)()
        spans = tracer(self.name, given.otlp_endpoint, given.trace_rate)
        return KnownPaths(RequestLog(ErrorShape(app), spans, ticket_paths), app.routes)


class _AppFactory(ServiceAppFactory):  # type: ignore[misc]  # BentoML publishes no types for it
    """BentoML's app with three of its answers replaced, batches that wait for nobody, and vitals.

    Its tracing is left out; see `tracing`.
    """

    def __init__(self, service: bentoml.Service[Any], guard: LeakGuard, **options: Any) -> None:
        super().__init__(service, **options)
        dispatchers = {
            name: ObservedDispatcher(service.name, dispatcher)
            for name, dispatcher in self.dispatchers.items()
        }
        self.dispatchers: dict[str, Any] = dict(dispatchers)
        self._vitals = Vitals(service.name, dispatchers.values(), self.max_concurrency, guard)

    @property
    def middlewares(self) -> list[Middleware]:
        """What a request passes through."""
        return [
            (
                Middleware(TrafficMetrics, **known.kwargs)
                if known.cls is RunnerTrafficMetricsMiddleware
                else known
            )
            for known in super().middlewares
            if known.cls is not OpenTelemetryMiddleware
        ]

    async def create_instance(self, app: Starlette) -> None:
        """Makes the service, and begins to say how it is."""
        await super().create_instance(app)
        self._beating = asyncio.create_task(self._vitals.run())

    async def destroy_instance(self, app: Starlette) -> None:
        """Ends both."""
        self._beating.cancel()
        await super().destroy_instance(app)

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
