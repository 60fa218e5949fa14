"""What the router and adaptive batching are worth, and what scrubbing costs.

`python -m bench.agent`. Two agents on this machine, one after the other, with 32 tickets in flight:
as it is, and without batches, the transformer asked for every ticket. Neither keeps
answers. The models must be in the BentoML store (`callcenter install release`).
"""

import asyncio
import json
import os
import platform
import signal
import socket
import subprocess  # nosec B404
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx
import numpy as np
import pandas as pd
import psutil

from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.scrubber import Scrubber
from train.paths import TICKETS

REPORT: Final = Path("reports/bench/agent.json")
_AGENT: Final = "bentos.services.agent:AgentService"
_CONCURRENT: Final = 32
_REAL: Final = 900
_NATURAL: Final = 300
_WARM_UP: Final = 64
_START_SECONDS: Final = 240
NO_CACHE: Final = {"CALLCENTER_CACHE_ENTRIES": "0", "CALLCENTER_TICKET_BUDGET_SECONDS": "25"}
_NO_BATCHES: Final = {
    **NO_CACHE,
    "CALLCENTER_ADAPTIVE_BATCHING": "false",
}


def texts() -> list[str]:
    """Held-out tickets, three real ones to each natural one, in an order that a seed decides."""
    tickets = pd.read_parquet(TICKETS)
    held_out = tickets[tickets["random"] == "test"]
    natural = held_out["source"] != "kaggle"
    real = held_out[~natural]
    chosen = [held_out[natural].sample(_NATURAL, random_state=42)]
    if len(real):
        chosen.append(real.sample(_REAL, random_state=42))
    together = pd.concat(chosen).sample(frac=1, random_state=42)
    return [str(text) for text in together["text"]]


def scrub_milliseconds(scrubber: Scrubber, given: Sequence[str]) -> list[float]:
    """CPU time to scrub each text."""
    times = []
    for text in given:
        started = time.process_time()
        scrubber.scrub(text)
        times.append((time.process_time() - started) * 1_000)
    return times


@dataclass(frozen=True, slots=True)
class Agent:
    """A running server: its address and the process that started it."""

    url: str
    process: int


@contextmanager
def serving(
    variables: Mapping[str, str], service: str = _AGENT, checkout: Path = Path()
) -> Iterator[Agent]:
    """An agent that runs from `checkout` with these settings, for the time of the context."""
    port = _free_port()
    program = [
        *(str(Path(sys.executable).with_name("bentoml")), "serve", service),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]
    # A fixed program, and no shell.
    process = subprocess.Popen(  # nosec B603
        program,
        cwd=checkout,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        yield Agent(url, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str) -> None:
    limit = time.monotonic() + _START_SECONDS
    while time.monotonic() < limit:
        try:
            if httpx.get(f"{url}/readyz", timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the agent at {url} did not start: run `callcenter install release`")


@dataclass(frozen=True, slots=True)
class _Answer:
    triage: dict[str, Any] | None
    milliseconds: float


async def _load(url: str, given: Sequence[str], model: str) -> list[_Answer]:
    """Answers with `_CONCURRENT` in flight; aiohttp takes a third of the CPU that httpx does."""
    slots = asyncio.Semaphore(_CONCURRENT)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as client:

        async def one(text: str) -> _Answer:
            async with slots:
                started = time.perf_counter()
                body = {"text": text, "model": model}
                async with client.post(f"{url}/predict", json=body) as response:
                    triage = await response.json() if response.ok else None
                return _Answer(triage, (time.perf_counter() - started) * 1_000)

        return await asyncio.gather(*map(one, given))


def _cpu_seconds(server: int) -> dict[str, float]:
    """CPU time of each service of a process group, by its name on the worker's command line."""
    spent: dict[str, float] = {}
    for process in psutil.Process(server).children(recursive=True):
        line = process.cmdline()
        if "--service-name" in line:
            name, times = line[line.index("--service-name") + 1], process.cpu_times()
            spent[name] = spent.get(name, 0.0) + times.user + times.system
    return spent


def measure(
    variables: Mapping[str, str], given: Sequence[str], model: str, checkout: Path = Path()
) -> dict[str, Any]:
    """Tickets a second, latencies and CPU of an agent of `checkout` with these settings."""
    with serving(variables, checkout=checkout) as served:
        asyncio.run(_load(served.url, given[:_WARM_UP], model))
        before, started = _cpu_seconds(served.process), time.perf_counter()
        answers = asyncio.run(_load(served.url, given, model))
        seconds, after = time.perf_counter() - started, _cpu_seconds(served.process)
    triages = [answer.triage for answer in answers if answer.triage is not None]
    latency = [answer.milliseconds for answer in answers]
    return {
        "tickets": len(given),
        "answered": len(triages),
        "escalated": round(float(np.mean([triage["model"] != "svm" for triage in triages])), 4),
        "degraded": sum(triage["degraded"] for triage in triages),
        "tickets_per_second": round(len(given) / seconds, 1),
        "latency_ms": {
            "p50": round(float(np.percentile(latency, 50)), 1),
            "p99": round(float(np.percentile(latency, 99)), 1),
        },
        "cpu_ms_per_ticket": {
            name: round((after[name] - before[name]) / len(given) * 1_000, 2)
            for name in sorted(after)
        },
    }


def main() -> None:
    """Writes `reports/bench/agent.json`."""
    given = texts()
    scrubber = Scrubber(NameTagger.load(Path("release/names")))
    scrub = scrub_milliseconds(scrubber, given)
    baseline = measure(_NO_BATCHES, given, "transformer")
    agent = measure(NO_CACHE, given, "auto")
    report = {
        "machine": {"cores": psutil.cpu_count(), "processor": platform.processor()},
        "scrub_cpu_ms": {
            "median": round(float(np.median(scrub)), 3),
            "p99": round(float(np.percentile(scrub, 99)), 3),
        },
        "concurrent": _CONCURRENT,
        "agent": agent,
        "baseline": baseline,
        "ratio": round(agent["tickets_per_second"] / baseline["tickets_per_second"], 2),
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
