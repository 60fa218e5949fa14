"""Row 1: no text freezes the agent, whatever the patterns that read it have to try."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.reliability.load import post, session
from tests.reliability.record import record
from tests.services.conftest import AGENT, Server, serve

pytestmark = pytest.mark.reliability

_CHARACTERS = 20_000
# In seconds: what a request may take by default, and a little for its way.
_LIMIT = 30.0 + 5.0
_READY_LIMIT = 2.0
# An agent that has lost so many is frozen: the next ones would only wait for nothing.
_ENOUGH = 3


def _repeated(head: str, unit: str, tail: str) -> str:
    middle = _CHARACTERS - len(head) - len(tail)
    return head + (unit * (middle // len(unit) + 1))[:middle] + tail


ATTACKS = {
    "hyphens and a number": ("AB-" * 10_000)[:19_998] + " 1",
    "numerals that unfold": "Ⅷ" * 10_000 + " 1",
    # 84 characters are enough: each hyphen may part two words of a name.
    "a short street without a town": "rue " + "A-" * 40 + " 1",
    "a street without a town": _repeated("rue ", "A-", " 1"),
    "a town without a postcode": _repeated("12 Main Street, ", "A-", " 1"),
    "an Italian street without a number": _repeated("Via ", "A-", " x 1"),
    "a street of particles": _repeated("12 rue ", "de la A-", " 1"),
    "capitals": _repeated("", "I", " 1"),
    "hyphens after small letters": _repeated("", "le-AZ", " 1"),
    "words of twenty letters": _repeated("", "a" * 20 + ".", " 1"),
    "words of eighty letters": _repeated("", "a" * 80 + " ", " 1"),
    "accents on one letter": _repeated("a", "\u0301\u0323", "a broken screen 1"),
    "births without a date": _repeated("", "ne«", " 1"),
    "labels of tax numbers": _repeated("", "tva ", " 1"),
    "local parts of addresses": _repeated("", "a'", " @ 1"),
    "account numbers": _repeated("", "ab1 1 ", " 1"),
    "signs and letters": _repeated("", "a!", " 1"),
    "Arabic streets": _repeated("", "شارع ", " 1"),
    "web addresses that end in signs": _repeated("", "a.bb/.,", " 1"),
}


@pytest.fixture(scope="module")
def agent(new_home: Callable[[], Path]) -> Iterator[Server]:
    with serve(new_home(), AGENT) as server:
        yield server


async def _attack(server: Server, path: str, body: object, not_ready: list[float]) -> object:
    """The answer to `body`, or None for a 5xx or none within the limit; meanwhile readiness is
    asked for."""

    async def ask() -> None:
        while True:
            began = time.perf_counter()
            async with session() as client:
                try:
                    async with asyncio.timeout(_READY_LIMIT):
                        async with client.get(f"{server.url}/readyz") as response:
                            is_ready = response.status == 200
                except (TimeoutError, aiohttp.ClientError):
                    is_ready = False
            if not is_ready:
                not_ready.append(time.perf_counter() - began)
            await asyncio.sleep(0.1)

    asking = asyncio.create_task(ask())
    try:
        async with session() as client, asyncio.timeout(_LIMIT):
            answer = await post(client, f"{server.url}{path}", body)
            # 0: the connection broke.
            return answer.body if 200 <= answer.status < 500 else None
    except (TimeoutError, aiohttp.ClientError):
        return None
    finally:
        asking.cancel()


@contextmanager
def _timed(seconds: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds.append(round(time.perf_counter() - began, 2))


def test_each_text_alone_is_answered_and_the_agent_stays_ready(agent: Server) -> None:
    seconds: list[float] = []
    not_ready: list[float] = []
    lost: list[str] = []
    for name, text in ATTACKS.items():
        if len(lost) == _ENOUGH:
            break
        with _timed(seconds):
            answer = asyncio.run(_attack(agent, "/predict", {"text": text}, not_ready))
        if answer is None:
            lost.append(name)
    record(
        row=1,
        name="texts that patterns work hardest on, one at a time",
        promise="each is answered within its time limit, and the agent stays ready",
        tried=len(seconds),
        lost=len(lost),
        slowest_seconds=max(seconds),
        slowest=list(ATTACKS)[seconds.index(max(seconds))],
        not_ready=len(not_ready),
    )
    assert lost == []
    assert not_ready == []


def test_twelve_in_one_batch_are_answered_and_the_agent_stays_ready(agent: Server) -> None:
    seconds: list[float] = []
    not_ready: list[float] = []
    names = list(ATTACKS)[:12]
    body = {"tickets": [{"text": ATTACKS[name]} for name in names]}
    with _timed(seconds):
        answer = asyncio.run(_attack(agent, "/predict_batch", body, not_ready))
    results = answer.get("results", []) if isinstance(answer, dict) else []
    lost = len(names) - sum(_is_answered(result) for result in results)
    record(
        row=1,
        name="twelve texts that patterns work hardest on, in one batch",
        promise="each is answered within its time limit, and the agent stays ready",
        tried=len(names),
        lost=lost,
        slowest_seconds=max(seconds),
        not_ready=len(not_ready),
    )
    assert lost == 0
    assert not_ready == []


def _is_answered(result: dict[str, object]) -> bool:
    """Whether a ticket of a batch has a category, or an error that is its sender's."""
    error = result.get("error")
    is_refused = isinstance(error, dict) and error["code"] in ("text_too_long", "no_words")
    return "category" in result or is_refused
