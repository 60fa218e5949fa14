"""Merges concurrent callers' texts into fewer calls of a model service: a hop between two services
costs more CPU than most texts do."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting(Generic[_Answer]):
    """A caller: its texts, and where their answers go."""

    texts: Sequence[str]
    answers: "asyncio.Future[list[_Answer]]"


class GatheredCalls(Generic[_Answer]):
    """Calls at once while few are in flight; texts that come in meanwhile go together in the next.

    So a lone text never waits, and a crowd makes as many calls as the model can finish. All runs on
    one event loop.

    Args:
        call: Answers texts, one answer each, in order.
        most_calls: The most calls in flight.
        most_texts: The most texts that a call carries, unless one caller alone has more.
    """

    def __init__(
        self,
        call: Callable[[list[str]], Awaitable[list[_Answer]]],
        most_calls: int,
        most_texts: int,
    ) -> None:
        self._call = call
        self._most_calls = most_calls
        self._most_texts = most_texts
        self._queue: deque[_Waiting[_Answer]] = deque()
        self._calls: set[asyncio.Task[None]] = set()

    async def ask(self, texts: Sequence[str]) -> list[_Answer]:
        """The answers to `texts`, in order; raises what the call that carried them raised.

        A caller that is cancelled leaves its company alone: only a call that nobody waits for any
        more is cancelled with its last caller.
        """
        waiting: _Waiting[_Answer] = _Waiting(texts, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._start()
        return await waiting.answers

    def _start(self) -> None:
        while len(self._calls) < self._most_calls and (group := self._next_group()):
            task = asyncio.get_running_loop().create_task(self._run(group))
            self._calls.add(task)
            task.add_done_callback(self._ended)
            for waiting in group:
                waiting.answers.add_done_callback(partial(_cancel_if_unwanted, task, group))

    def _next_group(self) -> list[_Waiting[_Answer]]:
        group: list[_Waiting[_Answer]] = []
        room = self._most_texts
        while self._queue and (not group or len(self._queue[0].texts) <= room):
            waiting = self._queue.popleft()
            if not waiting.answers.done():
                group.append(waiting)
                room -= len(waiting.texts)
        return group

    async def _run(self, group: Sequence[_Waiting[_Answer]]) -> None:
        try:
            answers = await self._call([text for waiting in group for text in waiting.texts])
        except Exception as failure:
            for waiting in group:
                if not waiting.answers.done():
                    waiting.answers.set_exception(failure)
            return
        start = 0
        for waiting in group:
            end = start + len(waiting.texts)
            if not waiting.answers.done():
                waiting.answers.set_result(answers[start:end])
            start = end

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._calls.discard(task)
        self._start()


def _cancel_if_unwanted(
    task: "asyncio.Task[None]",
    group: Sequence[_Waiting[_Answer]],
    _: "asyncio.Future[list[_Answer]]",
) -> None:
    if all(waiting.answers.done() for waiting in group):
        # Without effect on a call that has ended.
        task.cancel()
