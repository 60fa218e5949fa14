"""Log filters: where an exception came from is logged, what it says is not; and no line that looks
like personal data.

An exception's message can quote its input, and the input is a customer's text.
"""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final

from bentos.leak_guard import LeakGuard

_GUARDED: Final = "_callcenter_guarded"


class PrivateTracebacks(logging.Filter):
    """Replaces a record's traceback by its frames and the exception's type."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; changes `record` in place."""
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            record.exc_text = "\n".join([*_frames(trace), f"{kind.__name__} (message withheld)"])
            record.exc_info = None
        return True


class GuardedLines(logging.Filter):
    """Withholds the message of a record in which the leak guard finds personal data.

    The fields that our formatters add are not read: numbers, identifiers that we made, words from
    closed sets.
    """

    def __init__(self, guard: LeakGuard) -> None:
        super().__init__()
        self._guard = guard

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; changes `record` in place."""
        # Some loggers hand a record to two handlers.
        if not hasattr(record, _GUARDED) and self._guard.is_due(record.levelno):
            setattr(record, _GUARDED, True)
            found = self._guard.scan_line(
                "\n".join(filter(None, (_message(record), record.exc_text)))
            )
            if found:
                record.msg = f"withheld by the leak guard: {', '.join(sorted(found))}"
                record.args, record.exc_text = (), None
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        # logging reports it when it comes to the same.
        return str(record.msg)


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
