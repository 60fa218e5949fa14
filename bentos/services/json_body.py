"""How a request's body becomes a value, or an error that says nothing of what is in it."""

import json
from http import HTTPStatus
from typing import Any, Final, Never, Self

from _bentoml_sdk.io_models import IOMixin  # type: ignore[import-untyped]  # has no types
from pydantic import ValidationError
from starlette.requests import Request

from bentos.services.errors import RequestError, standard_error
from bentos.wire import first_error

PICKLE: Final = "application/vnd.bentoml+pickle"


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
            return cls.model_validate(_load(body))  # type: ignore[no-any-return]
        except ValidationError as error:
            raise RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, first_error(error)) from None


def _load(body: bytes) -> object:
    """Not with pydantic: it refuses a whole batch for half a surrogate pair in one ticket."""
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        status = HTTPStatus.BAD_REQUEST
        raise RequestError(status, standard_error(status)) from None


def _refuse_constant(_name: str) -> Never:
    raise ValueError("NaN and Infinity aren't JSON")
