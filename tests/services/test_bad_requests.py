"""Whatever is sent is answered or refused in the one shape; never a 5xx, never a hang."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from bentos.wire import ErrorResponse
from tests.services.conftest import Server

pytestmark = pytest.mark.service

JSON = {"Content-Type": "application/json"}


def _assert_refused(response: httpx.Response, status: int, code: str) -> ErrorResponse:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    refusal = ErrorResponse.model_validate_json(response.content)
    assert refusal.error.code == code
    return refusal


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (b"", 400, "malformed_json", None),
        (b'{"text": ', 400, "malformed_json", None),
        (b'{"text": NaN}', 400, "malformed_json", None),
        (b'{"text": "a \xff\xfe"}', 400, "malformed_json", None),
        (b'{"text": "raw \x00 control"}', 400, "malformed_json", None),
        (b'\xef\xbb\xbf{"text": "byte order mark"}', 400, "malformed_json", None),
        ('{"text": "utf sixteen"}'.encode("utf-16"), 400, "malformed_json", None),
        (b"[" * 100_000, 400, "malformed_json", None),
        (b'{"text": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400, "malformed_json", None),
        (b'{"text": ' + b"9" * 5_000 + b"}", 400, "malformed_json", None),
        (b'{"text": ' + b"9" * 4_000 + b"}", 422, "wrong_type", "text"),
        (b'{"text": 1e999}', 422, "wrong_type", "text"),
        (b"null", 422, "wrong_type", None),
        (b"[]", 422, "wrong_type", None),
        (b'"text"', 422, "wrong_type", None),
        (b"{}", 422, "missing_field", "text"),
        (b'{"text": null}', 422, "wrong_type", "text"),
        (b'{"text": 5}', 422, "wrong_type", "text"),
        (b'{"text": ["a"]}', 422, "wrong_type", "text"),
        (b'{"text": {"a": "b"}}', 422, "wrong_type", "text"),
        (b'{"text": ""}', 422, "text_empty", "text"),
        (b'{"text": " \\n\\t\\u00a0"}', 422, "text_empty", "text"),
        (b'{"text": "12345 67.8"}', 422, "no_words", "text"),
        ('{"text": "😀 🎉"}'.encode(), 422, "no_words", "text"),
        (b'{"text": "\\u0000\\u0001"}', 422, "no_words", "text"),
        (b'{"text": "jane.doe@example.org"}', 422, "no_words", "text"),
        (b'{"text": "half \\ud800 a pair"}', 422, "not_unicode", "text"),
        (b'{"text": "a", "\\ud800": 1}', 422, "not_unicode", None),
        (b'{"text": "' + b"a" * 20_001 + b'"}', 422, "text_too_long", "text"),
        (b'{"text": "a", "unknown": 1}', 422, "unknown_field", None),
        (b'{"text": "a", "channel": "fax"}', 422, "invalid_value", "channel"),
        (b'{"text": "a", "model": "gpt"}', 422, "invalid_value", "model"),
        (b'{"text": "a", "explain": "yes"}', 422, "wrong_type", "explain"),
        (b'{"text": "a", "explain": 1}', 422, "wrong_type", "explain"),
    ],
)
def test_a_bad_ticket(
    client: httpx.Client, body: bytes, status: int, code: str, field: str | None
) -> None:
    response = client.post("/predict", content=body, headers=JSON)
    assert _assert_refused(response, status, code).error.field == field


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "x" * 20_000,
        "word " * 4_000,
        "nul \0 and \x1b[31m control",
        "e\u0301" * 9_000,
        "سؤال",
        "ﷺ",
    ],
)
def test_an_odd_ticket_that_can_be_answered(client: httpx.Client, text: str) -> None:
    assert client.post("/predict", json={"text": text}).status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"{}", "missing_field", "tickets"),
        (b'{"tickets": "a"}', "wrong_type", "tickets"),
        (b'{"tickets": {"text": "a"}}', "wrong_type", "tickets"),
        (b'{"tickets": [], "more": 1}', "unknown_field", None),
        (
            b'{"tickets": [' + b'{"text":"a"},' * 9_999 + b'{"text":"a"}]}',
            "too_many_items",
            "tickets",
        ),
    ],
)
def test_a_bad_batch(client: httpx.Client, body: bytes, code: str, field: str | None) -> None:
    response = client.post("/predict_batch", content=body, headers=JSON)
    assert _assert_refused(response, 422, code).error.field == field


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/vnd.bentoml+pickle"},
        {"Content-Type": b"\xff\xfe"},
    ],
)
def test_a_body_that_is_not_declared_as_json(
    client: httpx.Client, headers: dict[str, str | bytes]
) -> None:
    response = client.post("/predict", content=b'{"text": "printer"}', headers=headers)
    _assert_refused(response, 415, "unsupported_media_type")


def test_a_parameter_of_the_media_type_is_fine(client: httpx.Client) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert client.post("/predict", content=b'{"text":"a"}', headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path", ["/nothing", "/predict/", "/static_content/none.js", "/../etc", "/%ff"]
)
def test_an_unknown_path(client: httpx.Client, path: str) -> None:
    _assert_refused(client.get(path), 404, "not_found")


@pytest.mark.parametrize("path", ["/nothing", "/predict/", "/static_content/none.js"])
def test_an_unknown_path_is_unknown_whatever_is_sent_to_it(client: httpx.Client, path: str) -> None:
    _assert_refused(client.post(path, content=b"a"), 404, "not_found")
    _assert_refused(client.put(path, content=b"a" * 3_000_000), 404, "not_found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_wrong_method(client: httpx.Client, method: str) -> None:
    response = client.request(method, "/predict")
    _assert_refused(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/readyz", "/livez", "/metrics", "/", "/docs.json"])
def test_a_body_where_none_is_taken(client: httpx.Client, path: str) -> None:
    response = client.post(path, content=b"a")
    _assert_refused(response, 405, "method_not_allowed")
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_another_host(client: httpx.Client) -> None:
    """The server of these tests listens on a loopback address."""
    response = client.get("/readyz", headers={"Host": "evil.example"})
    _assert_refused(response, 421, "host_not_allowed")


def test_headers_for_browsers(client: httpx.Client) -> None:
    page = client.get("/")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    answers = [page, client.get("/livez"), client.get("/nothing"), client.post("/predict")]
    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}


def test_a_declared_body_that_is_too_large(client: httpx.Client) -> None:
    response = client.post("/predict", content=b"a" * 2_000_001, headers=JSON)
    _assert_refused(response, 413, "body_too_large")


def test_an_undeclared_body_that_is_too_large_is_not_read_to_its_end(agent: Server) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 1_000_000_000:
            sent += 100_000
            yield b"a" * 100_000

    with agent.client() as client:
        try:
            response = client.post("/predict", content=endless(), headers=JSON)
        except httpx.WriteError:
            pass  # The server had answered and closed; which a client sees first is chance.
        else:
            _assert_refused(response, 413, "body_too_large")
    assert sent < 100_000_000


def test_what_is_not_http(agent: Server) -> None:
    host, _, port = agent.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01 not http\r\n\r\n")
        head, _, body = connection.recv(1_000).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert ErrorResponse.model_validate_json(body).error.code == "bad_request"
