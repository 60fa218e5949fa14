"""What is known of the request that is being answered: for its log lines, metrics and spans."""

import re
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Tracer, format_span_id, format_trace_id

# https://www.w3.org/TR/trace-context/#traceparent-header; all zeros are no id.
_TRACEPARENT: Final = re.compile(
    r"[0-9a-f]{2}-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)
_REQUEST_ID: Final = re.compile(r"(?!0{32})[0-9a-f]{32}")
_IDS: Final = RandomIdGenerator()
# The ids of a batch's tickets that its log line names, and the spans that it has.
MOST_TICKETS: Final = 100
MOST_SPANS: Final = 100


@dataclass(slots=True)
class RequestRecord:
    """One request. Holds nothing that its sender wrote, but the hexadecimal trace id.

    Args:
        trace_id: 32 hexadecimal digits: the caller's, or new.
        span_id: 16: this request's part of the trace.
        tracer: Makes spans; None where tracing is off.
        started: When it came in, by `time.perf_counter`.
        whole_at: When its body was whole, by the same clock; None where nothing took that down.
        was_late: Whether an answer suffered from too much work: a model was late, full, or not
            asked for want of time.
        stages: Seconds spent in each room.
        tickets: The ids of tickets that were answered.
        answered: How many those were.
        model: Who answered the last of them.
        degraded: Whether any of them is.
        spans: How many were begun.
    """

    trace_id: str
    span_id: str
    tracer: Tracer | None = None
    started: float = field(default_factory=time.perf_counter)
    whole_at: float | None = None
    was_late: bool = False
    stages: dict[str, float] = field(default_factory=dict)
    tickets: list[str] = field(default_factory=list)
    answered: int = 0
    model: str | None = None
    degraded: bool = False
    spans: int = 0

    def add_ticket(self, ticket_id: str, model: str, degraded: bool) -> None:
        """Takes down a ticket that was answered."""
        self.answered += 1
        self.model = model
        self.degraded = self.degraded or degraded
        if len(self.tickets) < MOST_TICKETS:
            self.tickets.append(ticket_id)

    def add_time(self, stage: str, seconds: float) -> None:
        """Takes down time spent in a room."""
        self.stages[stage] = self.stages.get(stage, 0.0) + seconds


# None outside of requests.
current: Final[ContextVar[RequestRecord | None]] = ContextVar("request_record", default=None)


def trace_id(headers: Mapping[bytes, bytes]) -> str:
    """The trace that a request belongs to.

    `traceparent` names it, or `X-Request-ID` where that is a UUID or 32 hexadecimal digits: what
    else may stand there could be anybody's name. Otherwise it is a new one.
    """
    parent = _TRACEPARENT.fullmatch(headers.get(b"traceparent", b"").decode("latin-1"))
    if parent:
        return parent["trace"]
    given = headers.get(b"x-request-id", b"").decode("latin-1").lower().replace("-", "")
    return given if _REQUEST_ID.fullmatch(given) else format_trace_id(_IDS.generate_trace_id())


def new_span_id() -> str:
    """16 hexadecimal digits."""
    return format_span_id(_IDS.generate_span_id())
