"""The one normalisation that training and serving share.

The real tickets were published cleaned: lower case, no digits, almost no punctuation. Live tickets are
not, so both are brought to the same form: words, casefolded, without marks, digits, addresses or the
placeholders of scrubbed data.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Letters, with the marks that may follow one (combining accents, Arabic harakat, tatweel, joiners).
_LETTER: Final = r"[^\W\d_]"
_MARK: Final = r"[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\ufeff]"
_WORD: Final = rf"{_LETTER}(?:{_MARK}*{_LETTER})*"
# Bounded repetitions keep the search linear in the text's length.
_DROPPED: Final = (
    r"(?:https?://|www\.)[^\s<>]+"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|<[A-Z]+(?:_[A-Z0-9]+)*>"
)
_SCANNER: Final = re.compile(rf"{_DROPPED}|({_WORD})", re.IGNORECASE)
_MARKS: Final = re.compile(_MARK)
_LETTERS: Final = re.compile(rf"{_LETTER}+")


@dataclass(frozen=True, slots=True)
class Word:
    """A normalised word and where it stood: `text[start:end]` of the original, in characters."""

    value: str
    start: int
    end: int


def normalise(text: str) -> str:
    """The words of `text` as every model sees them, separated by single spaces.

    Always equal to joining the values of `words(text)`; this is the quick way for whole batches.
    """
    found = filter(None, _SCANNER.findall(text))
    if text.isascii():
        return " ".join(found).lower()
    return " ".join(part for raw in found for part in _fold(raw))


def words(text: str) -> Iterator[Word]:
    """The normalised words of `text`, in order, each with its place in the original."""
    for match in _SCANNER.finditer(text):
        if match.group(1):
            start, end = match.span()
            yield from (Word(part, start, end) for part in _fold(match.group(1)))


def _fold(raw: str) -> list[str]:
    """`raw` without marks and case, as Unicode's NFKC_Casefold, in the words that leaves.

    Usually one; none or several where compatibility forms unfold ("\u00b2" to a digit, a ligature to a phrase).
    """
    if raw.isascii():
        return [raw.lower()]
    composed = _MARKS.sub("", unicodedata.normalize("NFKC", raw))
    folded = _MARKS.sub("", unicodedata.normalize("NFKC", composed.casefold()))
    return _LETTERS.findall(folded)
