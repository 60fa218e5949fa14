"""What everything on the wire shares: a strict base, and the one shape of every error."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

ErrorCode = Literal[
    "malformed_json",
    "missing_field",
    "unknown_field",
    "wrong_type",
    "invalid_value",
    "not_unicode",
    "text_empty",
    "text_too_long",
    "no_words",
    "too_many_items",
    "too_many_explanations",
    "not_found",
    "method_not_allowed",
    "request_timeout",
    "body_too_large",
    "unsupported_media_type",
    "host_not_allowed",
    "headers_too_large",
    "bad_request",
    "too_many_requests",
    "prediction_failed",
    "internal_error",
    "unavailable",
    "timeout",
]


class WireModel(BaseModel):
    """The base of them all: frozen, strict, and silent about values in its errors."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", hide_input_in_errors=True, protected_namespaces=()
    )


class Error(WireModel):
    """What went wrong, in a word for programs and a sentence for people; never what was sent."""

    code: ErrorCode = Field(examples=["text_too_long"])
    message: str = Field(examples=["The text has 20431 characters; at most 20000 are read."])
    field: str | None = Field(
        default=None, description="Where in the request.", examples=["tickets.3.text"]
    )


class ErrorResponse(WireModel):
    """The one shape of every error."""

    error: Error


_CODES: Final[dict[str, ErrorCode]] = {
    "json_invalid": "malformed_json",
    "missing": "missing_field",
    "extra_forbidden": "unknown_field",
    "not_unicode": "not_unicode",
    "string_unicode": "not_unicode",
    "too_long": "too_many_items",
    "literal_error": "invalid_value",
    "text_empty": "text_empty",
    "text_too_long": "text_too_long",
    "no_words": "no_words",
}
# Where pydantic's own message is about Python.
_MESSAGES: Final = {
    "extra_forbidden": "There is a field that isn't known.",
    "missing": "The field is required.",
    "string_unicode": "It holds half of a surrogate pair.",
    "model_type": "It should be a JSON object.",
}


def first_error(error: ValidationError) -> Error:
    """The first of `error`'s complaints, without anything that the sender wrote."""
    details = error.errors(include_url=False, include_input=False, include_context=False)[0]
    code = _CODES.get(details["type"], "wrong_type")
    message = _MESSAGES.get(details["type"], details["msg"])
    return Error(code=code, message=message, field=_field(details))


def _field(details: ErrorDetails) -> str | None:
    """Where, as `tickets.3.text`; of an unknown field its parent, as the name is the sender's."""
    place = details["loc"][:-1] if details["type"] == "extra_forbidden" else details["loc"]
    return ".".join(map(str, place)) or None
