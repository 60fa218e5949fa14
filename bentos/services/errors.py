"""The errors that the doors answer with, in the one shape of `schemas.ErrorResponse`."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from bentoml.exceptions import BentoMLException
from starlette.responses import JSONResponse

from bentos.wire import Error, ErrorCode, ErrorResponse

_FAILED: Final = HTTPStatus.INTERNAL_SERVER_ERROR
_logger = logging.getLogger("bentoml.callcenter")

# What is said about a status when nobody has said it better.
_STANDARD: Final[dict[int, tuple[ErrorCode, str]]] = {
    400: ("malformed_json", "The body isn't JSON in UTF-8, or is nested too deeply."),
    404: ("not_found", "There is nothing at this path; `/` lists what there is."),
    405: ("method_not_allowed", "The path doesn't take this method; see the Allow header."),
    408: ("request_timeout", "The request's body didn't arrive in time."),
    413: ("body_too_large", "The request is larger than this server reads."),
    415: ("unsupported_media_type", "The body should be JSON: Content-Type: application/json."),
    421: (
        "host_not_allowed",
        "The server has another name than Host says; CALLCENTER_ALLOWED_HOSTS lists those it has.",
    ),
    431: ("headers_too_large", "The request's headers are larger than this server reads."),
    429: ("too_many_requests", "The server is busy; retry after the time in Retry-After."),
    500: ("internal_error", "The server failed at this request; its log says where."),
    503: ("unavailable", "The server can't answer now; retry after the time in Retry-After."),
    504: ("timeout", "The request took longer than this server waits."),
}


class RequestError(Exception):
    """A request that is answered with an error.

    Args:
        status: The HTTP status of the answer.
        error: Its body. Says nothing of what was sent.
    """

    def __init__(self, status: HTTPStatus, error: Error) -> None:
        super().__init__(f"{status.value} {error.code}")
        self.status = status
        self.error = error


def standard_error(status: int) -> Error:
    """What is said about `status` when nothing more is known."""
    fallback: tuple[ErrorCode, str]
    if status >= _FAILED:
        fallback = _STANDARD[500]
    else:
        fallback = ("bad_request", "The request can't be answered as it is.")
    code, message = _STANDARD.get(status, fallback)
    return Error(code=code, message=message)


def extra_headers(status: int) -> Mapping[str, str]:
    """The headers that belong to an answer of this status, besides those of its body."""
    return {"Retry-After": "1"} if status in (429, 503) else {}


def error_response(status: int, error: Error) -> JSONResponse:
    """`error` as a response."""
    content = ErrorResponse(error=error).model_dump()
    return JSONResponse(content, status_code=status, headers=extra_headers(status))


def respond(exception: Exception) -> JSONResponse:
    """The answer to a request that `exception` ended. What wasn't expected is logged."""
    if isinstance(exception, RequestError):
        return error_response(exception.status, exception.error)
    if isinstance(exception, BentoMLException) and exception.error_code != _FAILED:
        # BentoML's own refusals: a full queue, a media type for its own processes only.
        return error_response(exception.error_code, standard_error(exception.error_code))
    _logger.error("unexpected %s", type(exception).__name__, exc_info=exception)
    return error_response(_FAILED, standard_error(_FAILED))
