"""Which errors each API can give, for its description: statuses, codes and headers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bentos.schemas import (
    Explainables,
    FewExplainables,
    FewTexts,
    Texts,
    Ticket,
    TicketBatch,
)
from bentos.services.errors import standard_error
from bentos.wire import ErrorCode, ErrorResponse, WireModel

# Each can be given by every API, whatever its body is.
STATUSES: Final[Mapping[int, str]] = {
    400: "The body isn't JSON, or the request isn't HTTP.",
    405: "The path takes another method; see Allow.",
    408: "The body didn't arrive in time.",
    413: "The body is too large.",
    415: "The body isn't declared as JSON.",
    421: "The server isn't called by the name in the Host header.",
    422: "The body is JSON, but not what the API takes.",
    429: "The server has accepted all the work that it can finish in time; see Retry-After.",
    431: "The headers are too large.",
    500: "The server failed.",
    503: "A model can't be reached; see Retry-After.",
    504: "The request took too long.",
}
# Besides the code that every error of the status has.
_FURTHER: Final[Mapping[int, Sequence[ErrorCode]]] = {
    400: ("bad_request",),
    500: ("prediction_failed",),
    503: ("timeout",),
}
_OBJECT: Final[Sequence[ErrorCode]] = (
    "missing_field",
    "unknown_field",
    "wrong_type",
    "not_unicode",
)
_TEXT: Final[Sequence[ErrorCode]] = ("text_empty", "text_too_long", "no_words")
_TICKET: Final = (*_OBJECT, "invalid_value", *_TEXT)
_TEXTS: Final = (*_OBJECT, "too_many_items", *_TEXT)
# What a body of the model is refused for.
_REFUSED: Final[Mapping[type[WireModel], Sequence[ErrorCode]]] = {
    Ticket: _TICKET,
    TicketBatch: (*_OBJECT, "too_many_items"),
    FewTexts: _TEXTS,
    Texts: _TEXTS,
    FewExplainables: (*_TEXTS, "invalid_value"),
    Explainables: (*_TEXTS, "invalid_value"),
}
_FAILED: Final[Sequence[ErrorCode]] = ("prediction_failed", "timeout")
# What an answer of status 200 can have in the place of one result.
_IN_PLACE: Final[Mapping[type[WireModel], Sequence[ErrorCode]]] = {
    TicketBatch: (
        *_TICKET,
        "too_many_explanations",
        "internal_error",
        "unavailable",
        *_FAILED,
    ),
    FewTexts: _FAILED,
    Texts: _FAILED,
}
_HEADERS: Final[Mapping[int, str]] = {405: "Allow", 429: "Retry-After", 503: "Retry-After"}

HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "X-Request-ID": {
        "description": "The request's trace id, as the server's log has it. An answer to what "
        "can't be read as a whole request has none.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    },
    "Retry-After": {
        "description": "In how many seconds the work that was accepted will be done.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
        "example": 2,
    },
    "Allow": {
        "description": "The methods that the path takes.",
        "required": True,
        "schema": {"type": "string"},
        "example": "POST",
    },
}


def codes(status: int, taken: type[WireModel] | None = None) -> list[ErrorCode]:
    """The codes that an error of `status` can have.

    Args:
        status: An HTTP status of 400 or more.
        taken: What the path takes as its body; None where the path takes no body.
    """
    if status == 422 and taken is not None:
        return list(_REFUSED[taken])
    return [standard_error(status).code, *_FURTHER.get(status, ())]


def codes_in_place(taken: type[WireModel]) -> list[ErrorCode]:
    """The codes of errors that stand in the place of a result; none where an error ends the call.

    Args:
        taken: What the API takes as its body.
    """
    return list(_IN_PLACE.get(taken, ()))


def narrowed(reference: str, allowed: Iterable[ErrorCode]) -> dict[str, Any]:
    """The JSON schema of an error: what is at `reference`, with one of the `allowed` codes."""
    code = {"properties": {"code": {"enum": list(allowed)}}}
    return {"$ref": reference, "properties": {"error": code}}


def header_names(status: int) -> list[str]:
    """The names in `HEADERS` of those that an answer of `status` has beside X-Request-ID."""
    return [_HEADERS[status]] if status in _HEADERS else []


def example(status: int) -> dict[str, Any]:
    """A body that an answer of `status` can have."""
    return ErrorResponse(error=standard_error(status)).model_dump()
