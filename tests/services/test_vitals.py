"""What a worker says of itself."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
from bentoml._internal.marshal.dispatcher import CorkDispatcher
from prometheus_client import REGISTRY

from bentos.leak_guard import LeakGuard
from bentos.services.observed_batches import ObservedDispatcher
from bentos.services.vitals import Vitals, forget_dead_workers


def _value(name: str, service: str = "Test") -> float | None:
    return REGISTRY.get_sample_value(name, {"service": service})


def _dispatcher() -> ObservedDispatcher:
    def full() -> None:
        raise RuntimeError("full")

    given = CorkDispatcher(1_000, 4, fallback=full, get_batch_size=len)
    return ObservedDispatcher("Test", given)


def _vitals(*dispatchers: ObservedDispatcher, service: str = "Test") -> Vitals:
    return Vitals(service, dispatchers, 64, LeakGuard(0.0))


def test_what_does_not_change_is_said_once() -> None:
    _vitals(_dispatcher()).introduce()
    assert _value("callcenter_workers") == 1
    assert _value("callcenter_requests_limit") == 64
    assert _value("callcenter_batch_limit") == 4
    assert _value("callcenter_start_time_seconds") == psutil.Process().create_time()


def test_cpu_time_grows_by_what_was_used() -> None:
    vitals = _vitals(service="Busy")
    vitals.beat()
    first = _value("callcenter_process_cpu_seconds_total", "Busy") or 0.0
    sum(range(2_000_000))
    vitals.beat()
    second = _value("callcenter_process_cpu_seconds_total", "Busy") or 0.0
    assert 0 < second - first < first
    assert (_value("callcenter_process_resident_memory_bytes", "Busy") or 0) > 10_000_000


def test_texts_that_wait_are_counted_and_timed() -> None:
    dispatcher, batches = _dispatcher(), list[int]()
    seen: list[float | None] = []

    async def answer(calls: Sequence[Sequence[str]]) -> list[int]:
        batches.append(sum(map(len, calls)))
        _vitals(dispatcher).beat()
        seen.append(_value("callcenter_batch_queue_length"))
        await asyncio.sleep(0.02)
        return [len(call) for call in calls]

    async def ask() -> list[int]:
        call = dispatcher(answer)
        answers = await asyncio.gather(*(call(["text", "text"]) for _ in range(5)))
        dispatcher.shutdown()
        return answers

    before = _value("callcenter_batch_wait_seconds_count") or 0
    waited = _value("callcenter_batch_wait_seconds_sum") or 0
    assert asyncio.run(ask()) == [2] * 5
    assert sum(batches) == 10
    assert max(batches) <= 4
    assert seen[0] == 10 - batches[0]
    assert (_value("callcenter_batch_wait_seconds_count") or 0) - before >= 5
    assert (_value("callcenter_batch_wait_seconds_sum") or 0) - waited > 0.02


def test_a_batching_that_is_observed_is_otherwise_the_one_given() -> None:
    given = CorkDispatcher(1_234, 7, fallback=dict, get_batch_size=len, batch_dim=(0, 1))
    observed = ObservedDispatcher("Test", given)
    for name in ("max_latency", "max_batch_size", "fallback", "get_batch_size", "batch_dim"):
        assert getattr(observed, name) == getattr(given, name)


def test_dead_workers_gauges_go_and_their_counts_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, alive = 2**22 + 1, os.getpid()
    files = [f"gauge_livesum_{dead}.db", f"counter_{dead}.db", f"gauge_livesum_{alive}.db"]
    for file in files:
        (tmp_path / file).touch()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    forget_dead_workers()
    assert {path.name for path in tmp_path.iterdir()} == set(files[1:])
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    forget_dead_workers()
