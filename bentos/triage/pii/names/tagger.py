"""The name tagger as it is served: a CRF and its lexicon, read from a folder."""

import re
import struct
import threading
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Self

import pycrfsuite

from bentos.triage.pii.names.features import each_features
from bentos.triage.pii.names.lexicon import Lexicon, folded
from bentos.triage.pii.names.thresholds import Thresholds
from bentos.triage.pii.names.tokens import Token, tokens

MODEL_FILE: Final = "names.crfsuite"
LEXICON_FILE: Final = "lexicon.tsv.gz"
THRESHOLDS_FILE: Final = "thresholds.json"
# A token that a name begins with, one that goes on with it, and one that is no name.
BEGIN: Final = "B"
INSIDE: Final = "I"
OUTSIDE: Final = "O"
# A name that the model is so sure of is looked for in the rest of the ticket: words of this many
# letters or more, and no commoner than this.
_SURE_OUTSIDE: Final = 0.3
_SHORTEST_AGAIN: Final = 3
_MOST_COMMON: Final = 4
# In tokens. Nothing else of the process runs while CRFsuite reads a part, about 7 µs a token.
_LONGEST_PART: Final = 2_000
_LINE_ENDS: Final = frozenset("\n")
_SENTENCE_ENDS: Final = frozenset(".!?…؟")
# CRFsuite's header: what it is, its size, a type, a version, three counts, and where each of five
# parts begins.
_HEADER: Final = struct.Struct("<4sI20x5I")
_MAGIC: Final = b"lCRF"
_LOGIN: Final = re.compile(r"[^\W\d_]{3,}")


class NameTagger:
    """Finds names of persons in plain views of tickets, whatever their language.

    Thread-safe: CRFsuite's tagger holds the ticket that it was given last, so each thread has one.

    Args:
        model: The file of the CRF.
        lexicon: What its features look words up in.
        thresholds: How sure it must be that a word is no name.

    Raises:
        OSError: the file is missing.
        ValueError: it is not what it should be.
    """

    def __init__(self, model: Path, lexicon: Lexicon, thresholds: Thresholds) -> None:
        self.lexicon: Final = lexicon
        self._thresholds = thresholds
        self._model = model
        _check_whole(model)
        self._own = threading.local()
        self._own.tagger = self._open()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The tagger in `folder`.

        Raises:
            OSError: a file is missing.
            ValueError: a file is not what it should be.
        """
        thresholds = Thresholds.model_validate_json((folder / THRESHOLDS_FILE).read_bytes())
        return cls(folder / MODEL_FILE, Lexicon.load(folder / LEXICON_FILE), thresholds)

    def names(self, text: str, found: Sequence[tuple[str, int, int]] = ()) -> list[tuple[int, int]]:
        """Where in `text` names stand.

        Args:
            text: A plain view.
            found: The personal data that are known already, in order: type, start and end.
        """
        read = tokens(text, found)
        if not any(token.is_word for token in read):
            return []
        tags: list[str] = []
        outside: list[float] = []
        seen = each_features(read, self.lexicon, logins(text, found))
        for part in parts(read):
            self._tagger.set(list(islice(seen, len(part))))
            shares = [self._tagger.marginal(OUTSIDE, place) for place in range(len(part))]
            tags += self._tags(part, shares)
            outside += shares
        sure = _sure(read, outside)
        return list(_spans(read, self._with_repeated(read, tags, sure)))

    def _tags(self, part: Sequence[Token], outside: Sequence[float]) -> Iterator[str]:
        """The tags of the tokens that the CRF was given last."""
        tagger = self._tagger
        for place, (token, share) in enumerate(zip(part, outside, strict=True)):
            yield self._tag(tagger, place, token, share)

    def _with_repeated(
        self, read: Sequence[Token], tags: Sequence[str], sure: frozenset[str]
    ) -> list[str]:
        """`tags`, and where a name that is `sure` stands again."""
        return [
            INSIDE if tag == OUTSIDE and self._is_again(token, sure) else tag
            for token, tag in zip(read, tags, strict=True)
        ]

    def _is_again(self, token: Token, sure: frozenset[str]) -> bool:
        """Whether `token` is of a name that stands in the ticket for sure, and no other word."""
        if not (sure and token.is_word):
            return False
        prefix, entry = self.lexicon.read(token.text)
        form = folded(token.text)
        is_there = form in sure or (prefix and form.removeprefix(prefix) in sure)
        return bool(is_there) and entry.zipf <= _MOST_COMMON

    def _tag(self, tagger: pycrfsuite.Tagger, place: int, token: Token, outside: float) -> str:
        """The likeliest tag; no name only if that is likely enough: a name missed is worse."""
        if outside > self._thresholds.of(token.text):
            return OUTSIDE
        return max((BEGIN, INSIDE), key=lambda tag: float(tagger.marginal(tag, place)))

    @property
    def _tagger(self) -> pycrfsuite.Tagger:
        if not hasattr(self._own, "tagger"):
            self._own.tagger = self._open()
        return self._own.tagger

    def _open(self) -> pycrfsuite.Tagger:
        tagger = pycrfsuite.Tagger()
        tagger.open(str(self._model))
        return tagger


def _check_whole(model: Path) -> None:
    """CRFsuite reads beyond the end of a file that was cut off, which ends the process.

    Raises:
        OSError: the file is missing.
        ValueError: it was cut off, or is of another format.
    """
    size = model.stat().st_size
    with model.open("rb") as file:
        header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise ValueError(f"{model.name} is cut off")
    magic, expected, *offsets = _HEADER.unpack(header)
    if magic != _MAGIC or expected != size or max(offsets) >= size:
        raise ValueError(f"{model.name} is cut off, or no CRF")


def parts(read: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """`read` in parts of at most `_LONGEST_PART` tokens, cut after a line or else a sentence.

    Where no part of a text has an end of either, it is cut after any token.
    """
    start = 0
    while len(read) - start > _LONGEST_PART:
        end = _part_end(read, start)
        yield read[start:end]
        start = end
    yield read[start:]


def _part_end(read: Sequence[Token], start: int) -> int:
    last = start + _LONGEST_PART
    for signs in (_LINE_ENDS, _SENTENCE_ENDS):
        for end in range(last, start + _LONGEST_PART // 2, -1):
            if read[end - 1].text in signs:
                return end
    return last


def _sure(read: Sequence[Token], outside: Sequence[float]) -> frozenset[str]:
    """The words of names that the model is sure of: they are names elsewhere in the ticket too."""
    return frozenset(
        folded(token.text)
        for token, share in zip(read, outside, strict=True)
        if token.is_word and share < _SURE_OUTSIDE and len(token.text) >= _SHORTEST_AGAIN
    )


def logins(text: str, found: Sequence[tuple[str, int, int]]) -> frozenset[str]:
    """The parts of the e-mail addresses in `text`: "sarah" and "mejri" of sarah.mejri@..."""
    addresses = (text[start:end] for kind, start, end in found if kind == "EMAIL_ADDRESS")
    return frozenset(
        part.lower() for address in addresses for part in _LOGIN.findall(address.partition("@")[0])
    )


def _spans(read: Sequence[Token], tags: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for token, tag in zip(read, tags, strict=True):
        if tag == INSIDE and start >= 0:
            end = token.end
            continue
        if start >= 0:
            yield start, end
            start = -1
        if tag != OUTSIDE:
            start, end = token.start, token.end
    if start >= 0:
        yield start, end
