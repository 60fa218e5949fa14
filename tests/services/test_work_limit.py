"""The limit of the work in flight, under a clock that the tests turn."""

import heapq

import pytest

from bentos.services.work_limit import WorkLimit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def limit(clock: Clock, first: int = 10_000) -> WorkLimit:
    return WorkLimit(target_seconds=1.0, usual=2_000, least=1_000, first=first, clock=clock)


def test_admits_up_to_the_limit_and_anything_where_nothing_is_in_flight() -> None:
    work = limit(Clock())
    assert work.admits(50_000)
    work.began(9_000)
    assert work.admits(1_000)
    assert not work.admits(1_001)


def test_a_few_requests_are_admitted_whatever_their_size() -> None:
    work = WorkLimit(1.0, usual=2_000, least=1_000, first=10_000, fewest=3, clock=Clock())
    for _ in range(3):
        assert work.admits(20_000)
        work.began(20_000)
    assert not work.admits(1)


def test_a_large_request_may_take_longer_in_proportion() -> None:
    clock = Clock()
    work = limit(clock)
    began = work.began(20_000)
    clock.now = 9.0
    work.ended(20_000, began, is_slow=False)
    assert work.limit >= 10_000


def test_quick_answers_raise_the_limit_while_it_is_used() -> None:
    clock = Clock()
    work = limit(clock)
    begun = [work.began(1_000) for _ in range(10)]
    clock.now = 0.1
    for began in begun:
        work.ended(1_000, began, is_slow=False)
    assert 12_000 <= work.limit <= 20_000


def test_quick_answers_teach_nothing_while_the_limit_is_far() -> None:
    clock = Clock()
    work = limit(clock)
    began = work.began(1_000)
    clock.now = 0.1
    work.ended(1_000, began, is_slow=False)
    assert work.limit == 10_000


@pytest.mark.parametrize(("seconds", "is_slow"), [(1.5, False), (0.1, True)])
def test_a_slow_answer_cuts_the_limit_once_a_round(seconds: float, is_slow: bool) -> None:
    clock = Clock()
    work = limit(clock)
    begun = [work.began(1_000) for _ in range(10)]
    clock.now = seconds
    for began in begun:
        work.ended(1_000, began, is_slow)
    assert work.limit == pytest.approx(8_000)


def test_the_limit_never_falls_below_the_least() -> None:
    clock = Clock()
    work = limit(clock)
    for _ in range(50):
        began = work.began(1_000)
        clock.now += 5.0
        work.ended(1_000, began, is_slow=True)
    assert work.limit == 1_000


def test_a_request_without_an_answer_teaches_nothing() -> None:
    clock = Clock()
    work = limit(clock)
    began = work.began(1_000)
    clock.now = 60.0
    work.ended(1_000, began, is_slow=None)
    assert work.limit == 10_000
    assert work.admits(10_000)


def test_says_when_the_work_in_flight_will_have_made_room() -> None:
    clock = Clock()
    work = limit(clock)
    for _ in range(4):
        began = work.began(5_000)
        clock.now += 0.5
        work.ended(5_000, began, is_slow=False)
    # 10,000 bytes a second.
    work.began(int(work.limit))
    assert work.seconds_until(5_000) == pytest.approx(0.5, rel=0.2)


def goodput(offered_bytes_a_second: int, capacity: int = 50_000) -> tuple[float, float]:
    """Bytes a second that are answered within twice the target, and the slowest such answer.

    A server that works at `capacity` bytes a second, first come first served, is offered requests
    of 2,000 bytes at even intervals for two minutes; the first is left out.
    """
    clock, size = Clock(), 2_000
    work = limit(clock, first=20_000)
    free_at = good = slowest = 0.0
    ends: list[tuple[float, float]] = []
    for number in range(120 * offered_bytes_a_second // size):
        at = number * size / offered_bytes_a_second
        while ends and ends[0][0] <= at:
            clock.now, began = heapq.heappop(ends)
            work.ended(size, began, is_slow=False)
            if clock.now > 60 and clock.now - began <= 2.0:
                good += size
            if clock.now > 60:
                slowest = max(slowest, clock.now - began)
        clock.now = at
        if work.admits(size):
            began = work.began(size)
            free_at = max(free_at, began) + size / capacity
            heapq.heappush(ends, (free_at, began))
    return good / 60, slowest


def test_four_times_what_the_server_can_do_leaves_it_as_useful_as_its_peak() -> None:
    peak, _ = goodput(50_000)
    overloaded, slowest = goodput(200_000)
    assert overloaded >= 0.95 * peak
    assert slowest <= 1.3
