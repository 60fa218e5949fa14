"""How sure the tagger must be that a word is no name, chosen on tickets that it wasn't trained on.

A share of the marked tickets is held out, a tagger is trained on the others, and for each alphabet
the highest threshold is taken at which no more than so many of the words that are no names would
be masked: as few names as possible are missed at that price (Neyman and Pearson's rule).

Half of the marked tickets were written, or kept, because their words look like names. That many
other words are masked in them is no measure of ordinary tickets, where it is a fraction of it.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pycrfsuite

from bentos.triage.pii.names.lexicon import is_arabic
from bentos.triage.pii.names.tagger import OUTSIDE
from bentos.triage.pii.names.thresholds import Thresholds
from train.name_examples import ExampleMaker
from train.name_tickets import NameTicket

_CANDIDATES: Final = tuple(hundredths / 100 for hundredths in range(95, 29, -5))


def divided(
    tickets: Sequence[NameTicket], share: float, seed: int
) -> tuple[list[NameTicket], list[NameTicket]]:
    """`tickets` without a random `share` of them, and that share."""
    chance = random.Random(seed)  # a division of tickets, no secret # nosec B311
    held_out = set(chance.sample(range(len(tickets)), round(share * len(tickets))))
    taught = [ticket for place, ticket in enumerate(tickets) if place not in held_out]
    return taught, [tickets[place] for place in sorted(held_out)]


def choose(
    model: bytes, maker: ExampleMaker, tickets: Iterable[NameTicket], most_masked: float
) -> Thresholds:
    """The highest thresholds at which `model` masks at most `most_masked` of the other words."""
    latin: list[float] = []
    arabic: list[float] = []
    for word, outside in _other_words(model, maker, tickets):
        (arabic if is_arabic(word) else latin).append(outside)
    return Thresholds(latin=_highest(latin, most_masked), arabic=_highest(arabic, most_masked))


def _highest(outside: Sequence[float], most_masked: float) -> float:
    """The highest candidate that at most the share `most_masked` of `outside` lies below."""
    most = most_masked * len(outside)
    kept = (least for least in _CANDIDATES if sum(share < least for share in outside) <= most)
    return next(kept, _CANDIDATES[-1])


def _other_words(
    model: bytes, maker: ExampleMaker, tickets: Iterable[NameTicket]
) -> Iterator[tuple[str, float]]:
    """Each word of `tickets` that is of no name, and how probably `model` takes it for none."""
    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(model)
    for ticket in tickets:
        read, example = maker.read(ticket)
        tagger.set(example.features)
        for place, token in enumerate(read):
            if token.is_word and example.tags[place] == OUTSIDE:
                yield token.text, tagger.marginal(OUTSIDE, place)
