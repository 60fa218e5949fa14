"""The target of an HTTP request that isn't a plain path."""

import re
from collections.abc import Sequence
from typing import Final

from bentos.services.http_answers import BAD_REQUEST

_ABSOLUTE: Final = re.compile(rb"https?://([^/?#@]+)[/?]", re.IGNORECASE)
_Header = tuple[bytes, bytes]


def with_targets_host(target: bytes, headers: Sequence[_Header]) -> list[_Header]:
    """`headers` with the host that `target`, a URL, names: it counts, not Host (RFC 9112, 3.2.2).

    Raises:
        HttpError: `target` is no such URL.
    """
    match = _ABSOLUTE.match(target)
    if match is None:
        raise BAD_REQUEST
    return [(name, match[1] if name == b"host" else value) for name, value in headers]
