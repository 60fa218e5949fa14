"""Row 3: what a caller sends can't make the agent outgrow the memory that it is given."""

import asyncio
import io
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.reliability.load import agent_worker, session
from tests.reliability.record import record
from tests.services.conftest import AGENT, Server, serve

pytestmark = pytest.mark.reliability

_MOST_MEGABYTES = 700.0
_EVERY_SECONDS = 0.02
_MEGABYTE = 1024.0**2
_CHARACTERS = 20_000
_BODY_BYTES = 1_990_000
_MOST_TICKETS = 1_000
# What a character is, as its compatibility form: a phrase of 18, 4 and 5 letters, "1/2", "ffi".
_UNFOLDING = {"U+FDFA": "\ufdfa", "U+337F": "㍿", "U+FDF2": "ﷲ", "a half": "½", "a ligature": "ﬃ"}
# Texts at a limit of the length, sent or unfolded.
_TEXTS = {
    "U+FDFA × 20,000": "\ufdfa" * _CHARACTERS,
    "U+FDFA between words": "\ufdfa ab " * (_CHARACTERS // 5),
    **{f"{name} and a space": f"{one} " * (_CHARACTERS // 2) for name, one in _UNFOLDING.items()},
    **{f"{name} × 20,000": one * _CHARACTERS for name, one in _UNFOLDING.items()},
    "20,000 marks on one letter": "e" + "\u0301\u0316" * (_CHARACTERS // 2 - 1) + "t",
    "halfwidth sound marks": "e" + "\u0301\uff9e" * (_CHARACTERS // 2 - 1) + "t",
    "as long as a text may be when unfolded": "\ufdfa" * 1_110,
    "short words and signs": "a!" * (_CHARACTERS // 2),
    "Arabic letters and digits": "ل5" * (_CHARACTERS // 2),
    "emoji": "a" + "🎉" * (_CHARACTERS - 1),
    "addresses": "a@b.co hi " * (_CHARACTERS // 10),
}


class Peak:
    """The largest resident memory that was seen of a process, in megabytes."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.megabytes = 0.0

    def look(self) -> None:
        resident = self._process.memory_info().rss / _MEGABYTE
        self.megabytes = max(self.megabytes, resident)


@contextmanager
def watched(server: Server) -> Iterator[Peak]:
    """The peak of the agent's worker within the block."""
    peak, ended = Peak(agent_worker(server)), threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY_SECONDS):
            peak.look()

    peak.look()
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()
        peak.look()


@pytest.fixture(scope="module")
def agent(new_home: Callable[[], Path]) -> Iterator[Server]:
    with serve(new_home(), AGENT) as server:
        yield server


def body(value: object) -> bytes:
    """JSON in UTF-8: as many characters as go into so many bytes."""
    return json.dumps(value, ensure_ascii=False).encode()


async def _statuses(server: Server, path: str, bodies: list[bytes], at_once: int) -> list[int]:
    """What `bodies`, so many of them at once, are answered with; 0 where the connection broke."""
    slots = asyncio.Semaphore(at_once)
    async with session() as client:

        async def one(sent: bytes) -> int:
            data, headers = io.BytesIO(sent), {"Content-Type": "application/json"}
            try:
                async with (
                    slots,
                    client.post(server.url + path, data=data, headers=headers) as response,
                ):
                    await response.read()
                    return response.status
            except (aiohttp.ClientError, OSError):
                return 0

        return await asyncio.gather(*map(one, bodies))


def _attack(server: Server, name: str, path: str, bodies: list[bytes], at_once: int = 100) -> None:
    idle = agent_worker(server).memory_info().rss / _MEGABYTE
    with watched(server) as peak:
        statuses = asyncio.run(_statuses(server, path, bodies, at_once))
    failed = sum(status == 0 or status >= 500 for status in statuses)
    outgrown = peak.megabytes > _MOST_MEGABYTES
    record(
        row=3,
        name=name,
        promise=f"the agent stays below {_MOST_MEGABYTES:.0f} MB, and answers",
        tried=len(bodies),
        lost=max(failed, int(outgrown)),
        failed=failed,
        idle_megabytes=round(idle),
        peak_megabytes=round(peak.megabytes),
        statuses=", ".join(f"{status}: {number}" for status, number in Counter(statuses).items()),
    )
    assert not failed
    assert not outgrown


@pytest.mark.parametrize("times", [6, 30])
@pytest.mark.parametrize("kind", _TEXTS)
def test_tickets_that_unfold_or_are_hard_to_read(agent: Server, kind: str, times: int) -> None:
    # No two alike, or one answer served them all.
    bodies = [
        body({"text": f"{_TEXTS[kind][:-4]} {number}", "model": "svm"}) for number in range(times)
    ]
    _attack(agent, f"{times} at once, {kind}", "/predict", bodies)


def _batch(text: str) -> bytes:
    """As many tickets of `text` as a batch may have."""
    each = len(body({"text": text})) + 12
    number = min(_BODY_BYTES // each, _MOST_TICKETS)
    return body({"tickets": [{"text": f"{text[:-4]} {at}"} for at in range(number)]})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("U+FDFA × 20,000", _CHARACTERS),
        ("U+FDFA × 20,000", 1_000),
        ("a half and a space", 1_000),
        ("20,000 marks on one letter", _CHARACTERS),
        ("halfwidth sound marks", _CHARACTERS),
        ("short words and signs", _CHARACTERS),
        ("addresses", _CHARACTERS),
    ],
)
def test_batches_of_two_megabytes(agent: Server, kind: str, size: int) -> None:
    batch = _batch(_TEXTS[kind][:size])
    _attack(agent, f"two batches of 2 MB, tickets of {size}, {kind}", "/predict_batch", [batch] * 2)


@pytest.mark.slow
def test_explanations_that_are_kept(agent: Server) -> None:
    """An explanation has every word of its ticket, and answers are kept for minutes."""
    drawn = random.Random(3)
    letters = "abcdefghij"

    def text() -> str:
        words = ("".join(drawn.choices(letters, k=2)) for _ in range(_CHARACTERS // 3))
        return " ".join(words)

    asked = [body({"text": text(), "model": "svm", "explain": True}) for _ in range(160)]
    _attack(agent, "160 tickets of 6,666 words, all explained", "/predict", asked, at_once=1)
