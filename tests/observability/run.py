"""One run of everything: three servers, Prometheus, traffic, faults; kept for all the tests."""

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.observability.prometheus import Prometheus, running
from tests.observability.traffic import PERSONAL, Sender, Tally, texts
from tests.services.conftest import SVM, TRANSFORMER, Server, free_port, kill, serve

# What makes leaky.py write that into its log; it is not imported here, since it is a server.
LEAK, ADDRESS = "x-leak", "quackenbush@example.com"
AGENT = "tests.observability.leaky:AgentService"
# The margin before and after: no sample of the traffic may lie outside its window.
_REST_SECONDS = 3
# So many at a time are batched, and so many are more than the agent lets in.
IN_COMPANY, LIMIT, CROWD = 20, 24, 60
_HOSTS = ("agent", "svm", "transformer")


@dataclass(frozen=True)
class Phase:
    """A part of the run.

    Args:
        begin, end: In seconds since 1970; all that is in `sent` was sent between them.
        sent: What came of it.
        alerts: Those that were there at its end.
        log: What the agent logged until its end.
        cpu_seconds: What the workers of all services computed, as the system has it.
    """

    begin: float
    end: float
    sent: Tally
    alerts: list[dict[str, Any]]
    log: str
    cpu_seconds: float

    def quantile(self, share: float) -> float:
        """Of the times that answers to /predict took, as the log has them."""
        lines = [json.loads(line) for line in self.log.splitlines() if '"path":"/predict"' in line]
        answers = [line["duration_ms"] / 1_000 for line in lines if line["status"] == 200]
        # What came before were those of the warm-up.
        seconds = sorted(answers[-len(self.sent.seconds) :])
        return seconds[int(share * (len(seconds) - 1))]

    @property
    def seconds(self) -> int:
        return round(self.end - self.begin)

    @property
    def window(self) -> str:
        """As Prometheus writes it."""
        return f"{self.seconds}s"


@dataclass(frozen=True)
class Run:
    """What all the tests look at.

    Args:
        healthy: Nothing is broken; some of what is sent is.
        whole: The same, then a leak, then without the transformer, then without any model.
    """

    prometheus: Prometheus
    metrics: str
    content_type: str
    log: str
    healthy: Phase
    whole: Phase

    def phase(self, name: str) -> Phase:
        """`healthy` or `whole`."""
        return {"healthy": self.healthy, "whole": self.whole}[name]


@contextmanager
def the_run(new_home: Callable[[], Path], folder: Path) -> Iterator[Run]:
    """The run; Prometheus goes on until the end of the block."""
    with ExitStack() as stack:
        svm, transformer = (
            stack.enter_context(_started(new_home(), service)) for service in (SVM, TRANSFORMER)
        )
        settings = {
            "SVM_URL": svm.url,
            "TRANSFORMER_URL": transformer.url,
            "CALLCENTER_LEAK_GUARD_RATE": "1",
            "CALLCENTER_LOG_FORMAT": "json",
            "CALLCENTER_MAX_CONCURRENCY": str(LIMIT),
        }
        agent = stack.enter_context(serve(new_home(), AGENT, **settings))
        servers = dict(zip(_HOSTS, (agent, svm, transformer), strict=True))
        addresses = {host: server.url.removeprefix("http://") for host, server in servers.items()}
        prometheus = stack.enter_context(running(folder, addresses))
        sender = Sender(agent.url)
        warm_up(sender)
        time.sleep(_REST_SECONDS)
        begin, computed = time.time(), _cpu_seconds(servers.values())
        time.sleep(_REST_SECONDS)
        sent = healthy(sender)
        time.sleep(_REST_SECONDS)
        computed = _cpu_seconds(servers.values()) - computed
        first = Phase(begin, time.time(), sent, prometheus.alerts(), agent.log(), computed)
        sent = sent + _faults(sender, agent, svm, transformer)
        time.sleep(_REST_SECONDS)
        # Some of its workers were killed, and nobody can be asked what they computed.
        whole = Phase(begin, time.time(), sent, prometheus.alerts(), agent.log(), math.nan)
        metrics = httpx.get(f"{agent.url}/metrics", timeout=30)
        yield Run(
            prometheus,
            metrics.text,
            metrics.headers["content-type"],
            agent.log(),
            first,
            whole,
        )


def _started(home: Path, service: str) -> Any:
    return serve(home, service, port=free_port())


def _cpu_seconds(servers: Iterable[Server]) -> float:
    workers = [
        worker
        for server in servers
        for worker in psutil.Process(server.process.pid).children(recursive=True)
    ]
    return sum(sum(worker.cpu_times()[:2]) for worker in workers)


def warm_up(sender: Sender) -> None:
    """A series that begins with its first count shows no increase: each has to be there before."""
    sender.tickets(sender.new(texts(3)))
    again = list(sender.new(texts(1)[:3]))
    sender.tickets(again)
    sender.tickets(again)
    sender.tickets(sender.new(PERSONAL))
    sender.tickets(sender.new(texts(1)[:3], model="svm", explain=True))
    sender.tickets(sender.new(texts(3)), concurrent=CROWD)
    sender.batch(sender.new(texts(1)))
    sender.faults()


def healthy(sender: Sender) -> Tally:
    """Traffic as on any day: three languages, some of it again, some for one model, some bad."""
    sent = sender.tickets(sender.new(texts(3)), seconds=12)
    again = list(sender.new(texts(1)))
    sent += sender.tickets(again, seconds=2)
    sent += sender.tickets(again, seconds=2)
    sent += sender.tickets(sender.new(PERSONAL * 8), seconds=4)
    sent += sender.tickets(sender.new(texts(1)[:12], model="svm", explain=True), seconds=2)
    sent += sender.batch(sender.new(texts(1)))
    sent += sender.tickets(sender.new(texts(15)), concurrent=IN_COMPANY)
    sent += sender.tickets(sender.new(texts(3)), concurrent=CROWD)
    return sent + sender.faults()


def _faults(sender: Sender, agent: Server, svm: Server, transformer: Server) -> Tally:
    httpx.get(f"{agent.url}/livez", headers={LEAK: "1"})
    kill(transformer)
    sent = sender.tickets(sender.new(texts(4)), seconds=10)
    kill(svm)
    return sent + sender.tickets(sender.new(texts(6)), seconds=6)
