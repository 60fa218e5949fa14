"""The description of a service's API, as OpenAPI 3.1, from the models that check its requests."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from _bentoml_sdk.io_models import (  # type: ignore[import-untyped]  # has no types
    IOMixin,
    IORootModel,
)
from pydantic import TypeAdapter

from bentos import __version__
from bentos.services.errors import standard_error
from bentos.wire import ErrorResponse

_REFERENCE: Final = "#/components/schemas/{model}"
_ERRORS: Final[Mapping[int, str]] = {
    400: "The body isn't JSON.",
    413: "The body is too large.",
    415: "The body isn't declared as JSON.",
    422: "The body is JSON, but not what the API takes.",
    429: "Too many requests in flight; see Retry-After.",
    500: "The server failed.",
    503: "A model can't be reached; see Retry-After.",
    504: "The request took too long.",
}
_HEALTH: Final[Mapping[str, tuple[str, tuple[int, ...]]]] = {
    "/livez": ("Whether the process is alive.", (200,)),
    "/readyz": ("Whether the server can answer tickets now.", (200, 503)),
    "/metrics": ("The server's metrics, for Prometheus.", (200,)),
}


def describe(service: Any) -> dict[str, Any]:
    """The OpenAPI document of `service`, a BentoML service."""
    inputs = {name: TypeAdapter(_wire_type(api.input_spec)) for name, api in service.apis.items()}
    outputs = {name: TypeAdapter(_wire_type(api.output_spec)) for name, api in service.apis.items()}
    schemas, definitions = TypeAdapter.json_schemas(
        [
            *((name, "validation", adapter) for name, adapter in inputs.items()),
            *((name, "serialization", adapter) for name, adapter in outputs.items()),
            ("error", "serialization", TypeAdapter(ErrorResponse)),
        ],
        ref_template=_REFERENCE,
    )
    operations = {
        api.route: {"post": _operation(service, api, schemas)} for api in service.apis.values()
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CallCenterAI",
            "version": __version__,
            "description": service.inner.__doc__,
        },
        "paths": {**operations, **{path: _health(*what) for path, what in _HEALTH.items()}},
        "components": {"schemas": definitions["$defs"]},
    }


def _wire_type(spec: Any) -> Any:
    """The type of ours that BentoML wrapped in `spec`."""
    if issubclass(spec, IORootModel):
        return spec.model_fields["root"].annotation
    return next(base for base in spec.__mro__ if not issubclass(base, IOMixin))


def _operation(service: Any, api: Any, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    summary, _, description = (api.doc or api.name).partition("\n")
    return {
        "operationId": api.name,
        "tags": ["Tickets"],
        "summary": summary.strip(),
        "description": description.strip(),
        "requestBody": {"required": True, "content": _json(schemas[api.name, "validation"])},
        "responses": {
            "200": {
                "description": HTTPStatus.OK.phrase,
                "content": _json(schemas[api.name, "serialization"]),
            },
            **{str(code): _error(code, text, schemas) for code, text in _ERRORS.items()},
        },
    }


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _error(code: int, text: str, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    content = _json(schemas["error", "serialization"])
    if code != 422:  # The schema's own example is one of those.
        example = ErrorResponse(error=standard_error(code)).model_dump()
        content["application/json"]["example"] = example
    return {"description": text, "content": content}


def _health(text: str, codes: tuple[int, ...]) -> dict[str, Any]:
    responses = {str(code): {"description": HTTPStatus(code).phrase} for code in codes}
    return {"get": {"tags": ["Operation"], "summary": text, "responses": responses}}
