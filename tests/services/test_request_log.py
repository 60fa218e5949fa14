"""One line a request, its trace, its spans; around a tiny app."""

import asyncio
import logging

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bentos.services.request_log import ACCESS_LOG, RequestLog
from bentos.services.request_record import current
from bentos.services.stages import Stage

TRACE = "0af7651916cd43dd8448eb211c80319c"
SECRET = "Zebulon"
HEADERS = {
    "X-Name": SECRET,
    "User-Agent": SECRET,
    "baggage": f"who={SECRET}",
    "tracestate": f"who={SECRET}",
}


async def _predict(request: Request) -> Response:
    await request.body()
    with Stage("understand"), Stage("scrub"):
        pass
    record = current.get()
    assert record
    for number in range(int(request.query_params.get("tickets", 1))):
        record.add_ticket(f"ticket{number}", "svm", degraded=False)
    return JSONResponse({}, int(request.query_params.get("status", 200)))


async def _broken(_: Request) -> Response:
    try:
        with Stage("understand"):
            raise KeyError(SECRET)
    except KeyError:
        return JSONResponse({}, 500)


APP = Starlette(
    routes=[
        Route("/predict", _predict, methods=["POST"]),
        Route("/broken", _broken, methods=["POST"]),
        Route("/livez", lambda _: Response()),
    ]
)


def _ask(
    path: str = "/predict",
    method: str = "POST",
    tracer: Tracer | None = None,
    **headers: str,
) -> httpx.Response:
    app = RequestLog(APP, tracer, {"/predict"})

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            given = {**HEADERS, **{name.replace("_", "-"): text for name, text in headers.items()}}
            return await client.request(method, path, content=SECRET, headers=given)

    return asyncio.run(ask())


@pytest.fixture
def access_log(
    caplog: pytest.LogCaptureFixture,
) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, ACCESS_LOG)
    return caplog


def test_a_request_leaves_one_line(access_log: pytest.LogCaptureFixture) -> None:
    _ask(f"/predict?who={SECRET}")
    [line] = access_log.records
    fields = dict(line.fields)
    assert line.getMessage() == "POST /predict 200"
    assert set(fields.pop("stages_ms")) == {"understand", "scrub"}
    assert fields.pop("duration_ms") > 0
    assert fields == {
        "method": "POST",
        "path": "/predict",
        "status": 200,
        "ticket_id": "ticket0",
        "model": "svm",
        "degraded": False,
    }
    assert SECRET not in str(line.__dict__)


def test_a_batch_names_its_tickets_up_to_a_hundred(access_log: pytest.LogCaptureFixture) -> None:
    _ask("/predict?tickets=300")
    assert access_log.records[0].fields["tickets"] == 300
    assert len(access_log.records[0].fields["ticket_ids"]) == 100


def test_a_method_that_nobody_knows_is_not_written_down(
    access_log: pytest.LogCaptureFixture,
) -> None:
    _ask(method=SECRET.upper())
    assert access_log.records[0].getMessage() == "OTHER /predict 405"


def test_health_checks_leave_no_line(access_log: pytest.LogCaptureFixture) -> None:
    assert "x-request-id" not in _ask("/livez", "GET").headers
    assert not access_log.records


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, TRACE),
        ({"x_request_id": TRACE}, TRACE),
        ({"x_request_id": "0AF76519-16CD-43DD-8448-EB211C80319C"}, TRACE),
        ({"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "x_request_id": "f" * 32}, TRACE),
    ],
)
def test_the_callers_trace_is_kept(headers: dict[str, str], expected: str) -> None:
    assert _ask(**headers).headers["x-request-id"] == expected


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_request_id": SECRET},
        {"x_request_id": "0" * 32},
        {"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01"},
        {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01; {SECRET}"},
    ],
)
def test_what_is_no_trace_is_replaced(headers: dict[str, str]) -> None:
    given = [_ask(**headers).headers["x-request-id"] for _ in range(2)]
    assert given[0] != given[1]
    assert all(len(trace) == 32 and int(trace, 16) for trace in given)


def test_a_refusal_is_counted() -> None:
    def rejected() -> float:
        return REGISTRY.get_sample_value("callcenter_answers_total", {"outcome": "rejected"}) or 0.0

    _ask()
    before = rejected()
    _ask("/predict?status=422")
    _ask("/nothing")
    assert rejected() == before + 1


def _spans(path: str) -> tuple[httpx.Response, InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traceparent = f"00-{TRACE}-b7ad6b7169203331-01"
    return _ask(path, tracer=provider.get_tracer("test"), traceparent=traceparent), exporter


def test_each_room_is_a_span_of_the_callers_trace() -> None:
    response, exporter = _spans(f"/predict?who={SECRET}")
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"POST /predict", "understand", "scrub"}
    assert {f"{span.context.trace_id:032x}" for span in spans.values()} == {TRACE}
    assert f"{spans['POST /predict'].parent.span_id:016x}" == "b7ad6b7169203331"
    assert spans["scrub"].parent.span_id == spans["understand"].context.span_id
    assert spans["POST /predict"].attributes["http.response.status_code"] == 200
    assert response.headers["x-request-id"] == TRACE


@pytest.mark.parametrize("path", [f"/predict?who={SECRET}", f"/broken?who={SECRET}"])
def test_spans_hold_nothing_that_was_sent(path: str) -> None:
    _, exporter = _spans(path)
    assert exporter.get_finished_spans()
    assert not any(SECRET in span.to_json() for span in exporter.get_finished_spans())
