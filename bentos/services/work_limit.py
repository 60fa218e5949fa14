"""How much work may be in flight at once: learned from how long the work takes."""

import time
from collections.abc import Callable
from typing import Final

_CUT: Final = 0.8
# A rate is measured over at least so many seconds; the newest measurement has this weight.
_RATE_SECONDS: Final = 1.0
_NEWEST: Final = 0.5


class WorkLimit:
    """Admits requests as long as they are answered quickly enough; TCP does the same with packets.

    The limit doubles with each round of quick answers until the first slow one, then grows by one
    request a round, and falls by a fifth after a slow one (additive increase, multiplicative
    decrease: Chiu and Jain 1989; slow start: Jacobson 1988). Work is counted in bytes of bodies.

    Args:
        target_seconds: An answer that takes longer is slow.
        usual: A request of more bytes may take longer, in proportion.
        least: The limit never falls below so many bytes.
        first: The limit at the start, in bytes.
        fewest: So many requests may be in flight, whatever their size.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        target_seconds: float,
        usual: int,
        least: int,
        first: int,
        fewest: int = 1,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._target_seconds: Final = target_seconds
        self._usual: Final = usual
        self._fewest: Final = fewest
        self._least: Final = float(least)
        self._clock: Final = clock
        self._limit = float(first)
        self._in_flight = 0
        self._requests = 0
        self._is_starting = True
        self._cut_at = -float("inf")
        # Bytes a second; a guess until answers were measured.
        self._rate = first / target_seconds
        self._measured_from = clock()
        self._finished = 0

    @property
    def limit(self) -> float:
        """The bytes that may be in flight."""
        return self._limit

    def admits(self, work: int) -> bool:
        """Whether a request of `work` bytes may begin; where few are in flight any may."""
        return self._requests < self._fewest or self._in_flight + work <= self._limit

    def seconds_until(self, work: int) -> float:
        """After how many seconds, by the present rate, `admits(work)` becomes true."""
        room = max(self._limit - work, 0.0)
        return max(self._in_flight - room, 0.0) / self._rate

    def began(self, work: int) -> float:
        """Counts a request of `work` bytes in; returns the time, which `ended` needs."""
        now = self._clock()
        if not self._in_flight:
            # Idle time says nothing of the rate.
            self._measured_from, self._finished = now, 0
        self._in_flight += work
        self._requests += 1
        return now

    def ended(self, work: int, began: float, is_slow: bool | None = None) -> None:
        """Counts a request out.

        Args:
            work: As given to `began`.
            began: What `began` returned.
            is_slow: Whether its answer suffered from too much work; None where it had no answer,
                which teaches nothing.
        """
        now = self._clock()
        was_in_flight = self._in_flight
        self._in_flight -= work
        self._requests -= 1
        self._measure(work, now)
        if is_slow is None:
            return
        if is_slow or now - began > self._target_seconds * max(1.0, work / self._usual):
            # Those that began before the last cut suffer from what that cut has mended.
            if began > self._cut_at:
                self._limit = max(self._limit * _CUT, self._least)
                self._cut_at = now
                self._is_starting = False
        elif 2 * was_in_flight >= self._limit:
            self._limit += work if self._is_starting else work * work / self._limit

    def _measure(self, work: int, now: float) -> None:
        self._finished += work
        seconds = now - self._measured_from
        if seconds >= _RATE_SECONDS:
            self._rate += _NEWEST * (self._finished / seconds - self._rate)
            self._measured_from, self._finished = now, 0
