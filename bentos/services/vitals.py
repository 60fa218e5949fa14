"""What a worker says of itself once a second: its CPU time, its memory, its queue."""

import asyncio
import os
import re
import time
from collections.abc import Iterable
from typing import Final

import psutil
from prometheus_client.multiprocess import mark_process_dead

from bentos import __version__
from bentos.leak_guard import LeakGuard
from bentos.metrics import (
    BATCH_LIMIT,
    BATCH_QUEUE_LENGTH,
    BUILD_INFO,
    PROCESS_CPU_SECONDS,
    PROCESS_RESIDENT_MEMORY,
    REQUESTS_LIMIT,
    START_TIME,
    WORKERS,
)
from bentos.services.metrics_files import shortage
from bentos.services.observed_batches import ObservedDispatcher

_PERIOD_SECONDS: Final = 1.0
_BEATS_PER_SCAN: Final = 30
_BEATS_PER_ROLL_CALL: Final = 5
_LIVE_FILE: Final = re.compile(r"gauge_live[a-z]+_(\d+)\.db")


class Vitals:
    """Keeps one worker's gauges. prometheus_client's own are off where workers share a registry.

    Args:
        service: The service's name.
        dispatchers: Of its batches.
        max_concurrency: The most requests in progress in this worker; None where all are let in.
        guard: Reads the metrics' labels now and then.
    """

    def __init__(
        self,
        service: str,
        dispatchers: Iterable[ObservedDispatcher],
        max_concurrency: int | None,
        guard: LeakGuard,
    ) -> None:
        self._service = service
        self._dispatchers = tuple(dispatchers)
        self._max_concurrency = max_concurrency
        self._guard = guard
        self._process = psutil.Process()
        self._shortage = shortage()
        self._cpu_seconds = 0.0

    async def run(self) -> None:
        """Says so until it is cancelled."""
        self.introduce()
        beats = 0
        while True:
            self.beat()
            self._shortage.report()
            if beats % _BEATS_PER_SCAN == 0:
                await asyncio.to_thread(self._guard.scan_metrics)
            if beats % _BEATS_PER_ROLL_CALL == 0:
                forget_dead_workers()
            beats += 1
            await asyncio.sleep(_PERIOD_SECONDS)

    def introduce(self) -> None:
        """What doesn't change while the worker lives."""
        BUILD_INFO.labels(__version__).set(1)
        START_TIME.labels(self._service).set(self._process.create_time())
        WORKERS.labels(self._service).set(1)
        if self._max_concurrency is not None:
            REQUESTS_LIMIT.labels(self._service).set(self._max_concurrency)
        for dispatcher in self._dispatchers:
            BATCH_LIMIT.labels(self._service).set(dispatcher.max_batch_size)

    def beat(self) -> None:
        """What does."""
        cpu_seconds = time.process_time()
        PROCESS_CPU_SECONDS.labels(self._service).inc(cpu_seconds - self._cpu_seconds)
        self._cpu_seconds = cpu_seconds
        PROCESS_RESIDENT_MEMORY.labels(self._service).set(self._process.memory_info().rss)
        if self._dispatchers:
            waiting = sum(dispatcher.waiting() for dispatcher in self._dispatchers)
            BATCH_QUEUE_LENGTH.labels(self._service).set(waiting)


def forget_dead_workers() -> None:
    """Takes gauges of workers that were killed out of the sums: BentoML starts others for them."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return
    numbers = {int(match[1]) for file in os.listdir(folder) if (match := _LIVE_FILE.match(file))}
    for number in numbers:
        if not psutil.pid_exists(number):
            try:
                mark_process_dead(number, folder)  # type: ignore[no-untyped-call]
            except FileNotFoundError:
                # Another worker was quicker.
                continue
