"""Whether work grows as its input does, told by CPU time: a busy machine can't fail it."""

import time
from collections.abc import Callable

_MOST = 2.5
_TRIES = 6


def growth(work: Callable[[int], Callable[[], object]], size: int) -> float:
    """How many times as long work of twice the size takes, the least of several tries.

    Args:
        work: Given a size, what is to be timed.
        size: Large enough that it takes some milliseconds.
    """
    return _ratio(work(2 * size), work(size), _MOST)


def is_linear(work: Callable[[int], Callable[[], object]], size: int) -> bool:
    """Whether work of twice the size takes at most 2.5 times as long."""
    return growth(work, size) <= _MOST


def is_quicker(work: Callable[[], object], most: float, baseline: Callable[[], object]) -> bool:
    """Whether `work` takes at most `most` times as long as `baseline`."""
    return _ratio(work, baseline, most) <= most


def _ratio(work: Callable[[], object], baseline: Callable[[], object], enough: float) -> float:
    """The least ratio of the CPU times of `work` and `baseline`, of several tries."""
    least = float("inf")
    for _ in range(_TRIES):
        least = min(least, min(_seconds(work), _seconds(work)) / _seconds(baseline))
        if least <= enough:
            break
    return least


def _seconds(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return max(time.thread_time() - started, 1e-6)
