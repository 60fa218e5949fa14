"""A circuit breaker: a model that keeps failing isn't waited for (Nygard, Release It!)."""

import time
from collections.abc import Callable


class CircuitBreaker:
    """Opens after failures in a row; then lets one call through at a time until one succeeds.

    Args:
        failures: How many in a row open it.
        open_seconds: How long it then stays shut to calls before one may try again.
        clock: Seconds, monotonic.
        on_change: Told whether the circuit is open: now, and when that changes.
    """

    def __init__(
        self,
        failures: int,
        open_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        on_change: Callable[[bool], object] = bool,
    ) -> None:
        self._most = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._failures = 0
        self._try_at = 0.0
        self._on_change = on_change
        on_change(False)

    def allows(self) -> bool:
        """Whether a call may be made; while open, one each `open_seconds` may."""
        if self._failures < self._most:
            return True
        if self._clock() < self._try_at:
            return False
        self._try_at = self._clock() + self._open_seconds
        return True

    @property
    def is_open(self) -> bool:
        """Whether calls fail at once, but for those that try again."""
        return self._failures >= self._most

    def succeeded(self) -> None:
        """Closes the circuit."""
        if self._failures >= self._most:
            self._on_change(False)
        self._failures = 0

    def failed(self) -> None:
        """Counts a failure; the last that is allowed opens the circuit."""
        self._failures += 1
        if self._failures == self._most:
            self._on_change(True)
        if self._failures >= self._most:
            self._try_at = self._clock() + self._open_seconds
