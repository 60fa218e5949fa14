"""Mixed traffic in three languages, and what became of it as its sender saw it."""

import asyncio
import csv
import itertools
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

WRITTEN = Path(__file__).parents[2] / "data" / "written"
PERSONAL = (
    "Hello, I am Sarah Mejri, write to sarah.mejri@example.com, my laptop does not start",
    "Bonjour, rappelez-moi au 06 71 48 22 09, mon imprimante ne répond plus",
    "الرجاء الاتصال على 22345678 216+ أو sami@example.com، الطابعة لا تعمل",
)
# No ticket, each in its own way, and what it is answered with.
BAD_BODIES: tuple[tuple[bytes, int], ...] = (
    (b"{", 400),
    (b"[]", 422),
    (b'{"text": ""}', 422),
    (b'{"text": 5}', 422),
)
_CONCURRENT = 8
_TOO_MANY = 429


@dataclass
class Tally:
    """What was sent and what came back."""

    codes: Counter[tuple[str, int]] = field(default_factory=Counter)
    answers: list[dict[str, Any]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    # Of the answers to /predict.
    seconds: list[float] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.codes + other.codes,
            self.answers + other.answers,
            self.outcomes + other.outcomes,
            self.seconds + other.seconds,
        )

    @property
    def tickets(self) -> int:
        """How many came in."""
        return sum(self.outcomes.values())

    def count(self, key: str) -> Counter[str]:
        """How many answers have each value of `key`."""
        return Counter(str(answer[key]) for answer in self.answers if answer[key] is not None)

    def shares(self, key: str) -> dict[str, float]:
        """What part of the answers has each value of `key`."""
        return {name: count / len(self.answers) for name, count in self.count(key).items()}

    def personal_data(self) -> Counter[str]:
        """How many values of each type were replaced."""
        found: Counter[str] = Counter()
        for answer in self.answers:
            found.update(answer["pii"])
        return found

    def quantile(self, share: float) -> float:
        """Of the times that answers took, as their sender saw them."""
        return sorted(self.seconds)[int(share * (len(self.seconds) - 1))]


def texts(each: int) -> list[str]:
    """Tickets of every category in every language, `each` of each, in turns."""
    files = sorted(WRITTEN.glob("tickets_*.csv"))
    rows = []
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            rows.append([row["text"] for row in itertools.islice(csv.DictReader(file), each)])
    return list(itertools.chain.from_iterable(zip(*rows, strict=True)))


class Sender:
    """Sends, and keeps a tally.

    Args:
        url: Of the agent.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        # So that no ticket comes in twice unless it is meant to.
        self._numbers = itertools.count()

    def tickets(
        self, bodies: Iterable[dict[str, Any]], seconds: float = 0, concurrent: int = _CONCURRENT
    ) -> Tally:
        """Sends each body to /predict, spread over about so many seconds."""
        return asyncio.run(self._tickets(list(bodies), seconds, concurrent))

    def new(self, texts: Sequence[str], **asked: Any) -> Iterator[dict[str, Any]]:
        """The bodies of tickets that were never sent before."""
        return ({"text": f"{text} ({next(self._numbers)})", **asked} for text in texts)

    def batch(self, bodies: Iterable[dict[str, Any]]) -> Tally:
        """Sends all of them to /predict_batch."""
        tally = Tally()
        response = httpx.post(
            f"{self._url}/predict_batch", json={"tickets": list(bodies)}, timeout=60
        )
        tally.codes["/predict_batch", response.status_code] += 1
        for result in response.raise_for_status().json()["results"]:
            _take_down(tally, result)
        return tally

    def faults(self) -> Tally:
        """Sends what is no ticket, and asks for what isn't there."""
        tally = Tally()
        with httpx.Client(base_url=self._url, timeout=30) as client:
            for body, code in BAD_BODIES:
                headers = {"Content-Type": "application/json"}
                response = client.post("/predict", content=body, headers=headers)
                assert response.status_code == code, (body, response.text)
                tally.codes["/predict", code] += 1
                tally.outcomes["rejected"] += 1
            for number in range(5):
                assert client.get(f"/customers/{number}/quackenbush").status_code == 404
                tally.codes["/unknown", 404] += 1
        return tally

    async def _tickets(
        self, bodies: list[dict[str, Any]], seconds: float, concurrent: int
    ) -> Tally:
        tally, slots, begin = Tally(), asyncio.Semaphore(concurrent), time.monotonic()
        async with httpx.AsyncClient(base_url=self._url, timeout=60) as client:

            async def one(place: int, body: dict[str, Any]) -> None:
                due = begin + seconds * place / len(bodies)
                await asyncio.sleep(max(due - time.monotonic(), 0))
                async with slots:
                    started = time.perf_counter()
                    response = await client.post("/predict", json=body)
                    taken = time.perf_counter() - started
                tally.codes["/predict", response.status_code] += 1
                if response.status_code == _TOO_MANY:
                    tally.outcomes["rejected"] += 1
                else:
                    _take_down(tally, response.json())
                if response.status_code == 200:
                    tally.seconds.append(taken)

            await asyncio.gather(*(one(place, body) for place, body in enumerate(bodies)))
        return tally


def _take_down(tally: Tally, result: dict[str, Any]) -> None:
    if "error" in result:
        tally.outcomes["unavailable"] += 1
        return
    tally.outcomes["degraded" if result["degraded"] else "answered"] += 1
    tally.answers.append({**result, "rule": result["route"]["rule"]})
