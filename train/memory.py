"""Memory for training on a processor: what is freed stays with the process."""

import ctypes
import sys
from typing import Final

# The parameters of mallopt(3), from glibc's malloc.h.
_TRIM_THRESHOLD: Final = -1
_TOP_PAD: Final = -2
_MMAP_MAX: Final = -4
_MOST: Final = 2**31 - 1


def keep_freed_memory() -> None:
    """Tells glibc to give no memory back to the kernel; elsewhere nothing happens.

    Every training step frees what the next one takes again. By default half of the time goes into
    giving it back and clearing it anew.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, _MOST)
        mallopt(_TOP_PAD, 2**28)
