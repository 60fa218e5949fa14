"""How much CPU time work takes, and how it grows: without a clock on the wall."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Twice the text should take twice the time; the rest is for what a busy machine adds.
MOST_GROWTH = 2.5
_TRIES = 6
_REPEATS = 3


class TooLongError(Exception):
    """Work was ended because it took more CPU time than it may."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Ends what runs within by TooLongError once it took `seconds` of CPU time.

    Python's regular expressions look for signals while they search.
    """

    def end(*_: object) -> None:
        raise TooLongError(f"it took more than {seconds} s of CPU time")

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def cost(work: Callable[[], object], seconds: float = 5.0) -> float:
    """The CPU time of `work` in seconds.

    Raises:
        TooLongError: it took more than `seconds`.
    """
    with at_most(seconds):
        # The process's time is counted in coarse steps while such a timer runs.
        started = time.thread_time()
        work()
        return time.thread_time() - started


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times as long twice the size takes: measured again while it seems too long."""
    least = float("inf")
    for _ in range(_TRIES):
        once, twice = (
            min(cost(lambda: work(given)) for _ in range(_REPEATS)) for given in (size, 2 * size)
        )
        least = min(least, twice / once)
        if least <= MOST_GROWTH:
            break
    return least
