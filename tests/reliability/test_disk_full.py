"""The disk that the metrics are on is full: tickets are answered, or the server says why not."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.reliability.record import record
from tests.reliability.server_tree import seconds_until, workers
from tests.services.conftest import (
    AGENT,
    BENTOML,
    REPOSITORY,
    Server,
    environment,
    free_port,
    serve,
)

pytestmark = pytest.mark.reliability

_METRICS = "prometheus_multiproc_dir"
_SIZE = "4m"
_TEXTS = ("The printer is jammed", "Mon mot de passe a expiré", "الطابعة لا تعمل منذ الصباح")


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A disk of four megabytes at `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)]
    made = subprocess.run(mount, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"a small disk can't be made here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(folder: Path) -> None:
    """Leaves no byte free."""
    descriptor = os.open(folder / "filler", os.O_WRONLY | os.O_CREAT)
    try:
        for size in (65_536, 1):
            with suppress(OSError):
                while True:
                    os.write(descriptor, bytes(size))
    finally:
        os.close(descriptor)


def _free(folder: Path) -> None:
    (folder / "filler").unlink()


def _send(server: Server, tickets: int) -> int:
    """How many of so many different requests weren't answered as they should be."""
    lost = 0
    with httpx.Client(base_url=server.url, timeout=5) as client:
        for number in range(tickets):
            text = f"{_TEXTS[number % 3]} {number}"
            explain = number % 5 == 0
            request, status = {"text": text, "explain": explain}, 200
            if number % 7 == 0:
                request, status = {"text": ""}, 422
            try:
                lost += client.post("/predict", json=request).status_code != status
            except httpx.TransportError:
                lost += 1
            if lost >= 10:
                # The rest would hang as well.
                return tickets - number + lost - 1
    return lost


def _counted(server: Server) -> float:
    """The tickets that /metrics knows of."""
    text = httpx.get(f"{server.url}/metrics", timeout=5).text
    found = re.findall(r"^callcenter_answers_total\{.*\} (\S+)$", text, re.MULTILINE)
    return sum(map(float, found))


@pytest.mark.parametrize("first", [0, 1], ids=["before the first ticket", "after a ticket"])
def test_tickets_are_answered_on_a_full_disk(new_home: Callable[[], Path], first: int) -> None:
    home, tickets = new_home(), 200
    with _small_disk(home / _METRICS) as disk, serve(home, AGENT) as server:
        before = {worker.pid for worker in workers(server)}
        lost = _send(server, first)
        _fill(disk)
        lost += _send(server, tickets)
        died = len(before - {worker.pid for worker in workers(server)})
        lines = server.log().count("until there is room again")
        _free(disk)
        counted = 0.0
        if not lost:
            seconds_until(lambda: not _send(server, 1) and _counted(server) > tickets, 20)
            counted = _counted(server)
    record(
        row=7,
        name=f"disk full {'after a ticket' if first else 'before the first ticket'}",
        promise="each ticket is answered, no worker dies, the log has at most a line a minute",
        tried=first + tickets,
        lost=max(lost, died),
        workers_that_died=died,
        log_lines=lines,
        tickets_in_metrics_once_there_is_room=counted,
    )
    assert lost == died == 0
    assert lines <= 3
    assert counted >= first + tickets


def test_a_log_on_the_full_disk_harms_no_ticket(new_home: Callable[[], Path]) -> None:
    models, home, tickets = (new_home() / "models").resolve(), new_home(), 100
    with _small_disk(home):
        (home / "models").symlink_to(models)
        with serve(home, AGENT) as server:
            _fill(home)
            lost = _send(server, tickets)
    record(
        row=7,
        name="disk full, with the log on it",
        promise="each ticket is answered",
        tried=tickets,
        lost=lost,
    )
    assert lost == 0


def test_a_server_that_finds_no_room_says_so_and_ends(new_home: Callable[[], Path]) -> None:
    models, home = (new_home() / "models").resolve(), new_home()
    with _small_disk(home):
        (home / "models").symlink_to(models)
        # BentoML makes its own folders, which take no room.
        _fill(home)
        code, printed = _start(home)
    lines = printed.strip().splitlines()
    says = len(lines) == 1 and _METRICS in lines[0] and "bytes" in lines[0]
    record(
        row=7,
        name="start on a full disk",
        promise="one line that names the folder and the bytes; exit code 1",
        tried=1,
        lost=int(code != 1 or not says),
        exit_code="none, it runs" if code is None else code,
        lines=len(lines),
    )
    assert code == 1, printed
    assert says, printed


def _start(home: Path) -> tuple[int | None, str]:
    """The exit code of a server and what it prints; None if it runs."""
    process = subprocess.Popen(
        [BENTOML, "serve", AGENT, "--port", str(free_port())],
        cwd=REPOSITORY,
        env=environment(home, {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        return process.wait(40), process.communicate()[0]
    except subprocess.TimeoutExpired:
        process.terminate()
        return None, process.communicate(timeout=40)[0]
