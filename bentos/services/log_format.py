"""How a log line looks: JSON for machines, or text for people; the same facts in both."""

import json
import logging
import time
from functools import lru_cache
from typing import Any, Final, Literal

from bentoml._internal.context import server_context

from bentos.services.request_record import current

LogFormat = Literal["json", "text"]
# On records of ours: facts beside the message, with values that say nothing of a ticket.
FIELDS: Final = "fields"
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """`record` as JSON: timestamp, level, logger, message, service, trace, our own fields."""
        line: dict[str, Any] = {
            "timestamp": _timestamp(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "service": server_context.service_name,
            "worker": server_context.worker_index,
        }
        line.update(_trace())
        line.update(getattr(record, FIELDS, {}))
        if record.exc_text:
            line["exception"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        return _JSON.encode(line)


class TextLines(logging.Formatter):
    """A line as BentoML writes it, our fields after the message."""

    def format(self, record: logging.LogRecord) -> str:
        """`record` as text."""
        place = ":".join(
            str(part) for part in (server_context.service_name, server_context.worker_index) if part
        )
        fields = {**getattr(record, FIELDS, {}), **_trace()}
        parts = [
            f"{_timestamp(record.created)} [{record.levelname}] [{place}] {record.getMessage()}",
            *(f"{name}={_plain(value)}" for name, value in fields.items()),
        ]
        return "\n".join(filter(None, (" ".join(parts), record.exc_text, record.stack_info)))


def formatter(log_format: LogFormat) -> logging.Formatter:
    """The formatter of that name."""
    return JsonLines() if log_format == "json" else TextLines()


def _timestamp(seconds: float) -> str:
    """ISO 8601, UTC, milliseconds."""
    whole, part = divmod(round(seconds * 1_000), 1_000)
    return f"{_second(whole)}.{part:03d}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    """Lines come in crowds."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _trace() -> dict[str, str]:
    record = current.get()
    return {"trace_id": record.trace_id, "span_id": record.span_id} if record else {}


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}:{part}" for name, part in value.items())
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)
