"""What a server that is about to end answers."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from bentos.services.draining import Draining
from bentos.wire import ErrorResponse


async def _answer(request: Request) -> Response:
    return PlainTextResponse(request.url.path)


def _app() -> Draining:
    routes = [Route(path, _answer) for path in ("/predict", "/readyz", "/livez")]
    return Draining(Starlette(routes=routes), seconds=1.0)


@pytest.mark.parametrize("path", ["/predict", "/readyz", "/livez"])
def test_until_then_nothing_is_different(path: str) -> None:
    answer = TestClient(_app()).get(path)
    assert (answer.status_code, answer.text) == (200, path)
    assert "connection" not in answer.headers


def test_then_it_is_not_ready() -> None:
    app = _app()
    app.begin()
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["connection"] == "close"
    assert ErrorResponse.model_validate_json(answer.content).error.code == "unavailable"


@pytest.mark.parametrize("path", ["/predict", "/livez"])
def test_then_requests_are_answered_and_end_their_connection(path: str) -> None:
    app = _app()
    app.begin()
    answer = TestClient(app).get(path)
    assert (answer.status_code, answer.text) == (200, path)
    assert answer.headers["connection"] == "close"


def test_a_request_in_flight_ends_its_connection_too() -> None:
    async def slow(scope, receive, send) -> None:
        app.begin()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})

    app, sent = Draining(slow, seconds=1.0), list[dict[str, object]]()

    async def send(message) -> None:
        sent.append(message)

    asyncio.run(app({"type": "http", "path": "/predict"}, None, send))
    assert sent[0]["headers"] == [(b"a", b"b"), (b"connection", b"close")]


def test_what_is_no_request_passes() -> None:
    with TestClient(_app()) as client:  # lifespan
        assert client.get("/livez").status_code == 200
