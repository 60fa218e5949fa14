"""Raw HTTP, as no client library would send it."""

import re
import socket
import time
from dataclasses import dataclass

from tests.services.conftest import Server

HOST = b"Host: localhost\r\n"
JSON = b"Content-Type: application/json\r\n"
TICKET = b'{"text": "the printer is broken"}'
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass(frozen=True)
class Answer:
    """What came back: the statuses in order, all bytes, and how long it took until the end."""

    statuses: tuple[int, ...]
    content: bytes
    seconds: float

    @property
    def body(self) -> bytes:
        return self.content.rpartition(b"\r\n\r\n")[2]

    def is_in_shape(self) -> bool:
        return self.body.startswith(b'{"error":{"code":"')


def post(body: bytes = TICKET, *headers: bytes, path: bytes = b"/predict") -> bytes:
    """A request with `body`."""
    length = b"Content-Length: %d\r\n" % len(body)
    lines = (HOST, JSON, length, *headers)
    return b"POST %b HTTP/1.1\r\n%b\r\n%b" % (path, b"".join(lines), body)


def connect(server: Server, seconds: float = 10) -> socket.socket:
    """A connection to `server`; each wait on it takes so long at most."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=seconds)


def read(connection: socket.socket, seconds: float, answers: int = 0) -> Answer:
    """What comes until the connection ends, or `answers` statuses and bodies came."""
    began = time.monotonic()
    content = b""
    while time.monotonic() - began < seconds:
        connection.settimeout(max(0.01, began + seconds - time.monotonic()))
        try:
            piece = connection.recv(65_536)
        except OSError:
            break
        content += piece
        if not piece or (answers and _count(content) >= answers):
            break
    statuses = tuple(map(int, _STATUS.findall(content)))
    return Answer(statuses, content, time.monotonic() - began)


def ask(server: Server, request: bytes, seconds: float = 10) -> Answer:
    """The whole answer to `request`, after which this side closes what it sends."""
    with connect(server, seconds) as connection:
        try:
            connection.sendall(request)
        except OSError:
            pass  # It was refused before it was sent. The answer can be there nevertheless.
        return read(connection, seconds)


def _count(content: bytes) -> int:
    """How many whole answers there are; those of this server say their length."""
    whole = 0
    for match in re.finditer(rb"content-length: (\d+)\r\n(?:[^\r]+\r\n)*\r\n", content):
        whole += len(content) - match.end() >= int(match[1])
    return whole
