"""A worker ends when its parent is gone, however it went and whatever the worker does."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from bentos.services import parent_watch

_WORKER = """
import importlib.util, os, time
# The file alone: its package takes seconds to import.
spec = importlib.util.spec_from_file_location("parent_watch", {file!r})
parent_watch = importlib.util.module_from_spec(spec)
spec.loader.exec_module(parent_watch)
{change}
parent_watch.end_with({parent})
print(os.getpid(), flush=True)
{work}
"""
_PARENT = """
import subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
time.sleep(60)
"""
# Without the kernel's help, as on other systems; a thread has to do it.
_BY_THREAD = "parent_watch.sys.platform = 'other'"
_IDLE = "time.sleep(60)"
_BUSY = "while time.monotonic() < 1e9: pass"
# One call that lets no other thread run: 2^40 steps of a regular expression.
_STUCK = "import re; re.match('(a|a)*b', 'a' * 40)"
# As much time as a loaded machine may take.
_LONGEST_SECONDS = 30


@pytest.mark.parametrize(
    ("change", "work"),
    [
        pytest.param("", _IDLE, id="idle"),
        pytest.param("", _BUSY, id="busy"),
        pytest.param(
            *("", _STUCK),
            id="stuck",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel can"),
        ),
        pytest.param(_BY_THREAD, _IDLE, id="idle, by the thread"),
        pytest.param(_BY_THREAD, _BUSY, id="busy, by the thread"),
    ],
)
def test_a_worker_ends_with_its_parent(change: str, work: str) -> None:
    worker = _worker(change, "os.getppid()", work)
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, worker], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        assert child.is_running()
        parent.send_signal(signal.SIGKILL)
        parent.wait(_LONGEST_SECONDS)
    assert _ends(child)


def _worker(change: str, parent: str, work: str) -> str:
    return _WORKER.format(change=change, parent=parent, work=work, file=parent_watch.__file__)


def _ends(child: psutil.Process) -> bool:
    limit = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < limit:
        if not child.is_running() or child.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)
    return False


def test_a_worker_whose_parent_went_before_ends_at_once() -> None:
    worker = _worker("", str(2**22 + 1), _IDLE)
    process = subprocess.run(
        [sys.executable, "-c", worker], timeout=_LONGEST_SECONDS, stdout=subprocess.PIPE
    )
    assert process.returncode == 1
