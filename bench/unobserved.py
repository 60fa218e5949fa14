"""The agent without metrics, logs and traces: what bench/observability.py compares it with.

`bentoml serve bench.unobserved:AgentService`. Each worker of the three services imports this first.
"""

import logging
from typing import Any

from bentoml._internal.server.http.instruments import RunnerTrafficMetricsMiddleware
from prometheus_client import Counter, Gauge, Histogram
from starlette.types import Receive, Scope, Send

from bentos.services import agent, request_log, stages, triage_rooms, vitals


def _nothing(*_: Any, **__: Any) -> None:
    """Done instead."""


def _same(metric: Any, *_: Any, **__: Any) -> Any:
    return metric


async def _hand_on(app: Any, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _observe_nothing() -> None:
    for kind in (Counter, Gauge, Histogram):
        for name in ("inc", "dec", "set", "observe"):
            if hasattr(kind, name):
                setattr(kind, name, _nothing)
        setattr(kind, "labels", _same)
    setattr(stages.Stage, "__enter__", _nothing)
    setattr(stages.Stage, "__exit__", _nothing)
    setattr(triage_rooms, "observe", _nothing)
    setattr(vitals.Vitals, "beat", _nothing)
    setattr(
        request_log.RequestLog,
        "__call__",
        lambda log, scope, receive, send: _hand_on(log._app, scope, receive, send),
    )
    setattr(
        RunnerTrafficMetricsMiddleware,
        "__call__",
        lambda counted, scope, receive, send: _hand_on(counted.app, scope, receive, send),
    )
    logging.disable(logging.INFO)


_observe_nothing()
AgentService = agent.AgentService
