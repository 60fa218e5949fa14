"""From texts to numbered features: words, pairs of neighbouring words, and the pieces words are
made of.

Numbers the same features as scikit-learn's CountVectorizer (analyzers `word` and `char_wb`), but
asks only once per word what it is made of, and does the rest with arrays.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bentos.triage.normalise import MARKS, normalise

Integers = NDArray[np.int64]

# Letters that Arabic typists use for one another.
_ARABIC: Final = str.maketrans({"ى": "ي", "ة": "ه"})
_UNKNOWN: Final = -1


def prepare(text: str) -> str:
    """The text as the SVM sees it: normalised, no accents or hamzas, Arabic look-alikes unified."""
    normalised = normalise(text)
    if normalised.isascii():
        return normalised
    return MARKS.sub("", unicodedata.normalize("NFD", normalised)).translate(_ARABIC)


def pieces(word: str, shortest: int, longest: int) -> Iterator[str]:
    """The character n-grams of one word and the spaces around it, as
    CountVectorizer(analyzer="char_wb")."""
    padded = f" {word} "
    for length in range(shortest, longest + 1):
        yield padded[:length]
        if len(padded) <= length:
            return
        yield from (padded[start : start + length] for start in range(1, len(padded) - length + 1))


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of some texts in one row, each with its number (-1: unknown) and its place.

    A word is the `positions[i]`-th of text `documents[i]`, which ascends; `count` is the number of
    texts, of which some may have no word.
    """

    words: Sequence[str]
    numbers: Integers
    documents: Integers
    positions: Integers
    count: int


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where features occur: `features[i]` begins at `tokens[i]` and spans `width` tokens."""

    tokens: Integers
    features: Integers
    width: int = 1


class WordNumbers:
    """Numbers for every word that any of the vocabularies has."""

    def __init__(self, vocabularies: Iterable[Sequence[str]]) -> None:
        words = sorted(
            set(chain.from_iterable(term.split() for terms in vocabularies for term in terms))
        )
        self.of: Final[Mapping[str, int]] = {word: number for number, word in enumerate(words)}

    def __len__(self) -> int:
        return len(self.of)

    def tokens(self, texts: Sequence[str]) -> Tokens:
        """The tokens of `texts`, which `prepare` made."""
        split = [text.split() for text in texts]
        words = list(chain.from_iterable(split))
        of = self.of
        numbers = np.array([of.get(word, _UNKNOWN) for word in words], dtype=np.int64)
        lengths = np.array([len(part) for part in split], dtype=np.int64)
        documents = np.repeat(np.arange(len(texts)), lengths)
        positions = np.arange(len(words)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return Tokens(words, numbers, documents, positions, len(texts))


class WordFeatures:
    """A vocabulary of words and pairs of neighbours, as CountVectorizer(ngram_range=(1, 2)).

    With `opening`, words count only among so many first words of a text.
    """

    def __init__(
        self, terms: Sequence[str], numbers: WordNumbers, opening: int | None = None
    ) -> None:
        self._size = len(numbers)
        self._opening = opening
        # One longer than the words, so that the unknown word's -1 finds "no feature" at the end.
        self._single = np.full(self._size + 1, _UNKNOWN, dtype=np.int64)
        pairs: list[tuple[int, int]] = []
        for feature, term in enumerate(terms):
            first, *second = (numbers.of[word] for word in term.split())
            if second:
                pairs.append((first * self._size + second[0], feature))
            else:
                self._single[first] = feature
        ordered = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        self._pair_keys, self._pair_features = ordered[:, 0].copy(), ordered[:, 1].copy()

    def occurrences(self, tokens: Tokens) -> list[Occurrences]:
        """Where the vocabulary's terms occur: single words, then pairs if it has any."""
        features = self._single.take(tokens.numbers)
        wanted = features >= 0
        if self._opening is not None:
            wanted &= tokens.positions < self._opening
        known = np.flatnonzero(wanted)
        single = Occurrences(known, features[known])
        return [single, self._pairs(tokens)] if self._pair_keys.size else [single]

    def _pairs(self, tokens: Tokens) -> Occurrences:
        first, second = tokens.numbers[:-1], tokens.numbers[1:]
        together = (tokens.documents[:-1] == tokens.documents[1:]) & (first >= 0) & (second >= 0)
        places = np.flatnonzero(together)
        keys = first[places] * self._size + second[places]
        found = np.minimum(np.searchsorted(self._pair_keys, keys), self._pair_keys.size - 1)
        known = self._pair_keys[found] == keys
        return Occurrences(places[known], self._pair_features[found[known]], width=2)


class PieceFeatures:
    """A vocabulary of word pieces; those of known words are looked up once, when it is made."""

    def __init__(
        self, terms: Sequence[str], lengths: tuple[int, int], numbers: WordNumbers
    ) -> None:
        self._features = {term: feature for feature, term in enumerate(terms)}
        self._lengths = lengths
        known = [self._of(word) for word in numbers.of]
        self._ends = np.cumsum([0, *map(len, known)], dtype=np.int64)
        self._flat = np.fromiter(chain.from_iterable(known), dtype=np.int32, count=self._ends[-1])

    def occurrences(self, tokens: Tokens) -> list[Occurrences]:
        """Where the vocabulary's pieces occur, in words known and unknown."""
        unknown = np.flatnonzero(tokens.numbers < 0)
        known = np.flatnonzero(tokens.numbers >= 0)
        return [self._in_known(known, tokens.numbers[known]), self._in_unknown(unknown, tokens)]

    def _in_known(self, places: Integers, numbers: Integers) -> Occurrences:
        begins = self._ends[numbers]
        counts = self._ends[numbers + 1] - begins
        # 0, 1, ... within each word, shifted to where the word's pieces begin.
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        features = self._flat.take(np.repeat(begins, counts) + within)
        return Occurrences(np.repeat(places, counts), features.astype(np.int64))

    def _in_unknown(self, places: Integers, tokens: Tokens) -> Occurrences:
        found = [self._of(tokens.words[place]) for place in places]
        features = np.fromiter(chain.from_iterable(found), dtype=np.int64)
        return Occurrences(np.repeat(places, [len(part) for part in found]), features)

    def _of(self, word: str) -> list[int]:
        features = self._features
        return [features[piece] for piece in pieces(word, *self._lengths) if piece in features]
