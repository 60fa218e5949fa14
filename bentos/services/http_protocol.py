"""uvicorn's HTTP/1.1: bounded in size, and what isn't HTTP is refused in our shape."""

from typing import Any, Final

import httptools

from bentos.services.http_answers import BAD_REQUEST, HEADERS_TOO_LARGE, NOSNIFF, HttpError
from bentos.services.http_connection import BoundedConnection
from bentos.services.http_target import with_targets_host

# Requests of one connection that wait for the answers before theirs.
_MOST_PIPELINED: Final = 16
# The app says 408 when a body is late. If it never reads the body, the connection ends after this.
_GRACE_SECONDS: Final = 5.0
_VERSIONS: Final = ("1.1", "1.0")


class BoundedHttp(BoundedConnection):
    """One connection's requests."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._piece_bytes = 0
        # How long the rest may take of what the last piece has begun.
        self._rest_seconds: float | None = None

    def data_received(self, data: bytes) -> None:
        """Reads on, unless the connection is about to end."""
        if self._is_deaf:
            self._ignore(data)
            return
        self._unset_keepalive_if_required()
        self._piece_bytes = len(data)
        if self._is_head_open:
            self._head_bytes += self._piece_bytes
        try:
            self.parser.feed_data(data)
            if self._rest_seconds is not None:
                self._set_deadline(self._rest_seconds)
                self._rest_seconds = None
            if self._is_head_open and self._head_bytes > self._limits.max_header_bytes:
                self._refuse(HEADERS_TOO_LARGE)
        except httptools.HttpParserUpgrade as upgrade:
            self._read_without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            # The parser wraps what a callback raises.
            cause = error.__context__
            self._refuse(cause if isinstance(cause, HttpError) else BAD_REQUEST)

    def on_message_begin(self) -> None:
        """A request begins: its headers have their own time."""
        super().on_message_begin()
        self._is_head_open = True
        self._head_bytes = 0
        self._rest_seconds = self._limits.header_seconds

    def on_headers_complete(self) -> None:
        """Hands the request on.

        Raises:
            HttpError: it is none that is served here.
        """
        self._is_head_open = False
        if self._head_bytes + self._piece_bytes > self._limits.max_header_bytes:
            self._check_head()
        if self.parser.get_http_version() not in _VERSIONS or len(self.pipeline) >= _MOST_PIPELINED:
            raise BAD_REQUEST
        if self.parser.should_upgrade():
            return  # See _read_without_upgrade.
        if not self.url.startswith(b"/"):
            self.headers[:] = with_targets_host(self.url, self.headers)
        super().on_headers_complete()
        self.cycle.default_headers = [NOSNIFF, *self.cycle.default_headers]
        self.cycle.transport = self._exit
        self._rest_seconds = self._limits.body_seconds + _GRACE_SECONDS

    def on_message_complete(self) -> None:
        """The request is whole: from now on it's our turn."""
        if self.parser.should_upgrade():
            return
        super().on_message_complete()
        self._deadline = self._rest_seconds = None
        if self.cycle.response_complete:
            self._await_next()

    def _read_without_upgrade(self, rest: bytes) -> None:
        """Goes on as if no other protocol had been asked for, which a server may (RFC 9110, 7.8).

        The parser reads no body after such a question, but Java's client sends one.
        """
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(BAD_REQUEST)
            return
        headers = (header for header in self.headers if header[0] != b"upgrade")
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"%b %b HTTP/1.1\r\n%b\r\n%b" % (method, self.url, lines, rest))

    def _check_head(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self._limits.max_header_bytes:
            raise HEADERS_TOO_LARGE
