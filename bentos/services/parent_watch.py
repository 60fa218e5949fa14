"""Ends a worker whose supervisor is gone: nobody else would, and it would keep the port."""

import ctypes
import os
import signal
import sys
import threading
import time
from typing import Final

# The variable by which a worker knows its supervisor.
SUPERVISOR: Final = "CALLCENTERAI_SUPERVISOR"
_PERIOD_SECONDS: Final = 0.5
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def end_with(parent: int) -> None:
    """From now on this process ends within a second of the process `parent`, which started it."""
    if sys.platform == "linux":
        # The kernel does it even while one long call, such as that of a regular expression, keeps
        # every other thread from running.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # Elsewhere there is no such thing; and where there is, the parent may have ended before.
    threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PERIOD_SECONDS)
    os._exit(1)
