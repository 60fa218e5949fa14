"""A server with several workers, JSON logs and traces: what it says of itself is right, and is
nothing of what it was sent."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bentos.schemas import EXAMPLE_TEXTS
from tests.services.collector import Collector, collecting
from tests.services.conftest import AGENT, Server, post_many, serve
from tests.services.test_privacy import SECRETS, requests

pytestmark = pytest.mark.service

ROOMS = {"understand", "scrub", "language", "svm", "route", "transformer", "decide", "explain"}
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def observed(new_home: Callable[[], Path], collector: Collector) -> Iterator[Server]:
    settings = {
        "CALLCENTER_AGENT_WORKERS": "2",
        "CALLCENTER_SVM_WORKERS": "2",
        "CALLCENTER_LOG_FORMAT": "json",
        "CALLCENTER_LEAK_GUARD_RATE": "1",
        "CALLCENTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with serve(new_home(), AGENT, **settings) as server:
        _until(lambda: _value(server, "callcenter_workers", service="AgentService") == 2)
        yield server


def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, "it didn't come to hold"
        time.sleep(0.2)


def _value(server: Server, name: str, **labels: str) -> float:
    """The sum of the samples of that name with those labels."""
    with server.client() as client:
        families = text_string_to_metric_families(client.get("/metrics").text)
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def _access(server: Server) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in server.log().splitlines()]
    return [line for line in lines if line["logger"].endswith(".access")]


def test_counters_of_several_workers_add_up(observed: Server) -> None:
    names = {
        "callcenter_answers_total": {"outcome": "answered"},
        "callcenter_predictions_total": {},
        "callcenter_route_total": {},
        "callcenter_confidence_count": {},
        "callcenter_ticket_seconds_count": {},
        "callcenter_stage_seconds_count": {"stage": "understand"},
        "bentoml_service_request_total": {"endpoint": "/predict", "runner_name": "AgentService"},
    }
    before = {name: _value(observed, name, **labels) for name, labels in names.items()}
    sent = 0

    def both_took_part() -> bool:
        # Which worker takes a connection is the kernel's choice.
        nonlocal sent
        answers = asyncio.run(post_many(observed, 40, concurrent=16, first=9_000 + sent))
        assert {answer.status_code for answer in answers} == {200}
        sent += len(answers)
        return {line["worker"] for line in _access(observed)} == {1, 2}

    _until(both_took_part)
    for name, labels in names.items():
        # The last is counted once its answer has been sent.
        _until(lambda: _value(observed, name, **labels) - before[name] == sent)


def test_gauges_say_what_is_in_force(observed: Server) -> None:
    expected = {
        "callcenter_workers": {"AgentService": 2, "SvmService": 2, "TransformerService": 1},
        "callcenter_requests_limit": {"AgentService": 128, "TransformerService": 128},
        "callcenter_batch_limit": {"SvmService": 256, "TransformerService": 32},
        "callcenter_batch_queue_length": {"SvmService": 0, "TransformerService": 0},
    }
    for name, services in expected.items():
        for service, value in services.items():
            assert _value(observed, name, service=service) == value, (name, service)
    for service in ("AgentService", "SvmService", "TransformerService"):
        assert _value(observed, "callcenter_process_cpu_seconds_total", service=service) > 0
        started = _value(observed, "callcenter_start_time_seconds", service=service)
        assert 0 < time.time() - started < 600
    for model in ("svm", "transformer", "router", "names"):
        assert _value(observed, "callcenter_model_info", model=model) == 1
    for model in ("svm", "transformer"):
        assert _value(observed, "callcenter_breaker_open", model=model) == 0


def test_memory_is_that_of_the_processes(observed: Server) -> None:
    group = psutil.Process(observed.process.pid)
    held = sum(process.memory_info().rss for process in group.children(recursive=True))
    said = _value(observed, "callcenter_process_resident_memory_bytes")
    assert said == pytest.approx(held, rel=0.2)


def test_batches_are_measured_where_they_are_made(observed: Server) -> None:
    before = {
        name: _value(observed, f"callcenter_batch_{name}_count", service="SvmService")
        for name in ("items", "seconds", "wait_seconds")
    }
    texts = _value(observed, "callcenter_batch_items_sum", service="SvmService")
    asyncio.run(post_many(observed, 60, concurrent=16, first=20_000))
    after = {
        name: _value(observed, f"callcenter_batch_{name}_count", service="SvmService")
        for name in before
    }
    batches = after["items"] - before["items"]
    assert _value(observed, "callcenter_batch_items_sum", service="SvmService") - texts == 60
    assert after["seconds"] - before["seconds"] == batches
    assert batches <= after["wait_seconds"] - before["wait_seconds"] <= 60


def test_an_answer_leads_to_its_line_and_its_trace(observed: Server, collector: Collector) -> None:
    traceparent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    ticket = {"text": f"{EXAMPLE_TEXTS[1]} 4711", "explain": True}
    with observed.client() as client:
        answer = client.post("/predict", json=ticket, headers=traceparent)
    assert answer.headers["x-request-id"] == TRACE

    def lines() -> list[dict[str, Any]]:
        return [line for line in _access(observed) if line["trace_id"] == TRACE]

    # It is written once the answer has been sent.
    _until(lambda: bool(lines()))
    [line] = lines()
    assert line["ticket_id"] == answer.json()["ticket_id"]
    assert line["model"] == answer.json()["model"] == "both"
    assert set(line["stages_ms"]) == ROOMS
    assert line["duration_ms"] >= line["stages_ms"]["understand"]

    def spans() -> set[str]:
        return {span.name for span in collector.spans() if span.trace_id.hex() == TRACE}

    _until(lambda: spans() >= {*ROOMS, "POST /predict", "POST /explain"})


def test_nothing_that_is_sent_gets_out(observed: Server, collector: Collector) -> None:
    before = len(collector.bodies)
    with observed.client() as client:
        requests(client)
        client.request("QUACKENBUSH", "/predict", content=b"{}")
        client.get("/livez", headers={"traceparent": "Quackenbush", "tracestate": "q=Quackenbush"})
        metrics = client.get("/metrics").text
    _until(lambda: len(collector.bodies) > before)
    time.sleep(1)
    assert not SECRETS.search(observed.log())
    assert not SECRETS.search(metrics)
    assert not any(SECRETS.search(body.decode("latin-1")) for body in collector.bodies)
    names = {span.name for span in collector.spans()}
    assert names <= ROOMS | {
        *(f"{method} {path}" for method in ("GET", "POST", "OTHER") for path in _paths(metrics)),
    }


def _paths(metrics: str) -> set[str]:
    return set(re.findall(r'endpoint="([^"]*)"', metrics))


def test_the_leak_guard_takes_nothing_of_ours_for_a_leak(observed: Server) -> None:
    assert _value(observed, "callcenter_leak_guard_scanned_total", place="log") > 100
    assert _value(observed, "callcenter_leak_guard_scanned_total", place="metric") > 20
    assert _value(observed, "callcenter_leak_guard_hits_total") == 0
    assert "leak guard" not in observed.log()


def test_every_line_is_json_and_says_where_it_is_from(observed: Server) -> None:
    for line in observed.log().splitlines():
        assert json.loads(line).keys() >= {"timestamp", "level", "logger", "message", "service"}


def test_a_worker_that_is_killed_is_forgotten(observed: Server) -> None:
    group = psutil.Process(observed.process.pid)
    worker = next(
        process for process in group.children(recursive=True) if "SvmService" in process.cmdline()
    )
    worker.kill()

    def is_back() -> bool:
        started = _value(observed, "callcenter_start_time_seconds", service="SvmService")
        workers = _value(observed, "callcenter_workers", service="SvmService")
        return started > worker_started + 1 and workers == 2

    worker_started = max(
        process.create_time()
        for process in group.children(recursive=True)
        if process.pid != worker.pid
    )
    _until(is_back, 90)
