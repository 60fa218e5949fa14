"""The agent whose metrics, logs and vitals can be turned off and on: see bench/observability.py.

`bentoml serve bench.switched:AgentService`. Each worker of the three services imports this first,
and turns them off at the signal OFF, on at ON. BentoML's own metrics of requests are among them.
"""

import logging
import signal
from collections.abc import Callable
from typing import Any, Final

from bentoml._internal.server.http.instruments import RunnerTrafficMetricsMiddleware
from prometheus_client import Counter, Gauge, Histogram
from starlette.types import Receive, Scope, Send

from bentos.services import agent, request_log, stages, triage_rooms, vitals

OFF: Final = signal.SIGUSR1
ON: Final = signal.SIGUSR2


class Switch:
    """Whether it is on; things can be made to depend on it."""

    def __init__(self) -> None:
        self._is_on = True

    def turn(self, number: int, _: object) -> None:
        """Handles a signal."""
        self._is_on = number == ON
        logging.disable(logging.NOTSET if self._is_on else logging.INFO)

    def call(self, owner: object, name: str) -> None:
        """Has `owner`'s method do nothing while the switch is off."""
        real: Callable[..., Any] = getattr(owner, name)

        def either(*given: Any, **named: Any) -> Any:
            return real(*given, **named) if self._is_on else None

        setattr(owner, name, either)

    def middleware(self, kind: type[Any], inner: str) -> None:
        """Has a middleware, whose app is its attribute `inner`, hand on while the switch is off."""
        real = getattr(kind, "__call__")

        async def either(middleware: Any, scope: Scope, receive: Receive, send: Send) -> None:
            if self._is_on:
                await real(middleware, scope, receive, send)
            else:
                await getattr(middleware, inner)(scope, receive, send)

        setattr(kind, "__call__", either)


def _install(switch: Switch) -> None:
    for kind in (Counter, Gauge, Histogram):
        for name in {"inc", "dec", "set", "observe"} & vars(kind).keys():
            switch.call(kind, name)
    for name in ("__enter__", "__exit__"):
        switch.call(stages.Stage, name)
    switch.call(triage_rooms, "observe")
    switch.call(vitals.Vitals, "beat")
    switch.middleware(request_log.RequestLog, "_app")
    switch.middleware(RunnerTrafficMetricsMiddleware, "app")
    for number in (OFF, ON):
        signal.signal(number, switch.turn)


_install(Switch())
AgentService = agent.AgentService
