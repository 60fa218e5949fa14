"""Whether there is room for the metrics before a server starts; later it does without them."""

import os
import tempfile
from collections.abc import Callable
from typing import Any, Final

from bentoml.exceptions import BentoMLException

from bentos.settings import settings

# A worker's files of counters, of histograms, and of gauges of three kinds: 64 KiB each, and more
# as series are added.
_BYTES_PER_WORKER: Final = 512 * 1024


def require_room(prepare: Callable[..., str]) -> Callable[..., str]:
    """`prepare`, which empties the folder of the metrics and returns it; then there is room in it,
    or BentoMLException, which BentoML's CLI prints in one line."""

    def prepared(*args: Any, **options: Any) -> str:
        try:
            folder = prepare(*args, **options)
            # BentoML needs a temporary folder too, for sockets.
            tempfile.gettempdir()
        except (RuntimeError, OSError) as error:
            raise BentoMLException(f"{error}: free some space there") from None
        given = settings()
        workers = given.agent_workers + given.svm_workers + given.transformer_workers
        check_room(folder, workers * _BYTES_PER_WORKER)
        return folder

    return prepared


def check_room(folder: str, needed: int) -> None:
    """Writes `needed` bytes into `folder` and takes them away again.

    Raises:
        BentoMLException: they can't be written; says where, how many, why, and what to do.
    """
    path = os.path.join(folder, "room")
    try:
        try:
            with open(path, "wb", buffering=0) as file:
                left = needed
                while left > 0:
                    left -= file.write(bytes(left)) or 0
        finally:
            if os.path.exists(path):
                os.remove(path)
    except OSError as error:
        raise BentoMLException(
            f"the server needs {needed:,} bytes in {folder} for its metrics: {error.strerror}. "
            "Free some space there, or set BENTOML_HOME to a folder on another disk"
        ) from None
