"""Row 12: whatever the HTTP layer is sent, it answers in one shape, to its own names only."""

import json
from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.reliability.raw import HOST, JSON, TICKET, Answer, ask, connect, post, read
from tests.reliability.record import record
from tests.services.conftest import AGENT, Server, serve

pytestmark = pytest.mark.reliability

TYPE = {"Content-Type": "application/json"}
CHUNKED = b"Transfer-Encoding: chunked\r\n"
UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\n"


def _get(*headers: bytes, line: bytes = b"GET /livez HTTP/1.1") -> bytes:
    return b"%b\r\n%b\r\n" % (line, b"".join(headers))


def _chunked(chunks: bytes) -> bytes:
    return _get(HOST, JSON, CHUNKED, line=b"POST /predict HTTP/1.1") + chunks


# What is sent, and the statuses that are right.
REFUSED: dict[str, tuple[bytes, set[int]]] = {
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", {400}),
    "no method": (b"GARBAGE\r\n\r\n", {400}),
    "unknown method": (_get(HOST, line=b"FETCH /livez HTTP/1.1"), {400}),
    "http 2": (_get(HOST, line=b"GET /livez HTTP/2.0"), {400}),
    "http 3.7": (_get(HOST, line=b"GET /livez HTTP/3.7"), {400}),
    "http 0.9": (b"GET /livez\r\n\r\n", {400}),
    "preface of http 2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    "nul in the path": (_get(HOST, line=b"GET /li\0vez HTTP/1.1"), {400}),
    "raw utf-8 in the path": (_get(HOST, line="GET /é HTTP/1.1".encode()), {400}),
    "no path": (_get(HOST, line=b"GET  HTTP/1.1"), {400}),
    "options of all": (_get(HOST, line=b"OPTIONS * HTTP/1.1"), {400}),
    "connect": (_get(HOST, line=b"CONNECT localhost:80 HTTP/1.1"), {400}),
    "a url of another scheme": (_get(HOST, line=b"GET ftp://localhost/livez HTTP/1.1"), {400}),
    "a url of another host": (_get(HOST, line=b"GET http://evil.example/livez HTTP/1.1"), {421}),
    "another host": (_get(b"Host: evil.example\r\n"), {421}),
    "another host at a port": (_get(b"Host: evil.example:3000\r\n"), {421}),
    "another host on a path with a body": (
        post(b"{}").replace(HOST, b"Host: localhost.evil.example\r\n"),
        {421},
    ),
    "no host": (_get(), {400}),
    "two hosts": (_get(HOST, HOST), {400}),
    "an empty host": (_get(b"Host:\r\n"), {400, 421}),
    "a header without a name": (_get(HOST, b": a\r\n"), {400}),
    "a space in a header's name": (_get(HOST, b"X y: a\r\n"), {400}),
    "a folded header": (_get(HOST, b"X: a\r\n b\r\n"), {400}),
    "bare line feeds": (b"GET /livez HTTP/1.1\nHost: localhost\n\n", {400}),
    "a large header": (_get(HOST, b"X: " + b"a" * 60_000 + b"\r\n"), {431}),
    "4 MB of one header": (_get(HOST, b"X: " + b"a" * 4_000_000 + b"\r\n"), {431}),
    "20,000 headers": (_get(HOST, b"X: a\r\n" * 20_000), {431}),
    "a long path": (_get(HOST, line=b"GET /" + b"a" * 60_000 + b" HTTP/1.1"), {431}),
    "no length in hex": (_chunked(b"ZZ\r\n"), {400}),
    "a negative chunk": (_chunked(b"-1\r\n"), {400}),
    "a chunk beyond all numbers": (_chunked(b"f" * 17 + b"\r\n"), {400}),
    "a chunk that is longer than it says": (_chunked(b"1\r\n{}\r\n0\r\n\r\n"), {400}),
    "two lengths": (post(TICKET, b"Content-Length: 5\r\n"), {400}),
    "a length and chunks": (post(TICKET, CHUNKED), {400}),
    "a negative length": (_get(HOST, JSON, b"Content-Length: -1\r\n"), {400}),
    "a length beyond all numbers": (
        _get(HOST, JSON, b"Content-Length: " + b"9" * 5_000 + b"\r\n"),
        {400},
    ),
    "another coding": (_get(HOST, b"Transfer-Encoding: gzip\r\n"), {400}),
    "too large, and told before": (
        _get(HOST, JSON, b"Content-Length: 30000000\r\n", line=b"POST /predict HTTP/1.1")
        + b"a" * 30_000_000,
        {413},
    ),
    "too large, in chunks": (
        _chunked(b"10000\r\n" + (b"a" * 65_536 + b"\r\n10000\r\n") * 99),
        {413},
    ),
    "too large, and asked before": (
        _get(
            HOST,
            JSON,
            b"Content-Length: 30000000\r\nExpect: 100-continue\r\n",
            line=b"POST /predict HTTP/1.1",
        ),
        {413},
    ),
    "of the wrong kind": (
        _get(HOST, b"Content-Length: 1900000\r\n", line=b"POST /predict HTTP/1.1")
        + b"a" * 1_900_000,
        {415},
    ),
}


@pytest.fixture(scope="module")
def agent(new_home) -> Iterator[Server]:
    """Listens on a loopback address."""
    with serve(new_home(), AGENT) as server:
        yield server


def _is_right(answer: Answer, statuses: set[int]) -> bool:
    is_one = len(answer.statuses) == 1 and answer.statuses[0] in statuses
    has_type = b"\r\ncontent-type: application/json\r\n" in answer.content.lower()
    return is_one and has_type and answer.is_in_shape()


def test_what_is_refused_is_refused_in_the_one_shape(agent: Server) -> None:
    wrong = {}
    for name, (request, statuses) in REFUSED.items():
        answer = ask(agent, request)
        if not _is_right(answer, statuses):
            wrong[name] = answer.content[:80]
    record(
        row=12,
        name="requests that aren't HTTP, or not for this server",
        promise="one answer each, with the right status, in our shape",
        tried=len(REFUSED),
        lost=len(wrong),
    )
    assert not wrong


ANSWERED: dict[str, tuple[bytes, list[int], int]] = {
    "a url of this host": (_get(HOST, line=b"GET http://localhost/livez HTTP/1.1"), [200], 1),
    "http 1.0": (_get(HOST, line=b"GET /livez HTTP/1.0"), [200], 1),
    "chunks": (_chunked(b"%x\r\n%b\r\n0\r\n\r\n" % (len(TICKET), TICKET)), [200], 1),
    "a body asked for h2c": (post(TICKET, UPGRADE, b"Upgrade: h2c\r\n"), [200], 1),
    "a body asked for websocket": (post(TICKET, UPGRADE, b"Upgrade: websocket\r\n"), [200], 1),
    "a body with a get": (post().replace(b"POST /predict", b"GET /livez"), [200], 1),
    "three at once": (_get(HOST) + post() + _get(HOST), [200, 200, 200], 3),
    "garbage behind a ticket": (post() + b"GARBAGE\r\n\r\n", [200], 0),
}


def test_what_can_be_answered_is(agent: Server) -> None:
    wrong = {}
    for name, (request, statuses, answers) in ANSWERED.items():
        with connect(agent) as connection:
            connection.sendall(request)
            answer = read(connection, 10, answers)
        if list(answer.statuses) != statuses:
            wrong[name] = answer.content[:200]
    record(
        row=12,
        name="rare but right HTTP",
        promise="answered, each request once and in order",
        tried=len(ANSWERED),
        lost=len(wrong),
    )
    assert not wrong


def test_expect_is_answered_before_the_body(agent: Server) -> None:
    with connect(agent) as connection:
        connection.sendall(
            post(b"", b"Expect: 100-continue\r\n").replace(b": 0", b": %d" % len(TICKET))
        )
        first = connection.recv(1_000)
        connection.sendall(TICKET)
        answer = read(connection, 10, 1)
    lost = int(not first.startswith(b"HTTP/1.1 100 ") or answer.statuses != (200,))
    record(row=12, name="Expect", promise="100, then the answer", tried=1, lost=lost)
    assert lost == 0


def test_a_thousand_requests_at_once_of_one_connection(agent: Server) -> None:
    """The server may close after some; each of those is answered."""
    lost = 0
    with connect(agent) as connection:
        connection.sendall(_get(HOST) * 1_000)
        answer = read(connection, 20)
    lost += set(answer.statuses) != {200}
    lost += not ask(agent, _get(HOST, b"Connection: close\r\n")).statuses == (200,)
    record(
        row=12,
        name="1,000 requests at once of one connection",
        promise="answers with status 200 only, and the next connection too",
        tried=2,
        lost=lost,
        answered=len(answer.statuses),
    )
    assert lost == 0


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PATHS = ("/livez", "/readyz", "/healthz", "/metrics", "/", "/docs.json", "/schema.json")


def test_wrong_methods_and_paths(agent: Server) -> None:
    wrong = []
    with agent.client() as client:
        for method in METHODS:
            for path in (*PATHS, "/static_content/swagger-ui.css"):
                answer = client.request(method, path, content=b"x")
                if method != "GET" and not (_is_error(answer, 405) and answer.headers.get("allow")):
                    wrong.append((method, path, answer.status_code))
            for path in ("/nothing", "/predict/", "/predict/x", "/%00"):
                answer = client.request(method, path, content=b"x")
                if not _is_error(answer, 404):
                    wrong.append((method, path, answer.status_code))
            if method != "POST":
                answer = client.request(method, "/predict", content=b"x")
                if not _is_error(answer, 405) or answer.headers.get("allow") != "POST":
                    wrong.append((method, "/predict", answer.status_code))
    record(
        row=12,
        name="wrong methods and paths, with bodies of no type",
        promise="405 with Allow, or 404",
        tried=len(METHODS) * (len(PATHS) + 6) - 9,
        lost=len(wrong),
    )
    assert not wrong


def _is_error(answer: httpx.Response, status: int) -> bool:
    return answer.status_code == status and set(answer.json()) == {"error"}


def test_headers_for_browsers(agent: Server) -> None:
    wrong = []
    with agent.client() as client:
        answers = [client.get(path) for path in ("/", "/nothing", "/livez", "/docs.json")]
        answers.append(client.get("/static_content/swagger-ui-bundle.js"))
        answers.append(client.post("/predict", content=TICKET, headers=TYPE))
    wrong += [a.url.path for a in answers if a.headers.get("x-content-type-options") != "nosniff"]
    if b"nosniff" not in ask(agent, b"GARBAGE\r\n\r\n").content:
        wrong.append("what isn't HTTP")
    policy = answers[0].headers["content-security-policy"]
    if "frame-ancestors 'none'" not in policy or "referrer-policy" not in answers[0].headers:
        wrong.append("the page's policy")
    record(
        row=12,
        name="headers for browsers",
        promise="nosniff on every answer; the page is in no frame",
        tried=len(answers) + 2,
        lost=len(wrong),
    )
    assert not wrong


MOST_CPU_SECONDS = 0.25
MANY = {f"k{number}": 1 for number in range(150_000)}
KEYS: dict[str, tuple[str, object]] = {
    "of a ticket": ("/predict", {"text": "the printer is broken", **MANY}),
    "of a batch": ("/predict_batch", {"tickets": [], **MANY}),
    "within a text": ("/predict", {"text": MANY}),
    "of a ticket of a batch": ("/predict_batch", {"tickets": [{"text": "a", **MANY}]}),
}


def test_many_unknown_keys_are_refused_quickly(agent: Server) -> None:
    """In CPU time of the server, which other work on the machine doesn't change."""
    times = 5
    figures = {}
    with agent.client() as client:
        for name, (path, value) in KEYS.items():
            body = json.dumps(value).encode()
            began = _cpu_seconds(agent)
            for _ in range(times):
                answer = client.post(path, content=body, headers=TYPE)
                assert answer.status_code < 500
            seconds = (_cpu_seconds(agent) - began) / times
            figures[f"{name.replace(' ', '_')}_cpu_seconds"] = round(seconds, 3)
    lost = sum(seconds > MOST_CPU_SECONDS for seconds in figures.values())
    record(
        row=12,
        name="150,000 unknown keys",
        promise=f"refused within {MOST_CPU_SECONDS} s of CPU",
        tried=len(KEYS),
        lost=lost,
        **figures,
    )
    assert lost == 0


def _cpu_seconds(server: Server) -> float:
    """What the server's processes have used so far."""
    processes = psutil.Process(server.process.pid).children(recursive=True)
    times = [process.cpu_times() for process in processes]
    return sum(time.user + time.system for time in times)
