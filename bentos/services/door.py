"""A BentoML service with our own door: one shape for every error, our page, our description."""

import asyncio
from collections.abc import Set
from functools import partial
from pathlib import Path
from typing import Any, Final

import bentoml
from _bentoml_impl.server.app import ServiceAppFactory  # type: ignore[import-untyped]  # no types
from bentoml._internal.server.http.instruments import RunnerTrafficMetricsMiddleware
from bentoml._internal.server.http.traffic import MaxConcurrencyMiddleware
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp
from uvicorn.config import HTTP_PROTOCOLS

from bentos.leak_guard import LeakGuard, leak_guard
from bentos.services.admission import Admission
from bentos.services.allowed_hosts import AllowedHosts, allowed_hosts, server_address
from bentos.services.body_limit import BodyLimit
from bentos.services.body_memory import BodyMemory
from bentos.services.caller_left import CallerLeft
from bentos.services.draining import Draining
from bentos.services.error_shape import ErrorShape
from bentos.services.errors import respond
from bentos.services.json_body import PICKLE
from bentos.services.known_paths import KnownPaths, SentPaths
from bentos.services.logs import protect_logs
from bentos.services.model_check import check_models
from bentos.services.observed_batches import ObservedDispatcher
from bentos.services.openapi import describe
from bentos.services.request_log import RequestLog
from bentos.services.slots import Slots
from bentos.services.tracing import tracer
from bentos.services.traffic_metrics import TrafficMetrics
from bentos.services.vitals import Vitals
from bentos.settings import settings

_JSON: Final = "application/json"
_PAGE: Final = Path(__file__).with_name("page.html")
# Nothing on the page may come from, or go to, another host.
_PAGE_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_PAGE_HEADERS: Final = {
    "Content-Security-Policy": _PAGE_POLICY,
    "Referrer-Policy": "no-referrer",
}


class Service(bentoml.Service[Any]):  # type: ignore[misc]  # BentoML publishes no types for it
    """Pass it as `service_class` to `bentoml.service`, over a class with `max_body_bytes`,
    `ticket_paths`, the paths that tickets come in by, and `work_limits`, which makes the limit of
    the work in flight of each path that has one."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        # BentoML calls it before it starts any worker.
        self.inner.check_models = bentoml.on_deployment(partial(check_models, self))
        self.add_asgi_middleware(SentPaths)
        # These run within BentoML's timeout, concurrency limit and metrics, with the whole body.
        # The shape is there once more because those can't bear an exception.
        self.add_asgi_middleware(ErrorShape)
        self.add_asgi_middleware(CallerLeft)

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """The service as an ASGI app, with our middleware around and within BentoML's."""
        self.inject_config()
        given = settings()
        ticket_paths = self.inner.ticket_paths
        # Model services are given what is scrubbed already.
        guard = leak_guard(given.leak_guard_rate if ticket_paths else 0.0)
        protect_logs(guard)
        # BentoML gives uvicorn no class for its connections, so uvicorn takes its default.
        HTTP_PROTOCOLS["auto"] = "bentos.services.http_protocol:BoundedHttp"
        app = _AppFactory(self, guard, is_main=is_main)()
        spans = tracer(self.name, given.otlp_endpoint, given.trace_rate)
        known = KnownPaths(RequestLog(ErrorShape(app), spans, ticket_paths), app.routes)
        # The services that an agent calls end when it has ended: they have nobody to tell.
        return Draining(known, given.drain_seconds if is_main else 0.0)


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
        """What a request passes through: metrics, what waits for its body, whether there is time
        for its work, and then BentoML's limits and ours within them. Whoever hasn't sent a whole
        request takes no slot."""
        theirs = super().middlewares
        paths = {api.route for api in self.service.apis.values()}
        metrics = [
            Middleware(TrafficMetrics, **known.kwargs)
            for known in theirs
            if known.cls is RunnerTrafficMetricsMiddleware
        ]
        slots = Middleware(Slots, max_concurrency=self.max_concurrency, paths=paths)
        inner = [
            slots if known.cls is MaxConcurrencyMiddleware else known
            for known in theirs
            if known.cls not in (RunnerTrafficMetricsMiddleware, OpenTelemetryMiddleware)
        ]
        return [*metrics, *self._at_the_entry(paths), *inner]

    def _at_the_entry(self, paths: Set[str]) -> list[Middleware]:
        given, most = settings(), self.service.inner.max_body_bytes
        body_limit = Middleware(
            BodyLimit,
            paths=paths,
            max_bytes=most,
            media_types={_JSON, PICKLE},
            memory=BodyMemory(max(given.max_held_bytes, most), given.body_seconds),
        )
        if not self.is_main:
            return [body_limit]
        names = allowed_hosts(given.allowed_hosts, server_address(self.service.name))
        admission = Middleware(Admission, limits=self.service.inner.work_limits())
        return [Middleware(AllowedHosts, names=names), body_limit, admission]

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
        return HTMLResponse(_PAGE.read_bytes(), headers=_PAGE_HEADERS)

    async def openapi_spec_view(self, _: Request) -> Response:
        """Our description: BentoML's has other errors, and optional fields that aren't OpenAPI."""
        return JSONResponse(describe(self.service))
