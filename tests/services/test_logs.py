"""Log lines: their form, and what they leave out."""

import json
import logging
from collections.abc import Iterator

import pytest

from bentos.leak_guard import LeakGuard
from bentos.services.log_format import JsonLines, TextLines
from bentos.services.log_privacy import GuardedLines, PrivateTracebacks
from bentos.services.request_record import RequestRecord, current

SECRET = "jo.quack@example.org"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def request_record() -> Iterator[RequestRecord]:
    record = RequestRecord(TRACE, SPAN)
    token = current.set(record)
    yield record
    current.reset(token)


def _record(message: str, *args: object, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("bentoml.test", level, __file__, 1, message, args, None)


def test_a_json_line_holds_the_facts(request_record: RequestRecord) -> None:
    record = _record("POST %s", "/predict")
    record.fields = {"status": 200, "ticket_id": "42", "stages_ms": {"scrub": 0.5}}
    record.created = 1_795_592_062.2515
    line = json.loads(JsonLines().format(record))
    assert line == {
        "timestamp": "2026-11-25T07:34:22.252Z",
        "level": "INFO",
        "logger": "bentoml.test",
        "message": "POST /predict",
        "service": None,
        "worker": None,
        "trace_id": TRACE,
        "span_id": SPAN,
        "status": 200,
        "ticket_id": "42",
        "stages_ms": {"scrub": 0.5},
    }


def test_a_text_line_holds_the_same(request_record: RequestRecord) -> None:
    record = _record("POST %s", "/predict")
    record.fields = {"status": 200, "ticket_ids": ["4", "2"], "stages_ms": {"scrub": 0.5, "svm": 1}}
    line = TextLines().format(record)
    assert line.endswith(
        "[INFO] [] POST /predict status=200 ticket_ids=4,2 stages_ms=scrub:0.5,svm:1 "
        f"trace_id={TRACE} span_id={SPAN}"
    )


def test_a_line_stays_one_line_whatever_it_says() -> None:
    assert "\n" not in JsonLines().format(_record("one\ntwo\r\u2028three"))


def test_outside_of_requests_there_is_no_trace() -> None:
    assert "trace_id" not in json.loads(JsonLines().format(_record("started")))


def test_a_line_with_personal_data_is_withheld() -> None:
    record = _record("failed for %s", SECRET, level=logging.WARNING)
    assert GuardedLines(LeakGuard(0.01)).filter(record)
    line = JsonLines().format(record)
    assert json.loads(line)["message"] == "withheld by the leak guard: EMAIL_ADDRESS"
    assert SECRET not in line


def test_a_traceback_with_personal_data_is_withheld() -> None:
    record = _record("failed", level=logging.ERROR)
    record.exc_text = f"  {SECRET}.py:1 in f"
    GuardedLines(LeakGuard(1.0)).filter(record)
    assert SECRET not in TextLines().format(record)


def test_an_innocent_line_stays_as_it_is() -> None:
    record = _record("a batch of %d failed", 256, level=logging.ERROR)
    GuardedLines(LeakGuard(1.0)).filter(record)
    assert record.getMessage() == "a batch of 256 failed"


def test_a_traceback_is_there_without_its_message() -> None:
    record = _record("failed", level=logging.ERROR)
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        record.exc_info = (KeyError, error, error.__traceback__)
    PrivateTracebacks().filter(record)
    exception = json.loads(JsonLines().format(record))["exception"]
    assert "KeyError (message withheld)" in exception
    assert SECRET not in exception
