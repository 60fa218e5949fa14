"""Concurrent callers' texts in fewer calls: who goes with whom, and who isn't harmed by whom."""

import asyncio

import pytest

from bentos.services.gathered_calls import GatheredCalls


class Service:
    """Answers each text in capitals, once it is let; counts what it is given."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.cancelled = 0
        self.open = asyncio.Event()

    async def call(self, texts: list[str]) -> list[str]:
        self.calls.append(texts)
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if "bad" in texts:
            raise ConnectionError("refused")
        return [text.upper() for text in texts]


def gathered(service: Service, most_texts: int = 8) -> GatheredCalls[str]:
    return GatheredCalls(service.call, most_calls=2, most_texts=most_texts)


async def asked(calls: GatheredCalls[str], *texts: str) -> "list[asyncio.Task[list[str]]]":
    """A caller for each text, all of them waiting."""
    tasks = [asyncio.create_task(calls.ask([text])) for text in texts]
    await asyncio.sleep(0.01)
    return tasks


def test_texts_go_alone_while_calls_are_few_and_together_after() -> None:
    async def run() -> None:
        service = Service()
        tasks = await asked(gathered(service), *"abcdef")
        assert service.calls == [["a"], ["b"]]
        service.open.set()
        assert await asyncio.gather(*tasks) == [[letter] for letter in "ABCDEF"]
        assert service.calls[2:] == [["c", "d", "e", "f"]]

    asyncio.run(run())


def test_a_call_carries_so_many_texts_unless_one_caller_has_more() -> None:
    async def run() -> None:
        service = Service()
        calls = gathered(service, most_texts=2)
        tasks = await asked(calls, *"abcde")
        large = asyncio.create_task(calls.ask(["x", "y", "z"]))
        await asyncio.sleep(0.01)
        service.open.set()
        assert await large == ["X", "Y", "Z"]
        await asyncio.gather(*tasks)
        assert service.calls[2:] == [["c", "d"], ["e"], ["x", "y", "z"]]

    asyncio.run(run())


def test_a_failure_reaches_all_whom_the_call_carried_and_nobody_else() -> None:
    async def run() -> None:
        service = Service()
        tasks = await asked(gathered(service), "a", "b", "bad", "c")
        service.open.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert results[:2] == [["A"], ["B"]]
        assert all(isinstance(result, ConnectionError) for result in results[2:])

    asyncio.run(run())


def test_a_caller_who_leaves_takes_nobody_along() -> None:
    async def run() -> None:
        service = Service()
        tasks = await asked(gathered(service), *"abcd")
        tasks[2].cancel()
        service.open.set()
        assert await tasks[3] == ["D"]
        assert service.calls[2:] == [["d"]]
        assert service.cancelled == 0

    asyncio.run(run())


def test_a_call_that_nobody_waits_for_ends_and_makes_room() -> None:
    async def run() -> None:
        service = Service()
        tasks = await asked(gathered(service), *"abc")
        for task in tasks[:2]:
            task.cancel()
        await asyncio.sleep(0.01)
        assert service.cancelled == 2
        assert service.calls[2:] == [["c"]]
        service.open.set()
        assert await tasks[2] == ["C"]

    asyncio.run(run())


def test_callers_have_time_limits_of_their_own() -> None:
    async def run() -> None:
        service = Service()
        calls = gathered(service)
        waiting = await asked(calls, "a", "b", "c")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await calls.ask(["d"])
        service.open.set()
        assert await waiting[2] == ["C"]
        assert service.calls[2:] == [["c"]]

    asyncio.run(run())
