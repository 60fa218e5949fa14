"""The pieces of the door, each around a tiny app."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bentos.services.body_limit import BodyLimit
from bentos.services.error_shape import ErrorShape
from bentos.services.errors import standard_error
from bentos.services.known_paths import KnownPaths
from bentos.services.log_privacy import PrivateTracebacks
from bentos.wire import ErrorResponse

JSON = {"Content-Type": "application/json"}
SECRET = "Zebulon Quackenbush"


def _ask(app: ASGIApp, method: str = "GET", path: str = "/", **kwargs: object) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **kwargs)  # type: ignore[arg-type]

    return asyncio.run(ask())


def _error(response: httpx.Response) -> ErrorResponse:
    assert response.headers["content-type"] == "application/json"
    assert int(response.headers["content-length"]) == len(response.content)
    return ErrorResponse.model_validate_json(response.content)


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (PlainTextResponse("no", 404), "not_found"),
        (JSONResponse({"error": "Too many requests"}, 429), "too_many_requests"),
        (JSONResponse([{"error": SECRET}], 400), "malformed_json"),
        (JSONResponse({"error": {"detail": SECRET}}, 500), "internal_error"),
        (Response(status_code=418), "bad_request"),
        (PlainTextResponse("x" * 100_000, 502), "internal_error"),
    ],
)
def test_every_error_leaves_in_the_one_shape(inner: Response, code: str) -> None:
    response = _ask(ErrorShape(inner))
    assert response.status_code == inner.status_code
    assert _error(response).error.code == code
    assert SECRET not in response.text


def test_an_error_in_the_shape_passes_with_its_headers() -> None:
    body = ErrorResponse(error=standard_error(503)).model_dump()
    response = _ask(ErrorShape(JSONResponse(body, 503, headers={"Retry-After": "9"})))
    assert response.json() == body
    assert response.headers["retry-after"] == "9"


def test_headers_of_an_error_are_kept() -> None:
    inner = PlainTextResponse("no", 405, headers={"Allow": "POST", "X-Request": "1"})
    response = _ask(ErrorShape(inner))
    assert (response.headers["allow"], response.headers["x-request"]) == ("POST", "1")


def test_success_passes_untouched() -> None:
    inner = PlainTextResponse("x" * 100_000)
    assert _ask(ErrorShape(inner)).text == "x" * 100_000


def test_an_exception_is_an_error_and_is_logged_without_its_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError(SECRET)

    caplog.handler.addFilter(PrivateTracebacks())
    with caplog.at_level(logging.ERROR, logger="bentoml.callcenter"):
        response = _ask(ErrorShape(fails))
    assert _error(response).error.code == "internal_error"
    assert SECRET not in caplog.text
    assert "ValueError" in caplog.text
    assert "in fails" in caplog.text


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    await PlainTextResponse(await request.body())(scope, receive, send)


def _limited(max_bytes: int = 10) -> BodyLimit:
    return BodyLimit(_echo, max_bytes=max_bytes, media_types={"application/json"})


@pytest.mark.parametrize("size", [0, 1, 10])
def test_a_body_within_the_limit_arrives_whole(size: int) -> None:
    response = _ask(_limited(), "POST", content=b"a" * size, headers=JSON)
    assert response.content == b"a" * size


def test_a_body_in_pieces_arrives_whole() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"ab", b"", b"cd"):
            yield piece

    assert _ask(_limited(), "POST", content=pieces(), headers=JSON).content == b"abcd"


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        (JSON, b"a" * 11, 413),
        ({**JSON, "Content-Length": "11"}, b"", 413),
        ({"Content-Type": "text/plain"}, b"a", 415),
        ({}, b"a", 415),
    ],
)
def test_a_body_beyond_the_limits_is_refused(
    headers: dict[str, str], content: bytes, status: int
) -> None:
    response = _ask(_limited(), "POST", content=content, headers=headers)
    assert response.status_code == status
    assert response.headers["connection"] == "close"
    assert _error(response).error.code == standard_error(status).code


def test_a_refused_body_is_not_read_on() -> None:
    asked = _run_raw(_limited(), [b"a" * 6] * 1_000)
    assert asked == 2


def test_a_sender_who_leaves_still_gets_an_answer() -> None:
    """BentoML waits for one until its timeout."""
    sent: list[Message] = []
    _run_raw(_limited(), [b"a", None], sent)
    assert sent[0]["status"] == 408


def _run_raw(
    app: ASGIApp, pieces: Sequence[bytes | None], sent: list[Message] | None = None
) -> int:
    """How many of `pieces` the app asked for; None stands for a sender who leaves."""
    asked = 0

    async def receive() -> Message:
        nonlocal asked
        piece = pieces[asked]
        asked += 1
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message: Message) -> None:
        if sent is not None:
            sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    asyncio.run(app(scope, receive, send))
    return asked


@pytest.mark.parametrize(
    ("path", "seen"),
    [("/known", "/known"), (f"/{SECRET}", "/unknown"), ("/known/", "/unknown")],
)
def test_an_unknown_path_has_one_name(path: str, seen: str) -> None:
    async def where(request: Request) -> Response:
        return PlainTextResponse(request.url.path)

    app = Starlette(routes=[Route("/known", where), Route("/unknown", where)])
    assert _ask(KnownPaths(app, app.routes), path=path).text in (seen, "Not Found")


def test_a_records_traceback_loses_every_message() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise HTTPException(500, SECRET) from error
    except HTTPException as error:
        record = logging.LogRecord("x", 40, __file__, 1, "failed", None, None)
        record.exc_info = (type(error), error, error.__traceback__)
    assert PrivateTracebacks().filter(record)
    text = logging.Formatter().format(record)
    assert SECRET not in text
    assert "HTTPException (message withheld)" in text
    assert json.dumps(__file__).strip('"') in text
