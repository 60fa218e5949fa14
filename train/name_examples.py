"""What the name tagger learns from: sequences of features and tags."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pycrfsuite

from bentos.triage.pii.names.features import features
from bentos.triage.pii.names.lexicon import Entry, Lexicon
from bentos.triage.pii.names.tagger import BEGIN, INSIDE, OUTSIDE, logins
from bentos.triage.pii.names.tokens import Token, tokens
from bentos.triage.pii.plain_view import plain_view
from bentos.triage.pii.scrubber import Scrubber
from train.name_tickets import NameTicket, tags

# In a ticket without marks a token is taken for no name, or for one, if the first tagger is this
# sure; a ticket with any other token is left out.
_SURELY_OUTSIDE: Final = 0.85
_SURELY_NAME: Final = 0.25
_COMMON_ZIPF: Final = 3


@dataclass(frozen=True, slots=True)
class Example:
    """The features, as CRFsuite holds them, and the tag of each token of a ticket."""

    features: pycrfsuite.ItemSequence
    tags: list[str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A ticket that the first tagger labelled, token by token."""

    text: str
    language: str
    example: Example

    @property
    def has_names(self) -> bool:
        """Whether any token is one's."""
        return any(tag != OUTSIDE for tag in self.example.tags)


class ExampleMaker:
    """Makes examples as the tagger will see tickets: after the patterns found their part.

    Args:
        lexicon: What the tagger will know of words.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._patterns = Scrubber(None)

    def example(self, ticket: NameTicket, lexicon: Lexicon | None = None) -> Example:
        """The example of a marked ticket; `lexicon` where less is to be known than usual."""
        return self.read(ticket, lexicon)[1]

    def read(
        self, ticket: NameTicket, lexicon: Lexicon | None = None
    ) -> tuple[list[Token], Example]:
        """The tokens of a marked ticket, and its example."""
        read, known = self._read(ticket.text, ticket.names)
        found = features(read, lexicon or self.lexicon, logins(ticket.text, known))
        return read, Example(pycrfsuite.ItemSequence(found), tags(read, ticket.names))

    def labelled(
        self, tagger: pycrfsuite.Tagger, texts: Iterable[tuple[str, str]]
    ) -> Iterator[Labelled]:
        """Those of `texts` (text, language) that `tagger` is sure of, labelled by it."""
        for text, language, read, found in self._set(tagger, texts):
            labels = [self._label(tagger, place, token) for place, token in enumerate(read)]
            sure = [label for label in labels if label is not None]
            if len(sure) == len(labels):
                yield Labelled(text, language, Example(found, sure))

    def cleaned(
        self, tagger: pycrfsuite.Tagger, texts: Iterable[tuple[str, str]]
    ) -> Iterator[Labelled]:
        """Those of `texts` (text, language), whose names were taken out, that `tagger` finds no
        sure name left in: all of it is no name, whatever the tagger thinks of the rest."""
        for text, language, read, found in self._set(tagger, texts):
            if not any(self._is_name(tagger, place, token) for place, token in enumerate(read)):
                yield Labelled(text, language, Example(found, [OUTSIDE] * len(read)))

    def _set(
        self, tagger: pycrfsuite.Tagger, texts: Iterable[tuple[str, str]]
    ) -> Iterator[tuple[str, str, list[Token], pycrfsuite.ItemSequence]]:
        """Gives `tagger` each of `texts` that has words: its plain view, language, tokens and
        their features."""
        for text, language in texts:
            view = plain_view(text).text
            read, known = self._read(view, ())
            found = pycrfsuite.ItemSequence(features(read, self.lexicon, logins(view, known)))
            tagger.set(found)
            if read:
                yield view, language, read, found

    def _is_name(self, tagger: pycrfsuite.Tagger, place: int, token: Token) -> bool:
        entry = self.lexicon.entry(token.text) if token.is_word else Entry()
        return bool(entry.kinds) and float(tagger.marginal(OUTSIDE, place)) < _SURELY_NAME

    def _label(self, tagger: pycrfsuite.Tagger, place: int, token: Token) -> str | None:
        outside = tagger.marginal(OUTSIDE, place)
        entry = self.lexicon.entry(token.text) if token.is_word else Entry()
        if not token.is_word or outside > _SURELY_OUTSIDE:
            return OUTSIDE
        if not entry.kinds and entry.zipf >= _COMMON_ZIPF:
            return OUTSIDE
        if outside < _SURELY_NAME and entry.kinds:
            return max((BEGIN, INSIDE), key=lambda tag: float(tagger.marginal(tag, place)))
        return None

    def _read(
        self, text: str, names: Sequence[tuple[int, int]]
    ) -> tuple[list[Token], list[tuple[str, int, int]]]:
        found = [(span.type, span.start, span.end) for span in self._patterns.find(text)]
        known = [
            (kind, start, end)
            for kind, start, end in found
            if not any(name[0] < end and start < name[1] for name in names)
        ]
        return tokens(text, known), known


def forgetful(lexicon: Lexicon, share: float, seed: int) -> Lexicon:
    """`lexicon` with `share` of the names forgotten: strangers must be known by their place."""
    chance = random.Random(seed)  # names of nobody, not secrets # nosec B311
    return lexicon.mapped(
        lambda entry: (
            replace(entry, kinds=0) if entry.kinds and chance.random() < share else entry
        )
    )
