"""How long bodies may take to arrive, and how much of large ones a process holds."""

import asyncio
from typing import Any, Final

# Bodies up to here count for nothing: there are as many as there are connections.
SMALL_BYTES: Final = 65_536
LATE: Final = 408
NO_ROOM: Final = 429


class HeldBody:
    """One body; `BodyMemory.begin` makes it."""

    __slots__ = ("deadline", "refused_with", "size", "task")

    def __init__(self, task: "asyncio.Task[Any] | None", deadline: float) -> None:
        self.task = task
        self.deadline = deadline
        self.size = 0
        self.refused_with: int | None = None


class BodyMemory:
    """The bodies of a process: those that arrive, and those that are worked on.

    Where the room for large ones runs out, the one that paused the longest has to go: senders who
    stop half-way keep no room from those who go on. One that has to go, and one that is late, has
    its task cancelled; `HeldBody.refused_with` then says the status to answer with.

    Args:
        max_bytes: How much room there is for large bodies.
        seconds: How long a body may take to arrive.
    """

    def __init__(self, max_bytes: int, seconds: float) -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._held_bytes = 0
        # Those that arrive, the first first; and the large among them, the longest pause first.
        self._arriving: dict[HeldBody, None] = {}
        self._large: dict[HeldBody, None] = {}
        # One timer for all: one for each body would cost each request.
        self._is_watching = False

    def begin(self) -> HeldBody:
        """A body that begins to arrive in this task. Each ends with `arrived` and `end`."""
        loop = asyncio.get_running_loop()
        body = HeldBody(asyncio.current_task(), loop.time() + self._seconds)
        self._arriving[body] = None
        if not self._is_watching:
            self._is_watching = True
            loop.call_at(body.deadline, self._refuse_late)
        return body

    def grow(self, body: HeldBody, size: int) -> bool:
        """Takes down that `body` has `size` bytes by now; False where there is no room for it."""
        if size <= SMALL_BYTES:
            return True
        self._held_bytes += size - body.size
        body.size = size
        self._large.pop(body, None)
        self._large[body] = None
        while self._held_bytes > self._max_bytes and self._large:
            oldest = next(iter(self._large))
            self.end(oldest)
            if oldest is body:
                return False
            _refuse(oldest, NO_ROOM)
        return True

    def arrived(self, body: HeldBody) -> None:
        """`body` is whole, or refused: it is neither late nor in the way any more."""
        self._arriving.pop(body, None)
        self._large.pop(body, None)

    def end(self, body: HeldBody) -> None:
        """`body` is answered, or refused: its room is free."""
        self.arrived(body)
        self._held_bytes -= body.size
        body.size = 0

    def _refuse_late(self) -> None:
        loop = asyncio.get_running_loop()
        while self._arriving:
            first = next(iter(self._arriving))
            if first.deadline > loop.time():
                loop.call_at(first.deadline, self._refuse_late)
                return
            self.arrived(first)
            _refuse(first, LATE)
        self._is_watching = False


def _refuse(body: HeldBody, status: int) -> None:
    body.refused_with = status
    if body.task is not None:
        body.task.cancel()
