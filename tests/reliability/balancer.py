"""A client-side balancer over two servers, which counts the requests that are lost."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

_Request = tuple[str, dict[str, object]]
_CHECK_SECONDS = 0.1
_TEXTS = ("The printer is jammed", "Mon mot de passe a expiré", "الطابعة لا تعمل منذ الصباح")


@dataclass
class Balancer:
    """Sends to servers whose /readyz says yes, as any load balancer does.

    A connection that is refused has carried nothing: the request goes to the next server. Anything
    else that fails is lost.
    """

    urls: tuple[str, ...]
    is_stopped: bool = False
    sent: int = 0
    lost: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    _ready: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def watch(self) -> None:
        """Asks the servers, until it is stopped, whether they are ready."""
        async with httpx.AsyncClient(timeout=2) as client:
            while not self.is_stopped:
                await asyncio.gather(*(self._ask(client, url) for url in self.urls))
                await asyncio.sleep(_CHECK_SECONDS)

    async def _ask(self, client: httpx.AsyncClient, url: str) -> None:
        status = 0
        with suppress(httpx.TransportError):
            status = (await client.get(f"{url}/readyz")).status_code
        if status == 200:
            self._ready.add(url)
        else:
            self._ready.discard(url)

    async def send_singles(self, pause: float) -> None:
        """Sends one ticket after the other, until it is stopped."""
        await self._send_on(lambda text: ("/predict", {"text": text}), pause)

    async def send_batches(self, size: int, pause: float) -> None:
        """Sends one batch after the other, until it is stopped."""
        await self._send_on(
            lambda text: (
                "/predict_batch",
                {"tickets": [{"text": f"{text}.{place}"} for place in range(size)]},
            ),
            pause,
        )

    async def _send_on(self, request: Callable[[str], _Request], pause: float) -> None:
        # A balancer keeps connections for less long than the servers do.
        limits = httpx.Limits(keepalive_expiry=2)
        async with httpx.AsyncClient(timeout=40, limits=limits) as client:
            while not self.is_stopped:
                number = next(self._numbers)
                path, body = request(f"{_TEXTS[number % 3]} {number}")
                await self._send(client, number, path, body)
                await asyncio.sleep(pause)

    async def _send(
        self, client: httpx.AsyncClient, number: int, path: str, body: dict[str, object]
    ) -> None:
        self.sent += 1
        ready = [url for url in self.urls if url in self._ready] or list(self.urls)
        fault = "no server is ready"
        for turn in range(len(ready)):
            url = ready[(number + turn) % len(ready)]
            try:
                answer = await client.post(url + path, json=body)
            except httpx.ConnectError:
                continue
            except httpx.TransportError as error:
                fault = type(error).__name__
                break
            self.seconds.append(answer.elapsed.total_seconds())
            failed = answer.status_code != 200 or '"error":{' in answer.text
            fault = f"{answer.status_code} {answer.text[:200]}" if failed else ""
            break
        if fault:
            self.lost.append(f"{path}: {fault}")
