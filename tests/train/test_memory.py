"""Keeping freed memory is for the process that asks for it, and harms nothing."""

import ctypes
import subprocess
import sys

import pytest

from train.memory import keep_freed_memory


@pytest.mark.skipif(sys.platform != "linux", reason="mallopt is glibc's")
def test_freed_memory_stays_with_the_process() -> None:
    program = (
        "import numpy, psutil\nfrom train.memory import keep_freed_memory\nkeep_freed_memory()\n"
        "values = numpy.ones(20_000_000); full = psutil.Process().memory_info().rss\n"
        "del values; print(psutil.Process().memory_info().rss > full - 10_000_000)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "True", result.stderr


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    keep_freed_memory()


def test_a_libc_that_knows_no_mallopt_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    keep_freed_memory()
