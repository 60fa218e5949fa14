"""Answers kept for a while: many tickets come in again, word for word."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from cachetools import TTLCache

from bentos.metrics import CACHE, series

_Result = TypeVar("_Result")


class ResultCache(Generic[_Result]):
    """Results by a hash of what decided them. Holds no text that could be read back from a key.

    Args:
        entries: The most results kept, the least recently used go first; 0 keeps none.
        seconds: How long one is kept.
        weight: As how many entries a result counts, 1 or more.
    """

    def __init__(
        self, entries: int, seconds: float, weight: Callable[[_Result], int] = lambda _: 1
    ) -> None:
        self._entries: TTLCache[bytes, _Result] = TTLCache(entries, seconds, getsizeof=weight)
        self._weight: Final = weight

    def get(self, parts: Sequence[str]) -> _Result | None:
        """The result for `parts`: the scrubbed text, what was asked for, the models' versions."""
        if not self._entries.maxsize:
            return None
        found = self._entries.get(_key(parts))
        series(CACHE, "miss" if found is None else "hit").inc()
        return found

    def put(self, parts: Sequence[str], result: _Result) -> None:
        """Keeps `result` for `parts`."""
        if self._weight(result) <= self._entries.maxsize:
            self._entries[_key(parts)] = result


def _key(parts: Sequence[str]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part.encode())
    return digest.digest()
