"""Bodies become values, or errors, in about the time that it takes to read their JSON."""

import json
import tracemalloc
from collections.abc import Callable

import pytest

from bentos.schemas import Ticket, TicketBatch
from bentos.services.errors import RequestError
from bentos.services.json_body import JsonBody
from bentos.wire import ErrorResponse
from tests.triage.cpu_time import is_linear, is_quicker


class TicketBody(JsonBody, Ticket):
    """As the agent's."""


class BatchBody(JsonBody, TicketBatch):
    """As the agent's."""


MANY = {f"k{number}": 1 for number in range(50_000)}
DUPLICATES = b'{"text": "printer"' + b', "x": 1' * 150_000 + b"}"


def _refuse(body: bytes) -> RequestError:
    with pytest.raises(RequestError) as caught:
        TicketBody.parse(body)
    return caught.value


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        ({"text": "printer", **MANY}, "unknown_field", None),
        ({**MANY, "text": "printer"}, "unknown_field", None),
        ({"text": 5, **MANY}, "wrong_type", "text"),
        (MANY, "missing_field", "text"),
        ({"text": MANY}, "wrong_type", "text"),
    ],
)
def test_many_unknown_fields_are_refused_as_one_is_and_as_fast_as_they_are_read(
    value: object, code: str, field: str | None
) -> None:
    body = json.dumps(value).encode()
    error = _refuse(body).error
    assert (error.code, error.field) == (code, field)
    assert is_quicker(lambda: _refuse(body), 8, lambda: json.loads(body))


def test_many_unknown_fields_of_one_ticket_harm_no_other() -> None:
    tickets = [{"text": "printer", **MANY}, {"text": "printer"}]
    body = json.dumps({"tickets": tickets}).encode()
    bad, good = BatchBody.parse(body).tickets
    assert isinstance(bad, ErrorResponse)
    assert bad.error.code == "unknown_field"
    assert isinstance(good, Ticket)
    assert is_quicker(lambda: BatchBody.parse(body), 8, lambda: json.loads(body))


def test_a_field_that_is_sent_twice_counts_as_the_last() -> None:
    assert TicketBody.parse(b'{"text": 5, "text": "printer"}').text == "printer"
    assert _refuse(DUPLICATES).error.code == "unknown_field"


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": ' + b"9" * 1_000_000 + b"}",
        b'{"text": ' + b"[" * 200_000 + b"}",
        b'{"text": ' + b'{"a":' * 200_000 + b"}",
        b'\xef\xbb\xbf{"text": "printer"}',
        b'{"text": "printer"} x',
        b'{"text": -Infinity}',
    ],
)
def test_json_that_cannot_be_read_is_400(body: bytes) -> None:
    error = _refuse(body)
    assert (error.status, error.error.code) == (400, "malformed_json")


@pytest.mark.parametrize(
    "number", [b"1e999", b"-1e999", b"0." + b"1" * 1_000_000, b"1" * 1_000_000 + b".5"]
)
def test_numbers_beyond_floats_are_read_and_refused(number: bytes) -> None:
    error = _refuse(b'{"text": ' + number + b"}")
    assert (error.status, error.error.code) == (422, "wrong_type")


@pytest.mark.parametrize("item", [b"[]", b"{}", b'{"":0}', b'"ab"', b"0", b'""'])
def test_a_body_of_small_values_is_refused_before_they_take_memory(item: bytes) -> None:
    body = b'{"text": [' + b",".join([item] * 600_000) + b"]}"
    tracemalloc.start()
    error = _refuse(body).error
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "too_many_items"
    assert peak < 1_000_000


@pytest.mark.parametrize("text", ["a, [b], {c} " * 100_000, '\\"' * 600_000, '"' * 600_000])
def test_what_looks_like_values_within_a_text_does_not_count(text: str) -> None:
    error = _refuse(json.dumps({"text": text}).encode()).error
    assert error.code == "text_too_long"


@pytest.mark.parametrize("piece", [b'"', b'\\"', b'"\\', b"\\", b'"a\\a'])
def test_the_time_to_count_values_is_linear(piece: bytes) -> None:
    def refusing(size: int) -> Callable[[], object]:
        body = b'{"text": "' + piece * (size // len(piece))
        return lambda: _refuse(body)

    assert is_linear(refusing, 600_000)
