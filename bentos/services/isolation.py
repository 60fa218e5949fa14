"""Keeps a fault with the ticket that caused it: the neighbours of that ticket are answered."""

import logging
from collections.abc import Callable
from typing import TypeVar

from bentos.services.ticket_errors import FAILED
from bentos.wire import ErrorResponse

_Result = TypeVar("_Result")
_logger = logging.getLogger("bentoml.callcenter")


def isolated(work: Callable[[], _Result]) -> _Result | ErrorResponse:
    """The result of `work`, which concerns one ticket; an error where `work` raises.

    The log names the exception's type and its frames. A log filter withholds its message.
    """
    try:
        return work()
    except Exception as exception:
        # Any exception here is a fault of ours that no earlier check foresaw.
        _logger.error("a ticket failed: %s", type(exception).__name__, exc_info=exception)
        return FAILED
