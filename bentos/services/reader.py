"""Reads tickets while the event loop stays free: one at a time, in turns between requests."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from bentos.services.budget import Budget, characters_to_read
from bentos.services.isolation import isolated
from bentos.services.ticket_errors import NOT_READ
from bentos.triage.understood import Understood
from bentos.wire import ErrorResponse

if TYPE_CHECKING:
    # Presidio, which only the agent's own worker needs.
    from bentos.triage.understanding import Understanding

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")
# Reading as many characters takes a few milliseconds, which the event loop can wait. A thread would
# cost more than it saves.
_SHORT_CHARACTERS: Final = 500
_SLICE_SECONDS: Final = 0.005


class _Waiting(NamedTuple):
    """A short ticket that waits to be read."""

    text: str
    context: Context
    understood: "asyncio.Future[Understood | ErrorResponse]"


class Reader:
    """Scrubs tickets and reads their language and words.

    Requests take turns: a request with many tickets waits for each other request after each of its
    tickets. A caller who leaves has its task cancelled, which ends its reading with the room that
    its ticket is in.

    Args:
        understanding: The rooms before the models.
        slice_seconds: After so long, what else the event loop has to do comes before the next
            short ticket.
    """

    def __init__(
        self, understanding: "Understanding", slice_seconds: float = _SLICE_SECONDS
    ) -> None:
        self._understanding: Final = understanding
        self._slice_seconds: Final = slice_seconds
        self._short: Final = deque[_Waiting]()
        self._is_reading = False
        # One thread: more would only fight for the interpreter's lock.
        self._thread: Final = ThreadPoolExecutor(1, thread_name_prefix="reader")

    async def read(
        self, texts: Mapping[int, str], budget: Budget
    ) -> dict[int, Understood | ErrorResponse]:
        """What is known of each of `texts`, by place; an error for those that time didn't reach."""
        return {
            place: await self._one(text) if budget.may_read else NOT_READ
            for place, text in texts.items()
        }

    async def _one(self, text: str) -> Understood | ErrorResponse:
        if characters_to_read(text) <= _SHORT_CHARACTERS:
            return await self._here(text)
        scrubbed = await self._in_thread(self._understanding.scrub, text)
        if isinstance(scrubbed, ErrorResponse):
            return scrubbed
        return await self._in_thread(self._understanding.read, scrubbed)

    async def _here(self, text: str) -> Understood | ErrorResponse:
        loop = asyncio.get_running_loop()
        waiting = _Waiting(text, copy_context(), loop.create_future())
        self._short.append(waiting)
        if not self._is_reading:
            self._is_reading = True
            loop.call_soon(self._read_short, loop)
        return await waiting.understood

    def _read_short(self, loop: asyncio.AbstractEventLoop) -> None:
        """Reads short tickets in the order in which they came, for as long as a slice lasts.

        Those that are read together go to the models together, which costs less.
        """
        ends = time.perf_counter() + self._slice_seconds
        while self._short:
            text, context, understood = self._short.popleft()
            if understood.done():
                continue  # Its caller has left.
            understood.set_result(
                context.run(isolated, lambda: self._understanding.understand(text))
            )
            if time.perf_counter() >= ends:
                break
        self._is_reading = bool(self._short)
        if self._is_reading:
            loop.call_soon(self._read_short, loop)

    async def _in_thread(
        self, room: Callable[[_Given], _Result], given: _Given
    ) -> _Result | ErrorResponse:
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: context.run(isolated, lambda: room(given))
        )
