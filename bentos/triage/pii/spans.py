"""Which of the overlapping findings stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
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
    surest_first = sorted(found, key=_precedence)
    if len(surest_first) < 2:
        return surest_first
    standing = list[Span]()
    before = -1
    for rank, start, end in _covered(surest_first):
        if rank == before:
            start = standing.pop().start
        span = surest_first[rank]
        standing.append(Span(span.type, start, end, span.score))
        before = rank
    return standing


def _precedence(span: Span) -> tuple[float, int, int, str]:
    return -span.score, span.start - span.end, span.start, span.type


def _covered(spans: list[Span]) -> Iterable[tuple[int, int, int]]:
    """Each stretch between two ends of `spans` that one of them covers: the first of those that
    cover it, by its index, and the stretch's start and end."""
    beginning: dict[int, list[int]] = {}
    for rank, span in enumerate(spans):
        beginning.setdefault(span.start, []).append(rank)
    bounds = sorted({*beginning, *(span.end for span in spans)})
    covering = list[int]()
    for start, end in pairwise(bounds):
        for rank in beginning.get(start, ()):
            heappush(covering, rank)
        while covering and spans[covering[0]].end <= start:
            heappop(covering)
        if covering:
            yield covering[0], start, end
