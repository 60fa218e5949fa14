"""How long an HTTP connection lives: uvicorn's, with limits of time and number."""

import asyncio
from typing import Any, Final, Self

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from bentos.services.http_answers import TIMED_OUT, TOO_MANY_CONNECTIONS, HttpError
from bentos.services.http_lingering import LINGER_BYTES, LINGER_SECONDS, Exit
from bentos.settings import settings

_SOON_SECONDS: Final = 0.01


class BoundedConnection(HttpToolsProtocol):
    """Ends when the other side takes too long to send or to read; uvicorn waits for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits = settings()
        self._period = min(self._limits.header_seconds, self._limits.body_seconds)
        # When what is awaited must be there; None while a whole request is answered.
        self._deadline: float | None = None
        self._unread_since: float | None = None
        self._is_head_open = False
        self._running: RequestResponseCycle | None = None
        self._held: tuple[RequestResponseCycle, Any] | None = None
        # Nothing more is read; the connection is about to end.
        self._is_deaf = False
        self._unheard_bytes = 0

    @property
    def is_waiting(self) -> bool:
        """Whether the other side must send something before there is something to answer."""
        running = self._running
        return running is None or running.response_complete or running.more_body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to watch the time. Where there are too many connections, one ends."""
        super().connection_made(transport)
        self._exit = Exit(transport, self._leave)
        self._set_deadline(self._limits.header_seconds)
        # One timer a connection: a new one for each request would cost each request.
        self._timer = self.loop.call_later(self._period, self._tick)
        if len(self.connections) > self._limits.max_connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the request that is answered, too: uvicorn tells only the one that came last."""
        super().connection_lost(exc)
        self._timer.cancel()
        self.pipeline.clear()
        self._held = None
        self._abandon_running()

    def on_response_complete(self) -> None:
        """An answer has been handed to the transport."""
        super().on_response_complete()
        if not self.is_waiting or self._is_head_open:
            return
        if self._deadline is None:
            self._await_next()
        else:  # Answered before the body was there: it gets little time to end.
            self._set_deadline(LINGER_SECONDS)
            self.loop.call_later(LINGER_SECONDS, self._end_if_due)

    def pause_writing(self) -> None:
        """The other side doesn't read what it asked for."""
        super().pause_writing()
        self._unread_since = self.loop.time()

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._unread_since = None
        if self._held is not None:
            held, self._held = self._held, None
            super()._start_asgi_task(*held)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Who doesn't read one answer doesn't get a slot for the next."""
        self._running = cycle
        if self.flow.write_paused:
            self._held = (cycle, app)
        else:
            super()._start_asgi_task(cycle, app)

    def _set_deadline(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds

    def _await_next(self) -> None:
        # uvicorn ends a connection that is idle, but not one that sends a blank line now and then.
        self._set_deadline(max(self._limits.header_seconds, self.timeout_keep_alive))

    def _tick(self) -> None:
        self._end_if_due()
        now = self.loop.time()
        due = now + self._period if self._deadline is None else self._deadline
        next_tick = min(max(due, now + _SOON_SECONDS), now + self._period)
        self._timer = self.loop.call_at(next_tick, self._tick)

    def _end_if_due(self) -> None:
        now = self.loop.time()
        unread_since, deadline = self._unread_since, self._deadline
        if unread_since is not None and now >= unread_since + self._limits.body_seconds:
            self.transport.abort()
        elif self.transport.is_closing():
            # The transport waits until the last answer is read, for ever.
            self._unread_since = unread_since or now
        elif deadline is not None and now >= deadline:
            self._time_out()

    def _time_out(self) -> None:
        if self._is_head_open:
            self._refuse(TIMED_OUT)
        elif self.is_waiting:
            self.transport.close()
        else:
            self._end_after_answers()

    def _refuse(self, error: HttpError) -> None:
        """Answers what came in with `error`, and ends the connection."""
        if not self.is_waiting:
            self._end_after_answers()
            return
        running = self._running
        if running is None or running.response_complete or not running.response_started:
            self._abandon_running()
            self.transport.write(error.answer(self.server_state.default_headers))
        self._linger()

    def _end_after_answers(self) -> None:
        """What came in whole is still answered; nothing more is read."""
        self._is_deaf = True
        self._deadline = None
        if self.pipeline and self.pipeline[0][0].more_body:
            self.pipeline.popleft()
        last = self.pipeline[0][0] if self.pipeline else self._running
        if last is not None:
            last.keep_alive = False

    def _abandon_running(self) -> None:
        running = self._running
        if running is not None and not running.response_complete:
            running.disconnected = True
            running.message_event.set()

    def _ignore(self, data: bytes) -> None:
        self._unheard_bytes += len(data)
        if self._unheard_bytes > LINGER_BYTES:
            self.transport.abort()

    def _leave(self) -> None:
        """The app ends the connection."""
        if self.cycle.more_body:
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Ends the connection, but lets the other side end what it sends."""
        self._is_deaf = True
        self._deadline = None
        if self.transport.is_closing() or not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _make_room(self) -> None:
        """Ends the connection whose time to send is up first; if none waits, this one."""
        waiting = [other for other in self._others() if other.is_waiting]
        if waiting:
            min(waiting, key=lambda other: other._deadline or 0.0).transport.abort()
        else:
            self.transport.write(TOO_MANY_CONNECTIONS.answer(self.server_state.default_headers))
            self.transport.close()

    def _others(self) -> list[Self]:
        return [
            other
            for other in self.connections
            if isinstance(other, type(self))
            and other is not self
            and not other.transport.is_closing()
        ]
