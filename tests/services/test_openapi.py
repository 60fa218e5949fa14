"""The OpenAPI documents: valid, and neither an error too few nor one too many."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
import schemathesis

from bentos.schemas import EXAMPLE_TEXTS, TicketBatch
from bentos.services.agent import AgentService
from bentos.services.answers import placed
from bentos.services.errors import RequestError
from bentos.services.openapi import describe
from bentos.services.svm import SvmService
from bentos.services.transformer import TransformerService
from bentos.settings import settings
from bentos.wire import ErrorCode, ErrorResponse

SERVICES = {service.name: service for service in (AgentService, SvmService, TransformerService)}
TEXTS = ["", " \n", "1", "a@example.org", "\ud800", "a" * (settings().max_text_characters + 1), 5]
# Of paths that nobody serves.
OF_NO_API = {"not_found"}


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest) -> Any:
    return SERVICES[request.param]


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def _codes(response: Mapping[str, Any]) -> list[str]:
    schema = response["content"]["application/json"]["schema"]
    assert schema["$ref"] == "#/components/schemas/ErrorResponse"
    found: list[str] = schema["properties"]["error"]["properties"]["code"]["enum"]
    return found


def _bodies(name: str, service: Any) -> Iterator[Mapping[str, Any]]:
    """Bodies of an API, each of which is wrong in one way."""
    taken = service.apis[name].input_spec
    [place] = [key for key, field in taken.model_fields.items() if field.is_required()]
    yield {}
    yield {place: None}
    yield {place: 1, "\ud800": 1}
    if name == "predict" and service is AgentService:
        yield from ({"text": text} for text in TEXTS)
        yield {"text": "a", "unknown": 1}
        yield {"text": "a", "channel": "fax"}
        return
    yield {place: [], "unknown": 1}
    yield {place: ["a"] * 20_000}
    if place == "texts":
        yield from ({"texts": [text]} for text in TEXTS)
    elif place == "items":
        yield from ({"items": [{"text": text, "category": "Access"}]} for text in TEXTS)
        yield {"items": [{"text": "a", "category": "Fax"}]}
        yield {"items": [{"text": "a", "category": "Access"}] * 20_000}


def test_the_documents_are_valid_openapi(service: Any) -> None:
    schema = schemathesis.openapi.from_dict(describe(service))
    schema.validate()
    assert all(found.ok() for found in schema.get_all_operations())


def test_a_document_without_its_descriptions_would_not_be(service: Any) -> None:
    document = describe(service)
    del document["paths"]["/predict"]["post"]["responses"]["429"]["description"]
    with pytest.raises(Exception, match="description"):
        schemathesis.openapi.from_dict(document).validate()


def test_every_code_of_422_can_be_given_and_no_other_is(service: Any) -> None:
    document = describe(service)
    for name, api in service.apis.items():
        given = set()
        for body in _bodies(name, service):
            with pytest.raises(RequestError) as refused:
                api.input_spec.parse(json.dumps(body).encode())
            given.add(refused.value.error.code)
        assert given == set(_codes(document["paths"][api.route]["post"]["responses"]["422"]))


def test_a_batch_says_what_can_stand_in_the_place_of_a_result() -> None:
    document = describe(AgentService)
    [_, error] = document["components"]["schemas"]["TriageBatch"]["properties"]["results"]["items"][
        "anyOf"
    ]
    named = error["properties"]["error"]["properties"]["code"]["enum"]
    bad = [{"text": text} for text in TEXTS]
    bad += [{}, {"text": "a", "unknown": 1}, {"text": "a", "channel": "fax"}]
    explained = [{"text": "a", "model": "transformer", "explain": True}] * 30
    batch = TicketBatch.model_validate({"tickets": [*bad, *explained]})
    results = placed(batch.tickets, 25)
    given = {result.error.code for result in results if isinstance(result, ErrorResponse)}
    models = {"internal_error", "prediction_failed", "timeout", "unavailable"}
    assert {*given, *models} == set(named)


def test_every_code_is_documented_somewhere() -> None:
    documented = {
        code
        for service in SERVICES.values()
        for _, operation in _operations(describe(service))
        for status, response in operation["responses"].items()
        if status != "200"
        for code in _codes(response)
    }
    results = json.dumps(describe(AgentService)["components"]["schemas"]["TriageBatch"])
    documented |= {code for code in get_args(ErrorCode) if f'"{code}"' in results}
    assert set(get_args(ErrorCode)) - documented == OF_NO_API


def test_every_example_of_an_error_has_one_of_its_codes(service: Any) -> None:
    for _, operation in _operations(describe(service)):
        for status, response in operation["responses"].items():
            if status not in ("200", "422"):
                example = response["content"]["application/json"]["example"]
                assert ErrorResponse.model_validate(example).error.code in _codes(response)


def test_every_example_of_a_body_is_taken_and_speaks_three_languages(service: Any) -> None:
    for path, operation in _operations(describe(service)):
        if "requestBody" in operation:
            given = operation["requestBody"]["content"]["application/json"]["examples"]
            bodies = [example["value"] for example in given.values()]
            [api] = [api for api in service.apis.values() if api.route == path]
            assert all(api.input_spec.model_validate(body) for body in bodies)
            said = json.dumps(bodies, ensure_ascii=False)
            assert all(text in said for text in EXAMPLE_TEXTS)


def test_texts_need_a_letter_and_have_a_length_in_every_body() -> None:
    for service, name in ((AgentService, "Ticket"), (SvmService, "Explainable")):
        text = describe(service)["components"]["schemas"][name]["properties"]["text"]
        assert text["pattern"] == r"\p{L}"
        assert text["maxLength"] == settings().max_text_characters
    texts = describe(SvmService)["components"]["schemas"]["Texts"]["properties"]["texts"]
    assert texts["items"]["pattern"] == r"\p{L}"


def test_answers_have_their_headers_described(service: Any) -> None:
    document = describe(service)
    for path, operation in _operations(document):
        for status, response in operation["responses"].items():
            expected = {"X-Request-ID"} if "requestBody" in operation else set()
            expected |= {"429": {"Retry-After"}, "503": {"Retry-After"}}.get(status, set())
            expected |= {"405": {"Allow"}}.get(status, set())
            assert response.get("headers", {}).keys() == expected, (path, status)
    assert document["components"]["headers"]["Retry-After"]["schema"]["type"] == "integer"
