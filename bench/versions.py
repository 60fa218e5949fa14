"""Two versions of the agent in one run: whether they answer alike, and what a ticket costs each.

`python -m bench.versions CHECKOUT`, where CHECKOUT is a folder with the other version. The tickets
are those of the test side (`make train` prepares them), and the models those of the BentoML store
(`callcenter install release`). Prints JSON.
"""

import json
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import httpx
import pandas as pd

from bench.agent import NO_CACHE, Agent, measure, serving, texts
from train.paths import TICKETS

# Of an answer: what a caller acts on.
_COMPARED: Final = (
    *("category", "prediction_set", "review_reason", "model", "degraded", "language"),
    *("scrubbed_text", "pii"),
)
_BATCH: Final = 100
_ROUNDS: Final = 3


@contextmanager
def _home() -> Iterator[dict[str, str]]:
    """Variables for a server: a BentoML home of its own, with the models of the present one."""
    present = Path(os.environ.get("BENTOML_HOME", Path.home() / "bentoml"))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "models").symlink_to(present.resolve() / "models")
        yield {"BENTOML_HOME": folder}


@contextmanager
def _agent(checkout: Path) -> Iterator[Agent]:
    with _home() as home, serving(home, checkout=checkout) as agent:
        yield agent


def _answers(agent: Agent, batch: Sequence[str]) -> list[dict[str, Any]]:
    body = {"tickets": [{"text": text} for text in batch]}
    response = httpx.post(f"{agent.url}/predict_batch", json=body, timeout=60)
    response.raise_for_status()
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def compare_answers(checkout: Path) -> dict[str, Any]:
    """How the answers of `checkout` and of this version differ on the test side."""
    tickets = pd.read_parquet(TICKETS)
    held_out = [str(text) for text in tickets[tickets["random"] == "test"]["text"]]
    other_than: dict[str, int] = dict.fromkeys(_COMPARED, 0)
    largest = 0.0
    with _agent(checkout) as before, _agent(Path()) as now:
        for start in range(0, len(held_out), _BATCH):
            batch = held_out[start : start + _BATCH]
            for one, other in zip(_answers(before, batch), _answers(now, batch), strict=True):
                for name in _COMPARED:
                    other_than[name] += one.get(name) != other.get(name)
                pairs = zip(
                    one["probabilities"].values(), other["probabilities"].values(), strict=True
                )
                largest = max(largest, *(abs(a - b) for a, b in pairs))
    return {
        "tickets": len(held_out),
        "different": other_than,
        "largest_difference_of_a_probability": largest,
    }


def compare_cost(checkout: Path) -> dict[str, Any]:
    """CPU milliseconds a ticket of each service, in turns; the median of each version's rounds."""
    given = texts()
    rounds: dict[str, list[dict[str, float]]] = {"before": [], "now": []}
    for _ in range(_ROUNDS):
        for name, folder in (("before", checkout), ("now", Path())):
            with _home() as home:
                measured = measure({**NO_CACHE, **home}, given, "auto", folder)
            rounds[name].append(measured["cpu_ms_per_ticket"])
    cost = {
        name: {service: statistics.median(round_[service] for round_ in of) for service in of[0]}
        for name, of in rounds.items()
    }
    ratio = {
        service: round(cost["now"][service] / cost["before"][service], 3) for service in cost["now"]
    }
    return {"cpu_ms_per_ticket": cost, "now_to_before": ratio, "rounds": rounds}


@click.command()
@click.argument("checkout", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(checkout: Path) -> None:
    """Compares this version with that of CHECKOUT."""
    report = {"answers": compare_answers(checkout), "cost": compare_cost(checkout)}
    click.echo(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
