"""Sets the logs of a server process up: one format, and filters against personal data."""

import logging
from collections.abc import Iterator
from typing import Final

from bentoml._internal.log import SERVER_LOGGING_CONFIG

from bentos.leak_guard import LeakGuard
from bentos.services.log_format import LogFormat, formatter
from bentos.services.log_privacy import GuardedLines, PrivateTracebacks

# Every logger that BentoML gives a handler, and the root, which has the rest.
_LOGGERS: Final = (None, "bentoml", "uvicorn.error", "circus")
_BENTOML_FORMATTER: Final = "traced"
_BENTOML_HANDLER: Final = "tracehandler"


def format_logs(log_format: LogFormat) -> None:
    """Has every line of BentoML's servers written so, the supervisor's among them.

    It sets its logs up once before it reads our code and once after.
    """
    SERVER_LOGGING_CONFIG["formatters"][_BENTOML_FORMATTER] = {
        "()": formatter,
        "log_format": log_format,
    }
    for handler in _handlers():
        if handler.name == _BENTOML_HANDLER:
            handler.setFormatter(formatter(log_format))


def protect_logs(guard: LeakGuard) -> None:
    """Puts the filters on every handler of this process; call it when logging is set up.

    Records no longer hold threads and processes, which no line has, and a line that can't be
    written is dropped.
    """
    # Each line would pay for them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # A line that can't be written, on a full disk perhaps, is dropped: a traceback about it would
    # go to the same disk.
    logging.raiseExceptions = False
    for handler in _handlers():
        if not any(isinstance(known, PrivateTracebacks) for known in handler.filters):
            handler.addFilter(PrivateTracebacks())
            handler.addFilter(GuardedLines(guard))


def _handlers() -> Iterator[logging.Handler]:
    for name in _LOGGERS:
        yield from logging.getLogger(name).handlers
