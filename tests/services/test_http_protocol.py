"""The HTTP layer: limits of time, size and number, and one shape for its own answers."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from bentos.settings import settings
from bentos.wire import ErrorResponse
from tests.services.http_stub import Bodies, Server, Wire, settle

HOST = b"Host: localhost\r\n"
GET = b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n"


def _post(body: bytes, *headers: bytes) -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"POST /a HTTP/1.1\r\n" + HOST + length + b"".join(headers) + b"\r\n" + body


def _run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


def _status(wire: Wire) -> int:
    return int(wire.received.split(b" ", 2)[1])


def _error(wire: Wire) -> str:
    head, _, body = wire.received.rpartition(b"\r\n\r\n")
    assert b"content-type: application/json" in head
    assert b"connection: close" in head
    assert b"x-content-type-options: nosniff" in head
    return ErrorResponse.model_validate_json(body).error.code


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01 not http\r\n\r\n",
        b"GARBAGE\r\n\r\n",
        b"GET /a HTTP/2.0\r\n" + HOST + b"\r\n",
        b"GET /a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
        b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET ftp://localhost/a HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET http://user@localhost/a HTTP/1.1\r\n" + HOST + b"\r\n",
        "GET /é HTTP/1.1\r\n".encode() + HOST + b"\r\n",
        _post(b"a", b"Transfer-Encoding: chunked\r\n"),
        b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    ],
)
def test_what_cannot_be_read_is_refused_in_the_one_shape(request_: bytes) -> None:
    async def attack() -> None:
        server = Server(Bodies())
        wire = server.connect()
        wire.send(request_)
        await settle()
        assert (_status(wire), _error(wire)) == (400, "bad_request")
        await server.clock.pass_by(3)
        assert wire.is_ended

    _run(attack())


def test_a_bad_chunk_ends_the_request_that_it_belongs_to() -> None:
    async def attack() -> None:
        app = Bodies()
        wire = Server(app).connect()
        wire.send(b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        await settle()
        wire.send(b"ZZ\r\n")
        await settle()
        assert (_status(wire), app.left, app.paths) == (400, 1, [])

    _run(attack())


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ([b"X: " + b"a" * 30_000 + b"\r\n"], 200),
        ([b"X: " + b"a" * 33_000 + b"\r\n"], 431),
        ([b"X: a\r\n" * 9_000], 431),
        ([b"X: " + b"a" * 20_000, b"a" * 20_000], 431),
        ([b"X: a\r\n" * 4_000] * 3, 431),
    ],
)
def test_headers_have_a_largest_size(pieces: list[bytes], status: int) -> None:
    async def attack() -> None:
        wire = Server(Bodies()).connect()
        for piece in (b"GET /a HTTP/1.1\r\n" + HOST, *pieces, b"\r\n"):
            wire.send(piece)
        await settle()
        assert _status(wire) == status

    _run(attack())


def test_a_large_body_does_not_count_as_headers() -> None:
    async def ask() -> None:
        wire = Server(Bodies()).connect()
        wire.send(_post(b"a" * 200_000) + _post(b"b" * 200_000) + GET[:20])
        wire.send(GET[20:])
        await settle()
        assert wire.received.count(b"200 OK") == 3

    _run(ask())


def test_headers_have_a_time_limit_however_they_drip() -> None:
    async def attack() -> None:
        server = Server(Bodies())
        wire = server.connect()
        wire.send(b"GET /a HTTP/1.1\r\n")
        for _ in range(9):
            await server.clock.pass_by(1)
            wire.send(b"X: a\r\n")
        assert not wire.received
        await server.clock.pass_by(1.5)
        assert (_status(wire), _error(wire)) == (408, "request_timeout")
        await server.clock.pass_by(3)
        assert wire.is_ended

    _run(attack())


@pytest.mark.parametrize("blank", [b"", b"\r\n"])
@pytest.mark.parametrize("before", [b"", GET])
def test_an_idle_connection_ends_even_if_it_sends_blank_lines(before: bytes, blank: bytes) -> None:
    async def attack() -> None:
        server = Server(Bodies())
        wire = server.connect()
        wire.send(before)
        await settle()
        for _ in range(11):
            await server.clock.pass_by(1)
            if not wire.is_ended:
                wire.send(blank)
        assert wire.is_ended

    _run(attack())


def test_a_body_that_nobody_reads_ends_its_connection() -> None:
    async def answers_early(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def attack() -> None:
        server = Server(answers_early)
        wire = server.connect()
        wire.send(_post(b"a" * 9)[:-1])
        await settle()
        assert _status(wire) == 404
        await server.clock.pass_by(1)
        assert not wire.is_ended
        await server.clock.pass_by(2)
        assert wire.is_ended

    _run(attack())


def test_a_refused_sender_who_goes_on_is_cut_off() -> None:
    async def attack() -> None:
        wire = Server(Bodies()).connect()
        wire.send(b"GARBAGE\r\n\r\n")
        for _ in range(31):
            wire.send(b"a" * 1_000_000)
        assert not wire.is_ended
        wire.send(b"a" * 2_000_000)
        assert wire.is_aborted

    _run(attack())


def test_a_request_that_is_answered_slowly_keeps_its_connection() -> None:
    async def ask() -> None:
        app = Bodies()
        app.may_answer.clear()
        server = Server(app)
        wire = server.connect()
        wire.send(_post(b"abc"))
        await settle()
        await server.clock.pass_by(1_000)
        app.may_answer.set()
        await settle()
        assert wire.received.endswith(b"abc\r\n0\r\n\r\n")

    _run(ask())


def test_what_was_asked_before_is_answered_before_the_connection_ends() -> None:
    async def attack() -> None:
        app = Bodies()
        app.may_answer.clear()
        server = Server(app)
        wire = server.connect()
        wire.send(_post(b"abc") + GET + b"GARBAGE\r\n\r\n")
        await settle()
        assert not wire.received
        app.may_answer.set()
        await settle()
        assert wire.received.count(b"200 OK") == 2
        assert b"400" not in wire.received
        assert wire.is_ended

    _run(attack())


def test_few_requests_of_a_connection_wait() -> None:
    async def attack() -> None:
        app = Bodies()
        app.may_answer.clear()
        wire = Server(app).connect()
        wire.send(GET * 1_000)
        await settle()
        assert len(wire.protocol.pipeline) <= 16
        app.may_answer.set()
        for _ in range(20):
            await settle()
        assert wire.received.count(b"200 OK") == 17
        assert wire.is_ended

    _run(attack())


def test_who_does_not_read_an_answer_starts_no_second_request() -> None:
    async def attack() -> None:
        app = Bodies()
        server = Server(app)
        wire = server.connect()
        wire.send(_post(b"abc"))
        await settle()
        wire.protocol.pause_writing()
        wire.send(_post(b"def"))
        await settle()
        assert len(app.paths) == 1
        wire.protocol.resume_writing()
        await settle()
        assert len(app.paths) == 2

    _run(attack())


def test_an_answer_that_is_not_read_ends_its_connection() -> None:
    async def attack() -> None:
        server = Server(Bodies())
        wire = server.connect()
        wire.send(_post(b"abc"))
        await settle()
        wire.protocol.pause_writing()
        await server.clock.pass_by(29)
        assert not wire.is_aborted
        await server.clock.pass_by(40)
        assert wire.is_aborted

    _run(attack())


def test_a_caller_who_leaves_is_noticed_behind_other_requests() -> None:
    async def attack() -> None:
        app = Bodies()
        wire = Server(app).connect()
        wire.send(_post(b"abc")[:-1])
        await settle()
        wire.protocol.connection_lost(None)
        await settle()
        assert app.left == 1

    _run(attack())


def test_too_many_connections_end_the_one_that_waited_longest() -> None:
    async def attack() -> None:
        server = Server(Bodies())
        most = settings().max_connections
        wires = []
        for _ in range(most):
            wires.append(server.connect())
            await server.clock.pass_by(0.001)
        newest = server.connect()
        assert [wire.is_ended for wire in wires] == [True] + [False] * (most - 1)
        newest.send(GET)
        await settle()
        assert _status(newest) == 200

    _run(attack())


def test_connections_that_are_all_answered_are_kept() -> None:
    async def attack() -> None:
        app = Bodies()
        app.may_answer.clear()
        server = Server(app)
        wires = [server.connect() for _ in range(settings().max_connections)]
        for wire in wires:
            wire.send(GET)
        await settle()
        newest = server.connect()
        assert (_status(newest), _error(newest)) == (429, "too_many_requests")
        assert newest.is_ended
        app.may_answer.set()
        await settle()
        assert all(_status(wire) == 200 for wire in wires)

    _run(attack())


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
def test_another_protocol_is_not_taken_and_the_body_is_read(protocol: bytes) -> None:
    async def ask() -> None:
        app = Bodies()
        wire = Server(app).connect()
        upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol + b"\r\n"
        wire.send(_post(b"abc", upgrade)[:-1])
        wire.send(b"c")
        await settle()
        wire.send(GET)
        await settle()
        assert wire.received.count(b"200 OK") == 2
        assert b"\r\n3\r\nabc\r\n" in wire.received
        assert app.paths == ["/a", "/a"]

    _run(ask())


def test_a_target_with_a_host_counts_more_than_the_header() -> None:
    hosts: list[bytes] = []

    async def hosts_of(scope: Any, receive: Any, send: Any) -> None:
        hosts.extend(value for name, value in scope["headers"] if name == b"host")
        await Bodies()(scope, receive, send)

    async def ask() -> None:
        wire = Server(hosts_of).connect()
        wire.send(b"GET HTTP://other.example:80/a?b HTTP/1.1\r\n" + HOST + b"\r\n")
        await settle()
        assert _status(wire) == 200

    _run(ask())
    assert hosts == [b"other.example:80"]


def test_every_answer_forbids_to_guess_its_type() -> None:
    async def ask() -> None:
        wire = Server(Bodies()).connect()
        wire.send(GET)
        await settle()
        assert b"\r\nx-content-type-options: nosniff\r\n" in wire.received

    _run(ask())


def test_refusals_hold_nothing_that_was_sent() -> None:
    async def attack() -> None:
        wire = Server(Bodies()).connect()
        wire.send(b"Zebulon Quackenbush\r\n\r\n")
        await settle()
        body = json.loads(wire.received.rpartition(b"\r\n\r\n")[2])
        assert "Zebulon" not in body["error"]["message"]

    _run(attack())
