"""A log filter: where an exception came from is logged, what it says is not.

An exception's message can quote its input, and the input is a customer's text.
"""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final

# Every logger that BentoML gives a handler, and the root, which has the rest.
_LOGGERS: Final = (None, "bentoml", "uvicorn.error", "circus")


class PrivateTracebacks(logging.Filter):
    """Replaces a record's traceback by its frames and the exception's type."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; changes `record` in place."""
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            record.exc_text = "\n".join([*_frames(trace), f"{kind.__name__} (message withheld)"])
            record.exc_info = None
        return True


def protect_logs() -> None:
    """Puts the filter on every handler of this process; call it when logging is set up."""
    for name in _LOGGERS:
        for handler in logging.getLogger(name).handlers:
            if not any(isinstance(known, PrivateTracebacks) for known in handler.filters):
                handler.addFilter(PrivateTracebacks())


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
