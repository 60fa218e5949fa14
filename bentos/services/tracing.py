"""Traces for an OpenTelemetry collector, where one is named. Spans hold no text.

BentoML's own tracing is left out: it takes a third of the throughput even when nobody collects, and
its spans hold query strings and callers' addresses.
"""

from collections.abc import Callable
from typing import Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Tracer

from bentos import __version__
from bentos.settings import SettingsError

_TRACES_PATH: Final = "/v1/traces"


def tracer_provider(service: str, exporter: SpanExporter, rate: float) -> TracerProvider:
    """Sends a part of the traces to `exporter`, in batches, from a thread.

    Args:
        service: The service's name.
        exporter: Where spans go.
        rate: The part, from 0 to 1; of a trace that a caller began, the caller decides.
    """
    resource = Resource.create({"service.name": service, "service.version": __version__})
    provider = TracerProvider(sampler=ParentBased(TraceIdRatioBased(rate)), resource=resource)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def tracer(service: str, endpoint: str | None, rate: float) -> Tracer | None:
    """Makes the spans of `service`; None where no collector is named.

    Raises:
        SettingsError: the exporter isn't installed.
    """
    if endpoint is None:
        return None
    provider = tracer_provider(service, _exporter()(endpoint=f"{endpoint}{_TRACES_PATH}"), rate)
    return provider.get_tracer("callcenter", __version__)


def require_exporter() -> None:
    """Raises SettingsError where traces can't be sent."""
    _exporter()


def _exporter() -> Callable[..., SpanExporter]:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"CALLCENTER_OTLP_ENDPOINT is set, but {error.name} is not installed: "
            "pip install 'callcenter[tracing]', or unset it."
        ) from None
    return OTLPSpanExporter
