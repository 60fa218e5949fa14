"""The description of a service's API, as OpenAPI 3.1, from the models that check its requests."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from _bentoml_sdk.io_models import (  # type: ignore[import-untyped]  # has no types
    IOMixin,
    IORootModel,
)
from pydantic import TypeAdapter

from bentos import __version__
from bentos.services import described_errors
from bentos.services.described_examples import examples
from bentos.wire import ErrorCode, ErrorResponse

_SCHEMAS: Final = "#/components/schemas/"
_ERROR: Final = f"{_SCHEMAS}{ErrorResponse.__name__}"
_HEALTH: Final[Mapping[str, tuple[str, tuple[int, ...]]]] = {
    "/livez": ("Whether the process is alive.", (405, 421, 431)),
    "/readyz": ("Whether the server can answer tickets now.", (405, 421, 431, 503)),
    "/metrics": ("The server's metrics, for Prometheus.", (405, 421, 431)),
}
# Health checks come every few seconds, have no trace and so no id.
_TRACED: Final = "X-Request-ID"


def describe(service: Any) -> dict[str, Any]:
    """The OpenAPI document of `service`, a BentoML service."""
    apis = service.apis.values()
    schemas, definitions = TypeAdapter.json_schemas(
        [
            *((api.name, "validation", TypeAdapter(_wire_type(api.input_spec))) for api in apis),
            *(
                (api.name, "serialization", TypeAdapter(_wire_type(api.output_spec)))
                for api in apis
            ),
            (ErrorResponse, "serialization", TypeAdapter(ErrorResponse)),
        ],
        ref_template=f"{_SCHEMAS}{{model}}",
    )
    components = definitions["$defs"]
    operations = {api.route: {"post": _operation(api, schemas, components)} for api in apis}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CallCenterAI",
            "version": __version__,
            "description": service.inner.__doc__,
        },
        "paths": {**operations, **{path: _health(*what) for path, what in _HEALTH.items()}},
        "components": {"schemas": components, "headers": dict(described_errors.HEADERS)},
    }


def _wire_type(spec: Any) -> Any:
    """The type of ours that BentoML wrapped in `spec`."""
    if issubclass(spec, IORootModel):
        return spec.model_fields["root"].annotation
    return next(base for base in spec.__mro__ if not issubclass(base, IOMixin))


def _operation(api: Any, schemas: Mapping[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    taken, answer = _wire_type(api.input_spec), schemas[api.name, "serialization"]
    if in_place := described_errors.codes_in_place(taken):
        error = described_errors.narrowed(_ERROR, in_place)
        if name := answer.get("$ref", "").removeprefix(_SCHEMAS):
            components[name] = _with_error(components[name], error)
        answer = _with_error(answer, error)
    summary, _, description = inspect.cleandoc(api.doc or api.name).partition("\n")
    body = {"schema": schemas[api.name, "validation"], "examples": examples(taken)}
    return {
        "operationId": api.name,
        "tags": ["Tickets"],
        "summary": summary,
        "description": description.strip(),
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {
            "200": {
                "description": HTTPStatus.OK.phrase,
                "headers": _headers([_TRACED]),
                "content": {"application/json": {"schema": answer}},
            },
            **{
                str(status): _error(status, described_errors.codes(status, taken), [_TRACED])
                for status in described_errors.STATUSES
            },
        },
    }


def _with_error(schema: Any, error: Mapping[str, Any]) -> Any:
    """`schema` with `error` where it names errors of any kind."""
    if schema == {"$ref": _ERROR}:
        return error
    if isinstance(schema, dict):
        return {name: _with_error(part, error) for name, part in schema.items()}
    if isinstance(schema, list):
        return [_with_error(part, error) for part in schema]
    return schema


def _error(status: int, codes: Iterable[ErrorCode], headers: Sequence[str]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": described_errors.narrowed(_ERROR, codes)}
    if status != 422:  # The schema's own example is one of those.
        content["example"] = described_errors.example(status)
    return {
        "description": described_errors.STATUSES[status],
        "headers": _headers([*headers, *described_errors.header_names(status)]),
        "content": {"application/json": content},
    }


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _health(text: str, statuses: Iterable[int]) -> dict[str, Any]:
    plain = {"text/plain": {"schema": {"type": "string"}}}
    responses: dict[str, Any] = {"200": {"description": HTTPStatus.OK.phrase, "content": plain}}
    for status in statuses:
        responses[str(status)] = _error(status, described_errors.codes(status), ())
    return {"get": {"tags": ["Operation"], "summary": text, "responses": responses}}
