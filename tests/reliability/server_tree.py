"""The processes of a server under attack, and whether they and its port are gone."""

import socket
import time
from collections.abc import Callable, Sequence

import psutil

from tests.services.conftest import Server


def workers(server: Server) -> list[psutil.Process]:
    """The processes that the server has started."""
    return psutil.Process(server.process.pid).children(recursive=True)


def alive(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that run: a zombie does not."""
    return [process for process in processes if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def is_port_free(server: Server) -> bool:
    """Whether another server could listen where this one did."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return False
    return True


def seconds_until(holds: Callable[[], bool], most: float) -> float:
    """How long it took until `holds`; `most` if it didn't by then."""
    begin = time.monotonic()
    while time.monotonic() - begin < most:
        if holds():
            return time.monotonic() - begin
        time.sleep(0.05)
    return most
