"""Which of the overlapping findings stand."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

PERSON: Final = "PERSON"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of personal data: `text[start:end]` of the ticket, in characters."""

    type: str
    start: int
    end: int
    score: float


def disjoint(found: Iterable[Span]) -> list[Span]:
    """Spans that don't overlap and cover everything in `found`, in the order of the text.

    The surest and then the longest of overlapping findings stands; what another has beyond it
    stays covered, under its own type.
    """
    standing: list[Span] = []
    starts: list[int] = []
    for span in sorted(found, key=lambda span: (-span.score, span.start - span.end, span.start)):
        for start, end in _beyond(span, standing, starts):
            place = bisect_right(starts, start)
            starts.insert(place, start)
            standing.insert(place, replace(span, start=start, end=end))
    return standing


def _beyond(span: Span, standing: Sequence[Span], starts: Sequence[int]) -> list[tuple[int, int]]:
    """The parts of `span` that no span of `standing`, in order of their `starts`, covers."""
    parts = []
    at = span.start
    place = max(bisect_right(starts, at) - 1, 0)
    while place < len(standing) and standing[place].start < span.end:
        other = standing[place]
        if other.start > at:
            parts.append((at, other.start))
        at = max(at, other.end)
        place += 1
    return [*parts, (at, span.end)] if at < span.end else parts
