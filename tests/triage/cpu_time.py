"""How much CPU time work takes, and how it grows: a busy machine can't fail a test by it."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Twice the input should take twice the time; the rest is for what a busy machine adds.
MOST_GROWTH = 2.5
_TRIES = 6
_REPEATS = 3
_MOST_SECONDS = 5.0


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


def cost(work: Callable[[], object], seconds: float = _MOST_SECONDS) -> float:
    """The CPU time of `work` in seconds.

    Raises:
        TooLongError: it took more than `seconds`.
    """
    with at_most(seconds):
        # The process's time is counted in coarse steps while such a timer runs.
        started = time.thread_time()
        work()
        return max(time.thread_time() - started, 1e-6)


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times as long work of twice the size takes, the least of several tries.

    Args:
        work: Does the work of a given size.
        size: Large enough that it takes some milliseconds.
    """
    return _ratio(lambda: work(2 * size), lambda: work(size), MOST_GROWTH)


def is_linear(prepare: Callable[[int], Callable[[], object]], size: int) -> bool:
    """Whether work of twice the size takes at most 2.5 times as long.

    Args:
        prepare: Given a size, returns the work that is timed.
        size: Large enough that it takes some milliseconds.
    """
    return _ratio(prepare(2 * size), prepare(size), MOST_GROWTH) <= MOST_GROWTH


def is_quicker(work: Callable[[], object], most: float, baseline: Callable[[], object]) -> bool:
    """Whether `work` takes at most `most` times as long as `baseline`."""
    return _ratio(work, baseline, most) <= most


def _ratio(work: Callable[[], object], baseline: Callable[[], object], enough: float) -> float:
    """The least ratio of the CPU times of `work` and `baseline`: tried again while too large."""
    least = float("inf")
    for _ in range(_TRIES):
        once = min(cost(baseline) for _ in range(_REPEATS))
        least = min(least, min(cost(work) for _ in range(_REPEATS)) / once)
        if least <= enough:
            break
    return least
