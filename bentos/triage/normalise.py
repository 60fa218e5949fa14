"""The one normalisation that training and serving share.

The real tickets were published cleaned: lower case, no digits, almost no punctuation. Live tickets
are not, so both are brought to the same form: words, casefolded, without marks, digits, addresses
or the placeholders of scrubbed data.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

# Letters, with the marks that may follow one (combining accents, Arabic harakat, tatweel, joiners).
_LETTER: Final = r"[^\W\d_]"
_MARK: Final = (
    r"[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\ufeff]"
)
_WORD: Final = rf"{_LETTER}+(?:{_MARK}+{_LETTER}+)*"
# Bounded repetitions keep the search linear in the text's length.
_DROPPED: Final = (
    r"(?:https?://|www\.)[^\s<>]+"
    r"|[\w.+-]{1,64}+@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|<[A-Z]++(?:_[A-Z0-9]++)*>"
)
_WORDS: Final = re.compile(rf"({_WORD})")
_WORDS_BETWEEN_DROPPED: Final = re.compile(rf"{_DROPPED}|({_WORD})", re.IGNORECASE)
# Without one of these nothing is dropped, and looking for it at every word is most of the time.
_SIGNS_OF_DROPPED: Final = ("@", "<", "://", "www.")
MARKS: Final = re.compile(_MARK)
_LETTERS: Final = re.compile(rf"{_LETTER}+")
# In a row, as Unicode's Stream-Safe Text Format allows (Unicode Standard Annex 15, section 13).
_MOST_MARKS: Final = 30
# Characters: sorting so few marks takes no time, and most texts needn't be looked at.
_SHORT: Final = 500
# Marks are no letters, except the two sound marks of halfwidth katakana.
_MAYBE_MARKS: Final = re.compile(rf"(?:[^\w\0-\x7f]|[\uff9e\uff9f]){{{_MOST_MARKS + 1},}}")


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
    found = " ".join(filter(None, _scanner(text).findall(text)))
    return found.lower() if found.isascii() else " ".join(_fold(found))


def words(text: str) -> Iterator[Word]:
    """The normalised words of `text`, in order, each with its place in the original."""
    for match in _scanner(text).finditer(text):
        if match.group(1):
            start, end = match.span()
            yield from (Word(part, start, end) for part in _fold(match.group(1)))


def normal_form(form: Literal["NFC", "NFKC"], text: str) -> str:
    """`text` in Unicode's normal form `form`; of more marks in a row than 30, it has the first 30.

    `unicodedata.normalize` sorts the marks of a letter in time quadratic in their number.
    """
    if len(text) > _SHORT:
        text = _MAYBE_MARKS.sub(_with_fewer_marks, text)
    return unicodedata.normalize(form, text)


def _with_fewer_marks(match: re.Match[str]) -> str:
    kept = []
    marks = 0
    for character in match[0]:
        marks = marks + 1 if _is_mark(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _is_mark(character: str) -> bool:
    """Whether `character` is sorted among its neighbours, which starters aren't."""
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) > 0


def _scanner(text: str) -> re.Pattern[str]:
    lowered = text.lower()
    if any(sign in lowered for sign in _SIGNS_OF_DROPPED):
        return _WORDS_BETWEEN_DROPPED
    return _WORDS


def _fold(raw: str) -> list[str]:
    """`raw` without marks and case, as Unicode's NFKC_Casefold, in the words that leaves.

    A word leaves one; none or several where compatibility forms unfold ("\u00b2" to a digit, a
    ligature to a phrase).
    """
    composed = MARKS.sub("", normal_form("NFKC", raw))
    folded = MARKS.sub("", unicodedata.normalize("NFKC", composed.casefold()))
    return _LETTERS.findall(folded)
