"""prometheus_client's files of values, with room on the disk before they are written to.

It maps files with holes. Where the disk is full, writing into a hole ends the process by SIGBUS.
"""

import logging
import mmap
import os
import struct
import time
from collections.abc import Callable
from functools import cache
from typing import Final

from prometheus_client.mmap_dict import MmapedDict

_FIRST_BYTES: Final = 1 << 16
# A value in a file, and its time.
_VALUE: Final = struct.Struct("dd")
_RETRY_SECONDS: Final = 10.0
_SILENCE_SECONDS: Final = 60.0
_logger = logging.getLogger("bentoml.callcenter")


class Shortage:
    """Which files have no room, and says so once a minute. One for each process.

    Args:
        clock: The time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock: Final = clock
        self._errors = dict[str, OSError]()
        self._silent_until = 0.0

    def begins(self, path: str, error: OSError) -> None:
        """The file `path` can't grow. Nothing is logged now: whoever counts holds a lock that
        logging, which counts too, needs."""
        self._errors[path] = error

    def ends(self, path: str) -> None:
        """The file `path` has all its values."""
        self._errors.pop(path, None)

    def report(self) -> None:
        """Logs what is short, at most one line a minute."""
        if not self._errors or self.clock() < self._silent_until:
            return
        self._silent_until = self.clock() + _SILENCE_SECONDS
        path, error = next(iter(self._errors.items()))
        _logger.warning(
            "/metrics lacks values until there is room again in %s: %s",
            os.path.dirname(path),
            error.strerror,
        )


@cache
def shortage() -> Shortage:
    """This process's."""
    return Shortage()


class ValuesFile(MmapedDict):
    """Does what prometheus_client's MmapedDict does, and keeps what its file has no room for.

    The values that are in the file stay there and go on. The others are kept in memory, and go to
    the file, and so to /metrics, when it has room again.

    Args:
        filename: The file, which is made if it isn't there.
        short: What is told when there is no room; this process's if it isn't given.
    """

    def __init__(self, filename: str, short: Shortage | None = None) -> None:
        self._path = filename
        self._short = shortage() if short is None else short
        self._is_open = False
        self._positions: dict[str, int] = {}
        self._kept: dict[str, tuple[float, float]] = {}
        self._next_try = 0.0
        self._make_room()

    def read_value(self, key: str) -> tuple[float, float]:
        """The value of `key` and its time."""
        if key not in self._positions and not self._place(key):
            return self._kept[key]
        value: tuple[float, float] = super().read_value(key)  # type: ignore[no-untyped-call]
        return value

    def write_value(self, key: str, value: float, timestamp: float) -> None:
        """Sets both."""
        position = self._positions.get(key)
        if position is not None:
            # As MmapedDict does, but without its calls: each request comes here many times.
            self._m[position : position + _VALUE.size] = _VALUE.pack(value, timestamp)
        elif self._place(key):
            super().write_value(key, value, timestamp)  # type: ignore[no-untyped-call]
        else:
            self._kept[key] = (value, timestamp)

    def close(self) -> None:
        """Ends the use of the file."""
        if self._is_open:
            super().close()  # type: ignore[no-untyped-call]

    def _place(self, key: str) -> bool:
        """Gives `key` a place in the file; if there is no room, keeps it."""
        self._kept.setdefault(key, (0.0, 0.0))
        if self._short.clock() < self._next_try or not self._make_room():
            return False
        kept, self._kept = self._kept, {}
        for name, (value, timestamp) in kept.items():
            super().write_value(name, value, timestamp)  # type: ignore[no-untyped-call]
        return True

    def _make_room(self) -> bool:
        """Whether the file has room for all that is kept."""
        try:
            if not self._is_open:
                _create(self._path)
                super().__init__(self._path)  # type: ignore[no-untyped-call]
                self._is_open = True
            self._grow(sum(map(_entry_bytes, self._kept)))
        except OSError as error:
            self._next_try = self._short.clock() + _RETRY_SECONDS
            self._short.begins(self._path, error)
            return False
        self._short.ends(self._path)
        return True

    def _grow(self, more: int) -> None:
        capacity = self._capacity
        while self._used + more > capacity:
            capacity *= 2
        if capacity > self._capacity:
            _extend(self._path, capacity)
            self._m = mmap.mmap(self._f.fileno(), capacity)
            self._capacity = capacity


def _entry_bytes(key: str) -> int:
    """The most that a value takes: its length, its name, padding, and two numbers of 8 bytes."""
    return 4 + len(key.encode()) + 8 + _VALUE.size


def _create(path: str) -> None:
    """Makes the file `path`, whole at once: others read it."""
    if os.path.exists(path):
        return
    new = f"{path}.new"
    try:
        _extend(new, _FIRST_BYTES)
        os.replace(new, path)
    except OSError:
        if os.path.exists(new):
            os.remove(new)
        raise


def _extend(path: str, size: int) -> None:
    """Adds zeros to the file `path` until it has `size` bytes, or leaves it as it is.

    Raises:
        OSError: the disk is full, or the user's part of it is.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    present = os.fstat(descriptor).st_size
    try:
        missing = size - present
        while missing > 0:
            missing -= os.write(descriptor, bytes(missing))
    except OSError:
        os.ftruncate(descriptor, present)
        raise
    finally:
        os.close(descriptor)
