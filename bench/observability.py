"""What metrics and logs cost: their share of the CPU time that a request takes.

`python -m bench.observability`. Two agents run side by side, one as it is and one without metrics
and logs (bench/unobserved.py, which takes BentoML's out too), and take turns at short loads, so
that what else the machine does falls on both. They are started anew several times: one start of a
server differs from another by more than what is measured. There are two loads: held-out tickets in
three languages, routed as the policy has it, and the cheapest requests there are, in English, for
the SVM alone. No answer is kept. The models must be in the BentoML store
(`callcenter install release`).
"""

import asyncio
import json
import platform
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import psutil
from bentoml._internal.configuration.containers import BentoMLContainer
from numpy.typing import NDArray

from bench.agent import Agent, serving, texts
from bentos.schemas import EXAMPLE_TEXTS

REPORT: Final = Path("reports/bench/observability.json")
LIMIT: Final = 0.03
_UNOBSERVED: Final = "bench.unobserved:AgentService"
_CONCURRENT: Final = 16
_REQUESTS: Final = 100
_STARTS: Final = 8
_PAIRS: Final = 8  # of a start, for each load
_SETTINGS: Final = {
    "CALLCENTER_CACHE_ENTRIES": "0",
    "CALLCENTER_LOG_FORMAT": "json",
    # A busy machine makes a request wait, not fail.
    "CALLCENTER_TICKET_BUDGET_SECONDS": "25",
    "CALLCENTER_MODEL_TIMEOUT_SECONDS": "25",
}


Tickets = Sequence[Mapping[str, str]]


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


def _cpu_seconds(process: int) -> float:
    group = psutil.Process(process)
    times = [member.cpu_times() for member in (group, *group.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def milliseconds(agent: Agent, tickets: Tickets) -> float:
    """CPU time that one request takes in all of the agent's processes."""
    before = _cpu_seconds(agent.process)
    asyncio.run(_load(agent.url, tickets))
    return (_cpu_seconds(agent.process) - before) / len(tickets) * 1_000


def share(observed: Sequence[float], unobserved: Sequence[float]) -> dict[str, float]:
    """The part of `observed` that `unobserved` does without, with its 95 % interval.

    Both have one value a start. The interval is the percentile bootstrap's over starts (Efron and
    Tibshirani, 1993, chapter 13).
    """
    starts = np.column_stack([observed, unobserved])
    generator = np.random.default_rng(42)
    drawn = starts[generator.integers(len(starts), size=(2_000, len(starts)))].sum(axis=1)
    low, high = np.percentile(1 - drawn[:, 1] / drawn[:, 0], [2.5, 97.5])
    total = starts.sum(axis=0)
    value = 1 - total[1] / total[0]
    return {"share": round(value, 4), "low": round(low, 4), "high": round(high, 4)}


@contextmanager
def _home() -> Iterator[Mapping[str, str]]:
    """A BentoML home with the same models: two servers can't share one."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "models").symlink_to(Path(BentoMLContainer.model_store_dir.get()).absolute())
        yield {**_SETTINGS, "BENTOML_HOME": folder}


def measure() -> dict[str, Any]:
    """Both agents' CPU time a request, and what metrics and logs have of it, by load."""
    given = loads()
    starts = [_one_start(given) for _ in range(_STARTS)]
    return {name: _summary(np.array([start[name] for start in starts])) for name in given}


def _summary(starts: NDArray[np.float64]) -> dict[str, Any]:
    """Of pairs, one a start: observed, unobserved."""
    observed, unobserved = starts.T.tolist()
    return {
        "cpu_ms_per_request": {
            "observed": round(float(np.mean(observed)), 3),
            "unobserved": round(float(np.mean(unobserved)), 3),
        },
        "cpu_ms_of_starts": {
            "observed": [round(value, 3) for value in observed],
            "unobserved": [round(value, 3) for value in unobserved],
        },
        **share(observed, unobserved),
    }


def _one_start(given: Mapping[str, Tickets]) -> dict[str, tuple[float, float]]:
    """CPU time a request of an agent that is observed, and of one that isn't, in turns."""
    with _home() as one, _home() as other, serving(one) as on, serving(other, _UNOBSERVED) as off:
        for agent in (on, off):
            for tickets in given.values():
                asyncio.run(_load(agent.url, tickets[:_REQUESTS]))
        return {name: _in_turns(on, off, tickets) for name, tickets in given.items()}


def _in_turns(on: Agent, off: Agent, tickets: Tickets) -> tuple[float, float]:
    observed, unobserved = list[float](), list[float]()
    for number in range(_PAIRS):
        first = number * _REQUESTS % len(tickets)
        part = tickets[first : first + _REQUESTS]
        turns = [(on, observed), (off, unobserved)]
        for agent, times in turns if number % 2 else reversed(turns):
            times.append(milliseconds(agent, part))
    return float(np.mean(observed)), float(np.mean(unobserved))


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
