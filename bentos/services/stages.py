"""A ticket's visit to a room: timed for the metrics and the log, and a span where traces are on."""

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from bentos.metrics import STAGE_SECONDS, series
from bentos.services.request_record import MOST_SPANS, RequestRecord, current


class Stage:
    """A context that takes down how long it lasted.

    Args:
        name: Of the room; one of a few.
    """

    __slots__ = ("_name", "_record", "_span", "_started")

    def __init__(self, name: str) -> None:
        self._name = name
        self._record: RequestRecord | None = None
        self._span: AbstractContextManager[Any] | None = None

    def __enter__(self) -> None:
        self._record = record = current.get()
        if record is not None and record.tracer is not None and record.spans < MOST_SPANS:
            record.spans += 1
            self._span = record.tracer.start_as_current_span(
                self._name, record_exception=False, set_status_on_exception=False
            )
            self._span.__enter__()
        self._started = time.perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        seconds = time.perf_counter() - self._started
        series(STAGE_SECONDS, self._name).observe(seconds)
        if self._record is not None:
            self._record.add_time(self._name, seconds)
        if self._span is not None:
            # Without the exception: what it says can quote a ticket.
            self._span.__exit__(None, None, None)
