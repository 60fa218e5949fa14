"""Sends tickets to a server on this machine, many at a time, and notes what became of each."""

import asyncio
import io
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import psutil

from tests.services.conftest import Server

_WAIT_SECONDS = 60.0
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Sent:
    """What became of one request: status 0 where the connection broke."""

    status: int
    seconds: float
    body: Any
    retry_after: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it was answered in full quality."""
        return self.status == 200 and not self.body.get("degraded", False)


async def post(client: aiohttp.ClientSession, url: str, body: object) -> Sent:
    """One request and its answer."""
    began = time.perf_counter()
    try:
        # aiohttp warns of large bodies that aren't streams.
        data = io.BytesIO(json.dumps(body).encode())
        async with client.post(url, data=data, headers=_JSON) as response:
            content = await response.json(content_type=None)
            seconds = time.perf_counter() - began
            return Sent(response.status, seconds, content, response.headers.get("Retry-After"))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Sent(0, time.perf_counter() - began, type(error).__name__)


def session() -> aiohttp.ClientSession:
    """A client without a limit of connections of its own."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(_WAIT_SECONDS), connector=aiohttp.TCPConnector(limit=0)
    )


async def closed_loop(
    server: Server, bodies: Sequence[object], connections: int, path: str = "/predict"
) -> list[Sent]:
    """Sends `bodies`, so many at a time, the next one when one is answered."""
    left = iter(bodies)
    sent: list[Sent] = []
    async with session() as client:

        async def connection() -> None:
            for body in left:
                sent.append(await post(client, server.url + path, body))

        await asyncio.gather(*(connection() for _ in range(connections)))
    return sent


async def open_loop(
    server: Server, bodies: Iterator[object], a_second: float, seconds: float
) -> list[Sent]:
    """Sends one of `bodies` at even intervals, however long the answers take."""
    began = time.perf_counter()
    async with session() as client:
        tasks = []
        for number in range(int(a_second * seconds)):
            await asyncio.sleep(max(began + number / a_second - time.perf_counter(), 0))
            tasks.append(asyncio.create_task(post(client, f"{server.url}/predict", next(bodies))))
        return list(await asyncio.gather(*tasks))


def agent_worker(server: Server) -> psutil.Process:
    """The process that serves the agent."""
    for process in psutil.Process(server.process.pid).children(recursive=True):
        line = process.cmdline()
        if "--service-name" in line and "AgentService" in line:
            return process
    raise LookupError("the server has no worker of AgentService")


def cpu_seconds(process: psutil.Process) -> float:
    """The CPU time that a process has taken so far."""
    times = process.cpu_times()
    return float(times.user + times.system)
