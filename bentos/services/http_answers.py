"""What is answered to a request that never reaches the app, as it goes over the wire."""

from collections.abc import Sequence
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from bentos.services.errors import error_response, standard_error
from bentos.wire import Error

_Header = tuple[bytes, bytes]
# Browsers guess no other type of content than the one that is declared.
NOSNIFF: Final[_Header] = (b"x-content-type-options", b"nosniff")


class HttpError(Exception):
    """A request that is refused by the HTTP layer.

    Args:
        status: The HTTP status of the answer.
        error: Its body.
    """

    def __init__(self, status: int, error: Error) -> None:
        super().__init__(f"{status} {error.code}")
        self._response = error_response(status, error)

    def answer(self, defaults: Sequence[_Header]) -> bytes:
        """The answer with the server's `defaults`; the connection ends after it."""
        response = self._response
        headers = (NOSNIFF, *defaults, *response.raw_headers, (b"connection", b"close"))
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        return b"%b%b\r\n%b" % (STATUS_LINE[response.status_code], lines, bytes(response.body))


BAD_REQUEST: Final = HttpError(
    400, Error(code="bad_request", message="This can't be read as a request in HTTP/1.1 or 1.0.")
)
HEADERS_TOO_LARGE: Final = HttpError(431, standard_error(431))
TIMED_OUT: Final = HttpError(
    408, Error(code="request_timeout", message="The request's headers didn't arrive in time.")
)
TOO_MANY_CONNECTIONS: Final = HttpError(
    429, Error(code="too_many_requests", message="The server has as many connections as it takes.")
)
