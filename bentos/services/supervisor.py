"""The process that starts the services' workers: in which order they end, and what they inherit.

The one place that changes how BentoML's supervisor and circus, which it is made of, work.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from typing import Any, Final

import bentoml._internal.utils.circus as bentoml_circus
import bentoml.serving
from circus.arbiter import Arbiter  # type: ignore[import-untyped]  # circus has no types
from circus.exc import ConflictError  # type: ignore[import-untyped]  # see above
from circus.watcher import Watcher  # type: ignore[import-untyped]  # see above

from bentos.services.metrics_room import require_room
from bentos.services.parent_watch import SUPERVISOR
from bentos.settings import settings

# BentoML's names of what listens for requests, and of the watcher of its workers.
_ENTRY_SOCKET: Final = "_bento_api_server"
_ENTRY: Final = "service"
# Workers end by themselves within their time; this much later they are killed.
_MARGIN_SECONDS: Final = 2.0
# For services that nobody calls any more.
_IDLE_SECONDS: Final = 5.0
_RETRY_SECONDS: Final = 0.1


def install() -> None:
    """Makes `bentoml serve`, which this process is perhaps about to do, use what is here."""
    bentoml_circus.Arbiter = OrderlyArbiter  # type: ignore[misc]  # mypy sees a class as a constant
    bentoml.serving.ensure_prometheus_dir = require_room(bentoml.serving.ensure_prometheus_dir)


class OrderlyArbiter(bentoml_circus.Arbiter):
    """Ends the service that requests come in by before the services that it calls.

    BentoML's ends all at the same time, and takes away their sockets before that.
    """

    def __init__(self, watchers: list[Watcher], *args: Any, **options: Any) -> None:
        super().__init__(watchers, *args, **options)
        for watcher in self.watchers:
            watcher.env[SUPERVISOR] = str(os.getpid())
            watcher.hooks["before_spawn"] = hand_over_own_socket

    def stop(self) -> Any:
        """Ends all services in order; called again, at once."""
        if self._stopping:
            self._kill()
            return None
        try:
            # Not BentoML's own, which begins with the sockets.
            return Arbiter.stop(self)
        except ConflictError:
            # Workers are being looked after at this moment. The signal must not be lost.
            self.loop.call_later(_RETRY_SECONDS, self.stop)
            return None

    def stop_controller_and_close_sockets(self) -> None:
        """Called last, whatever the reason for the end."""
        super().stop_controller_and_close_sockets()
        self.exit_stack.close()

    async def _stop_watchers(
        self,
        close_output_streams: bool = False,
        watcher_iter_func: Callable[..., Iterable[Watcher]] | None = None,
    ) -> None:
        watchers = list((watcher_iter_func or self.iter_watchers)(reverse=False))
        if self._stopping and _ENTRY_SOCKET in self.sockets:
            # When the last of its workers takes no more connections, the port must refuse them.
            self.sockets[_ENTRY_SOCKET].close()
        entry = [watcher for watcher in watchers if watcher.name == _ENTRY]
        called = [watcher for watcher in watchers if watcher.name != _ENTRY]
        longest = settings().shutdown_seconds + _MARGIN_SECONDS
        for group, seconds in ((entry, longest), (called, _IDLE_SECONDS)):
            for watcher in group:
                watcher.graceful_timeout = seconds
            await asyncio.gather(*(watcher._stop(close_output_streams) for watcher in group))

    def _kill(self) -> None:
        for watcher in self.watchers:
            for process in tuple(watcher.processes.values()):
                watcher.send_signal_process(process, signal.SIGKILL, recursive=True)


def hand_over_own_socket(watcher: Watcher, arbiter: Arbiter, **_: Any) -> bool:
    """Called before a worker is started: it inherits the socket of its own service alone.

    circus hands over all. A model would hold the agent's port open when the agent is gone.
    """
    for name, own in arbiter.sockets.items():
        own.set_inheritable(f"$(circus.sockets.{name})" in watcher.args)
    return True
