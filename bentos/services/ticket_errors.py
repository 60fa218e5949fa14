"""The errors that stand in the place of one ticket, or of one text of a bulk call."""

from typing import Final

from bentos.wire import Error, ErrorResponse

FAILED: Final = ErrorResponse(
    error=Error(code="internal_error", message="The server failed at this ticket; see its log.")
)
NOT_READ: Final = ErrorResponse(
    error=Error(
        code="timeout",
        message="The server was too busy to read this ticket in time; send fewer at a time.",
    )
)
TOO_LATE: Final = ErrorResponse(
    error=Error(code="timeout", message="No time was left for this text; send fewer in a call.")
)
