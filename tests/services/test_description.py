"""/docs.json: true, complete, and kept under fire."""

from collections import defaultdict

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import negative_data_rejection

from bentos import __version__
from bentos.schemas import EXAMPLE_TEXTS
from tests.services.conftest import Server

pytestmark = pytest.mark.service


# A bad ticket harms no batch.
_BY_DESIGN = defaultdict(list, {"/predict_batch": [negative_data_rejection]})


@pytest.fixture(scope="module")
def description(agent: Server) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{agent.url}/docs.json")


@pytest.mark.parametrize("mode", GenerationMode)
def test_the_server_keeps_to_its_description(description: BaseSchema, mode: GenerationMode) -> None:
    """Run by Hypothesis: Schemathesis' own pytest integration fails with pytest 9.2."""
    for result in description.get_all_operations():
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and not operation.body:
            continue  # There is nothing to get wrong.

        @given(operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=30,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def keeps_to_it(case: Case) -> None:
            case.call_and_validate(excluded_checks=_BY_DESIGN[operation.path])

        keeps_to_it()


def test_names_the_product_and_its_version(client: httpx.Client) -> None:
    document = client.get("/docs.json").json()
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "CallCenterAI"
    assert document["info"]["version"] == __version__


@pytest.mark.parametrize("path", ["/predict", "/predict_batch"])
def test_documents_every_error_in_the_one_shape(client: httpx.Client, path: str) -> None:
    responses = client.get("/docs.json").json()["paths"][path]["post"]["responses"]
    assert {"200", "400", "405", "408", "413", "415", "422", "429", "503"} <= responses.keys()
    shapes = {
        response["content"]["application/json"]["schema"]["$ref"]
        for status, response in responses.items()
        if status != "200"
    }
    assert shapes == {"#/components/schemas/ErrorResponse"}


def test_has_examples_in_three_languages(client: httpx.Client) -> None:
    schemas = client.get("/docs.json").json()["components"]["schemas"]
    assert schemas["Ticket"]["properties"]["text"]["examples"] == EXAMPLE_TEXTS


def test_names_no_framework(client: httpx.Client) -> None:
    assert "bentoml" not in client.get("/docs.json").text.lower()
