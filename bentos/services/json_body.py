"""How a request's body becomes a value, or an error that says nothing of what is in it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from itertools import islice
from typing import Any, Final, Never, Self

from _bentoml_sdk.io_models import IOMixin  # type: ignore[import-untyped]  # has no types
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from bentos.services.errors import RequestError, standard_error
from bentos.settings import settings
from bentos.wire import Error, first_error

PICKLE: Final = "application/vnd.bentoml+pickle"
# More than any object of ours has.
_MOST_FIELDS: Final = 16
# Strings, and what comes before other values. A list takes two bytes of a body, ninety of memory;
# the largest call of ours has a seventh as many.
_MOST_TOKENS: Final = 50 * max(settings().max_bulk_texts, settings().max_batch_tickets, 10_000)
_TOKEN: Final = re.compile(rb'[,\[{]|"[^"]*"?')
_TOO_MANY: Final = Error(
    code="too_many_items", message="The body has more values, objects and lists than a call takes."
)


class JsonBody(IOMixin):  # type: ignore[misc]  # BentoML publishes no types for it
    """Mix into a wire model to take it as the body of a BentoML API.

    BentoML's own parsing answers 400 to all errors, repeats the sender's field names in them and
    logs tracebacks.
    """

    @classmethod
    async def from_http_request(cls, request: Request, serde: Any) -> Self:
        """The body of `request`.

        Raises:
            RequestError: 400 for what isn't JSON, 422 for JSON that isn't the model.
        """
        if serde.media_type == PICKLE:
            # Between the processes of one server, never from outside: the door refuses it.
            return await super().from_http_request(request, serde)  # type: ignore[no-any-return]
        return cls.parse(await request.body())

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """The JSON text `body` as this model; raises RequestError as `from_http_request` does."""
        try:
            return cls.model_validate(_load(cls, body))  # type: ignore[no-any-return]
        except ValidationError as error:
            raise RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, first_error(error)) from None


def _load(model: type[BaseModel], body: bytes) -> object:
    """Not with pydantic: it refuses a whole batch for half a surrogate pair in one ticket."""
    if len(body) > _MOST_TOKENS and _has_more_tokens(body):
        raise RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, _TOO_MANY)
    try:
        return _decoder(model).decode(body.decode())
    except (ValueError, RecursionError):
        status = HTTPStatus.BAD_REQUEST
        raise RequestError(status, standard_error(status)) from None


def _has_more_tokens(body: bytes) -> bool:
    # Without what is escaped, a quotation mark begins or ends a string.
    plain = body.replace(rb"\\", b"").replace(rb"\"", b"")
    tokens = islice(_TOKEN.finditer(plain), _MOST_TOKENS, None)
    return next(tokens, None) is not None


@cache
def _decoder(model: type[BaseModel]) -> json.JSONDecoder:
    names = frozenset(_field_names(model.model_json_schema()))

    def with_few_unknown(fields: dict[str, Any]) -> dict[str, Any]:
        """`fields`, when they are few. Pydantic complains of each unknown one; we say the first."""
        if len(fields) <= _MOST_FIELDS:
            return fields
        unknown = next((name for name in fields if name not in names), None)
        return {name: fields[name] for name in fields if name in names or name is unknown}

    return json.JSONDecoder(object_hook=with_few_unknown, parse_constant=_refuse_constant)


def _field_names(schema: Mapping[str, Any]) -> Iterator[str]:
    """The names of the fields of all objects in `schema`."""
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part.get("properties", ())


def _refuse_constant(_name: str) -> Never:
    raise ValueError("NaN and Infinity aren't JSON")
