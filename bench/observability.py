"""What metrics and logs cost: their share of the CPU time that a request takes.

`python -m bench.observability`. One agent takes turns at short loads with its metrics and logs, and
without them (bench/switched.py, which turns BentoML's off too): two starts of one agent differ by
more than what is measured. It is started anew several times all the same.
There are two loads: held-out tickets in three languages, routed as the policy has it, and the
cheapest requests there are, in English, for the SVM alone. No answer is kept. The models must be in
the BentoML store (`callcenter install release`).
"""

import asyncio
import json
import platform
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import psutil
from numpy.typing import NDArray

from bench.agent import Agent, serving, texts
from bentos.schemas import EXAMPLE_TEXTS

REPORT: Final = Path("reports/bench/observability.json")
LIMIT: Final = 0.03
_SWITCHED: Final = "bench.switched:AgentService"
_CONCURRENT: Final = 16
_REQUESTS: Final = 100
_STARTS: Final = 6
_PAIRS: Final = 12  # of a start, for each load
_SWITCH_SECONDS: Final = 0.05
# bench.switched can't be imported here: it changes what it imports.
_OFF: Final = signal.SIGUSR1
_ON: Final = signal.SIGUSR2
_SETTINGS: Final = {
    "CALLCENTER_CACHE_ENTRIES": "0",
    "CALLCENTER_LOG_FORMAT": "json",
    # A busy machine makes a request wait, not fail.
    "CALLCENTER_TICKET_BUDGET_SECONDS": "25",
    "CALLCENTER_MODEL_TIMEOUT_SECONDS": "25",
}


Tickets = Sequence[Mapping[str, str]]
# Milliseconds with and without, one row a turn.
Pairs = NDArray[np.float64]


def loads() -> dict[str, Tickets]:
    """Tickets to send, by the name of the load."""
    return {
        "mixed": [{"text": text} for text in texts()[: _PAIRS * _REQUESTS]],
        "cheapest": [{"text": f"{EXAMPLE_TEXTS[0]} {n}", "model": "svm"} for n in range(_REQUESTS)],
    }


async def _load(url: str, tickets: Tickets) -> None:
    slots = asyncio.Semaphore(_CONCURRENT)
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:

        async def one(ticket: Mapping[str, str]) -> None:
            async with slots:
                (await client.post("/predict", json=ticket)).raise_for_status()

        await asyncio.gather(*map(one, tickets))


def _workers(agent: Agent) -> list[psutil.Process]:
    """One for each service."""
    return [
        process
        for process in psutil.Process(agent.process).children(recursive=True)
        if "--service-name" in process.cmdline()
    ]


def milliseconds(agent: Agent, tickets: Tickets, is_observed: bool) -> float:
    """CPU time that one request takes in all of the agent's workers."""
    workers = _workers(agent)
    for worker in workers:
        worker.send_signal(_ON if is_observed else _OFF)
    time.sleep(_SWITCH_SECONDS)
    before = _cpu_seconds(workers)
    asyncio.run(_load(agent.url, tickets))
    return (_cpu_seconds(workers) - before) / len(tickets) * 1_000


def _cpu_seconds(workers: Sequence[psutil.Process]) -> float:
    times = [worker.cpu_times() for worker in workers]
    return sum(spent.user + spent.system for spent in times)


def summary(starts: Sequence[Pairs]) -> dict[str, Any]:
    """CPU time a request with and without, and the share of it that is saved without.

    A start's figures are medians of its turns: a full garbage collection, which takes longer than
    what is measured, falls on one of many turns. The 95 % interval is the percentile bootstrap's
    over starts (Efron and Tibshirani, 1993, chapter 13).
    """
    pairs = np.array([np.median(start, axis=0) for start in starts])
    shares = np.array([np.median(1 - start[:, 1] / start[:, 0]) for start in starts])
    generator = np.random.default_rng(42)
    drawn = shares[generator.integers(len(shares), size=(2_000, len(shares)))].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    observed, unobserved = pairs.mean(axis=0)
    return {
        "cpu_ms_per_request": {
            "observed": round(float(observed), 3),
            "unobserved": round(float(unobserved), 3),
        },
        "shares_of_starts": [round(float(value), 4) for value in shares],
        "share": round(float(shares.mean()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def measure() -> dict[str, Any]:
    """What metrics and logs have of the CPU time of a request, by load."""
    given = loads()
    starts = [_one_start(given) for _ in range(_STARTS)]
    return {name: summary([start[name] for start in starts]) for name in given}


def _one_start(given: Mapping[str, Tickets]) -> dict[str, Pairs]:
    """CPU time a request with metrics and logs and without, by load and turn."""
    with serving(_SETTINGS, _SWITCHED) as agent:
        for tickets in given.values():
            asyncio.run(_load(agent.url, tickets[:_REQUESTS]))
            asyncio.run(_load(agent.url, tickets[:_REQUESTS]))
        return {name: _in_turns(agent, tickets) for name, tickets in given.items()}


def _in_turns(agent: Agent, tickets: Tickets) -> Pairs:
    pairs = []
    for number in range(_PAIRS):
        first = number * _REQUESTS % len(tickets)
        part = tickets[first : first + _REQUESTS]
        turns = (True, False) if number % 2 else (False, True)
        times = {is_observed: milliseconds(agent, part, is_observed) for is_observed in turns}
        pairs.append((times[True], times[False]))
    return np.array(pairs)


def main() -> None:
    """Writes `reports/bench/observability.json`."""
    report = {
        "machine": {"cores": psutil.cpu_count(), "processor": platform.processor()},
        "starts": _STARTS,
        "requests": _STARTS * _PAIRS * _REQUESTS,
        "concurrent": _CONCURRENT,
        "limit": LIMIT,
        **measure(),
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
