"""How an HTTP connection ends while the other side still sends."""

import asyncio
from collections.abc import Callable
from typing import Final

# A connection that is closed over unread data resets the other side, which then loses the answer
# (RFC 9112, 9.6): for so long, and so many bytes, what it sends is thrown away.
LINGER_SECONDS: Final = 2.0
LINGER_BYTES: Final = 32_000_000


class Exit(asyncio.Transport):
    """A transport as a request sees it: it asks to end the connection.

    Args:
        transport: What is written to.
        leave: Ends the connection.
    """

    def __init__(self, transport: asyncio.Transport, leave: Callable[[], None]) -> None:
        super().__init__()
        self._transport = transport
        self._leave = leave

    def write(self, data: "bytes | bytearray | memoryview") -> None:
        """Sends `data`."""
        self._transport.write(data)

    def is_closing(self) -> bool:
        """Whether the connection ends already."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Ends the connection when what was written has a chance to be read."""
        self._leave()
