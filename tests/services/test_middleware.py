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

from bentos.services.allowed_hosts import AllowedHosts, allowed_hosts, server_address
from bentos.services.body_limit import BodyLimit
from bentos.services.body_memory import BodyMemory
from bentos.services.error_shape import ErrorShape
from bentos.services.errors import standard_error
from bentos.services.known_paths import KnownPaths
from bentos.services.log_privacy import PrivateTracebacks
from bentos.services.slots import Slots
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


def _limited(
    max_bytes: int = 10, seconds: float = 30, memory: BodyMemory | None = None
) -> BodyLimit:
    return BodyLimit(
        _echo,
        paths={"/"},
        max_bytes=max_bytes,
        media_types={"application/json"},
        memory=memory or BodyMemory(1_000_000, seconds),
    )


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


@pytest.mark.parametrize(("method", "path"), [("POST", "/other"), ("PUT", "/"), ("GET", "/")])
def test_a_body_that_nothing_takes_is_not_looked_at(method: str, path: str) -> None:
    """Whoever sends it hears 404 or 405, not that its media type is wrong."""
    assert _ask(_limited(), method, path, content=b"a" * 11).status_code == 200


def test_a_body_that_is_late_is_refused() -> None:
    async def attack() -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        await _limited(seconds=0.01)(_SCOPE, _Sender([b"a"]).receive, send)
        return sent

    start, _ = asyncio.run(attack())
    assert (start["status"], dict(start["headers"])[b"connection"]) == (408, b"close")


@pytest.mark.parametrize("stalled", [1, 5])
def test_who_stops_half_way_keeps_no_room_from_who_goes_on(stalled: int) -> None:
    memory = BodyMemory(1_000_000, 30)
    app = _limited(2_000_000, memory=memory)

    async def attack() -> tuple[list[int], int]:
        senders = [_Sender([b"a" * 900_000]) for _ in range(stalled)]
        refused = [asyncio.create_task(_status(app, sender)) for sender in senders]
        for _ in range(10):
            await asyncio.sleep(0)
        whole = await _status(app, _Sender([b"a" * 450_000, b"a" * 450_000, b""]))
        return await asyncio.gather(*refused), whole

    assert asyncio.run(asyncio.wait_for(attack(), 20)) == ([429] * stalled, 200)


def test_bodies_that_are_worked_on_keep_their_room_and_small_ones_need_none() -> None:
    memory = BodyMemory(1_000_000, 30)
    app = _limited(2_000_000, memory=memory)

    async def attack() -> list[int]:
        held = memory.begin()
        assert memory.grow(held, 900_000)
        memory.arrived(held)
        large = await _status(app, _Sender([b"a" * 900_000, b""]))
        small = await _status(app, _Sender([b"a" * 60_000, b""]))
        memory.end(held)
        return [large, small, await _status(app, _Sender([b"a" * 900_000, b""]))]

    assert asyncio.run(attack()) == [429, 200, 200]


def test_the_time_of_a_body_ends_with_its_arrival() -> None:
    memory = BodyMemory(1_000_000, 0.01)

    async def work() -> int:
        for _ in range(3):
            held = memory.begin()
            memory.arrived(held)
            await asyncio.sleep(0.03)
        return await _status(_limited(memory=memory), _Sender([b"a"]))

    assert asyncio.run(asyncio.wait_for(work(), 20)) == 408


def test_a_task_that_is_cancelled_for_another_reason_ends() -> None:
    async def work() -> bool:
        task = asyncio.create_task(_status(_limited(), _Sender([b"a"])))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(work())


_SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/",
    "headers": [(b"content-type", b"application/json")],
}


class _Sender:
    """Sends pieces, an empty one for the end, and then nothing more."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = list(pieces)

    async def receive(self) -> Message:
        if not self._pieces:
            await asyncio.Event().wait()
        piece = self._pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": piece != b""}


async def _status(app: ASGIApp, sender: _Sender) -> int:
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(_SCOPE, sender.receive, send)
    [status] = statuses
    return status


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


_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@pytest.mark.parametrize(
    ("setting", "address", "names"),
    [
        (None, "http://127.0.0.1:3000", _LOOPBACK),
        (None, "https://127.1.2.3:3000", _LOOPBACK),
        (None, "http://::1:3000", _LOOPBACK),
        (None, "http://localhost:3000", ("*",)),  # BentoML's word for all addresses.
        (None, "http://192.168.1.2:3000", ("*",)),
        (None, None, ("*",)),
        ("*", "http://127.0.0.1:3000", ("*", *_LOOPBACK)),
        ("A.example, *.b.example", None, ("a.example", "*.b.example", *_LOOPBACK)),
    ],
)
def test_loopback_servers_have_loopback_names(
    setting: str | None, address: str | None, names: tuple[str, ...]
) -> None:
    assert allowed_hosts(setting, address) == names


def test_the_address_is_the_one_that_bentoml_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_address("AgentService") is None
    monkeypatch.setenv("BENTOML_RUNNER_MAP", '{"AgentService": "http://127.0.0.1:3000"}')
    assert server_address("AgentService") == "http://127.0.0.1:3000"
    assert server_address("SvmService") is None


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LocalHost:3000", 200),
        ("[::1]", 200),
        ("[::1]:3000", 200),
        ("a.example:80", 200),
        ("c.b.example", 200),
        ("b.example", 421),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("evilb.example", 421),
        ("localhost:evil", 421),
        ("a.example@evil.example", 421),
        ("", 421),
        (SECRET, 421),
    ],
)
def test_only_allowed_hosts_are_answered(host: str, status: int) -> None:
    app = AllowedHosts(_echo, allowed_hosts("a.example,*.b.example", None))
    response = _ask(app, headers={"Host": host})
    assert response.status_code == status
    if status == 421:
        error = _error(response).error
        assert error.code == "host_not_allowed"
        assert "CALLCENTER_ALLOWED_HOSTS" in error.message
        assert host == "" or host not in error.message


@pytest.mark.parametrize(
    ("names", "version", "hosts", "status"),
    [
        (["*"], "1.1", [b"any.example"], 200),
        (["*"], "1.1", [], 400),
        (["*"], "1.0", [], 200),
        (_LOOPBACK, "1.0", [], 400),
        (["*"], "1.1", [b"localhost", b"localhost"], 400),
        (_LOOPBACK, "1.1", [b"localhost", b"evil.example"], 400),
    ],
)
def test_a_request_has_one_host(
    names: Sequence[str], version: str, hosts: list[bytes], status: int
) -> None:
    statuses: list[int] = []

    async def send(message: Message) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    headers = [(b"host", host) for host in hosts]
    scope = {"type": "http", "http_version": version, "method": "GET", "headers": headers}
    app = AllowedHosts(PlainTextResponse("ok"), names)
    asyncio.run(app(scope, _Sender([b""]).receive, send))
    assert statuses == [status]


def test_only_apis_take_slots() -> None:
    app = Slots(_echo, max_concurrency=0, paths={"/predict"})
    assert _ask(app, path="/predict").status_code == 429
    assert _ask(app, path="/static_content/page.js").status_code == 200
