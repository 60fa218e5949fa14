"""prometheus_client's files of values on a disk that is full, and is not any more."""

import errno
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.mmap_dict import MmapedDict

from bentos.services import metrics_files
from bentos.services.metrics_files import Shortage, ValuesFile

_FULL = OSError(errno.ENOSPC, "No space left on device")


class _Disk:
    """A disk that can be full, and a clock."""

    def __init__(self, write: Callable[[int, bytes], int]) -> None:
        self._write = write
        self.is_full = False
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def write(self, descriptor: int, content: bytes) -> int:
        if self.is_full:
            # The first half still has room.
            self._write(descriptor, content[: len(content) // 2])
            raise _FULL
        return self._write(descriptor, content)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> _Disk:
    disk = _Disk(os.write)
    monkeypatch.setattr(metrics_files.os, "write", disk.write)
    return disk


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged."""
    found = list[str]()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    logger, listener = logging.getLogger("bentoml.callcenter"), Listener()
    logger.addHandler(listener)
    yield found
    logger.removeHandler(listener)


def _stored(path: Path) -> dict[str, float]:
    """What other processes read in the file `path`."""
    values = MmapedDict.read_all_values_from_file(str(path))
    return {key: value for key, value, _, _ in values}


def test_what_is_written_is_what_prometheus_client_reads(tmp_path: Path) -> None:
    file, path = ValuesFile(str(tmp_path / "counter_1.db")), tmp_path / "counter_1.db"
    assert file.read_value("a") == (0.0, 0.0)
    file.write_value("a", 3.0, 7.0)
    assert file.read_value("a") == (3.0, 7.0)
    # Enough to make the file grow twice.
    keys = [f"{'key' * 40} {number}" for number in range(1_500)]
    for number, key in enumerate(keys):
        file.write_value(key, number, 0.0)
    assert _stored(path) == {"a": 3.0} | {key: number for number, key in enumerate(keys)}
    file.close()
    again = ValuesFile(str(path))
    assert again.read_value(keys[-1]) == (1_499.0, 0.0)
    again.close()


def test_the_disk_holds_a_block_for_each_page(tmp_path: Path) -> None:
    file, path = ValuesFile(str(tmp_path / "counter_1.db")), tmp_path / "counter_1.db"
    for number in range(1_000):
        file.write_value(f"{'key' * 40} {number}", 1.0, 0.0)
    status = path.stat()
    assert status.st_size > 1 << 16
    assert status.st_blocks * 512 >= status.st_size
    file.close()


def test_without_room_for_a_file_its_values_are_kept(tmp_path: Path, disk: _Disk) -> None:
    disk.is_full = True
    path = tmp_path / "counter_1.db"
    file = ValuesFile(str(path), Shortage(disk.clock))
    file.write_value("a", 1.0, 0.0)
    file.write_value("a", 2.0, 5.0)
    assert file.read_value("a") == (2.0, 5.0)
    assert file.read_value("b") == (0.0, 0.0)
    # Half a file would be read by other processes.
    assert list(tmp_path.iterdir()) == []
    file.close()


def test_kept_values_go_to_the_file_when_it_has_room(tmp_path: Path, disk: _Disk) -> None:
    disk.is_full = True
    path = tmp_path / "counter_1.db"
    file = ValuesFile(str(path), Shortage(disk.clock))
    file.write_value("a", 2.0, 5.0)
    disk.is_full = False
    file.write_value("b", 1.0, 0.0)
    # Trying each time would cost each request.
    assert not path.exists()
    disk.now += 10
    file.write_value("b", 3.0, 0.0)
    assert _stored(path) == {"a": 2.0, "b": 3.0}
    file.close()


def test_values_in_a_file_that_can_not_grow_go_on(tmp_path: Path, disk: _Disk) -> None:
    path = tmp_path / "counter_1.db"
    file = ValuesFile(str(path), Shortage(disk.clock))
    file.write_value("old", 1.0, 0.0)
    size = path.stat().st_size
    disk.is_full = True
    long = "new" * size
    file.write_value(long, 5.0, 0.0)
    file.write_value("old", 2.0, 0.0)
    assert _stored(path) == {"old": 2.0}
    assert path.stat().st_size == size
    assert file.read_value(long) == (5.0, 0.0)
    disk.is_full = False
    disk.now += 10
    file.write_value(long, 6.0, 0.0)
    assert _stored(path) == {"old": 2.0, long: 6.0}
    file.close()


def test_a_shortage_is_logged_once_a_minute_while_it_lasts(disk: _Disk, lines: list[str]) -> None:
    short = Shortage(disk.clock)
    short.report()
    assert lines == []
    for path in ("/metrics/counter_1.db", "/metrics/gauge_all_1.db"):
        short.begins(path, _FULL)
    for _ in range(119):
        short.report()
        disk.now += 1
    assert (
        lines
        == ["/metrics lacks values until there is room again in /metrics: No space left on device"]
        * 2
    )
    short.ends("/metrics/counter_1.db")
    short.ends("/metrics/gauge_all_1.db")
    disk.now += 600
    short.report()
    assert len(lines) == 2
