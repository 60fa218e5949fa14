"""What comes out of the first room."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

from bentos.triage.pii.spans import Span

_START: Final = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A ticket without its personal data.

    Args:
        text: What every later room reads.
        spans: Where in the ticket as it was sent personal data stood, in order.
        names_were_read: False where the name tagger could not be had: names may have stayed.
        pieces: For each stretch of `text`, where it starts there and where it came from: start and
            end in the ticket.
    """

    text: str
    spans: tuple[Span, ...]
    names_were_read: bool
    pieces: tuple[tuple[int, int, int], ...] = field(repr=False)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many values of each type were replaced."""
        return Counter(span.type for span in self.spans)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stood in the ticket as sent; of a placeholder, its value."""
        return self._original(start, False), self._original(end, True)

    def _original(self, place: int, is_end: bool) -> int:
        index = max(bisect_right(self.pieces, place - is_end, key=_START) - 1, 0)
        at, start, end = self.pieces[index]
        is_placeholder = index % 2 == 1
        if is_placeholder:
            return end if is_end else start
        return start + place - at
