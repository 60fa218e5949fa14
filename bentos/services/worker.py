"""The process that serves one service: how it ends, and what it does where the disk is full."""

import uvicorn
from prometheus_client import values

from bentos.services.graceful_server import GracefulServer
from bentos.services.metrics_files import ValuesFile
from bentos.services.parent_watch import end_with


def prepare(supervisor: int) -> None:
    """Call it before anything is counted; `supervisor` is the process that started this one."""
    end_with(supervisor)
    values.MmapedDict = ValuesFile  # type: ignore[attr-defined]  # imported there
    # BentoML makes its server after it has imported the services.
    uvicorn.Server = GracefulServer  # type: ignore[misc]
