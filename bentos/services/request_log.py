"""ASGI middleware: each request has a trace id, a line in the log and its part of the metrics."""

import logging
import time
from collections.abc import Set
from contextlib import nullcontext
from dataclasses import dataclass
from http import HTTPMethod
from typing import Any, Final

from opentelemetry.trace import SpanKind, Tracer, format_span_id, format_trace_id
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bentos.metrics import ANSWERS, TICKET_SECONDS, series
from bentos.services.log_format import FIELDS
from bentos.services.request_record import RequestRecord, current, new_span_id, trace_id

ACCESS_LOG: Final = "bentoml.callcenter.access"
PREDICT: Final = "/predict"
PREDICT_BATCH: Final = "/predict_batch"
# Asked by machines every few seconds.
_QUIET: Final = frozenset({"/metrics", "/healthz", "/livez", "/readyz"})
_OUTCOMES: Final = ("answered", "degraded", "unavailable", "rejected")
_METHODS: Final = frozenset(HTTPMethod)
_PARENT: Final = TraceContextTextMapPropagator()
_logger = logging.getLogger(ACCESS_LOG)


class RequestLog:
    """Keeps a `RequestRecord` while a request is answered.

    Args:
        app: Asked with paths that are known already; see `KnownPaths`.
        tracer: Makes spans; None where tracing is off.
        ticket_paths: Where tickets come in. Empty: no line is logged and nothing is counted.
    """

    def __init__(self, app: ASGIApp, tracer: Tracer | None, ticket_paths: Set[str]) -> None:
        self._app = app
        self._tracer = tracer
        self._ticket_paths = frozenset(ticket_paths)
        if ticket_paths:
            for outcome in _OUTCOMES:
                # A series that starts with its first count shows no increase.
                series(ANSWERS, outcome)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await self._app(scope, receive, send)
            return
        request = _Request(scope, send)
        headers = dict(scope["headers"])
        with self._span(scope, headers) as span:
            if span is None:
                record = RequestRecord(trace_id(headers), new_span_id())
            else:
                ids = span.get_span_context()
                trace, number = format_trace_id(ids.trace_id), format_span_id(ids.span_id)
                record = RequestRecord(trace, number, self._tracer)
            request.trace_id = record.trace_id
            token = current.set(record)
            try:
                await self._app(scope, receive, request.send)
                if span is not None:
                    span.set_attribute("http.response.status_code", request.status)
                if self._ticket_paths:
                    self._conclude(scope, request, record)
            finally:
                current.reset(token)

    def _span(self, scope: Scope, headers: dict[bytes, bytes]) -> Any:
        """A span of the caller's trace. It has the method and the path, both from closed sets."""
        if self._tracer is None:
            return nullcontext()
        # Not tracestate, nor baggage: their words are the sender's.
        parent = {"traceparent": headers.get(b"traceparent", b"").decode("latin-1")}
        method, path = _method(scope), str(scope["path"])
        return self._tracer.start_as_current_span(
            f"{method} {path}",
            _PARENT.extract(parent),
            SpanKind.SERVER,
            {"http.request.method": method, "http.route": path},
            record_exception=False,
            set_status_on_exception=False,
        )

    def _conclude(self, scope: Scope, request: "_Request", record: RequestRecord) -> None:
        """The answer has been sent: nobody waits for this."""
        seconds = time.perf_counter() - record.started
        path, status = scope["path"], request.status
        if path in self._ticket_paths and 400 <= status < 500:
            series(ANSWERS, "rejected").inc()
        if path == PREDICT and record.model is not None:
            series(TICKET_SECONDS, record.model).observe(seconds)
        method = _method(scope)
        fields = {"method": method, "path": path, "status": status}
        fields["duration_ms"] = round(seconds * 1_000, 3)
        if record.answered:
            fields |= _of_tickets(record)
        if record.stages:
            fields["stages_ms"] = {
                stage: round(spent * 1_000, 3) for stage, spent in record.stages.items()
            }
        if _logger.isEnabledFor(logging.INFO):
            # As Logger.info does, but without a walk up the stack for the name of this file.
            line = _logger.makeRecord(
                *(ACCESS_LOG, logging.INFO, __file__, 0, "%s %s %d"),
                (method, path, status),
                None,
                extra={FIELDS: fields},
            )
            _logger.handle(line)


@dataclass(slots=True)
class _Request:
    """Where one request stands: the status it is answered with, once that is known."""

    scope: Scope
    inner: Send
    status: int = 0
    trace_id: str = ""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), (b"x-request-id", self.trace_id.encode())]
            message = {**message, "headers": headers}
        await self.inner(message)


def _method(scope: Scope) -> str:
    """Any word can be sent as a method, a name too."""
    method: str = scope["method"]
    return method if method in _METHODS else "OTHER"


def _of_tickets(record: RequestRecord) -> dict[str, Any]:
    known = {"model": record.model, "degraded": record.degraded}
    if record.answered == 1:
        return {"ticket_id": record.tickets[0], **known}
    return {"tickets": record.answered, "ticket_ids": record.tickets}
