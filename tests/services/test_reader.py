"""Reading tickets: in turns, within a budget, and without freezing what else there is to do."""

import asyncio
import logging
import threading
import time
from typing import Any

import pytest

from bentos.services.budget import Budget
from bentos.services.reader import Reader
from bentos.services.ticket_errors import FAILED, NOT_READ

SECRET = "Zebulon Quackenbush"
LONG = "printer " * 200


class Rooms:
    """Stands for `Understanding`: notes what it is asked to read, and waits in a gate if given."""

    def __init__(self, gate: threading.Event | None = None) -> None:
        self.scrubbed: list[str] = []
        self.read_texts: list[str] = []
        self.began = threading.Event()
        self._gate = gate

    def understand(self, text: str) -> Any:
        return self.read(self.scrub(text))

    def scrub(self, text: str) -> str:
        self.scrubbed.append(text)
        self.began.set()
        if self._gate is not None:
            assert self._gate.wait(60)
        if SECRET in text:
            raise KeyError(SECRET)
        return text

    def read(self, scrubbed: str) -> str:
        self.read_texts.append(scrubbed)
        return scrubbed.upper()


def reader(rooms: Rooms, slice_seconds: float = 0.0) -> Reader:
    stand_in: Any = rooms
    return Reader(stand_in, slice_seconds)


def budget(seconds: float = 1_000.0) -> Budget:
    return Budget(time.perf_counter(), seconds)


@pytest.mark.parametrize("text", ["printer", LONG], ids=["short", "long"])
def test_reads_every_ticket_in_its_place(text: str) -> None:
    read: Any = asyncio.run(reader(Rooms()).read({3: text, 5: "b"}, budget()))
    assert read == {3: text.upper(), 5: "B"}


@pytest.mark.parametrize("around", ["", LONG], ids=["short", "long"])
def test_an_unforeseen_exception_is_the_error_of_its_ticket_and_is_logged_without_text(
    around: str, caplog: pytest.LogCaptureFixture
) -> None:
    texts = {0: "a", 1: f"{around}{SECRET}", 2: "b"}
    with caplog.at_level(logging.INFO, logger="bentoml.callcenter"):
        read: Any = asyncio.run(reader(Rooms()).read(texts, budget()))
    assert read == {0: "A", 1: FAILED, 2: "B"}
    assert [record.getMessage() for record in caplog.records] == ["a ticket failed: KeyError"]


def test_tickets_that_the_time_does_not_reach_have_errors() -> None:
    rooms = Rooms()
    read = asyncio.run(reader(rooms).read({0: "a", 1: LONG}, budget(0.0)))
    assert read == {0: NOT_READ, 1: NOT_READ}
    assert not rooms.scrubbed


@pytest.mark.parametrize("text", ["{} printer", "{} " + LONG], ids=["short", "long"])
def test_requests_take_turns(text: str) -> None:
    rooms = Rooms()

    async def both() -> None:
        of = reader(rooms)
        await asyncio.gather(
            *(
                of.read({place: text.format(name) for place in range(3)}, budget())
                for name in ("first", "second")
            )
        )

    asyncio.run(both())
    assert [seen.split()[0] for seen in rooms.scrubbed] == ["first", "second"] * 3


def test_a_caller_who_leaves_costs_no_more_than_the_room_that_its_ticket_is_in() -> None:
    gate = threading.Event()
    rooms = Rooms(gate)

    async def leave() -> None:
        reading = asyncio.create_task(reader(rooms).read(dict.fromkeys(range(300), LONG), budget()))
        await asyncio.to_thread(rooms.began.wait, 60)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        gate.set()

    asyncio.run(leave())
    assert len(rooms.scrubbed) == 1
    assert not rooms.read_texts


def test_the_event_loop_goes_on_while_a_long_ticket_is_read() -> None:
    gate = threading.Event()
    rooms = Rooms(gate)

    async def meanwhile() -> int:
        reading = asyncio.create_task(reader(rooms).read({0: LONG}, budget()))
        await asyncio.to_thread(rooms.began.wait, 60)
        turns = 0
        for turns in range(100):
            await asyncio.sleep(0)
        assert not reading.done()
        gate.set()
        await reading
        return turns

    assert asyncio.run(meanwhile()) == 99


def test_others_come_between_short_tickets() -> None:
    order: list[str] = []

    class Noting(Rooms):
        def read(self, scrubbed: str) -> str:
            order.append("ticket")
            return super().read(scrubbed)

    async def ticking() -> None:
        for _ in range(5):
            order.append("other")
            await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(
            reader(Noting()).read(dict.fromkeys(range(5), "a"), budget()), ticking()
        )

    asyncio.run(both())
    assert "ticket ticket" not in " ".join(order[:8])


def test_short_tickets_that_came_together_are_read_in_one_slice() -> None:
    rooms = Rooms()

    async def together() -> list[int]:
        of = reader(rooms, slice_seconds=1_000.0)
        tasks = [asyncio.create_task(of.read({0: "a"}, budget())) for _ in range(8)]
        turns = list[int]()
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            turns.append(len(rooms.scrubbed))
        return turns

    assert set(asyncio.run(together())) == {0, 8}


def test_a_short_ticket_whose_caller_has_left_is_not_read() -> None:
    rooms = Rooms()

    async def leave() -> None:
        of = reader(rooms)
        tasks = [asyncio.create_task(of.read({0: name}, budget())) for name in "abc"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(leave())
    assert rooms.scrubbed == ["a", "c"]
